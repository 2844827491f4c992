"""What a payment provider is, and the values that pass between it and us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class ProviderAway(Exception):
    """The provider cannot be reached, or there is none; nothing is known about what was asked. Try later."""


class ProviderGone(ProviderAway):
    """The attempt was made with a provider that this shop does not have any more."""


class ProviderRefused(Exception):
    """The provider understood and said no."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order without its name: so many units, and what is paid for all of them."""

    quantity: int
    paid_cents: int


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What a provider has to know to take money: no product names, since orders can tell about health."""

    key: str  # idempotency key: the same key never makes a second session
    order_number: str
    order_token: str
    lang: str
    email: str
    method: str
    amount_cents: int
    currency: str
    expires_at: datetime
    items: tuple[Item, ...] = ()
    shipping_cents: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A page of the provider where the buyer pays."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class Status:
    """How a session stands: "open", "paid", "pending" (completed, bank unanswered), "failed" or "expired"."""

    state: str
    intent: str | None = None
    amount_cents: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class RefundNews:
    """A refund as the provider has it, whoever made it. `key` is ours, or "" when it was not made by us."""

    reference: str
    intent: str
    key: str
    amount_cents: int
    failed: bool


@dataclass(frozen=True, slots=True)
class DisputeNews:
    """A buyer asked the bank for the money back. `answer_by` is a timestamp, 0 when nobody can answer."""

    reference: str
    intent: str
    amount_cents: int
    reason: str
    state: str
    answer_by: int
    closed: bool


@dataclass(frozen=True, slots=True)
class GivenBackNews:
    """How much of a payment went back in all, as the provider counts it."""

    intent: str
    given_back_cents: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider told us by itself. `status` and `news` are None for things that we do not follow."""

    event_id: str
    kind: str
    reference: str = ""
    key: str = ""
    status: Status | None = None
    news: RefundNews | DisputeNews | GivenBackNews | None = None


class Provider(Protocol):
    """Takes money. Each call may raise ProviderAway or ProviderRefused; none runs inside a transaction.

    least_cents: it takes no payment of less.
    """

    name: str
    least_cents: int

    def create_session(self, request: PaymentRequest) -> Session:
        """Make a page for the buyer; with the same key the same one again."""

    def session_status(self, reference: str) -> Status:
        """How a session stands now."""

    def expire_session(self, reference: str) -> Status:
        """End an open session. The answer says how it stands, which is "paid" when the buyer was faster."""

    def refund(self, intent: str, amount_cents: int, key: str) -> str:
        """Give money back, once per key; the provider's reference."""

    def refunds(self, intent: str) -> list[RefundNews]:
        """All refunds of a payment. Keys are forgotten after a day: who repeats later looks here first."""
