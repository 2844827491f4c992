"""Demo payment, return page and paying again; Stripe's double through the same views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from storefront import clock, worker
from storefront.addresses import settings
from storefront.database import db
from storefront.mail import mail_folder
from storefront.payments.conversation import sweep
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import attempts, kinds
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]


@pytest.fixture
def shop(app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


@pytest.fixture
def buyer(client: FlaskClient, shop: Shelf) -> FlaskClient:
    """Somebody with one product in the cart."""
    client.post("/en/cart/add", data={"sku": SMALL})
    return client


def order_of(client: FlaskClient, lang: str = "en") -> str:
    """Place the order; where its payment is."""
    answer = shelf.checkout(client, lang)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ["Pay", "Decline", "Leave", "demonstration"]), ("nl", ["Nee"])]
)
def test_the_demo_page_says_what_it_is(buyer: FlaskClient, lang: str, words: list[str]) -> None:
    demo = order_of(buyer, lang)
    page = buyer.get(demo)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert 'name="robots" content="noindex"' in page.text
    if lang == "en":
        for word in words:
            assert word in page.text


def test_paying_leads_back_to_a_paid_order_and_empties_the_cart(buyer: FlaskClient, shop: Shelf) -> None:
    demo = order_of(buyer)
    answer = buyer.post(f"{demo}/pay")
    (order,) = shelf.orders()
    assert answer.headers["Location"] == f"/en/payment/return/{order.token}"
    assert buyer.get_cookie("cart") is not None
    back = buyer.get(answer.headers["Location"])
    assert back.headers["Location"] == f"/en/orders/{order.token}"
    assert buyer.get_cookie("cart") is None
    assert buyer.get_cookie("cart_count") is None
    assert (order.state, attempts(order.id), kinds(order.id)) == ("paid", ["paid"], ["placed", "paid"])
    assert shop.left(SMALL) == 9


def test_paying_twice_is_paying_once(buyer: FlaskClient, shop: Shelf) -> None:
    demo = order_of(buyer)
    buyer.post(f"{demo}/pay")
    buyer.post(f"{demo}/pay")
    buyer.post(f"{demo}/decline")
    (order,) = shelf.orders()
    assert (order.state, kinds(order.id)) == ("paid", ["placed", "paid"])


def test_a_decline_can_be_tried_again_and_keeps_the_cart(buyer: FlaskClient, shop: Shelf) -> None:
    demo = order_of(buyer)
    answer = buyer.post(f"{demo}/decline")
    (order,) = shelf.orders()
    assert answer.headers["Location"] == f"/en/orders/{order.token}"
    page = buyer.get(answer.headers["Location"]).text
    assert "Your payment was declined" in page
    assert "has ended" in buyer.get(demo).text
    again = buyer.post(f"/en/payment/again/{order.token}")
    assert again.headers["Location"] != demo
    assert buyer.get_cookie("cart") is not None
    buyer.post(f"{again.headers['Location']}/pay")
    (order,) = shelf.orders()
    assert (order.state, attempts(order.id)) == ("paid", ["failed", "paid"])
    assert shop.left(SMALL) == 9


def test_who_was_declined_orders_the_same_cart_once_more_with_another_way_to_pay(
    buyer: FlaskClient, shop: Shelf
) -> None:
    answer = buyer.post(f"{order_of(buyer)}/decline")
    page = buyer.get(answer.headers["Location"]).text
    assert "go from your cart to the checkout once more to choose another way to pay" in page
    assert shelf.checkout(buyer, payment="card").status_code == 303
    old, new = shelf.orders()
    assert (old.state, new.state, new.payment_method) == ("cancelled", "placed", "card")


def test_a_declined_order_gives_its_stock_back_when_nobody_tries_again(
    buyer: FlaskClient, shop: Shelf
) -> None:
    buyer.post(f"{order_of(buyer)}/decline")
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert sweep() == 1
    assert shop.left(SMALL) == 10


def test_leaving_changes_nothing_and_the_same_page_is_still_there(buyer: FlaskClient, shop: Shelf) -> None:
    demo = order_of(buyer)
    answer = buyer.post(f"{demo}/leave")
    page = buyer.get(answer.headers["Location"]).text
    assert "waiting for your payment" in page
    (order,) = shelf.orders()
    assert buyer.post(f"/en/payment/again/{order.token}").headers["Location"] == demo
    assert attempts(order.id) == ["open"]


def test_the_session_ends_with_the_reservation(buyer: FlaskClient, shop: Shelf) -> None:
    demo = order_of(buyer)
    with time_machine.travel(clock.now() + timedelta(minutes=46)):
        assert sweep() == 1
    assert "has ended" in buyer.get(demo).text
    buyer.post(f"{demo}/pay")
    (order,) = shelf.orders()
    assert (order.state, kinds(order.id)) == ("expired", ["placed", "expired"])
    assert shop.left(SMALL) == 10
    again = buyer.post(f"/en/payment/again/{order.token}")
    assert again.headers["Location"] == f"/en/orders/{order.token}"
    assert "not paid in time" in buyer.get(again.headers["Location"]).text


def test_unknown_payments_and_orders_are_not_found(buyer: FlaskClient) -> None:
    assert buyer.get("/en/payment/demo/unknown").status_code == 404
    for action in ("pay", "decline", "leave"):
        assert buyer.post(f"/en/payment/demo/unknown/{action}").status_code == 404
    assert buyer.get("/en/payment/return/unknown").status_code == 404
    assert buyer.post("/en/payment/again/unknown").status_code == 404


def test_nothing_is_paid_or_declined_by_get(buyer: FlaskClient, shop: Shelf) -> None:
    demo = order_of(buyer)
    (order,) = shelf.orders()
    for path in (f"{demo}/pay", f"{demo}/decline", f"{demo}/leave", f"/en/payment/again/{order.token}"):
        assert buyer.get(path).status_code == 405
    buyer.get(demo)
    buyer.get(f"/en/payment/return/{order.token}")
    assert (shelf.orders()[0].state, attempts(order.id)) == ("placed", ["open"])


def test_the_mail_goes_out_in_the_buyers_language_once_paid(buyer: FlaskClient, shop: Shelf) -> None:
    demo = order_of(buyer, "nl")
    worker.work(once=True)
    folder = mail_folder(settings())
    assert not folder.exists() or not list(folder.iterdir())
    buyer.post(f"{demo}/pay")
    worker.work(once=True)
    worker.work(once=True)
    (mail,) = folder.iterdir()
    assert "To: lotte.jansen@example.nl" in mail.read_text()


@pytest.fixture
def stripe_shop_filled(stripe_app: Callable[..., Flask]) -> Iterator[Flask]:
    """A small shop that takes money through Stripe's double."""
    app = stripe_app("sqlite", "empty")
    with app.app_context():
        shelf.fill(10)
        yield app
        db.session.remove()


def test_stripe_leads_to_its_page_and_back(stripe_shop_filled: Flask, stripe_double: Double) -> None:
    client = stripe_shop_filled.test_client()
    client.post("/nl/cart/add", data={"sku": SMALL})
    page = order_of(client, "nl")
    assert page == stripe_double.only_session()["url"]
    session = stripe_double.only_session()
    (order,) = shelf.orders()
    assert session["success_url"].endswith(f"/nl/payment/return/{order.token}")
    assert session["cancel_url"].endswith(f"/nl/orders/{order.token}")
    stripe_double.pay(session["id"])
    client.get(f"/nl/payment/return/{order.token}")
    (order,) = shelf.orders()
    assert order.state == "paid"


def test_a_return_while_stripe_is_away_waits_for_the_webhook(
    stripe_shop_filled: Flask, stripe_double: Double
) -> None:
    client = stripe_shop_filled.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    order_of(client)
    (order,) = shelf.orders()
    stripe_double.pay(stripe_double.only_session()["id"])
    stripe_double.faults = ["500", "500"]
    back = client.get(f"/en/payment/return/{order.token}")
    assert back.headers["Location"] == f"/en/orders/{order.token}"
    assert shelf.orders()[0].state == "placed"
    client.get(f"/en/payment/return/{order.token}")
    assert shelf.orders()[0].state == "paid"


def test_checkout_while_stripe_is_away_is_503_and_keeps_the_order(
    stripe_shop_filled: Flask, stripe_double: Double
) -> None:
    client = stripe_shop_filled.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    stripe_double.faults = ["500", "500"]
    answer = shelf.checkout(client)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    (order,) = shelf.orders()
    assert client.post(f"/en/payment/again/{order.token}").headers["Location"].startswith(stripe_double.url)
    assert len(stripe_double.sessions) == 1


def test_a_debit_under_way_is_said_on_the_order(stripe_shop_filled: Flask, stripe_double: Double) -> None:
    client = stripe_shop_filled.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    order_of(client)
    (order,) = shelf.orders()
    stripe_double.pay_later(stripe_double.only_session()["id"])
    client.get(f"/en/payment/return/{order.token}")
    page = client.get(f"/en/orders/{order.token}").text
    assert "being processed" in page
    assert "/payment/again/" not in page
    answer = shelf.checkout(client, city="Haren")
    assert answer.headers["Location"] == f"/en/orders/{order.token}", "its money is under way"
