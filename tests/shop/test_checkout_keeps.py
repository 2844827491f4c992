"""What was typed in the checkout is not lost: sold out meanwhile, the other language, another cart."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from storefront.cart import cookie
from storefront.pricing import shipping
from storefront.pricing.queries import Step
from storefront.stock.actions import take_all
from storefront.testing import KEY
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, POSTED, SMALL, Shelf

TYPED = POSTED | {"phone": "06 12345678", "shipping": "evening", "payment": "card"}
BOTH = {"sku": [SMALL, LARGE], "quantity": ["1", "2"]}


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


@pytest.fixture
def buyer(any_app: Flask, shop: Shelf) -> FlaskClient:
    """Somebody with one small and two large ones in the cart."""
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    client.post("/en/cart/add", data={"sku": LARGE, "quantity": "2"})
    return client


def send(client: FlaskClient, lang: str = "en", **changes: object) -> TestResponse:
    found = re.search(r'name="seen" value="([^"]*)"', client.get(f"/{lang}/checkout").text)
    return client.post(f"/{lang}/checkout", data=TYPED | BOTH | {"seen": found[1] if found else ""} | changes)


def in_cart(client: FlaskClient) -> dict[str, int]:
    found = client.get_cookie("cart")
    return {line.sku: line.quantity for line in cookie.read(found.value if found else None, KEY)[0].lines}


def assert_kept(page: str) -> None:
    for name in ("email", "name", "street", "city", "phone"):
        assert f'value="{TYPED[name]}"' in page, name
    assert re.search(r'value="9711 (lm|LM)"', page)
    assert re.search(r'value="evening" checked', page)
    assert re.search(r'value="card" checked', page)
    assert re.search(r'name="terms" value="y" checked', page)


def test_what_is_sold_out_while_ordering_is_told_in_the_form_and_taken_out_there(
    buyer: FlaskClient, shop: Shelf
) -> None:
    with writing():
        take_all({shop.ids[SMALL]: 10, shop.ids[LARGE]: 9}, None)
    answer = buyer.post("/en/checkout", data=TYPED | BOTH | {"seen": "NL.evening.16085"})
    assert answer.status_code == 409
    assert_kept(answer.text)
    assert answer.text.count("Sold out") == 2, "in the summary of errors and at its line"
    assert answer.text.count("Only 1 is left") == 2
    assert 'href="#line-1"' in answer.text and 'id="line-1"' in answer.text
    answer = buyer.post("/en/checkout", data=TYPED | BOTH | {"seen": "", "remove": SMALL})
    assert answer.status_code == 409
    assert in_cart(buyer) == {LARGE: 2}
    answer = buyer.post(
        "/en/checkout", data=TYPED | {"seen": "", "sku": LARGE, "quantity": "1", "update": "1"}
    )
    assert answer.status_code == 200
    assert_kept(answer.text)
    seen = re.search(r'name="seen" value="([^"]*)"', answer.text)
    assert seen is not None
    last = TYPED | {"seen": seen[1], "sku": LARGE, "quantity": "1"}
    assert buyer.post("/en/checkout", data=last).status_code == 303
    (order,) = shelf.orders()
    assert [(line.sku, line.quantity) for line in order.lines] == [(LARGE, 1)]


def test_nothing_left_leads_to_the_cart(buyer: FlaskClient, shop: Shelf) -> None:
    with writing():
        take_all({shop.ids[SMALL]: 10, shop.ids[LARGE]: 10}, None)
    answer = buyer.post("/en/checkout", data=TYPED | BOTH | {"seen": "NL.evening.16085"})
    assert (answer.status_code, "was not placed" in answer.text) == (409, True)


def test_the_other_language_is_a_button_of_the_form_that_keeps_everything(buyer: FlaskClient) -> None:
    page = buyer.get("/en/checkout").text
    button = re.search(r'<button form="checkout" formaction="/nl/checkout"[^>]*name="update" value="1"', page)
    assert button is not None
    assert 'href="/nl/checkout"' not in page
    answer = buyer.post("/nl/checkout", data=TYPED | BOTH | {"seen": "", "update": "1"})
    assert answer.status_code == 200
    assert 'lang="nl"' in answer.text and "error-summary" not in answer.text
    assert_kept(answer.text)
    assert shelf.orders() == []


def test_enter_in_a_field_orders_and_does_not_change_the_language(buyer: FlaskClient) -> None:
    """The first submit button of a form is the one that Enter presses."""
    buttons = re.findall(r"<button[^>]*form=\"checkout\"[^>]*>", buyer.get("/en/checkout").text)
    assert "formaction" not in buttons[0] and "name=" not in buttons[0]


def test_the_cart_is_changed_in_the_checkout(buyer: FlaskClient) -> None:
    answer = send(buyer, quantity=["3", "2"], update="1")
    assert (answer.status_code, in_cart(buyer)) == (200, {SMALL: 3, LARGE: 2})
    assert_kept(answer.text)
    assert f"NL.evening.{3 * 3495 + 2 * 6295 + 695}" in answer.text
    answer = send(buyer, quantity=["3", "2"], remove=LARGE)
    assert (answer.status_code, in_cart(buyer)) == (200, {SMALL: 3})
    assert_kept(answer.text)
    answer = send(buyer, sku=SMALL, quantity="3", remove=SMALL)
    assert (answer.status_code, answer.headers["Location"], in_cart(buyer)) == (303, "/en/cart", {})


def test_ordering_with_another_quantity_asks_to_confirm_the_new_total(buyer: FlaskClient) -> None:
    answer = send(buyer, quantity=["1", "3"])
    assert (answer.status_code, in_cart(buyer)) == (422, {SMALL: 1, LARGE: 3})
    assert "The total is now €230.75" in answer.text
    assert_kept(answer.text)
    assert send(buyer, quantity=["1", "3"]).status_code == 303


@pytest.mark.parametrize(
    ("quantity", "words"), [("11", "Only 10 are left."), ("x", "whole number"), ("0", "whole number")]
)
def test_a_quantity_that_cannot_be_is_refused_at_its_line(
    buyer: FlaskClient, quantity: str, words: str
) -> None:
    for more in ({}, {"update": "1"}):
        answer = send(buyer, quantity=["1", quantity], **more)
        assert (answer.status_code, in_cart(buyer)) == (422, {SMALL: 1, LARGE: 2})
        assert answer.text.count(words) == 2
        assert f'value="{quantity}" name="quantity"' in answer.text
        assert_kept(answer.text)
    assert shelf.orders() == []


def test_a_quantity_that_nobody_carries_is_refused_and_the_cart_stays(buyer: FlaskClient) -> None:
    with writing():
        for country, code in (("NL", "standard"), ("NL", "evening"), ("BE", "standard"), ("BE", "pickup")):
            names = {"nl": code, "en": code}
            shipping.change_method(country, code, names, names, [Step(450, 500)], None)
    answer = send(buyer, quantity=["2", "2"], update="1")
    assert (answer.status_code, in_cart(buyer)) == (422, {SMALL: 1, LARGE: 2})
    assert "Your cart weighs 0.54 kg" in answer.text
    assert_kept(answer.text)


def test_lines_of_another_tab_neither_come_back_nor_go(buyer: FlaskClient) -> None:
    buyer.post("/en/cart/remove", data={"sku": SMALL})
    buyer.post("/en/cart/add", data={"sku": "NMN-P-50"})
    answer = send(buyer, update="1")
    assert (answer.status_code, in_cart(buyer)) == (200, {LARGE: 2, "NMN-P-50": 1})


def test_lines_that_no_form_sends_are_a_bad_request(buyer: FlaskClient) -> None:
    assert send(buyer, quantity=["1"]).status_code == 400
    assert send(buyer, sku=[SMALL] * 31, quantity=["1"] * 31).status_code == 400
    assert send(buyer, remove="a\x00").status_code == 400
