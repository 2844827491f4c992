"""Attempts to pay an order, refunds, and the provider events that were taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from storefront.database import Model


class Payment(Model):
    """One attempt to pay an order. The row is committed before the provider is called."""

    __tablename__ = "payment"
    affects_pages = False
    __table_args__ = (UniqueConstraint("order_id", "attempt"), UniqueConstraint("provider", "reference"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("customer_order.id"), index=True)
    attempt: Mapped[int]
    provider: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(60), unique=True)  # idempotency key: <order number>-<attempt>
    reference: Mapped[str | None] = mapped_column(String(120))  # the provider's session id
    # The provider's payment id: refunds need it, and what happens to the money later is told under it.
    intent: Mapped[str | None] = mapped_column(String(120), index=True)
    url: Mapped[str] = mapped_column(String(2000), default="")  # where the buyer pays
    method: Mapped[str] = mapped_column(String(20))  # what the buyer chose, see payments/methods.py
    state: Mapped[str] = mapped_column(String(12), default="created")  # see payments/rules.py
    amount_cents: Mapped[int]
    received_cents: Mapped[int | None]  # what the provider says came in; refunds go up to this
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # when the provider last said how it stands


class Refund(Model):
    """Money given back. Committed before the provider is called; its id is the idempotency key."""

    __tablename__ = "refund"
    affects_pages = False
    __table_args__ = (
        # At most one for the goods of a withdrawal, but for those that the provider refused.
        Index(
            "uq_refund_withdrawal",
            "withdrawal_id",
            unique=True,
            sqlite_where=text("state != 'failed'"),
            postgresql_where=text("state != 'failed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    amount_cents: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="created")  # see payments/rules.py
    restock: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # unsent goods return to stock when all goes back
    reference: Mapped[str | None] = mapped_column(String(120))
    actor: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    withdrawal_id: Mapped[int | None] = mapped_column(ForeignKey("withdrawal.id"))  # whose goods it pays for
    settled_at: Mapped[datetime | None]  # when staff had paid one that bounced in another way


class ProviderEvent(Model):
    """The id of an event that a provider sent, recorded once.

    Money may be told of before we know of it: then `news` waits for the payment or refund named by `about`.
    """

    __tablename__ = "provider_event"
    affects_pages = False

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    received_at: Mapped[datetime]
    about: Mapped[str | None] = mapped_column(String(120), index=True)
    news: Mapped[dict[str, Any] | None]


class Dispute(Model):
    """A buyer asked the bank for the money back. Staff answer it at the provider."""

    __tablename__ = "dispute"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    reference: Mapped[str] = mapped_column(String(120), unique=True)
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(30))  # the provider's word, such as "needs_response" or "won"
    answer_by: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
