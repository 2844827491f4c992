"""The conversation with Stripe's double: written before the call, no transaction during it, one session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from storefront import clock
from storefront.database import db
from storefront.orders import actions as order_actions
from storefront.orders import queries as orders
from storefront.payments import conversation, queries
from storefront.payments.conversation import sweep
from storefront.payments.providers import ProviderAway
from storefront.payments.stripe_gateway import StripeProvider
from storefront.refusals import Refused
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf, new_order
from tests.payments.till import attempts, kinds, placed, state
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]


@pytest.fixture
def shop(stripe_shelf: Shelf) -> Shelf:
    """Ten units of each size; payments by Stripe's double."""
    return stripe_shelf


def test_the_buyer_is_led_to_one_session(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    assert conversation.start_payment(order_id) == conversation.start_payment(order_id)
    session = stripe_double.only_session()
    order = orders.order_by_id(order_id)
    assert order is not None
    assert (session["amount_total"], session["client_reference_id"]) == (6990, order.number)
    assert session["url"] == conversation.start_payment(order_id)
    assert attempts(order_id) == ["open"]


def test_no_transaction_is_open_during_a_call(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []

    def watched(name: str) -> None:
        real: Callable[..., Any] = getattr(StripeProvider, name)

        def call(self: StripeProvider, *args: Any) -> Any:
            seen.append((name, db.session().in_transaction()))
            return real(self, *args)

        monkeypatch.setattr(StripeProvider, name, call)

    for name in ("create_session", "session_status", "expire_session", "refund"):
        watched(name)
    order_id = placed(shop)
    conversation.start_payment(order_id)
    conversation.look_up(order_id)
    conversation.make_way("cart-0123456789abcdef", "another post")
    conversation.start_payment(order_id)
    reference = [*stripe_double.sessions][-1]
    stripe_double.pay(reference)
    conversation.look_up(order_id)
    order = orders.order_by_id(order_id)
    assert order is not None
    number = order.number
    conversation.refund_order(number, 1000, "admin")
    second = placed(shop, 1, cart_id="cart-of-another-0123")
    conversation.start_payment(second)
    with time_machine.travel(clock.now() + timedelta(minutes=46)):
        sweep()
    assert {name for name, _ in seen} == {"create_session", "session_status", "expire_session", "refund"}
    assert not any(in_transaction for _, in_transaction in seen), seen


def test_the_attempt_is_written_down_before_the_call_and_found_by_its_key(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id = placed(shop)
    stripe_double.faults = ["500", "500"]
    with pytest.raises(ProviderAway):
        conversation.start_payment(order_id)
    assert attempts(order_id) == ["created"]
    assert conversation.start_payment(order_id).startswith(stripe_double.url)
    assert attempts(order_id) == ["open"]
    (key,) = stripe_double.keys
    assert key == queries.attempts(order_id)[0].key


def test_an_attempt_that_nobody_answered_is_left_after_a_while(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    stripe_double.faults = ["500", "500"]
    with pytest.raises(ProviderAway):
        conversation.start_payment(order_id)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        conversation.start_payment(order_id)
    assert attempts(order_id) == ["expired", "open"]
    assert len(stripe_double.sessions) == 1


def test_a_refused_session_is_away_for_the_buyer_and_tried_anew(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = placed(shop)
    monkeypatch.setattr("storefront.payments.rules.SESSION", timedelta(minutes=5))  # Stripe wants 30
    with pytest.raises(ProviderAway):
        conversation.start_payment(order_id)
    assert attempts(order_id) == ["failed"]
    monkeypatch.undo()
    conversation.start_payment(order_id)
    assert attempts(order_id) == ["failed", "open"]


def test_a_session_about_to_end_is_not_handed_out_again(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    with time_machine.travel(clock.now() + timedelta(minutes=30)):
        conversation.start_payment(order_id)
        order = orders.order_by_id(order_id)
        assert order is not None
        assert order.reserved_until > clock.now() + timedelta(minutes=44)
    assert attempts(order_id) == ["expired", "open"]


def test_returning_before_the_webhook_and_the_webhook_before_returning(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    conversation.look_up(order_id)
    assert state(order_id) == "placed"
    stripe_double.pay(stripe_double.only_session()["id"])
    conversation.look_up(order_id)
    conversation.look_up(order_id)
    assert (state(order_id), kinds(order_id)) == ("paid", ["placed", "paid"])


def test_another_post_ends_the_open_session_first(shop: Shelf, stripe_double: Double) -> None:
    first = placed(shop, 9)
    conversation.start_payment(first)
    new = new_order(shop, {SMALL: 10})
    replaces = conversation.make_way(new.cart_id, new.digest)
    assert stripe_double.only_session()["status"] == "expired"
    assert (replaces, state(first)) == (first, "placed")
    with writing():
        order_actions.place(new_order(shop, {SMALL: 10}, replaces=replaces))
    assert [order.state for order in shelf.orders()] == ["cancelled", "placed"]
    assert shop.left(SMALL) == 0


def test_the_same_post_leaves_the_session_alone(shop: Shelf, stripe_double: Double) -> None:
    conversation.start_payment(placed(shop))
    new = new_order(shop, {SMALL: 2})
    assert conversation.make_way(new.cart_id, new.digest) is None
    assert stripe_double.only_session()["status"] == "open"


def test_a_buyer_who_paid_in_the_meantime_gets_that_order(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.pay(stripe_double.only_session()["id"])
    with pytest.raises(conversation.AlreadyPaying) as caught:
        conversation.make_way("cart-0123456789abcdef", "another post")
    assert caught.value.order_id == order_id
    assert state(order_id) == "paid"


def test_a_debit_under_way_is_not_replaced(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.pay_later(stripe_double.only_session()["id"])
    for _ in range(2):
        with pytest.raises(conversation.AlreadyPaying):
            conversation.make_way("cart-0123456789abcdef", "another post")
    assert (state(order_id), attempts(order_id)) == ("placed", ["pending"])
    with pytest.raises(Refused):
        conversation.start_payment(order_id)


def test_when_stripe_does_not_answer_nothing_is_replaced(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.faults = ["500", "500"]
    with pytest.raises(ProviderAway):
        conversation.make_way("cart-0123456789abcdef", "another post")
    assert (state(order_id), attempts(order_id)) == ("placed", ["open"])


def test_the_sweep_ends_the_session_before_it_gives_the_stock_back(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    assert sweep() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=46)):
        assert sweep() == 1
        assert sweep() == 0
    assert stripe_double.only_session()["status"] == "expired"
    assert (state(order_id), shop.left(SMALL)) == ("expired", 10)


def test_the_sweep_leaves_an_order_whose_session_it_cannot_end(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.faults = ["500", "500"]
    with time_machine.travel(clock.now() + timedelta(minutes=46)):
        assert sweep() == 0
        assert (state(order_id), shop.left(SMALL)) == ("placed", 8)
        assert sweep() == 1


def test_the_sweep_finds_a_payment_that_no_webhook_told(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.pay(stripe_double.only_session()["id"])
    with time_machine.travel(clock.now() + timedelta(minutes=46)):
        assert sweep() == 0
    assert (state(order_id), shop.left(SMALL)) == ("paid", 8)


def test_the_sweep_takes_an_order_that_never_reached_the_provider(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    with time_machine.travel(clock.now() + timedelta(minutes=46)):
        assert sweep() == 1
    assert (state(order_id), shop.left(SMALL)) == ("expired", 10)


def test_a_debit_without_an_answer_ends_after_fourteen_days(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.pay_later(stripe_double.only_session()["id"])
    conversation.look_up(order_id)
    with time_machine.travel(clock.now() + timedelta(days=13)):
        assert sweep() == 0
    with time_machine.travel(clock.now() + timedelta(days=15)):
        assert sweep() == 1
    assert (state(order_id), shop.left(SMALL)) == ("expired", 10)


def paid_order(shop: Shelf, double: Double) -> tuple[int, str]:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    double.pay(double.only_session()["id"])
    conversation.look_up(order_id)
    order = orders.order_by_id(order_id)
    assert order is not None
    return order_id, order.number


def test_refunds_go_through_the_provider_and_are_kept(shop: Shelf, stripe_double: Double) -> None:
    order_id, number = paid_order(shop, stripe_double)
    conversation.refund_order(number, 1990, "admin")
    assert state(order_id) == "paid"
    conversation.refund_order(number, None, "admin")
    assert (state(order_id), shop.left(SMALL)) == ("refunded", 10)
    assert sorted(refund["amount"] for refund in stripe_double.refunds.values()) == [1990, 5000]
    assert [(refund.amount_cents, refund.state) for refund in queries.refunds_of(order_id)] == [
        (1990, "done"),
        (5000, "done"),
    ]
    with pytest.raises(Refused):
        conversation.refund_order(number, None, "admin")


@pytest.mark.parametrize("cents", [0, -1, 6991])
def test_never_more_than_came_in_is_refunded(shop: Shelf, stripe_double: Double, cents: int) -> None:
    _order_id, number = paid_order(shop, stripe_double)
    with pytest.raises(Refused) as caught:
        conversation.refund_order(number, cents, "admin")
    assert caught.value.field == "amount"
    assert stripe_double.refunds == {}


def test_a_refund_whose_answer_was_lost_is_taken_up_again(shop: Shelf, stripe_double: Double) -> None:
    order_id, number = paid_order(shop, stripe_double)
    stripe_double.faults = ["500", "500"]
    with pytest.raises(ProviderAway):
        conversation.refund_order(number, 1990, "admin")
    assert [refund.state for refund in queries.refunds_of(order_id)] == ["created"]
    with pytest.raises(Refused):
        conversation.refund_order(number, 500, "admin")
    conversation.refund_order(number, 1990, "admin")
    assert [refund.state for refund in queries.refunds_of(order_id)] == ["done"]
    assert len(stripe_double.refunds) == 1


def test_a_refund_that_stripe_refuses_says_so_and_can_be_made_anew(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id, number = paid_order(shop, stripe_double)
    (intent,) = stripe_double.intents.values()
    intent["amount_received"] = 1000
    with pytest.raises(Refused):
        conversation.refund_order(number, 1990, "admin")
    conversation.refund_order(number, 1000, "admin")
    assert [refund.state for refund in queries.refunds_of(order_id)] == ["failed", "done"]
    assert state(order_id) == "paid"


def test_cancelling_an_unpaid_order_ends_its_session(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    order = orders.order_by_id(order_id)
    assert order is not None
    conversation.cancel_order(order.number, "admin")
    assert stripe_double.only_session()["status"] == "expired"
    assert (state(order_id), shop.left(SMALL)) == ("cancelled", 10)


def test_cancelling_what_is_paid_moves_neither_money_nor_goods(shop: Shelf, stripe_double: Double) -> None:
    """The click was for an unpaid order; the money came while the page stood there."""
    order_id, number = paid_order(shop, stripe_double)
    with pytest.raises(Refused) as refusal:
        conversation.cancel_order(number, "admin")
    assert refusal.value.status == 409
    assert (state(order_id), shop.left(SMALL), stripe_double.refunds) == ("paid", 8, {})


def test_cancelling_what_was_paid_just_now_keeps_the_payment(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.pay(stripe_double.only_session()["id"])
    order = orders.order_by_id(order_id)
    assert order is not None
    with pytest.raises(Refused):
        conversation.cancel_order(order.number, "admin")
    assert state(order_id) == "paid"


def test_a_sent_order_is_not_cancelled(shop: Shelf, stripe_double: Double) -> None:
    order_id, number = paid_order(shop, stripe_double)
    with writing():
        order_actions.mark_sent(order_id, "3S", "admin")
    with pytest.raises(Refused):
        conversation.cancel_order(number, "admin")


def test_a_held_payment_is_given_back_and_its_order_ends(shop: Shelf, stripe_double: Double) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    session = stripe_double.only_session()
    session["amount_total"] = 5000
    stripe_double.pay(session["id"])
    conversation.look_up(order_id)
    assert attempts(order_id) == ["held"]
    order = orders.order_by_id(order_id)
    assert order is not None
    conversation.refund_order(order.number, None, "admin")
    assert (state(order_id), shop.left(SMALL)) == ("cancelled", 10)
    (refund,) = stripe_double.refunds.values()
    assert refund["amount"] == 5000
