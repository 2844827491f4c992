"""Reads attempts to pay and refunds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from storefront.database import db
from storefront.payments import rules
from storefront.payments.models import Payment, Refund


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


def payments_of(order_id: int) -> list[Payment]:
    """All attempts to pay an order, the first one first."""
    return list(
        db.session.scalars(select(Payment).where(Payment.order_id == order_id).order_by(Payment.attempt))
    )


def latest_payment(order_id: int) -> Payment | None:
    """The newest attempt to pay an order."""
    statement = select(Payment).where(Payment.order_id == order_id).order_by(Payment.attempt.desc()).limit(1)
    return db.session.scalar(statement)


def taken_payment(order_id: int) -> Payment | None:
    """The attempt that brought money, if one did."""
    statement = select(Payment).where(Payment.order_id == order_id, Payment.state.in_(rules.TAKEN))
    return db.session.scalar(statement.order_by(Payment.attempt).limit(1))


def by_reference(provider: str, reference: str) -> Payment | None:
    """The attempt of a provider's session."""
    statement = select(Payment).where(Payment.provider == provider, Payment.reference == reference)
    return db.session.scalar(statement)


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


def unfinished_refund(payment_id: int) -> Refund | None:
    """A refund that the provider has not answered."""
    return db.session.scalar(
        select(Refund).where(Refund.payment_id == payment_id, Refund.state == "created").limit(1)
    )
