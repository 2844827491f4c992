"""Settling: idempotent, in any order, and never losing sight of money. On SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from storefront import clock
from storefront.orders import actions as order_actions
from storefront.orders import queries as orders
from storefront.payments import conversation, queries
from storefront.payments.providers import Notice, Status
from storefront.payments.settle import settle
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import attempts, kinds, opened, placed, state

PAID = Status("paid", "pi_1", 6990, "eur")
PENDING = Status("pending", "pi_1")
FAILED = Status("failed", "pi_1")
EXPIRED = Status("expired")


def settled(payment_id: int, *statuses: Status) -> None:
    for status in statuses:
        with writing():
            settle(payment_id, status, "test")


def test_paid_once_however_often_it_is_said(shop: Shelf) -> None:
    order_id = placed(shop)
    settled(opened(order_id), PAID, PAID, PAID)
    assert (state(order_id), attempts(order_id), kinds(order_id)) == ("paid", ["paid"], ["placed", "paid"])
    assert shop.left(SMALL) == 8


@pytest.mark.parametrize(
    "status", [Status("paid", "pi", 6989, "eur"), Status("paid", "pi", 6990, "usd"), Status("paid", "pi")]
)
def test_another_amount_or_currency_is_held_for_a_person(shop: Shelf, status: Status) -> None:
    order_id = placed(shop)
    settled(opened(order_id), status, status, PAID)
    assert (state(order_id), attempts(order_id), kinds(order_id)) == ("placed", ["held"], ["placed", "held"])
    order = orders.order_by_id(order_id)
    assert order is not None
    assert order.reserved_until > clock.now() + timedelta(days=13)
    assert shop.left(SMALL) == 8


def test_a_bank_debit_keeps_the_stock_until_the_bank_answers(shop: Shelf) -> None:
    order_id = placed(shop)
    payment_id = opened(order_id)
    settled(payment_id, PENDING, PENDING)
    order = orders.order_by_id(order_id)
    assert order is not None
    assert order.reserved_until == order.placed_at + timedelta(days=14)
    assert kinds(order_id) == ["placed", "pending"]
    settled(payment_id, PAID)
    assert state(order_id) == "paid"


def test_a_refused_bank_debit_gives_the_stock_back_once(shop: Shelf) -> None:
    order_id = placed(shop)
    settled(opened(order_id), PENDING, FAILED, FAILED, EXPIRED)
    assert (state(order_id), attempts(order_id)) == ("expired", ["failed"])
    assert shop.left(SMALL) == 10
    assert shop.moved(SMALL) == 10


def test_a_decline_lets_the_buyer_try_again_for_a_quarter_of_an_hour(shop: Shelf) -> None:
    order_id = placed(shop)
    settled(opened(order_id), FAILED)
    order = orders.order_by_id(order_id)
    assert order is not None
    assert (order.state, attempts(order_id)) == ("placed", ["failed"])
    assert order.reserved_until < clock.now() + timedelta(minutes=16)
    settled(opened(order_id), Status("paid", "pi_2", 6990, "eur"))
    assert (state(order_id), attempts(order_id)) == ("paid", ["failed", "paid"])
    assert shop.left(SMALL) == 8


def test_an_expired_session_gives_the_stock_back_once(shop: Shelf) -> None:
    order_id = placed(shop)
    settled(opened(order_id), EXPIRED, EXPIRED)
    assert (state(order_id), kinds(order_id)) == ("expired", ["placed", "expired"])
    assert shop.left(SMALL) == 10


def test_an_old_session_that_expires_does_not_touch_the_new_one(shop: Shelf) -> None:
    order_id = placed(shop)
    first = opened(order_id)
    settled(first, FAILED)
    opened(order_id)
    settled(first, EXPIRED)
    assert (state(order_id), attempts(order_id)) == ("placed", ["failed", "open"])


def test_a_second_payment_of_the_same_order_is_held(shop: Shelf) -> None:
    order_id = placed(shop)
    first = opened(order_id)
    settled(first, FAILED)
    settled(opened(order_id), Status("paid", "pi_2", 6990, "eur"))
    settled(first, PAID)
    assert kinds(order_id) == ["placed", "declined", "paid", "held"]
    assert attempts(order_id) == ["held", "paid"]


def test_any_order_of_messages_ends_the_same_way(shop: Shelf) -> None:
    """Stripe promises no order. Completed, refused by the bank, paid after all: paid, whatever came first."""
    for number, order_of in enumerate(itertools.permutations([PENDING, FAILED, PAID])):
        order_id = placed(shop, 2, cart_id=f"cart-{number}-0123456789")
        settled(opened(order_id), *order_of)
        assert (state(order_id), attempts(order_id)) == ("paid", ["paid"]), order_of
        with writing():
            order_actions.add_refund(order_id, 6990, "test", restock=True)
    assert shop.left(SMALL) == 10


def test_an_event_is_taken_in_once(shop: Shelf) -> None:
    order_id = placed(shop)
    payment_id = opened(order_id)
    attempt = queries.attempt(payment_id)
    notice = Notice("evt_1", "checkout.session.completed", attempt.reference, attempt.key, PAID)
    assert conversation.take_in(notice, "demo")
    assert not conversation.take_in(notice, "demo")
    assert kinds(order_id) == ["placed", "paid"]


def test_events_about_others_are_left_alone(shop: Shelf) -> None:
    order_id = placed(shop)
    opened(order_id)
    assert not conversation.take_in(
        Notice("evt_1", "checkout.session.completed", "cs_other", "X-1", PAID), "demo"
    )
    assert not conversation.take_in(Notice("evt_2", "customer.created"), "demo")
    assert (state(order_id), attempts(order_id)) == ("placed", ["open"])
