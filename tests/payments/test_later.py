"""Refunds and disputes that Stripe tells of, told twice and in any order, on both databases."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import func, select

from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import queries as orders
from storefront.orders.models import Order
from storefront.payments import conversation, queries
from storefront.payments.models import Dispute, Refund
from storefront.payments.providers import Notice, RefundNews
from storefront.payments.stripe_gateway import read_notice
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import kinds, placed, state
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]


@pytest.fixture
def shop(stripe_shelf: Shelf) -> Shelf:
    """Ten units of each size; payments by Stripe's double."""
    return stripe_shelf


def bought(shop: Shelf, double: Double, cart_id: str = "cart-0123456789abcdef") -> tuple[int, str]:
    """A paid order of 69.90, and Stripe's id of its payment; what Stripe tells waits in double.waiting."""
    double.at_once = False
    order_id = placed(shop, cart_id=cart_id)
    conversation.start_payment(order_id)
    intent = str(double.pay([*double.sessions][-1])["payment_intent"])
    conversation.look_up(order_id)
    double.waiting.clear()
    return order_id, intent


def tell(double: Double, event: dict[str, object]) -> None:
    """Stripe's event, through its signature and the one way in."""
    import json

    import stripe

    body = json.dumps(event)
    header = stripe.WebhookSignature.generate_signature_header(body, double.secret)
    conversation.take_in(read_notice(body.encode(), header, double.secret), "stripe")


def refunded(order_id: int) -> tuple[str, int, list[tuple[int, str]]]:
    """The order's state, what went back of it, and its refunds."""
    db.session.rollback()
    db.session.expire_all()
    order = db.session.get_one(Order, order_id)
    return (
        order.state,
        order.refunded_cents,
        [(o.amount_cents, o.state) for o in queries.refunds_of(order_id)],
    )


def mails(name: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Job).where(Job.name == name)) or 0


def test_a_refund_in_the_dashboard_appears_once(shop: Shelf, stripe_double: Double) -> None:
    order_id, intent = bought(shop, stripe_double)
    stripe_double.create_refund({"payment_intent": intent, "amount": 1990})
    for event in stripe_double.waiting * 2:
        tell(stripe_double, event)
    assert refunded(order_id) == ("paid", 1990, [(1990, "done")])
    stripe_double.waiting.clear()
    stripe_double.create_refund({"payment_intent": intent})
    for event in stripe_double.waiting:
        tell(stripe_double, event)
        tell(stripe_double, event)
    assert refunded(order_id) == ("refunded", 6990, [(1990, "done"), (5000, "done")])
    assert kinds(order_id) == ["placed", "paid", "partly_refunded", "refunded"]
    assert (mails("mail.order_refunded"), shop.left(SMALL), mails("payment.refunds")) == (2, 10, 0)


def test_our_own_refund_is_not_counted_twice_when_stripe_tells_of_it_first(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, _intent = bought(shop, stripe_double)
    from storefront.payments.stripe_gateway import StripeProvider

    real = StripeProvider.refund

    def overtaken(self: StripeProvider, intent: str, amount_cents: int, key: str) -> str:
        reference = real(self, intent, amount_cents, key)
        for event in stripe_double.waiting:
            tell(stripe_double, event)
        return reference

    monkeypatch.setattr(StripeProvider, "refund", overtaken)
    order = orders.order_by_id(order_id)
    assert order is not None
    conversation.refund_order(order.number, None, "admin", restock=False)
    assert refunded(order_id) == ("refunded", 6990, [(6990, "done")])
    assert (mails("mail.order_refunded"), shop.left(SMALL)) == (1, 8)
    assert db.session.scalars(select(Refund.actor)).one() == "admin"


def test_any_order_of_refund_news_ends_the_same_way(shop: Shelf, stripe_double: Double) -> None:
    """Created, counted, and bounced, each told twice, before or after the payment itself: one final state."""
    ends = set()
    for number, turn in enumerate(itertools.permutations(range(4))):
        stripe_double.at_once = False
        order_id = placed(shop, 2, cart_id=f"cart-{number}-0123456789ab")
        conversation.start_payment(order_id)
        stripe_double.waiting.clear()
        intent = str(stripe_double.pay([*stripe_double.sessions][-1])["payment_intent"])
        stripe_double.create_refund({"payment_intent": intent})
        stripe_double.refund_bounces([*stripe_double.refunds][-1])
        events = list(stripe_double.waiting)
        assert len(events) == 4
        for place in [*turn, *turn[::-1]]:
            tell(stripe_double, events[place])
        conversation.look_up_refunds(queries.attempts(order_id)[0].id)
        ends.add(str((refunded(order_id), sorted(kinds(order_id)))))
        assert shop.left(SMALL) == 10
    assert len(ends) == 1, ends
    assert "bounced" in ends.pop()


def test_a_refund_that_comes_back_is_a_task_and_not_forgotten(shop: Shelf, stripe_double: Double) -> None:
    order_id, intent = bought(shop, stripe_double)
    stripe_double.create_refund({"payment_intent": intent})
    stripe_double.refund_bounces([*stripe_double.refunds][-1])
    for event in stripe_double.waiting * 2:
        tell(stripe_double, event)
    assert refunded(order_id) == ("refunded", 6990, [(6990, "bounced")])
    assert kinds(order_id)[-1] == "refund_bounced"
    assert [(task.buyer, task.cents) for task in queries.bounced_refunds()] == [("Lotte Jansen", 6990)]


def test_a_refund_that_came_back_and_was_made_there_once_more_is_no_task_any_more(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id, intent = bought(shop, stripe_double)
    stripe_double.create_refund({"payment_intent": intent})
    stripe_double.refund_bounces([*stripe_double.refunds][-1])
    for event in stripe_double.waiting:
        tell(stripe_double, event)
    again = RefundNews("re_again", intent, "", 6990, failed=False)
    assert conversation.take_in(Notice("evt_again", "refund.created", news=again), "stripe")
    assert not conversation.take_in(Notice("evt_again_2", "refund.updated", news=again), "stripe")
    assert refunded(order_id) == ("refunded", 6990, [(6990, "bounced")])
    assert (kinds(order_id)[-1], queries.bounced_refunds()) == ("refund_settled", [])


def test_charge_refunded_alone_makes_us_look(shop: Shelf, stripe_double: Double) -> None:
    order_id, intent = bought(shop, stripe_double)
    stripe_double.create_refund({"payment_intent": intent, "amount": 500})
    (told,) = [event for event in stripe_double.waiting if event["type"] == "charge.refunded"]
    tell(stripe_double, told)
    assert mails("payment.refunds") == 1
    conversation.look_up_refunds(queries.attempts(order_id)[0].id)
    conversation.look_up_refunds(queries.attempts(order_id)[0].id)
    assert refunded(order_id) == ("paid", 500, [(500, "done")])


def test_refunds_of_others_are_left_alone(shop: Shelf, stripe_double: Double) -> None:
    order_id, intent = bought(shop, stripe_double)
    stripe_double.create_refund({"payment_intent": intent, "amount": 500})
    for event in stripe_double.waiting:
        event["data"]["object"]["payment_intent"] = "pi_of_another_shop"
        tell(stripe_double, event)
        event["id"] += "x"
        event["data"]["object"]["payment_intent"] = None
        tell(stripe_double, event)
    assert refunded(order_id) == ("paid", 0, [])


@pytest.mark.parametrize("closed_first", [False, True])
def test_a_dispute_is_a_task_until_it_ends(shop: Shelf, stripe_double: Double, closed_first: bool) -> None:
    order_id, intent = bought(shop, stripe_double)
    dispute = stripe_double.open_dispute(intent)
    if not closed_first:
        for event in stripe_double.waiting * 2:
            tell(stripe_double, event)
        (task,) = queries.open_disputes()
        assert (task.buyer, task.cents, task.answer_by is not None) == ("Lotte Jansen", 6990, True)
    stripe_double.close_dispute(dispute["id"], "lost")
    for event in stripe_double.waiting[::-1] * 2:
        tell(stripe_double, event)
    assert kinds(order_id) == ["placed", "paid", "disputed", "dispute_closed"]
    assert queries.open_disputes() == []
    assert db.session.scalars(select(Dispute.state)).one() == "lost"
    assert state(order_id) == "paid"
