"""What the double remembers: sessions, payment intents, refunds, events, idempotency keys."""

from __future__ import annotations

import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import stripe
from stripe import Charge, Dispute, Event, PaymentIntent, Refund
from stripe.checkout import Session

from tests.stripe_double.contract import known_fields

MINUTE = 60
KEY = "sk_test_double"  # the shop's key at the double


class StripeSays(Exception):
    """An error answer in Stripe's form."""

    def __init__(self, status: int, kind: str, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.code = status, kind, message, code


@dataclass
class Remembered:
    """The answer to an idempotency key; `answer` is None while the first request runs."""

    body: str
    answer: tuple[int, dict[str, Any]] | None = None


@dataclass
class Double:
    """A Stripe account of one test. The fields below the line are for the test to set and to look at."""

    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, Remembered] = field(default_factory=dict)
    # ---
    webhook_url: str = ""  # where events go
    secret: str = "whsec_test_double"
    at_once: bool = True  # send events when they happen; else they wait for deliver()
    times: int = 1  # how often each event is sent
    waiting: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)  # (type, status) of each webhook sent
    faults: list[str] = field(default_factory=list)  # the next requests fail so: see app.py
    slow_seconds: float = 4.0  # how long a "slow" answer, or one that is "lost", keeps the shop waiting
    violations: list[str] = field(default_factory=list)  # bodies that Stripe would not have understood

    def create_session(self, body: dict[str, Any]) -> dict[str, Any]:
        """A Checkout Session with its hosted page."""
        now = int(time.time())
        ends = body.get("expires_at", now + 24 * 60 * MINUTE)
        if not now + 30 * MINUTE <= ends <= now + 24 * 60 * MINUTE:
            raise StripeSays(400, "invalid_request_error", "expires_at must be 30 minutes to 24 hours ahead.")
        items = body["line_items"]
        total = sum(item["price_data"]["unit_amount"] * item["quantity"] for item in items)
        if total < 50:
            raise StripeSays(400, "invalid_request_error", "The amount is too small.", "amount_too_small")
        reference = f"cs_test_{secrets.token_hex(20)}"
        session = {
            "id": reference,
            "object": "checkout.session",
            "amount_subtotal": total,
            "amount_total": total,
            "currency": items[0]["price_data"]["currency"],
            "created": now,
            "expires_at": ends,
            "livemode": False,
            "mode": body["mode"],
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "url": f"{self.url}/c/pay/{reference}",
            **{
                name: body.get(name)
                for name in (
                    "cancel_url",
                    "success_url",
                    "client_reference_id",
                    "customer_email",
                    "locale",
                    "metadata",
                    "adaptive_pricing",
                    "allowed_payment_method_types",
                )
            },
        }
        self.sessions[reference] = known(Session, session)
        return session

    def session(self, reference: str) -> dict[str, Any]:
        """A session; one whose time is over has expired by itself."""
        session = self.sessions.get(reference)
        if session is None:
            raise StripeSays(
                404, "invalid_request_error", f"No such checkout.session: {reference}", "resource_missing"
            )
        if session["status"] == "open" and session["expires_at"] < time.time():
            self.end(session)
        return session

    def expire_session(self, reference: str) -> dict[str, Any]:
        """End an open session."""
        session = self.session(reference)
        if session["status"] != "open":
            raise StripeSays(
                400, "invalid_request_error", "Only Checkout Sessions with a status of open can be expired."
            )
        self.end(session)
        return session

    def end(self, session: dict[str, Any]) -> None:
        """The session expires."""
        session["status"], session["url"] = "expired", None
        self.happen("checkout.session.expired", session)

    def pay(self, reference: str) -> dict[str, Any]:
        """The buyer pays on the hosted page."""
        session = self._completed(reference, "succeeded")
        session["payment_status"] = "paid"
        self.happen("checkout.session.completed", session)
        return session

    def pay_later(self, reference: str) -> dict[str, Any]:
        """The buyer completes the page with a bank debit: the money comes later, or not."""
        session = self._completed(reference, "processing")
        self.happen("checkout.session.completed", session)
        return session

    def bank_answers(self, reference: str, yes: bool) -> dict[str, Any]:
        """The bank answers a debit."""
        session = self.sessions[reference]
        intent = self.intents[session["payment_intent"]]
        if yes:
            session["payment_status"] = "paid"
            intent["status"], intent["amount_received"] = "succeeded", intent["amount"]
        else:
            intent["status"] = "requires_payment_method"
        self.happen(f"checkout.session.async_payment_{'succeeded' if yes else 'failed'}", session)
        return session

    def _completed(self, reference: str, intent_status: str) -> dict[str, Any]:
        session = self.session(reference)
        if session["status"] != "open":
            raise StripeSays(400, "invalid_request_error", "This session has ended.")
        intent_id = f"pi_test_{secrets.token_hex(12)}"
        paid = intent_status == "succeeded"
        self.intents[intent_id] = known(
            PaymentIntent,
            {
                "id": intent_id,
                "object": "payment_intent",
                "amount": session["amount_total"],
                "amount_received": session["amount_total"] if paid else 0,
                "currency": session["currency"],
                "created": int(time.time()),
                "livemode": False,
                "status": intent_status,
                "metadata": session["metadata"] or {},
            },
        )
        session |= {"status": "complete", "payment_intent": intent_id, "url": None}
        return session

    def create_refund(self, body: dict[str, Any]) -> dict[str, Any]:
        """Money goes back, never more than came in."""
        intent = self.intents.get(body.get("payment_intent", ""))
        if intent is None:
            raise StripeSays(404, "invalid_request_error", "No such payment_intent", "resource_missing")
        given = self.given_back(intent["id"])
        amount = body.get("amount", intent["amount_received"] - given)
        if amount < 1 or given + amount > intent["amount_received"]:
            raise StripeSays(
                400,
                "invalid_request_error",
                "Refund amount is greater than what is left.",
                "charge_already_refunded",
            )
        refund = {
            "id": f"re_test_{secrets.token_hex(12)}",
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "created": int(time.time()),
            "payment_intent": intent["id"],
            "status": "succeeded",
            "metadata": body.get("metadata") or {},
        }
        self.refunds[refund["id"]] = known(Refund, refund)
        self.happen("refund.created", refund)
        charge = {
            "id": f"ch_{intent['id']}",
            "object": "charge",
            "amount": intent["amount"],
            "amount_refunded": given + amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "refunded": given + amount == intent["amount_received"],
        }
        self.happen("charge.refunded", known(Charge, charge))
        return refund

    def given_back(self, intent_id: str) -> int:
        """What went back of a payment."""
        ours = [one for one in self.refunds.values() if one["payment_intent"] == intent_id]
        return sum(one["amount"] for one in ours if one["status"] != "failed")

    def list_refunds(self, body: dict[str, Any]) -> dict[str, Any]:
        """The refunds of a payment, the newest first."""
        found = [one for one in self.refunds.values() if one["payment_intent"] == body.get("payment_intent")]
        data = found[::-1][: body.get("limit", 10)]
        return {"object": "list", "data": data, "has_more": len(data) < len(found), "url": "/v1/refunds"}

    def refund(self, reference: str) -> dict[str, Any]:
        """One refund."""
        if reference not in self.refunds:
            raise StripeSays(404, "invalid_request_error", f"No such refund: {reference}", "resource_missing")
        return self.refunds[reference]

    def refund_bounces(self, reference: str) -> None:
        """The buyer's bank sends the money back."""
        refund = self.refunds[reference]
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        self.happen("refund.failed", known(Refund, refund))

    def open_dispute(self, intent_id: str) -> dict[str, Any]:
        """The buyer asks the bank for the money back."""
        intent = self.intents[intent_id]
        dispute = {
            "id": f"du_test_{secrets.token_hex(12)}",
            "object": "dispute",
            "amount": intent["amount_received"],
            "currency": intent["currency"],
            "created": int(time.time()),
            "evidence_details": {"due_by": int(time.time()) + 9 * 24 * 60 * MINUTE, "has_evidence": False},
            "payment_intent": intent_id,
            "reason": "product_not_received",
            "status": "needs_response",
        }
        self.disputes[dispute["id"]] = known(Dispute, dispute)
        self.happen("charge.dispute.created", dispute)
        return dispute

    def close_dispute(self, reference: str, status: str = "won") -> None:
        """The bank decided."""
        self.disputes[reference]["status"] = status
        self.happen("charge.dispute.closed", self.disputes[reference])

    def happen(self, kind: str, thing: dict[str, Any]) -> None:
        """Something to tell by webhook."""
        event = known(
            Event,
            {
                "id": f"evt_test_{secrets.token_hex(12)}",
                "object": "event",
                "api_version": "2026-10-28.endive",
                "created": int(time.time()),
                "data": {"object": json.loads(json.dumps(thing))},
                "livemode": False,
                "pending_webhooks": 1,
                "request": None,
                "type": kind,
            },
        )
        self.waiting.append(event)
        if self.at_once:
            self.deliver()

    def deliver(self) -> list[int]:
        """Send the events that wait. Returns the statuses."""
        events, self.waiting = self.waiting, []
        if not self.webhook_url:
            return []
        statuses = []
        for event in events:
            statuses += [self.send(event) for _ in range(self.times)]
        return statuses

    def send(self, event: dict[str, Any]) -> int:
        """Send one event, signed as Stripe does."""
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(body, self.secret)
        request = urllib.request.Request(
            self.webhook_url,
            body.encode(),
            {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            error.close()
            status = error.code
        self.answers.append((event["type"], status))
        return status

    def only_session(self) -> dict[str, Any]:
        """The one session that was made."""
        (session,) = self.sessions.values()
        return session


def known(resource: type, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, when the SDK's class knows all its fields."""
    strange = set(answer) - known_fields(resource)
    assert not strange, f"{resource.__name__} has no {strange}"
    return answer
