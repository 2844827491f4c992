"""A shop right after `flask db upgrade`: nothing to sell yet, and nothing in the way of selling."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from storefront import clock
from storefront.catalog.models import ProductText
from storefront.database import db
from storefront.pages.actions import CODES
from storefront.pages.queries import all_pages
from storefront.pricing.models import ShippingMethod, ShippingZone, VatRate
from storefront.pricing.queries import rates, shipping_methods
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POSTED, SHAKER, SMALL


def upgraded(app: Flask) -> str:
    done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def buyer(any_app: Flask) -> FlaskClient:
    """Somebody with one product in the cart of a small shop."""
    shelf.fill(10)
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    return client


def without(model: type[ShippingMethod | ShippingZone | VatRate], **values: str) -> None:
    with writing():
        db.session.execute(delete(model).filter_by(**values))


def test_the_upgrade_gives_rates_deliveries_and_empty_pages_once(any_app: Flask) -> None:
    assert "new shop" in upgraded(any_app)
    assert rates("NL", clock.today()) == {"reduced": 900, "standard": 2100}
    assert rates("BE", clock.today()) == {"reduced": 600, "standard": 2100}
    assert {(method.country, method.code) for method in shipping_methods()} == {
        (country, code) for country in ("NL", "BE") for code in ("standard", "registered")
    }
    assert [page.code for page in all_pages()] == list(CODES)
    assert "new shop" not in upgraded(any_app)


def test_the_upgrade_leaves_what_the_shop_has(any_app: Flask) -> None:
    upgraded(any_app)
    without(VatRate, country="BE")
    with writing():
        db.session.execute(update(ShippingMethod).values(steps=[{"price_cents": 1}]))
    upgraded(any_app)
    assert rates("BE", clock.today()) == {}
    assert 1 in {method.price_cents for method in shipping_methods()}


def test_the_demo_can_be_loaded_after_the_upgrade(app: Flask) -> None:
    upgraded(app)
    done = app.test_cli_runner().invoke(args=["shop", "demo", "load"])
    assert "loaded: 9 products" in done.output
    assert len(shipping_methods()) == 4
    assert all(set(page.texts) == {"nl", "en"} for page in all_pages())


def test_a_fresh_production_shop_takes_an_order(make_app) -> None:
    app = make_app("empty", config={"RAISE_IN_HOOKS": False})
    upgraded(app)
    for path in ("/en/", "/en/products", "/en/cart", "/nl/search?q=x", "/sitemap.xml", "/en/pages/terms"):
        assert app.test_client().get(path).status_code in (200, 301, 404), path
    with app.app_context():
        shelf.add_products(10)
        slug = db.session.scalars(select(ProductText.slug).where(ProductText.lang == "en")).first()
        db.session.remove()
    client = app.test_client()
    assert client.get(f"/en/products/{slug}").status_code == 200
    client.post("/en/cart/add", data={"sku": SMALL})
    assert client.get("/en/cart").status_code == 200
    page = client.get("/en/checkout")
    assert page.status_code == 200
    seen = "NL.standard.3945"
    assert seen in page.text
    assert client.post("/en/checkout", data=POSTED | {"seen": seen}).status_code == 303


def test_only_countries_with_a_way_of_delivery_are_offered(buyer: FlaskClient) -> None:
    without(ShippingZone, code="NL")
    page = buyer.get("/en/checkout")
    assert page.status_code == 200
    assert '<option value="BE" selected>' in page.text and '<option value="NL"' not in page.text
    answer = buyer.post("/en/checkout", data=POSTED | {"seen": "NL.standard.3945"})
    assert answer.status_code == 422
    assert 'id="country-err"' in answer.text
    assert shelf.orders() == []


def test_only_countries_with_the_rates_of_the_cart_are_offered(buyer: FlaskClient) -> None:
    without(VatRate, country="BE")
    page = buyer.get("/en/checkout")
    assert page.status_code == 200 and '<option value="BE"' not in page.text
    without(VatRate, country="NL", vat_class="standard")
    assert buyer.get("/en/checkout").status_code == 200
    buyer.post("/en/cart/add", data={"sku": SHAKER})
    assert buyer.get("/en/checkout").status_code == 503


@pytest.mark.parametrize("model", [ShippingMethod, VatRate])
def test_without_any_the_checkout_says_so(
    buyer: FlaskClient, model: type[ShippingMethod | ShippingZone | VatRate]
) -> None:
    without(model)
    for answer in (
        buyer.get("/en/checkout"),
        buyer.post("/en/checkout", data=POSTED | {"seen": "NL.standard.3945"}),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "no delivery set up" in answer.text
    assert shelf.orders() == []
    assert buyer.get("/en/cart").status_code == 200
