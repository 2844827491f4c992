"""Settling: what a provider says about a session becomes the state of the attempt and of its order.

The webhook, the return page, the sweeper and the demo page all come here. It is idempotent, and bears
messages in any order: money that came is never forgotten, and stock is given back once. Money that comes
after the reservation ended takes the stock again, or goes back in full; another amount waits for staff.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.orders import actions as orders
from storefront.orders import queries as order_queries
from storefront.orders import rules as order_rules
from storefront.orders.models import Order
from storefront.payments import actions, queries, rules
from storefront.payments.later import take_news, take_waiting
from storefront.payments.models import Payment, ProviderEvent
from storefront.payments.providers import Notice, Status


def take_notice(notice: Notice, provider: str) -> bool:
    """Take in what a provider told us. False when it was told before, or changes nothing now."""
    try:
        with db.session.begin_nested():
            db.session.add(ProviderEvent(id=notice.event_id, kind=notice.kind[:80], received_at=clock.now()))
            db.session.flush()
    except IntegrityError:
        return False
    if notice.news is not None:
        return take_news(notice.news, provider, notice.event_id)
    if notice.status is None:
        return False
    payment = queries.by_reference(provider, notice.reference) or queries.by_key(notice.key)
    if payment is None or payment.provider != provider:
        return False
    settle(payment.id, notice.status, provider)
    return True


def settle(payment_id: int, status: Status, actor: str) -> None:
    """Bring an attempt and its order to what the provider says. The order is locked first, as everywhere."""
    order_id = select(Payment.order_id).where(Payment.id == payment_id).scalar_subquery()
    db.session.execute(select(Order.id).where(Order.id == order_id).with_for_update())
    payment = db.session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)
    if payment.state in rules.TAKEN:
        return
    change = _CHANGES.get(status.state)
    if change is not None:
        change(payment, status, actor)
    payment.answered_at = clock.now()
    db.session.flush()
    if payment.intent and payment.state in rules.TAKEN:
        take_waiting(payment.provider, payment.intent)


def _paid(payment: Payment, status: Status, actor: str) -> None:
    payment.intent = status.intent
    payment.received_cents = status.amount_cents
    payment.completed_at = clock.now()
    details = {"provider": payment.provider, "attempt": payment.attempt, "cents": status.amount_cents}
    wanted = (payment.amount_cents, payment.currency.upper())
    if (status.amount_cents, (status.currency or "").upper()) != wanted:
        payment.state = rules.HELD
        details |= {"reason": "amount", "currency": status.currency, "wanted_cents": payment.amount_cents}
        orders.note(payment.order_id, "held", actor, details)
        actions.keep_for_bank(db.session.get_one(Order, payment.order_id))
        return
    payment.state = rules.PAID
    if not _is_accepted(payment.order_id, actor, details):
        payment.state = rules.HELD
        orders.note(payment.order_id, "held", actor, {**details, "reason": "closed"})
        enqueue("payment.return", {"payment_id": payment.id})


def _is_accepted(order_id: int, actor: str, details: Mapping[str, Any]) -> bool:
    """The order is paid by this money, though it may have expired. False when it was closed or paid already.

    An expired order stays so when something of it is gone, or when its buyer has ordered anew since.
    """
    order = db.session.get_one(Order, order_id, populate_existing=True)
    if order.state == order_rules.EXPIRED:
        latest = order_queries.latest_order(order.cart_id, lock=True)
        ordered_anew = (
            latest is not None
            and latest.id != order_id
            and latest.state in (order_rules.PLACED, *order_rules.BOUGHT)
        )
        if ordered_anew or any(line.variant_id is None for line in order.lines):
            return False
        details = {**details, "reason": "late"}
    return orders.mark_paid(order_id, actor, details)


def _pending(payment: Payment, status: Status, actor: str) -> None:
    ended_by_us = payment.state == rules.EXPIRED and payment.answered_at is None
    if payment.state not in rules.LIVE and not ended_by_us:
        return
    payment.state, payment.intent, payment.completed_at = rules.PENDING, status.intent, None
    orders.note(payment.order_id, "pending", actor, {"attempt": payment.attempt})
    order = db.session.get_one(Order, payment.order_id, populate_existing=True)
    if order.state == order_rules.PLACED:
        enqueue("mail.order_received", {"order_id": order.id})
        actions.keep_for_bank(order)


def _failed(payment: Payment, status: Status, actor: str) -> None:
    was = payment.state
    if was not in (*rules.LIVE, rules.PENDING):
        return
    payment.state, payment.completed_at = rules.FAILED, clock.now()
    orders.note(payment.order_id, "declined", actor, {"attempt": payment.attempt})
    db.session.flush()
    can_be_paid = any(one.state in rules.LIVE for one in queries.payments_of(payment.order_id))
    if was == rules.PENDING and not can_be_paid:  # days may have passed: nobody is waiting at the screen
        actions.give_up_pending(payment.order_id, actor, "payment failed")
    else:
        actions.shorten_after_decline(payment.order_id)


def _expired(payment: Payment, status: Status, actor: str) -> None:
    if payment.state not in (*rules.LIVE, rules.PENDING):
        return
    payment.state, payment.completed_at = rules.EXPIRED, clock.now()
    db.session.flush()
    attempts = queries.payments_of(payment.order_id)
    if attempts[-1].id == payment.id and all(one.state != rules.PENDING for one in attempts):
        orders.expire(payment.order_id, actor, "session expired")


_CHANGES: dict[str, Callable[[Payment, Status, str], None]] = {
    order_rules.PAID: _paid,
    "pending": _pending,
    "failed": _failed,
    "expired": _expired,
}
