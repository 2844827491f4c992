"""Reads attempts to pay and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from storefront.database import db
from storefront.orders.models import Order
from storefront.payments import rules
from storefront.payments.models import Dispute, Payment, Refund


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as plain values: reading them opens no transaction, so they may be used around a call."""

    id: int
    order_id: int
    provider: str
    key: str
    state: str
    reference: str
    intent: str
    url: str


def attempt(payment_id: int) -> Attempt:
    """One attempt."""
    return _attempt_of(db.session.get_one(Payment, payment_id))


def attempts(order_id: int) -> list[Attempt]:
    """All attempts to pay an order as plain values, the first one first."""
    return [_attempt_of(payment) for payment in payments_of(order_id)]


def _attempt_of(payment: Payment) -> Attempt:
    return Attempt(
        payment.id,
        payment.order_id,
        payment.provider,
        payment.key,
        payment.state,
        payment.reference or "",
        payment.intent or "",
        payment.url,
    )


def unanswered(moment: datetime) -> list[Attempt]:
    """The attempts of which the provider should have told us by now, the oldest first.

    A page that we ended without the provider's word is asked about; an open one, or a bank, once in a while.
    """
    old = Payment.created_at < moment - rules.ASKED_AFTER
    open_, bank = _silent(moment - rules.PAGE_ASKED_EVERY), _silent(moment - rules.BANK_ASKED_EVERY)
    left = and_(
        Payment.state == rules.EXPIRED,
        Payment.answered_at.is_(None),
        Payment.created_at < moment - rules.SESSION - rules.ASKED_AFTER,
        func.coalesce(Payment.completed_at, Payment.created_at) > moment - rules.FORGOTTEN,
    )
    asked = or_(and_(Payment.state == rules.OPEN, open_), and_(Payment.state == rules.PENDING, bank), left)
    statement = select(Payment).where(old, Payment.reference.is_not(None), asked).order_by(Payment.id)
    return [_attempt_of(payment) for payment in db.session.scalars(statement)]


def _silent(since: datetime) -> ColumnElement[bool]:
    return or_(Payment.answered_at.is_(None), Payment.answered_at < since)


@dataclass(frozen=True, slots=True)
class DueRefund:
    """A refund as plain values, with its payment."""

    id: int
    key: str
    cents: int
    begun_at: datetime
    attempt: Attempt


def due_refund(refund_id: int) -> DueRefund:
    """A refund that is to be made."""
    refund = db.session.get_one(Refund, refund_id)
    return DueRefund(
        refund.id, refund.key, refund.amount_cents, refund.created_at, attempt(refund.payment_id)
    )


def unanswered_refunds(moment: datetime) -> list[int]:
    """The refunds that the provider should have answered by now."""
    statement = select(Refund.id).where(
        Refund.state == "created", Refund.created_at < moment - rules.ASKED_AFTER
    )
    return list(db.session.scalars(statement.order_by(Refund.id)))


def is_unfinished(refund_id: int) -> bool:
    """True while the provider has not answered a refund."""
    return db.session.scalar(select(Refund.state).where(Refund.id == refund_id)) == "created"


def payments_of(order_id: int) -> list[Payment]:
    """All attempts to pay an order, the first one first."""
    statement = select(Payment).where(Payment.order_id == order_id).order_by(Payment.attempt)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def latest_payment(order_id: int) -> Payment | None:
    """The newest attempt to pay an order."""
    statement = select(Payment).where(Payment.order_id == order_id).order_by(Payment.attempt.desc()).limit(1)
    return db.session.scalar(statement.execution_options(populate_existing=True))


@dataclass(frozen=True, slots=True)
class Returnable:
    """The payment from which money goes back next, and how much of it there is.

    held: it does not fit the order. unfinished: a refund of it that the provider has not answered.
    """

    payment_id: int
    attempt: int
    held: bool
    left_cents: int
    unfinished: Refund | None = None

    @property
    def next_cents(self) -> int:
        """What goes back when no amount is named."""
        return self.left_cents if self.unfinished is None else self.unfinished.amount_cents


def returnable(order_id: int) -> Returnable | None:
    """What can be given back now: an unfinished refund is repeated first, then comes money that was held."""
    found: list[Returnable] = []
    for payment in payments_of(order_id):
        if payment.state not in rules.TAKEN or not payment.intent or not payment.received_cents:
            continue
        unfinished, left = unfinished_refund(payment.id), payment.received_cents - refunded_cents(payment.id)
        held = payment.state == rules.HELD
        found.append(Returnable(payment.id, payment.attempt, held, left, unfinished))
    return min(found, key=_turn, default=None)


def refund_basis(order_id: int, found: Returnable | None) -> str:
    """What a refund is decided upon, as a page shows it and sends it back: whose turn it is, the state."""
    state = db.session.scalar(select(Order.state).where(Order.id == order_id))
    return f"{found.attempt if found else 0}.{state}"


def _turn(of: Returnable) -> tuple[bool, bool, bool]:
    return of.unfinished is None, of.left_cents < 1, not of.held


def given_back_cents(order_id: int) -> int:
    """What went back of all payments of an order."""
    statement = select(func.coalesce(func.sum(Refund.amount_cents), 0)).join(
        Payment, Refund.payment_id == Payment.id
    )
    return int(
        db.session.scalar(statement.where(Payment.order_id == order_id, Refund.state.in_(rules.GIVEN))) or 0
    )


@dataclass(frozen=True, slots=True)
class HeldMoney:
    """Money that came and does not fit its order: what is still here, and what went back."""

    order_number: str
    buyer: str
    kept_cents: int
    returned_cents: int
    came_at: datetime | None


def held_money(order_id: int | None = None) -> list[HeldMoney]:
    """The held money of an order, or of all orders that have some to give back; the oldest first."""
    returned = (
        select(func.coalesce(func.sum(Refund.amount_cents), 0))
        .where(Refund.payment_id == Payment.id, Refund.state.in_(rules.GIVEN))
        .scalar_subquery()
    )
    columns = (Order.number, Order.name, Payment.received_cents, returned, Payment.completed_at)
    statement = select(*columns).join(Order, Payment.order_id == Order.id).where(Payment.state == rules.HELD)
    if order_id is None:
        statement = statement.where(func.coalesce(Payment.received_cents, 0) > returned)
    else:
        statement = statement.where(Payment.order_id == order_id)
    rows = db.session.execute(statement.order_by(Payment.completed_at, Payment.id))
    return [
        HeldMoney(number, name, (received or 0) - int(back), int(back), came_at)
        for number, name, received, back, came_at in rows
    ]


def by_reference(provider: str, reference: str) -> Payment | None:
    """The attempt of a provider's session."""
    statement = select(Payment).where(Payment.provider == provider, Payment.reference == reference)
    return db.session.scalar(statement)


def by_intent(provider: str, intent: str) -> Payment | None:
    """The attempt of a provider's payment."""
    statement = select(Payment).where(Payment.provider == provider, Payment.intent == intent)
    return db.session.scalar(statement.order_by(Payment.id).limit(1))


def by_key(key: str) -> Payment | None:
    """The attempt of an idempotency key."""
    return db.session.scalar(select(Payment).where(Payment.key == key))


def refunds_of(order_id: int) -> list[Refund]:
    """All refunds of an order, the first one first."""
    statement = (
        select(Refund).join(Payment, Refund.payment_id == Payment.id).where(Payment.order_id == order_id)
    )
    return list(db.session.scalars(statement.order_by(Refund.id)))


def refunded_cents(payment_id: int) -> int:
    """What was given back of a payment, or is about to be."""
    statement = select(func.coalesce(func.sum(Refund.amount_cents), 0))
    return int(
        db.session.scalar(statement.where(Refund.payment_id == payment_id, Refund.state != "failed")) or 0
    )


def known_gone_cents(payment_id: int) -> int:
    """What is known to have been given back of a payment."""
    statement = select(func.coalesce(func.sum(Refund.amount_cents), 0))
    return int(
        db.session.scalar(statement.where(Refund.payment_id == payment_id, Refund.state.in_(rules.GIVEN)))
        or 0
    )


def unfinished_refund(payment_id: int) -> Refund | None:
    """A refund that the provider has not answered."""
    return db.session.scalar(
        select(Refund).where(Refund.payment_id == payment_id, Refund.state == "created").limit(1)
    )


def refund_of_withdrawal(withdrawal_id: int) -> Refund | None:
    """The refund that was begun for the goods of a withdrawal and that the provider has not refused."""
    mine = select(Refund).where(Refund.withdrawal_id == withdrawal_id, Refund.state != "failed")
    return db.session.scalar(mine.execution_options(populate_existing=True))


def is_refund_unfinished(order_id: int) -> bool:
    """True while a refund of the order waits for the provider's answer."""
    statement = select(Refund.id).join(Payment, Refund.payment_id == Payment.id)
    found = statement.where(Payment.order_id == order_id, Refund.state == "created").limit(1)
    return db.session.scalar(found) is not None


@dataclass(frozen=True, slots=True)
class MoneyTask:
    """Something about an order's money that a person has to see to, at the provider or by a bank transfer."""

    order_number: str
    buyer: str
    cents: int
    since: datetime
    answer_by: datetime | None = None


def open_disputes() -> list[MoneyTask]:
    """Payments that buyers dispute at their bank, the most urgent first."""
    columns = (Order.number, Order.name, Dispute.amount_cents, Dispute.opened_at, Dispute.answer_by)
    statement = select(*columns).join(Payment, Dispute.payment_id == Payment.id)
    statement = statement.join(Order, Payment.order_id == Order.id).where(Dispute.closed_at.is_(None))
    rows = db.session.execute(statement.order_by(Dispute.answer_by, Dispute.id))
    return [MoneyTask(*row) for row in rows]


def bounced_refunds() -> list[MoneyTask]:
    """Refunds that came back to us and were not paid in another way yet, the oldest first."""
    columns = (Order.number, Order.name, Refund.amount_cents, Refund.created_at)
    statement = select(*columns).join(Payment, Refund.payment_id == Payment.id)
    statement = statement.join(Order, Payment.order_id == Order.id)
    statement = statement.where(Refund.state == "bounced", Refund.settled_at.is_(None))
    rows = db.session.execute(statement.order_by(Refund.id))
    return [MoneyTask(*row) for row in rows]
