"""Offers: whole lists in one query, prices per 100 g and per day, what is left out, and the facets."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront import clock
from storefront.catalog import actions as catalog
from storefront.catalog.models import Product, ProductText, Variant
from storefront.database import db
from storefront.offers.queries import (
    ListFilters,
    list_page,
    offer_by_slug,
    offers,
    offers_by_code,
    offers_by_id,
    search_offers,
)
from storefront.stock import actions as stock
from storefront.stock.queries import in_stock
from storefront.transactions import writing

Counting = Callable[[Flask], AbstractContextManager[list[str]]]
ALL = ["nmn-c", "mgt-c", "nmn-p", "mgb-c", "mgt-p", "crm-p", "tmg-c", "tmg-p", "nrc-c"]


def variant_id(sku: str) -> int:
    return db.session.scalars(select(Variant.id).where(Variant.sku == sku)).one()


def test_prices_are_those_of_the_brief(any_demo_app: Flask) -> None:
    found = {variant.sku: variant for offer in offers("nl") for variant in offer.variants}
    expected = {
        "NMN-C-60": (5495, 26418, 183),
        "NMN-C-120": (9995, 24084, 167),
        "NMN-P-50": (7995, 15990, 80),
        "NMN-P-100": (14495, 14495, 72),
        "MGT-C-90": (3495, 4979, 117),
        "MGT-C-180": (6295, 4484, 105),
        "MGT-P-100": (4495, 4495, 90),
        "MGB-C-120": (2195, 1925, 37),
        "CRM-P-250": (1495, 5980, 20),
        "CRM-P-500": (2495, 4990, 17),
        "CRM-P-1000": (4295, 4295, 15),
        "TMG-C-120": (2295, 2198, 38),
        "TMG-P-200": (1795, 898, 13),
        "NRC-C-60": (4995, 20305, 83),
    }
    assert {
        sku: (variant.price_cents, variant.unit_price_cents, variant.per_day_cents)
        for sku, variant in found.items()
    } == expected
    assert found["CRM-P-250"].unit_price_base_grams == 1000
    assert all(variant.lot_code for variant in found.values())


def test_an_offer_says_what_its_product_is(demo_app: Flask) -> None:
    offer = offers_by_code(["mgt-c"], "en")["mgt-c"]
    assert (offer.name, offer.lang, offer.units) == ("Magnesium L‑threonate, capsules", "en", "capsules")
    assert (offer.ingredient_code, offer.form, offer.rate_bp) == ("magnesium", "capsules", 900)
    assert offer.daily_active is not None and offer.daily_active["amount"] == "144"
    assert offer.picture == offer.pictures[0] and offer.picture["file"].endswith(".svg")
    assert [badge.code for badge in offer.badges] == ["purity", "lab", "gmp"]
    assert offer.absorption is not None
    assert offers_by_code(["mgt-c"], "en", with_badges=False)["mgt-c"].badges == ()


def test_a_list_costs_one_query_and_two_more_with_badges(demo_app: Flask, queries: Counting) -> None:
    for limit in (1, None):
        with queries(demo_app) as seen:
            assert offers("nl", limit=limit)
        assert len(seen) == 1
        with queries(demo_app) as seen:
            offers("nl", limit=limit, with_badges=True)
        assert len(seen) == 3
    with queries(demo_app) as seen:
        assert offer_by_slug("nmn-powder", "en") is not None
    assert len(seen) == 3
    with queries(demo_app) as seen:
        list_page("nl", ListFilters())
    assert len(seen) == 2


def test_the_order_of_the_shop_and_a_part_of_it(any_demo_app: Flask) -> None:
    assert [offer.code for offer in offers("nl")] == ALL
    assert [offer.code for offer in offers("nl", limit=3, offset=2)] == ALL[2:5]


def test_what_is_named_is_joined_and_nothing_named_is_nothing(any_demo_app: Flask) -> None:
    assert list(offers_by_code(["tmg-c", "unheard"], "nl", collections=["nmn"])) == [
        "nmn-c",
        "nmn-p",
        "tmg-c",
    ]
    assert [offer.code for offer in offers("nl", skus=["CRM-P-500", "NMN-C-60"])] == ["nmn-c", "crm-p"]
    ids = list(db.session.scalars(select(Product.id).where(Product.code.in_(["mgb-c", "nmn-c"]))))
    assert set(offers_by_id(ids, "nl")) == set(ids)
    for empty in (offers("nl", codes=[]), offers("nl", ids=[], skus=[]), offers("nl", collections=())):
        assert empty == []


def test_conditions_of_other_rooms_narrow_a_list(any_demo_app: Flask) -> None:
    with writing():
        for sku in ("MGT-C-90", "MGT-C-180"):
            stock.set_level(variant_id(sku), 0, "An")
    codes = [offer.code for offer in offers("nl", condition=in_stock(), limit=2)]
    assert codes == ["nmn-c", "nmn-p"]
    assert [
        offer.code for offer in offers("nl", condition=[in_stock(), Product.form == "powder"], limit=2)
    ] == [
        "nmn-p",
        "mgt-p",
    ]


def test_the_first_size_in_stock_is_offered_first(any_demo_app: Flask) -> None:
    with writing():
        stock.set_level(variant_id("MGT-C-90"), 0, "An")
        stock.set_level(variant_id("MGT-C-180"), 3, "An")
    offer = offers_by_code(["mgt-c"], "nl")["mgt-c"]
    assert (offer.default.sku, offer.stock_word, offer.sold_out, offer.price_cents) == (
        "MGT-C-180",
        "low",
        False,
        6295,
    )
    with writing():
        stock.set_level(variant_id("MGT-C-180"), 0, "An")
    offer = offers_by_code(["mgt-c"], "nl")["mgt-c"]
    assert (offer.default.sku, offer.stock_word, offer.sold_out) == ("MGT-C-90", "sold_out", True)


def test_what_is_not_offered(any_demo_app: Flask) -> None:
    with writing():
        catalog.set_state("nmn-c", "archived")
        db.session.execute(update(Variant).where(Variant.sku == "MGB-C-120").values(on_sale=False))
        db.session.execute(update(Variant).where(Variant.sku == "MGT-C-180").values(on_sale=False))
        db.session.execute(update(ProductText).where(ProductText.slug == "nmn-poeder").values(lang="de"))
    found = {offer.code: offer for offer in offers("nl")}
    assert {"nmn-c", "mgb-c", "nmn-p"}.isdisjoint(found)
    assert [variant.sku for variant in found["mgt-c"].variants] == ["MGT-C-90"]
    assert "nmn-c" in {offer.code for offer in offers("nl", published_only=False)}
    assert offer_by_slug("nmn-capsules", "nl") is None
    assert len(offers("nl", limit=1)) == 1


def test_a_page_has_its_texts_in_one_language_and_its_twin(any_demo_app: Flask) -> None:
    found = offer_by_slug("magnesium-l-threonaat-capsules", "nl")
    assert found is not None
    offer, text = found
    assert [variant.sku for variant in offer.variants] == ["MGT-C-90", "MGT-C-180"]
    assert text["slugs"] == {"nl": "magnesium-l-threonaat-capsules", "en": "magnesium-l-threonate-capsules"}
    assert text["collections"] == [("magnesium", "Magnesium")]
    assert "Nederland" in text["origin"]
    assert text["limit_note"] and text["warnings"] and text["questions"]
    assert offer_by_slug("magnesium-l-threonaat-capsules", "en") is None


def test_search_offers_keeps_the_order_of_the_search(any_demo_app: Flask) -> None:
    assert [offer.code for offer in search_offers("threonaat poeder", "nl")] == ["mgt-p"]
    assert [offer.code for offer in search_offers(" ! ", "nl", limit=2)] == ["nmn-c", "mgt-c"]
    assert search_offers("nothing of the kind", "en") == []


def shown(**filters: object) -> list[str]:
    return [offer.code for offer in list_page("nl", ListFilters(**filters)).offers]  # type: ignore[arg-type]


def test_filters(any_demo_app: Flask) -> None:
    assert shown() == ALL
    assert shown(ingredients=("magnesium",)) == ["mgt-c", "mgb-c", "mgt-p"]
    assert shown(ingredients=("magnesium", "nmn"), forms=("powder",)) == ["nmn-p", "mgt-p"]
    assert shown(price_min=4495, price_max=5495) == ["nmn-c", "mgt-p", "nrc-c"]
    assert shown(codes=("tmg-c", "nmn-c", "unheard")) == ["nmn-c", "tmg-c"]
    assert shown(ingredients=("unheard",)) == []
    with writing():
        stock.set_level(variant_id("MGB-C-120"), 0, "An")
    assert shown(ingredients=("magnesium",), in_stock=True) == ["mgt-c", "mgt-p"]


def test_a_facet_counts_with_all_filters_but_its_own(any_demo_app: Flask) -> None:
    facets = list_page("nl", ListFilters(ingredients=("nmn",), forms=("capsules",))).facets
    assert {option.value: option.count for option in facets.ingredients} == {
        "nmn": 1,
        "magnesium": 2,
        "creatine": 0,
        "betaine": 1,
        "nr": 1,
    }
    assert {option.value: option.count for option in facets.forms} == {"capsules": 1, "powder": 1}
    assert facets.in_stock == 1
    assert (facets.price_low, facets.price_high) == (1495, 7995)


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("price", "crm-p"),
        ("price_desc", "nmn-p"),
        ("unit_price", "crm-p"),
        ("name", "tmg-c"),
        ("unheard", "nmn-c"),
    ],
)
def test_orders(demo_app: Flask, sort: str, first: str) -> None:
    assert list_page("nl", ListFilters(), sort).offers[0].code == first


def test_pages_collections_and_searches(any_demo_app: Flask) -> None:
    page = list_page("nl", ListFilters(), page=2, per_page=4)
    assert [offer.code for offer in page.offers] == ALL[4:8]
    assert (page.total, page.pages, page.page) == (9, 3, 2)
    assert list_page("nl", ListFilters(), page=9).offers == []
    magnesium = list_page("nl", ListFilters(), collection_code="magnesium")
    assert [offer.code for offer in magnesium.offers] == ["mgt-c", "mgb-c", "mgt-p"]
    assert [option.value for option in magnesium.facets.ingredients] == ["magnesium"]
    assert [offer.code for offer in list_page("nl", ListFilters(), search="betaine").offers] == [
        "tmg-c",
        "tmg-p",
    ]


def test_no_lot_no_code(any_demo_app: Flask) -> None:
    clock.show_date(clock.today().replace(year=clock.today().year + 5, day=1))
    offer = offers_by_code(["nmn-c"], "nl")["nmn-c"]
    assert [variant.lot_code for variant in offer.variants] == ["", ""]
    assert offer.badges == ()
