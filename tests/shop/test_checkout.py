"""The checkout: the form, its refusals, and the order that its post places."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from storefront.catalog.models import Variant
from storefront.database import db
from storefront.pages.queries import page_to_edit
from storefront.payments import demo_gateway
from storefront.payments.providers import ProviderAway
from storefront.stock.actions import take_all
from storefront.testing import Maker
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POSTED, SMALL, Shelf
from tests.shop.conftest import seen

Queries = Callable[[Flask], AbstractContextManager[list[str]]]


def post(client: FlaskClient, lang: str = "en", **changes: str | None) -> TestResponse:
    return shelf.checkout(client, lang, **changes)


def test_the_page_shows_what_is_ordered_and_what_it_costs_everywhere(buyer: FlaskClient) -> None:
    page = buyer.get("/en/checkout")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert 'name="robots" content="noindex"' in page.text
    assert "Set-Cookie" not in page.headers
    assert seen(page.text).split() == [
        "NL.standard.3945",
        "BE.standard.4190",
        "NL.evening.4190",
        "BE.pickup.3990",
    ] or set(seen(page.text).split()) == {
        "NL.standard.3945",
        "NL.evening.4190",
        "BE.standard.4190",
        "BE.pickup.3990",
    }
    for text in (
        "Order and pay",
        "€39.45",
        "Including 9% VAT",
        "Including 6% VAT",
        "iDEAL | Wero",
        "terms of sale",
    ):
        assert text in page.text, text
    terms = re.search(r'<input type="checkbox" id="terms"[^>]*>', page.text)
    assert terms is not None
    assert "checked" not in terms[0]


def test_an_order_is_placed_and_leads_to_its_payment(buyer: FlaskClient, shop: Shelf) -> None:
    page = buyer.get("/nl/checkout").text
    answer = post(buyer, "nl", seen=seen(page))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/nl/payment/demo/")
    (order,) = shelf.orders()
    assert (order.state, order.lang, order.total_cents, order.postcode) == ("placed", "nl", 3945, "9711 LM")
    assert (order.shipping_name, order.payment_name) == ("standard nl", "iDEAL | Wero")
    line = order.lines[0]
    assert (line.name, line.label, line.product_slug) == (
        "Magnesium L-threonate (nl)",
        "90 stuks",
        "mgt-c-nl",
    )
    assert shop.left(SMALL) == 9


def test_the_source_of_a_line_reaches_the_order(any_app: Flask, shop: Shelf) -> None:
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL, "source": "article:magnesium-brain:cta"})
    post(client)
    assert shelf.orders()[0].lines[0].source == "article:magnesium-brain:cta"


WRONG = [
    ("email", "lotte.jansen.example.nl", "There is no @"),
    ("email", "lotte@example", "not a complete address"),
    ("email", "a b@example.nl", "not a complete address"),
    ("email", "jürgen@example.nl", "not a complete address"),  # few mail servers take it
    ("email", "", "Fill this in"),
    ("email", "a" * 10_000 + "@example.nl", "at most"),
    ("name", "", "Fill this in"),
    ("name", "x" * 10_000, "at most 120"),
    ("name", "Lotte\nBcc: x", "cannot use"),
    ("street", "   ", "Fill this in"),
    ("city", "x" * 10_000, "at most 100"),
    ("postcode", "9711", "four digits and two letters"),
    ("postcode", "0711 LM", "four digits and two letters"),
    ("postcode", "9711 SS", "four digits and two letters"),
    ("postcode", "9711LMX", "four digits and two letters"),
    ("phone", "call me", "digits only"),
    ("terms", None, "without your consent"),
    ("shipping", "pickup", "for this country"),
    ("shipping", "", "for this country"),
]


@pytest.mark.parametrize(("field", "value", "message"), WRONG)
def test_errors_stand_on_top_and_beside_their_field_and_keep_what_was_typed(
    app: Flask, field: str, value: str | None, message: str
) -> None:
    shop = shelf.fill(10)
    client = app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    answer = post(client, **{field: value})
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "private, no-cache"  # the back button finds it again
    assert answer.text.count(message) == 2
    assert 'class="note note--bad mb-5 error-summary"' in answer.text
    target = "shipping-1" if field == "shipping" else field
    assert f'href="#{target}"' in answer.text
    assert f'id="{target}"' in answer.text
    assert 'value="Oude Ebbingestraat 18"' in answer.text or field == "street"
    assert shelf.orders() == []
    assert shop.left(SMALL) == 10


def test_all_errors_are_listed_at_once_in_dutch_and_english(buyer: FlaskClient) -> None:
    answer = post(buyer, email="x", postcode="1", terms="")
    assert answer.text.count("<li><a href=") >= 2
    summary = answer.text[answer.text.index("error-summary") :]
    assert summary.index("#email") < summary.index("#postcode")


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("NL", "9711lm", "9711 LM"),
        ("NL", " 9711  lm ", "9711 LM"),
        ("BE", "9000", "9000"),
        ("BE", "b-9000", "9000"),
    ],
)
def test_postcodes_are_brought_to_their_form(app: Flask, country: str, typed: str, kept: str) -> None:
    shelf.fill(10)
    client = app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    assert post(client, country=country, postcode=typed).status_code == 303
    assert shelf.orders()[0].postcode == kept


def test_a_dutch_postcode_is_none_in_belgium(buyer: FlaskClient) -> None:
    answer = post(buyer, country="BE")
    assert (answer.status_code, "four digits, such as 9000" in answer.text) == (422, True)


def test_belgium_has_its_own_price_and_vat(buyer: FlaskClient) -> None:
    page = buyer.get("/en/checkout").text
    assert post(buyer, country="BE", postcode="9000", shipping="pickup", seen=seen(page)).status_code == 303
    (order,) = shelf.orders()
    assert (order.shipping_cents, order.total_cents) == (495, 3990)
    assert order.vat == [{"rate_bp": 600, "gross_cents": 3990, "vat_cents": 226}]


def test_the_total_can_be_brought_up_to_date_without_script_and_without_ordering(buyer: FlaskClient) -> None:
    answer = post(buyer, country="BE", postcode="", shipping="pickup", update="1", terms="")
    assert answer.status_code == 200
    assert "error-summary" not in answer.text
    assert '<option value="BE" selected>' in answer.text
    assert re.search(r'value="pickup" checked', answer.text)
    assert shelf.orders() == []


def test_nobody_orders_at_a_total_that_was_not_shown(buyer: FlaskClient, shop: Shelf) -> None:
    before = seen(buyer.get("/en/checkout").text)
    with writing():
        db.session.execute(update(Variant).where(Variant.sku == SMALL).values(price_cents=3595))
    answer = post(buyer, seen=before)
    assert (answer.status_code, "The total is now €40.45" in answer.text) == (422, True)
    assert shelf.orders() == []
    assert post(buyer, seen=seen(answer.text)).status_code == 303
    assert shelf.orders()[0].total_cents == 4045


def test_what_no_form_sends_is_a_bad_request(buyer: FlaskClient) -> None:
    for changes in (
        {"country": "XX"},
        {"payment": "gold"},
        {"seen": "free"},
        {"seen": "x" * 10_000},
        {"name": "Lotte\x00"},
        {"email": "a\x00@example.nl"},
        {"shipping": "standard\x00"},
    ):
        assert post(buyer, **changes).status_code == 400, changes
    for missing in ("email", "name", "street", "postcode", "city", "country", "seen"):
        assert post(buyer, **{missing: None}).status_code == 400, missing
    assert shelf.orders() == []


def test_an_empty_cart_leads_to_the_cart(any_app: Flask, shop: Shelf) -> None:
    client = any_app.test_client()
    for answer in (client.get("/en/checkout"), post(client)):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/en/cart")


def test_sold_out_in_the_meantime_says_what_is_left(buyer: FlaskClient, shop: Shelf) -> None:
    buyer.post("/en/cart/update", data={"sku": SMALL, "quantity": "4"})
    page = seen(buyer.get("/en/checkout").text)
    with writing():
        take_all({shop.ids[SMALL]: 8}, None)
    answer = post(buyer, seen=page)
    assert answer.status_code == 409
    assert "has not been placed" in answer.text
    assert "Only 2 are left" in answer.text
    assert shelf.orders() == []
    assert shop.left(SMALL) == 2


def test_sold_out_between_the_look_and_the_update(
    buyer: FlaskClient, shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stock row says no although the page still saw the product."""
    from storefront.shop import checkout

    real = checkout.basket

    def late(lang: str, cart: object, **more: bool) -> object:
        found = real(lang, cart, **more)  # type: ignore[arg-type]
        monkeypatch.setattr(checkout, "basket", real)
        with writing():
            take_all({shop.ids[SMALL]: 10}, None)
        return found

    monkeypatch.setattr(checkout, "basket", late)
    answer = post(buyer)
    assert (answer.status_code, shelf.orders()) == (409, [])


def test_a_double_click_is_one_order(buyer: FlaskClient, shop: Shelf) -> None:
    first, second = post(buyer), post(buyer)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(shelf.orders()) == 1
    assert shop.left(SMALL) == 9


def test_a_changed_cart_replaces_the_open_order(buyer: FlaskClient, shop: Shelf) -> None:
    first = post(buyer).headers["Location"]
    assert buyer.post("/en/cart/update", data={"sku": SMALL, "quantity": "10"}).status_code == 303
    second = post(buyer)
    assert second.status_code == 303
    assert second.headers["Location"] != first
    assert [(order.state, order.lines[0].quantity) for order in shelf.orders()] == [
        ("cancelled", 1),
        ("placed", 10),
    ]
    assert shop.left(SMALL) == 0
    assert "has ended" in buyer.get(first).text


def test_the_last_ones_are_not_sold_out_for_who_reserved_them(
    any_app: Flask, buyer: FlaskClient, shop: Shelf
) -> None:
    buyer.post("/en/cart/update", data={"sku": SMALL, "quantity": "10"})
    first = post(buyer)
    assert shop.left(SMALL) == 0
    assert "Sold out" not in buyer.get("/en/cart").text
    assert buyer.get("/en/checkout").status_code == 200
    assert post(buyer).headers["Location"] == first.headers["Location"]
    assert post(buyer, city="Haren").status_code == 303
    assert [order.state for order in shelf.orders()] == ["cancelled", "placed"]
    other = any_app.test_client()
    assert other.post("/en/cart/add", data={"sku": SMALL}).status_code == 409


def test_another_address_replaces_the_open_order(buyer: FlaskClient, shop: Shelf) -> None:
    post(buyer)
    post(buyer, city="Haren")
    assert [(order.state, order.city) for order in shelf.orders()] == [
        ("cancelled", "Groningen"),
        ("placed", "Haren"),
    ]
    assert shop.left(SMALL) == 9


def test_posting_again_after_paying_leads_to_the_order(buyer: FlaskClient, shop: Shelf) -> None:
    demo = post(buyer).headers["Location"]
    any_cookie = buyer.get_cookie("cart")
    assert any_cookie is not None
    buyer.post(f"{demo}/pay")
    buyer.set_cookie("cart", any_cookie.value)
    answer = post(buyer)
    assert answer.headers["Location"] == f"/en/orders/{shelf.orders()[0].token}"
    assert len(shelf.orders()) == 1
    assert "Your cart is empty" in buyer.get("/en/cart").text


def test_a_new_cart_after_paying_is_a_new_order(buyer: FlaskClient, shop: Shelf) -> None:
    demo = post(buyer).headers["Location"]
    old = buyer.get_cookie("cart")
    assert old is not None
    buyer.post(f"{demo}/pay")
    buyer.set_cookie("cart", old.value)  # the tab was closed before the return: the cookie is still there
    buyer.post("/en/cart/add", data={"sku": SMALL})
    assert post(buyer).status_code == 303
    assert [order.state for order in shelf.orders()] == ["paid", "placed"]


def test_without_a_provider_checkout_is_away(make_app: Maker) -> None:
    app = make_app("empty", env="production", base_url="https://shop.example", payment_provider="")
    with app.app_context():
        shelf.fill()
        client = app.test_client()
        client.post("/en/cart/add", data={"sku": SMALL}, base_url="https://shop.example")
        for answer in (client.get("/en/checkout"), post(client, seen="")):
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert "no payment provider" in answer.text
        assert client.get("/en/payment/demo/x").status_code == 404
        assert shelf.orders() == []
        db.session.remove()


def test_a_provider_that_does_not_answer_keeps_the_order_and_lets_the_buyer_try_again(
    buyer: FlaskClient, shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise ProviderAway("time-out")

    monkeypatch.setattr(demo_gateway.DemoProvider, "create_session", silent)
    answer = post(buyer)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    (order,) = shelf.orders()
    assert f'action="/en/payment/again/{order.token}"' in answer.text
    monkeypatch.undo()
    again = buyer.post(f"/en/payment/again/{order.token}")
    assert again.headers["Location"].startswith("/en/payment/demo/")
    assert len(shelf.orders()) == 1


def test_cross_site_posts_are_refused(buyer: FlaskClient) -> None:
    answer = buyer.post("/en/checkout", data=POSTED, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert shelf.orders() == []


def test_a_total_that_was_never_shown_is_asked_about(buyer: FlaskClient) -> None:
    answer = post(buyer, seen="")
    assert (answer.status_code, "The total is now" in answer.text) == (422, True)
    assert shelf.orders() == []


def test_an_order_keeps_the_version_of_the_terms(any_demo_app: Flask) -> None:
    client = any_demo_app.test_client()
    client.post("/nl/cart/add", data={"sku": "MGT-C-90"})
    assert shelf.checkout(client, "nl").status_code == 303
    edit = page_to_edit("terms")
    assert edit is not None
    assert shelf.orders()[0].terms_version == edit.texts["nl"].updated_at
