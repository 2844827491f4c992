"""Stripe: hosted Checkout Sessions through stripe 16. The only module that imports the library.

The library is imported when a provider is made, since that takes half a second. Its own time-outs are far too
long for somebody who waits, so ours apply: two tries of 4.5 seconds at most, both under the same key, and no
more than nine and a half seconds for all that is asked within one conversation (payments/patience.py).
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import stripe

from storefront import clock
from storefront.addresses import absolute
from storefront.locale import gettext as _
from storefront.locale import speaking
from storefront.payments import patience
from storefront.payments.providers import (
    DisputeNews,
    GivenBackNews,
    Item,
    Notice,
    PaymentRequest,
    ProviderAway,
    ProviderRefused,
    RefundNews,
    Session,
    Status,
)

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

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
REFUND_TOLD = {"refund.created", "refund.updated", "refund.failed"}
DISPUTE_TOLD = {"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"}
DISPUTE_ENDS = {"won", "lost", "warning_closed", "prevented"}
MOST_REFUNDS = 100  # of one payment; Stripe gives no more at a time


class BadNotice(Exception):
    """A webhook that is not from Stripe, or not of a shape that Stripe sends."""


class StripeProvider:
    """Takes money through Stripe's hosted page."""

    name = "stripe"
    least_cents = 50  # of a payment in euro

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
                {"payment_intent": intent, "amount": amount_cents, "metadata": {"refund": key}}, options
            )
        )
        if refund.status in ("failed", "canceled"):
            raise ProviderRefused(str(refund.failure_reason or refund.status))
        return refund.id

    def refunds(self, intent: str) -> list[RefundNews]:
        """All refunds of a payment, also those that were made in Stripe's dashboard."""
        found = _asked(
            lambda: self._client.v1.refunds.list({"payment_intent": intent, "limit": MOST_REFUNDS})
        )
        return [_refund_of(one.to_dict()) for one in found.data]


def session_params(request: PaymentRequest) -> SessionCreateParams:
    """What Stripe is told: lines without a product's name; what somebody swallows is nobody's business."""
    marks = {"order": request.order_number, "payment": request.key}
    with speaking(request.lang):
        name = _("Order %(number)s", number=request.order_number)
        lines = line_items(request, name)
    return {
        "mode": "payment",
        "line_items": lines,
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


def line_items(request: PaymentRequest, whole: str) -> list[SessionCreateParamsLineItem]:
    """The order's lines as they are paid, "Item 1" and so on, and delivery; together exactly the amount.

    A discount can leave a line that its units do not divide: then some units cost a cent more than others.
    One line for the whole order, with the name given, when the lines would not add up.
    """
    parts: list[tuple[str, int, int]] = []
    for number, item in enumerate(request.items, start=1):
        parts += [(_("Item %(n)s", n=number), *part) for part in units_of(item)]
    if request.shipping_cents:
        parts.append((_("Delivery"), 1, request.shipping_cents))
    if sum(quantity * cents for _name, quantity, cents in parts) != request.amount_cents:
        parts = [(whole, 1, request.amount_cents)]
    return [
        {
            "quantity": quantity,
            "price_data": {
                "currency": request.currency.lower(),
                "unit_amount": cents,
                "product_data": {"name": name},
            },
        }
        for name, quantity, cents in parts
    ]


def units_of(item: Item) -> list[tuple[int, int]]:
    """A line as (quantity, cents of one): one pair, or two whose cents differ by one."""
    cents, dearer = divmod(item.paid_cents, item.quantity)
    pairs = [(dearer, cents + 1), (item.quantity - dearer, cents)]
    return [(quantity, one) for quantity, one in pairs if quantity]


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
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadNotice("not an event") from error


def _signed_at(signature: str) -> int:
    return int(next(part[2:] for part in signature.split(",") if part.startswith("t=")))


def _notice_of(event: dict[str, Any]) -> Notice:
    event_id, kind = str(event["id"]), str(event["type"])
    if kind in REFUND_TOLD:
        return Notice(event_id, kind, news=_refund_of(event["data"]["object"]))
    if kind in DISPUTE_TOLD:
        return Notice(event_id, kind, news=_dispute_of(event["data"]["object"]))
    if kind == "charge.refunded":
        charge = event["data"]["object"]
        given = GivenBackNews(_id_of(charge.get("payment_intent")), int(charge["amount_refunded"]))
        return Notice(event_id, kind, news=given)
    if kind not in FOLLOWED:
        return Notice(event_id, kind)
    session = event["data"]["object"]
    status = _status_of(session)
    if kind == "checkout.session.async_payment_failed":
        status = Status("failed", status.intent)
    key = str((session.get("metadata") or {}).get("payment", ""))
    return Notice(event_id, kind, str(session["id"]), key, status)


def _refund_of(refund: dict[str, Any]) -> RefundNews:
    return RefundNews(
        reference=str(refund["id"]),
        intent=_id_of(refund.get("payment_intent")),
        key=str((refund.get("metadata") or {}).get("refund", "")),
        amount_cents=int(refund["amount"]),
        failed=refund["status"] in ("failed", "canceled"),
    )


def _dispute_of(dispute: dict[str, Any]) -> DisputeNews:
    return DisputeNews(
        reference=str(dispute["id"]),
        intent=_id_of(dispute.get("payment_intent")),
        amount_cents=int(dispute["amount"]),
        reason=str(dispute["reason"]),
        state=str(dispute["status"]),
        answer_by=int((dispute.get("evidence_details") or {}).get("due_by") or 0),
        closed=dispute["status"] in DISPUTE_ENDS,
    )


def _id_of(thing: str | dict[str, Any] | None) -> str:
    """The id of a thing that Stripe names, or sends whole; "" for none."""
    return str(thing["id"]) if isinstance(thing, dict) else thing or ""


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


class _Client(stripe.RequestsClient):
    """Waits no longer than the conversation has left; the library reads `_timeout` at each request."""

    @property
    def _timeout(self) -> tuple[Any, Any]:
        left = patience.left()
        if left is None:
            return self._given
        connect = max(left // 4, 1)
        both = (timedelta(milliseconds=part).total_seconds() for part in (connect, max(left - connect, 1)))
        hurried_connect, hurried_read = both
        return min(self._given[0], hurried_connect), min(self._given[1], hurried_read)

    @_timeout.setter
    def _timeout(self, given: tuple[Any, Any]) -> None:
        self._given = given


@functools.lru_cache(maxsize=4)
def _client(key: str, api_base: str) -> stripe.StripeClient:
    http = _Client(timeout=(CONNECT_SECONDS, READ_SECONDS))
    addresses: Any = {"api": api_base} if api_base else None
    return stripe.StripeClient(key, base_addresses=addresses, max_network_retries=0, http_client=http)


def _asked(call: Callable[[], T]) -> T:
    """Call Stripe, and once more when it did not answer, is busy with the same key, or has a fault."""
    for left in reversed(range(TRIES)):
        if patience.is_over():
            raise ProviderAway("no time left for another call")
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
