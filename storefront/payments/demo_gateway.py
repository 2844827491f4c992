"""A provider that takes no money: for development and the demo shop. It cannot exist in production.

Its page is ours (development/payment.py), so the attempt's own row is all the memory that it needs.
"""

from __future__ import annotations

import hashlib

from storefront.addresses import url
from storefront.payments import queries, rules
from storefront.payments.providers import PaymentRequest, RefundNews, Session, Status

PREFIX = "demo_"


class DemoProvider:
    """Pay, decline or leave, without a bank."""

    name = "demo"
    least_cents = 50  # as Stripe, so that who tries the shop meets the same refusal

    def create_session(self, request: PaymentRequest) -> Session:
        """The address of the demonstration page; unguessable, and the same for the same key."""
        seed = f"{request.order_token}:{request.key}".encode()
        token = hashlib.sha256(seed).hexdigest()[:32]
        return Session(PREFIX + token, url("development_payment.show", lang=request.lang, token=token))

    def session_status(self, reference: str) -> Status:
        """As the shopper left it."""
        payment = queries.by_reference(self.name, reference)
        if payment is None or payment.state == rules.EXPIRED:
            return Status("expired")
        if payment.state in rules.TAKEN:
            return paid(reference, payment.amount_cents, payment.currency)
        return Status("failed" if payment.state == rules.FAILED else "open")

    def expire_session(self, reference: str) -> Status:
        """The page ends, unless it was paid."""
        status = self.session_status(reference)
        return Status("expired") if status.state == "open" else status

    def refund(self, intent: str, amount_cents: int, key: str) -> str:
        """Nothing to give back; the key is the reference."""
        return f"{PREFIX}{key}"

    def refunds(self, intent: str) -> list[RefundNews]:
        """None that we do not know."""
        return []


def paid(reference: str, amount_cents: int, currency: str) -> Status:
    """The status after the shopper pressed "Pay"."""
    return Status("paid", reference.replace(PREFIX, f"{PREFIX}pi_"), amount_cents, currency)
