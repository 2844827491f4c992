"""An order's page: who may see it, and what it says in each state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.database import db
from storefront.orders import actions, mail
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.payments.models import Payment
from storefront.payments.providers import Status
from storefront.payments.settle import settle
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POWDER, SMALL, Shelf


@pytest.fixture
def shop(app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


@pytest.fixture
def ordered(client: FlaskClient, shop: Shelf) -> FlaskClient:
    """Somebody who ordered two products in Dutch and has not paid yet."""
    client.post("/nl/cart/add", data={"sku": SMALL, "quantity": "2"})
    client.post("/nl/cart/add", data={"sku": POWDER})
    assert shelf.checkout(client, "nl").status_code == 303
    return client


def page(client: FlaskClient, lang: str = "en") -> str:
    answer = client.get(f"/{lang}/orders/{shelf.orders()[0].token}")
    assert answer.status_code == 200
    return answer.text


def paid() -> int:
    order_id = shelf.orders()[0].id
    with writing():
        actions.mark_paid(order_id, "demo", {})
    return order_id


def test_nobody_keeps_or_indexes_it_or_learns_its_address(ordered: FlaskClient) -> None:
    answer = ordered.get(f"/en/orders/{shelf.orders()[0].token}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "ETag" not in answer.headers
    assert 'content="noindex, nofollow"' in answer.text
    assert "canonical" not in answer.text


def test_it_is_found_by_its_token_alone(ordered: FlaskClient) -> None:
    order = shelf.orders()[0]
    for guess in (order.number, str(order.id), "x" * 22, order.token[:-1]):
        assert ordered.get(f"/en/orders/{guess}").status_code == 404
    assert ordered.get(f"/xx/orders/{order.token}").status_code == 404


def test_an_open_order_can_be_paid(ordered: FlaskClient) -> None:
    text = page(ordered)
    assert "waiting for your payment" in text
    assert f'action="/en/payment/again/{shelf.orders()[0].token}"' in text
    assert "Order again" not in text


def test_a_paid_order_names_batches_totals_and_address(ordered: FlaskClient) -> None:
    paid()
    text = page(ordered)
    order = shelf.orders()[0]
    for part in (
        "Thank you, Lotte",
        order.number,
        "9711 LM Groningen",
        "€149.85",
        "Including 9% VAT",
        "Magnesium L-threonate (nl)",
        "iDEAL | Wero",
        "Being packed",
        "Order again",
    ):
        assert part in text, part
    assert 'lang="nl"' in text, "the frozen Dutch names are marked as Dutch on the English page"
    assert "/payment/again/" not in text


def test_a_sent_order_shows_its_tracking_code(ordered: FlaskClient) -> None:
    order_id = paid()
    with writing():
        actions.mark_sent(order_id, "3SABCD1234567", "admin")
    text = page(ordered)
    assert "on its way" in text
    assert "3SABCD1234567" in text


def test_the_page_follows_the_parcel_to_the_door_and_back(ordered: FlaskClient) -> None:
    order_id = paid()
    steps: list[tuple[Callable[[], object], str, str]] = [
        (lambda: actions.mark_packed(order_id, "admin"), "Your order is packed.", "Packed"),
        (
            lambda: actions.mark_sent(order_id, "", "admin"),
            "Your order is on its way.",
            "Handed to the carrier",
        ),
        (lambda: actions.mark_delivered(order_id, "admin"), "Your order was delivered.", "Delivered"),
        (lambda: actions.mark_returned(order_id, "admin"), "Your parcel is back with us.", "Came back"),
    ]
    for step, verdict, now in steps:
        with writing():
            step()
        text = page(ordered)
        assert f"<h1>{verdict}</h1>" in text
        assert text.count('aria-current="step"') == 1
        assert f'aria-current="step"><strong>{now}</strong><time' in text


def test_refunds_are_shown(ordered: FlaskClient) -> None:
    order_id = paid()
    with writing():
        actions.add_refund(order_id, 1000, "admin", restock=True)
    assert "Refunded: €10.00" in page(ordered)
    with writing():
        actions.add_refund(order_id, 13985, "admin", restock=True)
    assert "We have refunded your order" in page(ordered)


def test_a_cancelled_order_says_that_nothing_was_charged(ordered: FlaskClient) -> None:
    conversation.cancel_order(shelf.orders()[0].number, "admin")
    text = page(ordered)
    assert "was cancelled" in text
    assert "Nothing was charged" in text


def money_comes(intent: str, cents: int = 14985, attempt: int = 0) -> None:
    payment = payments.payments_of(shelf.orders()[0].id)[attempt]
    with writing():
        settle(payment.id, Status("paid", intent, cents, "eur"), "demo")


def test_a_closed_order_whose_money_came_says_so_and_when_it_went_back(ordered: FlaskClient) -> None:
    number = shelf.orders()[0].number
    conversation.cancel_order(number, "admin")
    money_comes("pi_1")
    text = page(ordered)
    assert "was cancelled" in text
    assert "Nothing was charged" not in text
    assert "We received €149.85 that we will give back to you." in text
    conversation.refund_order(number, None, "admin")
    assert "gave back €149.85" in page(ordered)


def test_who_paid_twice_is_told(ordered: FlaskClient) -> None:
    money_comes("pi_1")
    order = shelf.orders()[0]
    with writing():
        db.session.add(
            Payment(
                order_id=order.id, attempt=2, provider="demo", key="twice", method="ideal", state="held",
                amount_cents=14985, received_cents=14985, intent="pi_2", created_at=order.placed_at,
            )
        )  # fmt: skip
    text = page(ordered)
    assert "Thank you, Lotte" in text
    assert "You paid more than once." in text
    assert "€149.85 that we will give back" in text


def test_another_amount_is_not_called_a_slow_bank(ordered: FlaskClient) -> None:
    money_comes("pi_1", 5000)
    text = page(ordered)
    assert "a different amount than this order costs" in text
    assert "€50.00 that we will give back" in text
    assert "has not answered" not in text


def test_names_of_buyers_are_text(client: FlaskClient, shop: Shelf) -> None:
    client.post("/en/cart/add", data={"sku": SMALL})
    shelf.checkout(client, name="<script>alert(1)</script> x", city='"><b>')
    paid()
    text = page(client)
    assert "<script>alert" not in text
    assert "<b>" not in text
    html = mail.order_confirmation(shelf.orders()[0].id).html
    assert "<script>alert" not in html


@pytest.mark.parametrize("state", ["paid", "sent", "part", "refunded"])
def test_mails_say_the_same_in_text_and_html_with_absolute_addresses(
    ordered: FlaskClient, state: str
) -> None:
    order_id = paid()
    with writing():
        if state == "sent":
            actions.mark_sent(order_id, "3SABCD", "admin")
        if state in ("part", "refunded"):
            actions.add_refund(order_id, 1000 if state == "part" else 14985, "admin", restock=True)
    compose = {"paid": mail.order_confirmation, "sent": mail.order_sent}.get(state, mail.order_refunded)
    message = compose(order_id)
    order = shelf.orders()[0]
    assert message.to == "lotte.jansen@example.nl"
    assert order.number in message.subject
    assert "Magnesium" not in message.subject
    facts = {
        "paid": ["Magnesium L-threonate (nl)", "149,85", "9711 LM Groningen"],
        "sent": ["3SABCD", "Magnesium L-threonate (nl)"],
        "part": ["10,00", "149,85"],
        "refunded": ["149,85"],
    }[state]
    for part in [*facts, f"http://127.0.0.1:8000/nl/orders/{order.token}", order.number]:
        assert part in message.text, part
        assert part in message.html, part
    assert 'lang="nl"' in message.html
    assert 'href="/' not in message.html
    assert 'src="/' not in message.html
    assert message.key.startswith("order-")


def test_demo_mail_pictures_are_hosted_raster_files(demo_client: FlaskClient) -> None:
    demo_client.post("/en/cart/add", data={"sku": "MGT-C-90"})
    shelf.checkout(demo_client)
    html = mail.order_confirmation(paid()).html
    assert 'src="http://127.0.0.1:8000/media/' in html
    assert ".svg" not in html
    assert "/batch" in html
