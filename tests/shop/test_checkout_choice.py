"""The country and the way of delivery in the checkout: what must be chosen, and what need not be."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.pricing import shipping
from storefront.pricing.actions import set_vat_rate
from storefront.pricing.queries import Step
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, checkout

DHL = {"nl": "Pakket naar Duitsland", "en": "Parcel to Germany"}
GERMAN = {"country": "DE", "postcode": "10115", "city": "Berlin"}


@pytest.fixture
def buyer(any_app: Flask) -> FlaskClient:
    """Home and Belgium have two ways each, of which one is the same; Germany has one of its own."""
    shelf.fill(10)
    with writing():
        set_vat_rate("DE", "reduced", 700, date(2020, 1, 1))
        shipping.add_zone("DE", DHL, ["DE"])
        shipping.add_method("DE", "dhl", DHL, DHL, [Step(895)], None)
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    return client


@pytest.mark.parametrize("way", ["standard", "evening", "", "dhl"])
def test_the_only_way_to_a_country_need_not_be_chosen(buyer: FlaskClient, way: str) -> None:
    page = buyer.get("/en/checkout").text
    assert 'value="dhl"' not in page, "there is nothing to choose"
    assert re.search(r'data-land="DE"><span class="co-which">Germany: </span>€43.90', page)
    assert not re.search(r'data-land="DE" data-(way|lacks)', page), (
        "its total stands there whatever is chosen"
    )
    assert checkout(buyer, shipping=way, **GERMAN).status_code == 303
    (order,) = shelf.orders()
    assert (order.shipping_code, order.total_cents) == ("dhl", 3495 + 895)


def test_a_country_without_the_chosen_way_says_that_there_is_something_to_choose(buyer: FlaskClient) -> None:
    page = buyer.get("/en/checkout").text
    ways = re.findall(r'id="shipping-(\d)" name="shipping" value="(\w+)"', page)
    number = {code: n for n, code in ways}
    assert f'data-land="BE" data-lacks="{number["evening"]}">Choose a way of delivery.' in page
    assert f'data-land="NL" data-lacks="{number["pickup"]}">Choose a way of delivery.' in page
    answer = checkout(buyer, country="BE", postcode="9000", shipping="evening")
    assert (answer.status_code, "Choose a way of delivery for this country." in answer.text) == (422, True)


def test_home_has_its_first_way_chosen_beside_a_country_with_one(buyer: FlaskClient) -> None:
    page = buyer.post("/en/checkout", data=shelf.POSTED | GERMAN | {"seen": "", "update": "1"}).text
    assert '<option value="DE" selected>' in page
    assert page.count('name="shipping"') == 3
    assert re.search(r'name="shipping" value="\w+" checked', page), "for who goes back to another country"
