"""Delivery by weight as a shopper meets it: the price, the country, and a cart that nobody carries."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.pricing import shipping
from storefront.pricing.actions import set_vat_rate
from storefront.pricing.countries import COUNTRIES
from storefront.pricing.queries import Step
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, SMALL, checkout

NAMES = {"nl": "Naam", "en": "Name"}
HEAVY = "Your cart weighs 0.36 kg with its packing, and a parcel may weigh 0.3 kg."


@pytest.fixture
def buyer(any_app: Flask) -> FlaskClient:
    """Sizes of 90 and 180 g; to Germany up to 300 g, to the Netherlands up to 1 kg, to Belgium anything."""
    shelf.fill(20)
    with writing():
        for code in ("reduced", "standard"):
            set_vat_rate("DE", code, 700, date(2020, 1, 1))
        shipping.add_zone("DE", NAMES, ["DE"])
        shipping.add_method("DE", "standard", NAMES, NAMES, [Step(895, 180), Step(1350, 300)], None)
        for code in ("standard", "evening"):
            shipping.change_method("NL", code, NAMES, NAMES, [Step(450, 200), Step(675, 1000)], None)
    return any_app.test_client()


@pytest.mark.parametrize(
    ("sku", "quantity", "german", "dutch"),
    [(SMALL, 1, 895, 450), (SMALL, 2, 895, 450), (SMALL, 3, 1350, 675), (LARGE, 1, 895, 450)],
)
def test_each_country_has_its_price_for_the_weight(
    buyer: FlaskClient, sku: str, quantity: int, german: int, dutch: int
) -> None:
    buyer.post("/en/cart/add", data={"sku": sku, "quantity": str(quantity)})
    goods = shelf.PRICES[sku] * quantity
    page = buyer.get("/en/checkout").text
    assert f"DE.standard.{goods + german}" in page and f"NL.standard.{goods + dutch}" in page


def test_an_order_to_another_country_has_its_vat_and_postcode(buyer: FlaskClient) -> None:
    buyer.post("/en/cart/add", data={"sku": SMALL})
    assert checkout(buyer, country="DE", postcode="a!").status_code == 422
    assert shelf.orders() == []
    assert checkout(buyer, country="DE", postcode="10115", city="Berlin").status_code == 303
    (order,) = shelf.orders()
    assert (order.country, order.postcode, order.shipping_cents) == ("DE", "10115", 895)
    assert [part["rate_bp"] for part in order.vat] == [700]


def test_a_cart_that_is_too_heavy_for_a_country_is_told_at_the_country(buyer: FlaskClient) -> None:
    buyer.post("/en/cart/add", data={"sku": SMALL, "quantity": "4"})
    page = buyer.get("/en/checkout").text
    assert "DE.standard" not in page and "NL.standard" in page
    answer = checkout(buyer, country="DE", postcode="10115")
    assert answer.status_code == 422
    assert HEAVY in answer.text and 'id="country-err"' in answer.text
    assert shelf.orders() == []


def test_a_country_that_cannot_be_chosen_because_of_the_weight_is_named_with_the_reason(
    buyer: FlaskClient,
) -> None:
    words = "Not to Germany: your cart weighs 0.36 kg with its packing, and a parcel may weigh 0.3 kg."
    buyer.post("/en/cart/add", data={"sku": SMALL, "quantity": "3"})
    assert "Not to" not in buyer.get("/en/checkout").text
    buyer.post("/en/cart/add", data={"sku": SMALL})
    page = buyer.get("/en/checkout").text
    assert words in page and '<option value="DE"' not in page
    assert "Niet naar Duitsland: je winkelmand weegt 0,36 kg" in buyer.get("/nl/checkout").text


def test_the_cart_shows_another_country_when_home_cannot_be_reached(buyer: FlaskClient) -> None:
    buyer.post("/en/cart/add", data={"sku": LARGE, "quantity": "6"})  # 1080 g
    assert "Delivery, Belgium" in buyer.get("/en/cart").text
    assert "BE.standard" in buyer.get("/en/checkout").text


def test_a_cart_that_nobody_carries_is_not_ordered_even_where_it_would_be_free(buyer: FlaskClient) -> None:
    with writing():
        for country, code in (("BE", "standard"), ("BE", "pickup"), ("NL", "standard"), ("NL", "evening")):
            shipping.change_method(
                country, code, NAMES, NAMES, [Step(1, 300)], 0
            )  # free, and still too heavy
    buyer.post("/en/cart/add", data={"sku": SMALL, "quantity": "4"})
    for fragment in ({}, {"X-Fragment": "drawer"}):
        cart = buyer.get("/en/cart", headers=fragment).text
        assert HEAVY in cart and "/en/checkout" not in cart
    assert buyer.get("/en/checkout").status_code == 303
    answer = buyer.post("/en/checkout", data=shelf.POSTED | {"seen": "NL.standard.13980"})
    assert answer.status_code == 422 and HEAVY in answer.text
    assert shelf.orders() == []


def test_the_packed_weight_counts_where_it_is_known(buyer: FlaskClient) -> None:
    from storefront.catalog.models import Variant
    from storefront.database import db

    with writing():
        db.session.query(Variant).filter_by(sku=SMALL).one().shipping_grams = 181
    buyer.post("/en/cart/add", data={"sku": SMALL})
    assert f"DE.standard.{3495 + 1350}" in buyer.get("/en/checkout").text


def test_a_shop_may_have_many_ways_of_delivery_to_many_countries(any_app: Flask) -> None:
    shelf.fill(10)
    with writing():
        others = [country for country in COUNTRIES if country not in ("NL", "BE")]
        shipping.add_zone("EU", NAMES, others)
        for number in range(12):
            shipping.add_method("EU", f"way-{number}", NAMES, NAMES, [Step(1000 + number)], None)
        for country in others:
            set_vat_rate(country, "reduced", 1000, date(2020, 1, 1))
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    assert client.get("/en/checkout").text.count(".way-") >= 300
    assert checkout(client, country="FR", postcode="75001", shipping="way-11").status_code == 303
