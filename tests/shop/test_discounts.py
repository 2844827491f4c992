"""A discount in the cart, the checkout, the order and the mail, on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from storefront import clock
from storefront.cart import cookie
from storefront.catalog.models import Variant
from storefront.database import db
from storefront.orders import actions as orders
from storefront.orders import mail
from storefront.pricing import shipping
from storefront.pricing.discount_editing import DiscountData, add_discount, end_discount
from storefront.pricing.models import Discount
from storefront.pricing.queries import Step
from storefront.testing import KEY
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POSTED, SMALL, Shelf, checkout

NAMES = {"nl": "Herfstkorting", "en": "Autumn discount"}


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


@pytest.fixture
def buyer(any_app: Flask, shop: Shelf) -> FlaskClient:
    """Somebody with two units of 34.95 in the cart."""
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL, "quantity": "2"})
    return client


def discount(**more: object) -> int:
    values: dict[str, object] = {
        "code": "AUTUMN",
        "names": NAMES,
        "kind": "amount",
        "value": 1000,
        "starts_on": clock.today(),
    }
    with writing():
        return add_discount(DiscountData(**(values | more)), clock.today()).id  # type: ignore[arg-type]


def used(discount_id: int) -> int:
    db.session.rollback()
    return db.session.scalars(select(Discount.used).where(Discount.id == discount_id)).one()


def kept(client: FlaskClient) -> str:
    """The code in the client's cookie."""
    found = client.get_cookie("cart")
    return cookie.read(found.value if found else None, KEY)[0].code


def seen(answer: TestResponse) -> dict[str, int]:
    """The totals that stand on a checkout page, by country and way."""
    found = re.search(r'name="seen" value="([^"]*)"', answer.text)
    assert found is not None
    return {one.rpartition(".")[0]: int(one.rpartition(".")[2]) for one in found[1].split(" ")}


def type_code(client: FlaskClient, code: str) -> TestResponse:
    return client.post("/en/cart/code", data={"code": code})


def test_a_code_in_the_cart_is_a_line_of_its_own(buyer: FlaskClient) -> None:
    discount()
    answer = type_code(buyer, " autumn ")
    assert (answer.status_code, answer.headers["Location"], kept(buyer)) == (303, "/en/cart", "AUTUMN")
    page = buyer.get("/en/cart").text
    assert re.search(r"Autumn discount \(AUTUMN\)</dt><dd>-€10\.00", page)
    assert "€59.90" in page
    drawer = buyer.get("/en/cart", headers={"X-Fragment": "drawer"}).text
    assert "Autumn discount (AUTUMN)" in drawer
    assert "€59.90" in drawer
    buyer.post("/en/cart/add", data={"sku": SMALL})
    assert kept(buyer) == "AUTUMN", "the code stays when the cart changes"
    assert type_code(buyer, "").status_code == 303
    assert kept(buyer) == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"code": "OTHER"}, "do not know this code"),
        ({"starts_on": clock.today() + timedelta(days=1)}, "does not count yet"),
        ({"minimum_cents": 6991}, "counts from €69.91"),
        ({"products": ["nmn-p"]}, "not for anything in your cart"),
    ],
)
def test_a_bad_code_is_told_at_its_field_and_nothing_is_lost(
    buyer: FlaskClient, more: dict[str, object], words: str
) -> None:
    discount(**more)
    answer = type_code(buyer, "Autumn")
    assert answer.status_code == 422
    assert re.search(rf'id="code-err">.*{words}', answer.text)
    assert 'name="code" value="Autumn"' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "€69.90" in answer.text
    form = POSTED | {"code": "Autumn", "seen": "NL.standard.6990"}
    for data in (form | {"update": "1"}, form):
        answer = buyer.post("/en/checkout", data=data)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="Oude Ebbingestraat 18"' in answer.text
    assert shelf.orders() == []


def test_a_code_typed_in_the_checkout_shows_the_new_total_first(buyer: FlaskClient) -> None:
    discount()
    shown = buyer.post("/en/checkout", data=POSTED | {"code": "autumn", "update": "1", "seen": ""})
    assert shown.status_code == 200
    assert "NL.standard.5990" in shown.text
    assert kept(buyer) == "AUTUMN"
    answer = checkout(buyer)
    assert answer.status_code == 303
    (order,) = shelf.orders()
    assert (order.goods_cents, order.discount_cents, order.shipping_cents, order.total_cents) == (
        *(6990, 1000, 0, 5990),
    )
    assert [one["name"] for one in order.discounts] == ["Autumn discount"]
    assert [line.discount_cents for line in order.lines] == [1000]
    assert order.vat == [{"rate_bp": 900, "gross_cents": 5990, "vat_cents": 495}]


def test_ordering_at_once_with_a_new_code_asks_to_confirm_the_total(buyer: FlaskClient) -> None:
    discount_id = discount()
    answer = checkout(buyer, code="autumn")
    assert answer.status_code == 422
    assert "The total is now €59.90" in answer.text
    assert used(discount_id) == 0


def test_the_discount_is_on_the_order_page_in_the_admin_and_in_the_mail(
    buyer: FlaskClient, any_app: Flask
) -> None:
    discount()
    type_code(buyer, "AUTUMN")
    checkout(buyer)
    (order,) = shelf.orders()
    assert "Autumn discount (AUTUMN)" in buyer.get(f"/en/orders/{order.token}").text
    with any_app.test_request_context():
        message = mail.order_confirmation(order.id)
    assert "Autumn discount (AUTUMN): -€10.00" in message.text
    assert "Autumn discount (AUTUMN)" in message.html


def test_a_cancelled_order_gives_its_use_back_and_the_cart_can_order_again(buyer: FlaskClient) -> None:
    discount_id = discount(most_uses=1)
    type_code(buyer, "AUTUMN")
    assert checkout(buyer).status_code == 303
    assert used(discount_id) == 1
    assert "NL.standard.5990" in buyer.get("/en/checkout").text, "its own order does not use it up for it"
    assert checkout(buyer, street="Another street 1").status_code == 303
    assert used(discount_id) == 1
    order = next(one for one in shelf.orders() if one.state == "placed")
    with writing():
        assert orders.cancel(order.id, "test")
    assert used(discount_id) == 0


def test_a_code_that_is_used_up_meanwhile_does_not_place_the_order(buyer: FlaskClient) -> None:
    discount_id = discount(most_uses=1)
    type_code(buyer, "AUTUMN")
    page = buyer.get("/en/checkout").text
    with writing():
        db.session.get_one(Discount, discount_id).used = 1
    assert "NL.standard.5990" in page
    answer = checkout(buyer, seen="NL.standard.5990")
    assert answer.status_code == 422
    assert "used up" in answer.text
    assert shelf.orders() == []


def test_each_customer_may_use_it_so_often(any_app: Flask, buyer: FlaskClient) -> None:
    discount_id = discount(most_per_customer=1)
    type_code(buyer, "AUTUMN")
    assert checkout(buyer).status_code == 303
    again = any_app.test_client()
    again.post("/en/cart/add", data={"sku": SMALL, "quantity": "2"})
    type_code(again, "AUTUMN")
    answer = checkout(again, email="LOTTE.Jansen@example.nl")
    assert answer.status_code == 422
    assert "as often as it may be" in answer.text
    assert seen(answer) == {"NL.standard": 6990, "NL.evening": 7685, "BE.standard": 7685, "BE.pickup": 7485}
    assert "Autumn discount (AUTUMN)" not in answer.text, "a code that does not count is in no total"
    assert 'value="AUTUMN"' in answer.text
    asked = again.post("/en/checkout", data=POSTED | {"code": "AUTUMN", "seen": "", "update": "1"})
    assert (asked.status_code, seen(asked)["NL.standard"]) == (422, 6990)
    assert checkout(again, email="other@example.nl").status_code == 303
    assert used(discount_id) == 2


def test_who_has_an_open_order_with_a_code_may_change_that_order(buyer: FlaskClient) -> None:
    discount_id = discount(most_per_customer=1)
    type_code(buyer, "AUTUMN")
    assert checkout(buyer).status_code == 303
    assert checkout(buyer, street="Another street 1").status_code == 303
    assert used(discount_id) == 1


def test_free_delivery_counts_where_delivery_costs_something(any_app: Flask, shop: Shelf) -> None:
    discount_id = discount(kind="shipping", value=0)
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    type_code(client, "AUTUMN")
    page = client.get("/en/checkout").text
    assert "NL.standard.3495" in page
    assert checkout(client).status_code == 303
    (order,) = shelf.orders()
    assert (order.shipping_cents, order.discount_cents, order.total_cents) == (0, 0, 3495)
    assert used(discount_id) == 1


def test_nobody_is_told_to_buy_more_for_a_delivery_that_is_free_already(any_app: Flask, shop: Shelf) -> None:
    discount(kind="shipping", value=0)
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    assert "Another €15.05 and delivery is free" in client.get("/en/cart").text
    type_code(client, "AUTUMN")
    assert "and delivery is free" not in client.get("/en/cart").text


def test_an_order_of_nothing_is_refused_clearly(buyer: FlaskClient) -> None:
    discount(value=100_000)
    type_code(buyer, "AUTUMN")
    answer = checkout(buyer)
    assert answer.status_code == 422
    assert "nothing is left to pay" in answer.text
    assert shelf.orders() == []


def test_products_that_leave_a_discount_make_it_another_order(buyer: FlaskClient) -> None:
    """Who comes back is charged what is confirmed then, never what an open order says from before."""
    discount_id = discount(products=["mgt-c"])
    type_code(buyer, "AUTUMN")
    buyer.post("/en/cart/add", data={"sku": "NMN-P-50"})
    assert checkout(buyer).status_code == 303
    with writing():
        db.session.get_one(Discount, discount_id).products = ["nmn-p"]
        db.session.get_one(Discount, discount_id).value = 8000
    page = buyer.get("/en/checkout").text
    assert "NL.standard.6990" in page
    assert checkout(buyer).status_code == 303
    first, second = shelf.orders()
    assert (first.state, first.total_cents) == ("cancelled", 13985)
    assert (second.state, second.total_cents, second.discount_cents) == ("placed", 6990, 7995)
    with writing():
        db.session.get_one(Discount, discount_id).products = ["mgt-c", "nmn-p"]
    assert checkout(buyer).status_code == 303
    third = shelf.orders()[-1]
    assert (third.total_cents, [line.discount_cents for line in third.lines]) == (6985, [3732, 4268])


@pytest.mark.parametrize(("value", "status"), [(6941, 422), (6989, 422), (6940, 303)])
def test_less_than_the_provider_takes_is_refused_before_anything_is_reserved(
    buyer: FlaskClient, shop: Shelf, value: int, status: int
) -> None:
    discount(value=value)
    type_code(buyer, "AUTUMN")
    answer = checkout(buyer)
    assert answer.status_code == status
    if status == 422:
        assert "of €0.50 or more" in answer.text.partition('id="code-err"')[2]
        assert (shelf.orders(), shop.left(SMALL)) == ([], 10)
    else:
        assert [order.total_cents for order in shelf.orders()] == [50]


def test_a_price_below_what_the_provider_takes_is_told_above_the_form(
    buyer: FlaskClient, shop: Shelf
) -> None:
    with writing():
        db.session.execute(update(Variant).values(price_cents=20))
        shipping.change_method("NL", "standard", NAMES, NAMES, [Step(0)], None)
    answer = checkout(buyer)
    assert answer.status_code == 422
    assert "This costs €0.40. We can only take an order of €0.50 or more." in answer.text
    assert 'id="code-err"' not in answer.text
    assert shelf.orders() == []


def test_an_offer_that_ends_between_page_and_order_shows_the_new_total(buyer: FlaskClient) -> None:
    discount_id = discount(code="", kind="percent", value=1000)
    page = buyer.get("/en/checkout").text
    assert "NL.standard.6290" in page
    with writing():
        end_discount(discount_id, clock.today())
    answer = checkout(buyer, seen="NL.standard.6290")
    assert answer.status_code == 422
    assert "€69.90" in answer.text
    assert shelf.orders() == []
    assert checkout(buyer).status_code == 303
