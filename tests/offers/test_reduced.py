"""An automatic offer changes the price on cards, pages and in JSON-LD; only a true one stands beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from storefront import clock
from storefront.catalog.models import PriceHistory
from storefront.database import db
from storefront.offers.listing import ListFilters
from storefront.offers.queries import list_page, offer_by_slug, offers
from storefront.pricing.discount_editing import DiscountData, add_discount, end_discount
from storefront.pricing.models import Discount
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, SMALL, Shelf

Queries = Callable[[Flask], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Products whose prices have stood for 90 days."""
    found = shelf.fill(10)
    _since(90)
    return found


def _since(days: int) -> None:
    with writing():
        since = clock.now() - timedelta(days=days)
        db.session.execute(update(PriceHistory).values(since=since))


def offer(**more: object) -> int:
    values: dict[str, object] = {
        "code": "",
        "names": {"nl": "Aanbieding", "en": "Offer"},
        "kind": "percent",
        "value": 1000,
        "starts_on": clock.today(),
        "products": ["mgt-c"],
    }
    with writing():
        return add_discount(DiscountData(**(values | more)), clock.today()).id  # type: ignore[arg-type]


def prices() -> dict[str, tuple[int, int | None]]:
    db.session.rollback()
    return {size.sku: (size.now_cents, size.from_cents) for one in offers("en") for size in one.variants}


def test_the_card_the_page_and_the_machines_say_what_is_charged(any_app: Flask, shop: Shelf) -> None:
    client = any_app.test_client()
    assert prices()[SMALL] == (3495, None)
    offer(ends_on=clock.today() + timedelta(days=3))
    assert prices()[SMALL] == (3145, 3495)
    assert prices()[LARGE] == (5665, 6295)
    assert prices()["NMN-P-50"] == (7995, None)
    for path in ("/en/products", "/en/products/mgt-c-en"):
        page = client.get(path).text
        assert "€31.45" in page
        assert "Lowest price of the last 30 days: <s>€34.95</s>" in page
    assert '"price": "31.45"' in page or '"price":"31.45"' in page
    assert f'"priceValidUntil": "{clock.today() + timedelta(days=3)}"' in page
    found = offer_by_slug("mgt-c-en", "en")
    assert found is not None
    assert found[0].variants[0].now_cents == 3145
    (first, *_others) = list_page("en", ListFilters()).offers
    assert (first.default.now_cents, first.default.unit_price_cents) == (3145, 3494)
    client.post("/en/cart/add", data={"sku": SMALL})
    assert "NL.standard.3595" in client.get("/en/checkout").text, "31.45 and 4.50 for delivery"


@pytest.mark.parametrize("path", ["cart", "drawer", "checkout"])
def test_a_cart_announces_no_reduction_from_a_price_that_was_not_the_lowest(
    any_app: Flask, shop: Shelf, path: str
) -> None:
    """Raised from 17.95 to 34.95, then a tenth off: 31.45 is no reduction, on the page and in the cart."""
    with writing():
        db.session.add(
            PriceHistory(
                variant_id=shop.ids[SMALL], price_cents=1795, since=clock.now() - timedelta(days=100)
            )
        )
        newer = update(PriceHistory).where(PriceHistory.price_cents == 3495)
        db.session.execute(newer.values(since=clock.now() - timedelta(days=5)))
    offer()
    assert prices()[SMALL] == (3145, None)
    page = _shown_in(any_app, path, {SMALL: 2})
    assert "2 × €31.45" in page
    for words in ("34.95", "69.90", "Offer", "Lowest price", "7.00"):
        assert words not in page, words
    assert "€62.90" in page


@pytest.mark.parametrize("path", ["cart", "drawer", "checkout"])
def test_a_cart_shows_the_prices_of_the_pages_and_the_lowest_before(
    any_app: Flask, shop: Shelf, path: str
) -> None:
    offer()
    offer(code="TYPED", value=1000)
    page = _shown_in(any_app, path, {SMALL: 2, LARGE: 1}, "TYPED")
    assert "Lowest price of the last 30 days: <s>€34.95</s>" in page
    assert "Lowest price of the last 30 days: <s>€62.95</s>" in page
    assert re.search(r"Subtotal</(dt|span)><(dd|span)>€119.55<", page), "2 of 31.45 and one of 56.65"
    assert re.search(r"Offer \(TYPED\)</(dt|span)><(dd|span)>-€11.97<", page), (
        "a tenth of what they cost today"
    )
    assert page.count("Offer") == page.count("Offer (TYPED)")


@pytest.mark.parametrize(("least", "row"), [(0, None), (5000, "€11.52"), (50_000, None)])
def test_an_offer_with_a_minimum_is_a_row_of_what_it_takes_off_besides(
    any_app: Flask, shop: Shelf, least: int, row: str | None
) -> None:
    """26.5 % off from 50 euros of them on: the page and the line have the price of a tenth off, 31.45."""
    offer()
    offer(value=2650, minimum_cents=least, names={"nl": "Veel", "en": "Many"}) if least else None
    page = _shown_in(any_app, "cart", {SMALL: 2})
    assert "€62.90" in page
    assert (f"Many</dt><dd>-{row}" in page) == (row is not None)


def _shown_in(app: Flask, path: str, pieces: dict[str, int], code: str = "") -> str:
    client = app.test_client()
    for sku, quantity in pieces.items():
        client.post("/en/cart/add", data={"sku": sku, "quantity": str(quantity)})
    client.post("/en/cart/code", data={"code": code})
    headers = {"X-Fragment": "drawer"} if path == "drawer" else {}
    page = client.get("/en/checkout" if path == "checkout" else "/en/cart", headers=headers).text
    return page[page.index("<main") if path != "drawer" else 0 :]


@pytest.mark.parametrize(
    "more",
    [
        {"code": "TYPED"},
        {"minimum_cents": 1},
        {"kind": "amount", "value": 500},
        {"kind": "shipping", "value": 0},
        {"starts_on": clock.today() + timedelta(days=1)},
        {"products": ["nmn-p"]},
    ],
)
def test_what_depends_on_the_cart_changes_no_price_that_is_shown(app: Flask, more: dict[str, object]) -> None:
    shelf.fill(10)
    offer(**more)
    assert prices()[SMALL] == (3495, None)


def test_without_a_price_before_nothing_is_struck_through(any_app: Flask, shop: Shelf) -> None:
    _since(-1)
    offer()
    assert prices()[SMALL] == (3145, None)


def test_an_offer_after_an_offer_names_the_price_of_the_first(any_app: Flask, shop: Shelf) -> None:
    first = offer(value=2000)
    with writing():
        db.session.get_one(Discount, first).starts_on = clock.today() - timedelta(days=5)
        end_discount(first, clock.today())
    offer()
    assert prices()[SMALL] == (3145, None), "27.96 was the lowest: 31.45 is no reduction"


def test_an_offer_for_ever_ends_when_a_better_one_begins(any_app: Flask, shop: Shelf) -> None:
    """One day more than the last of the calendar is no day: it made every page with a price answer 500."""
    first = offer(value=500, ends_on=date.max)
    with writing():
        db.session.get_one(Discount, first).starts_on = clock.today() - timedelta(days=5)
    offer()
    assert prices()[SMALL] == (3145, 3320), "33.20 stood there until yesterday"
    client = any_app.test_client()
    for path in ("/en/", "/en/products", "/en/products/mgt-c-en"):
        assert client.get(path).status_code == 200


def test_a_list_without_an_offer_takes_no_query_more(any_app: Flask, shop: Shelf, queries: Queries) -> None:
    with queries(any_app) as counted:
        offers("en")
    assert len(counted) == 1
