"""The demo shop: complete in both languages, honest in its prices, dated from the day of loading."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from storefront import clock
from storefront.addresses import settings
from storefront.catalog.models import PriceHistory, Product, ProductText, Variant
from storefront.catalog.rules import nrv_percent
from storefront.database import db
from storefront.demo.evidence import lot_code, merged
from storefront.demo.load import read
from storefront.pricing.queries import rates, shipping_methods
from storefront.pricing.totals import vat_of
from storefront.quality.models import LabReport
from storefront.stock.models import Lot, StockLevel, StockMovement


def test_every_product_is_published_in_both_languages_with_pictures(any_demo_app: Flask) -> None:
    products = list(db.session.scalars(select(Product).order_by(Product.position)))
    assert [product.code for product in products][:4] == ["nmn-c", "mgt-c", "nmn-p", "mgb-c"]
    assert len(products) == 9
    for product in products:
        assert product.state == "published"
        texts = list(db.session.scalars(select(ProductText).where(ProductText.product_id == product.id)))
        assert {text.lang for text in texts} == {"nl", "en"}
        for picture in product.pictures:
            assert set(picture["alt"]) == {"nl", "en"}
            for name in (picture["file"], picture["raster"]):
                assert (settings().media_dir / name).is_file()


def test_every_variant_has_a_level_a_lot_and_a_price_older_than_thirty_days(any_demo_app: Flask) -> None:
    variants = list(db.session.scalars(select(Variant)))
    for variant in variants:
        level = db.session.scalar(select(StockLevel.available).where(StockLevel.variant_id == variant.id))
        moved = db.session.scalar(
            select(func.sum(StockMovement.quantity)).where(StockMovement.variant_id == variant.id)
        )
        assert level == moved and level
        history = select(PriceHistory.price_cents, PriceHistory.since).order_by(PriceHistory.since)
        first, last = db.session.execute(history.where(PriceHistory.variant_id == variant.id))
        assert first.price_cents == last.price_cents == variant.price_cents
        assert first.since < clock.now() - timedelta(days=30)


def test_lots_are_numbered_by_the_year_of_production(any_demo_app: Flask) -> None:
    for lot in db.session.scalars(select(Lot)):
        assert re.fullmatch(r"\d\d-0\d{3}", lot.code)
        assert lot.code.startswith(f"{lot.made_on:%y}-")
        assert lot.search_code == lot.code.replace("-", "")
    assert lot_code("0412", date(2027, 1, 2)) == "27-0412"


def test_dates_are_those_of_the_day_of_loading(any_demo_app: Flask) -> None:
    today = clock.today()
    reports = list(db.session.scalars(select(LabReport)))
    assert reports
    assert all(report.reported_on < today for report in reports)
    current = [report for report in reports if report.retest_on >= today + timedelta(days=548)]
    assert len(current) >= 14


def test_rates_and_deliveries(any_demo_app: Flask) -> None:
    assert rates("NL", clock.today()) == {"reduced": 900, "standard": 2100}
    assert rates("BE", clock.today()) == {"reduced": 600, "standard": 2100}
    assert {(m.country, m.code, m.price_cents, m.free_from_cents) for m in shipping_methods()} == {
        ("NL", "standard", 450, 5000),
        ("NL", "registered", 795, None),
        ("BE", "standard", 650, 7500),
        ("BE", "registered", 1095, None),
    }
    assert all(set(m.names) == set(m.details) == {"nl", "en"} for m in shipping_methods())


@pytest.mark.parametrize(
    ("code", "percent"), [("mgt-c", 38), ("mgt-p", 38), ("mgb-c", 53), ("nmn-c", None), ("crm-p", None)]
)
def test_the_share_of_the_reference_value(demo_app: Flask, code: str, percent: int | None) -> None:
    facts = db.session.scalars(select(Product.facts).where(Product.code == code)).one()
    assert nrv_percent(facts[-1]) == percent


def test_price_without_vat_and_vat_are_those_of_the_brief() -> None:
    expected = {
        "NMN-C-60": (5041, 454),
        "MGT-C-90": (3206, 289),
        "CRM-P-1000": (3940, 355),
        "NRC-C-60": (4583, 412),
    }
    prices = {v["sku"]: v["price_cents"] for product in read("products") for v in product["variants"]}
    for sku, (net, vat) in expected.items():
        assert (prices[sku] - vat_of(prices[sku], 900), vat_of(prices[sku], 900)) == (net, vat)


def test_the_demo_code_takes_a_tenth_off_and_no_price_on_a_page_changes(any_demo_app: Flask) -> None:
    client = any_demo_app.test_client()
    assert "€34.95" in client.get("/en/products/magnesium-l-threonate-capsules").text
    client.post("/en/cart/add", data={"sku": "MGT-C-90", "quantity": "2"})
    assert "€69.90" in client.get("/en/cart").text
    assert client.post("/en/cart/code", data={"code": "welkom10"}).status_code == 303
    page = client.get("/en/cart").text
    assert re.search(r"Welcome discount \(WELKOM10\)</dt><dd>-€7\.00", page), page
    assert "€62.90" in page


def test_a_template_and_its_difference() -> None:
    result = {"code": "purity", "value": "99.9", "unit": "% area"}
    assert merged(result, None) == result
    assert merged(result, "99.8") == result | {"value": "99.8"}
    assert merged(result, {"value": "98.9", "unit": "% m/m"}) == {
        "code": "purity",
        "value": "98.9",
        "unit": "% m/m",
    }


def test_daily_portions_follow_from_pack_and_days() -> None:
    for product in read("products"):
        for variant in product["variants"]:
            amount = Decimal(variant["pieces"] or variant["net_grams"])
            days = amount / Decimal(product["daily_units"])
            assert abs(days - variant["days"]) < 1, variant["sku"]


def test_a_plugin_whose_share_fails_leaves_no_half_a_shop(make_app, monkeypatch) -> None:
    app = make_app("empty", config={"RAISE_IN_HOOKS": False})

    def fail(*_args: object, **_values: object) -> None:
        raise RuntimeError("no demo today")

    for _name, implementation in app.extensions["storefront_plugins"].implementations("demo_data"):
        monkeypatch.setattr(implementation, "function", fail)
    result = app.test_cli_runner().invoke(args=["shop", "demo", "load"])
    assert "no demo today" in str(result.exception)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Product)) == 0
        db.session.remove()
