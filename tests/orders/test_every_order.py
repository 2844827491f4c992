"""Six things that happen around one payment, in each of their 720 orders and each told twice: one end."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from storefront import clock
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import queries, rules
from storefront.orders.models import Order, OrderEvent
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.payments import settle as settling
from storefront.payments.models import Payment
from storefront.payments.providers import Notice, RefundNews, Status
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import attempts, opened, placed

PENDING, PAID, FAILED, EXPIRED = "completed", "succeeded", "failed", "expired"
REFUND, SWEEP = "refund", "sweep"
SIX = (PENDING, PAID, FAILED, EXPIRED, REFUND, SWEEP)
ORDERS = list(itertools.permutations(SIX))
THE_END = "paid, 1000 back, open, attempts paid, 1 times paid, order_confirmation 1, order_refunded 1"


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Enough for all."""
    return shelf.fill(2000)


def told_twice(events: tuple[str, ...], chance: random.Random) -> list[str]:
    """Each event a second time, somewhere after its first."""
    told = list(events)
    for event in events:
        told.insert(chance.randint(told.index(event) + 1, len(told)), event)
    return told


def happen(order_id: int, payment_id: int, told: list[str], chance: random.Random) -> None:
    """Every event as it comes in the shop. The second time it has the id of the first, or one of its own."""
    payment, intent = payments.attempt(payment_id), f"pi_{order_id}"
    statuses = {
        PENDING: Status("pending", intent),
        PAID: Status("paid", intent, 6990, "eur"),
        FAILED: Status("failed", intent),
        EXPIRED: Status("expired"),
    }
    for number, event in enumerate(told):
        if event == SWEEP:  # after more time than any bank may take
            with time_machine.travel(clock.now() + timedelta(days=15)):
                conversation.sweep()
            continue
        own = f"-{number}" if chance.random() < 0.5 else ""
        news = RefundNews(f"re_{order_id}", intent, "", 1000, failed=False) if event == REFUND else None
        notice = Notice(
            f"evt_{event}_{order_id}{own}", event, payment.reference, payment.key, statuses.get(event), news
        )
        conversation.take_in(notice, "demo")


def end_of(order_id: int) -> str:
    """State, money back, whether it counts as ended, attempts, how often it became paid, mails."""
    db.session.rollback()
    order = queries.order_by_id(order_id)
    assert order is not None
    paid = [event.kind for event in queries.events(order_id)].count("paid")
    jobs = select(Job.name, Job.payload).where(Job.name.like("mail.%")).order_by(Job.name)
    mails = Counter(name for name, payload in db.session.execute(jobs) if payload.get("order_id") == order_id)
    assert mails.pop("mail.order_received", 0) <= 1, "only whose bank answered late is told before the money"
    assert mails.pop("mail.payment_failed", 0) <= 1, "only whose bank said no first, once"
    return ", ".join(
        [
            *(order.state, f"{order.refunded_cents} back", "ended" if order.closed_at else "open"),
            *(f"attempts {' '.join(attempts(order_id))}", f"{paid} times paid"),
            *(f"{name.removeprefix('mail.')} {count}" for name, count in mails.items()),
        ]
    )


def ends(shop: Shelf, every: int) -> Counter[str]:
    """How often each end is come to, of every so manieth order of the events."""
    found: Counter[str] = Counter()
    for number, events in enumerate(ORDERS[::every]):
        chance = random.Random(number)
        order_id = placed(shop, 2, cart_id=f"cart-{number}-0123456789")
        happen(order_id, opened(order_id), told_twice(events, chance), chance)
        found[end_of(order_id)] += 1
    return found


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.full)])
def test_every_order_of_events_comes_to_one_end(shop: Shelf, every: int) -> None:
    count = len(ORDERS) // every
    assert ends(shop, every) == {THE_END: count}
    assert shop.left(SMALL) == shop.moved(SMALL) == 2000 - 2 * count
    assert legal_logs()


def legal_logs() -> bool:
    """Every log goes along the edges of the table only."""
    rows = db.session.execute(select(OrderEvent.order_id, OrderEvent.kind).order_by(OrderEvent.id)).all()
    states: dict[int, str] = {}
    for order_id, kind in rows:
        if kind not in rules.STATES:
            continue
        if order_id in states and not rules.may_become(states[order_id], kind):
            return False
        states[order_id] = kind
    return True


def test_control_where_the_last_word_counts_they_end_in_many_ways(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A twin of settling that believes whatever it hears."""
    words = {"paid": rules.PAID, "failed": rules.EXPIRED, "expired": rules.EXPIRED}

    def believe(payment_id: int, status: Status, _actor: str) -> None:
        if status.state in words:
            payment = db.session.get_one(Payment, payment_id)
            db.session.get_one(Order, payment.order_id).state = words[status.state]

    monkeypatch.setattr(settling, "settle", believe)
    assert len(ends(shop, 40)) > 1
