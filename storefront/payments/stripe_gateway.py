"""Stripe: hosted Checkout Sessions through stripe 16. The only module that imports the library.

The library is imported when a provider is made, since that takes half a second. Its own time-outs are far too
long for somebody who waits, so ours apply: two tries of 4.5 seconds at most, both under the same key.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import stripe

from storefront import clock
from storefront.addresses import absolute
from storefront.locale import gettext as _
from storefront.locale import speaking
from storefront.payments.providers import (
    Notice,
    PaymentRequest,
    ProviderAway,
    ProviderRefused,
    Session,
    Status,
)

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

T = TypeVar("T")
CONNECT_SECONDS, READ_SECONDS = 1.0, 3.5
TRIES = 2
PAUSE_SECONDS = 0.25
TOLERANCE_SECONDS = 300
FOLLOWED = {
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
}


class BadNotice(Exception):
    """A webhook that is not from Stripe, or not of a shape that Stripe sends."""


class StripeProvider:
    """Takes money through Stripe's hosted page."""

    name = "stripe"

    def __init__(self, key: str, api_base: str = "") -> None:
        self._client = _client(key, api_base)

    def create_session(self, request: PaymentRequest) -> Session:
        """Make the hosted page; the same key finds the same one again."""
        params = session_params(request)
        options: Any = {"idempotency_key": request.key}
        session = _asked(lambda: self._client.v1.checkout.sessions.create(params, options))
        if not session.url:
            raise ProviderRefused("the session has no address")
        return Session(session.id, session.url)

    def session_status(self, reference: str) -> Status:
        """How the session stands; a bank that refused later shows in the payment intent."""
        session = _asked(
            lambda: self._client.v1.checkout.sessions.retrieve(reference, {"expand": ["payment_intent"]})
        )
        return _status_of(session.to_dict())

    def expire_session(self, reference: str) -> Status:
        """End the session. One that cannot be ended is asked how it stands: paid, or ended already."""
        try:
            _asked(lambda: self._client.v1.checkout.sessions.expire(reference))
        except ProviderRefused:
            return self.session_status(reference)
        return Status("expired")

    def refund(self, intent: str, amount_cents: int, key: str) -> str:
        """Give money back, once per key."""
        options: Any = {"idempotency_key": key}
        refund = _asked(
            lambda: self._client.v1.refunds.create(
                {"payment_intent": intent, "amount": amount_cents}, options
            )
        )
        if refund.status in ("failed", "canceled"):
            raise ProviderRefused(str(refund.failure_reason or refund.status))
        return refund.id


def session_params(request: PaymentRequest) -> SessionCreateParams:
    """What Stripe is told: one line with the order's number; what somebody swallows is nobody's business."""
    marks = {"order": request.order_number, "payment": request.key}
    with speaking(request.lang):
        name = _("Order %(number)s", number=request.order_number)
    return {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency.lower(),
                    "unit_amount": request.amount_cents,
                    "product_data": {"name": name},
                },
            }
        ],
        "allowed_payment_method_types": list(dict.fromkeys([request.method, "card"])),
        "adaptive_pricing": {"enabled": False},
        "customer_email": request.email,
        "client_reference_id": request.order_number,
        "locale": "nl" if request.lang == "nl" else "en",
        "expires_at": int(request.expires_at.timestamp()),
        "success_url": absolute("shop_payment.back", lang=request.lang, token=request.order_token),
        "cancel_url": absolute("shop_orders.show", lang=request.lang, token=request.order_token),
        "metadata": marks,
        "payment_intent_data": {"metadata": marks, "description": name},
    }


def read_notice(body: bytes, signature: str | None, secret: str) -> Notice:
    """A webhook, after its signature was checked. Raises BadNotice.

    The library accepts signatures dated years ahead and stumbles over non-ASCII ones and over signed bodies
    that are no objects; all three are caught here.
    """
    if not signature or not signature.isascii():
        raise BadNotice("no readable signature")
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
        event = json.loads(body)
    except (stripe.SignatureVerificationError, ValueError, RecursionError) as error:
        raise BadNotice(type(error).__name__) from error
    if _signed_at(signature) > clock.now().timestamp() + TOLERANCE_SECONDS:
        raise BadNotice("dated ahead")
    try:
        return _notice_of(event)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadNotice("not an event") from error


def _signed_at(signature: str) -> int:
    return int(next(part[2:] for part in signature.split(",") if part.startswith("t=")))


def _notice_of(event: dict[str, Any]) -> Notice:
    event_id, kind = str(event["id"]), str(event["type"])
    if kind not in FOLLOWED:
        return Notice(event_id, kind)
    session = event["data"]["object"]
    status = _status_of(session)
    if kind == "checkout.session.async_payment_failed":
        status = Status("failed", status.intent)
    key = str((session.get("metadata") or {}).get("payment", ""))
    return Notice(event_id, kind, str(session["id"]), key, status)


def _status_of(session: dict[str, Any]) -> Status:
    """open, expired, paid; complete without money is pending, or failed when the bank has said no."""
    intent = session["payment_intent"]
    details = intent if isinstance(intent, dict) else {}
    intent_id = details.get("id") if details else intent
    if session["status"] in ("open", "expired"):
        return Status(session["status"], intent_id)
    if session["payment_status"] == "paid":
        return Status("paid", intent_id, session["amount_total"], session["currency"])
    failed = details.get("status") in ("requires_payment_method", "canceled")
    return Status("failed" if failed else "pending", intent_id)


@functools.lru_cache(maxsize=4)
def _client(key: str, api_base: str) -> stripe.StripeClient:
    http = stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))
    addresses: Any = {"api": api_base} if api_base else None
    return stripe.StripeClient(key, base_addresses=addresses, max_network_retries=0, http_client=http)


def _asked(call: Callable[[], T]) -> T:
    """Call Stripe, and once more when it did not answer, is busy with the same key, or has a fault."""
    for left in reversed(range(TRIES)):
        try:
            return call()
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            raise ProviderRefused(error.user_message or str(error)) from error
        except stripe.StripeError as error:
            if left == 0 or not _is_worth_repeating(error):
                raise ProviderAway(f"{type(error).__name__}: {error}") from error
            time.sleep(PAUSE_SECONDS)
    raise AssertionError("unreachable")


def _is_worth_repeating(error: stripe.StripeError) -> bool:
    status = error.http_status
    return isinstance(error, stripe.APIConnectionError) or status in (409, 429) or (status or 0) >= 500
