"""The double as a WSGI app: Stripe's API as far as we use it, and the hosted page as plain HTML forms."""

from __future__ import annotations

import time
from collections.abc import Callable
from html import escape
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from tests.stripe_double.contract import BadBody, checked, nested
from tests.stripe_double.state import Double, Remembered, StripeSays

BODIES = {
    "sessions": ("stripe.params.checkout._session_create_params", "SessionCreateParams"),
    "expire": ("stripe.params.checkout._session_expire_params", "SessionExpireParams"),
    "retrieve": ("stripe.params.checkout._session_retrieve_params", "SessionRetrieveParams"),
    "refunds": ("stripe.params._refund_create_params", "RefundCreateParams"),
    "refund list": ("stripe.params._refund_list_params", "RefundListParams"),
    "refund": ("stripe.params._refund_retrieve_params", "RefundRetrieveParams"),
}


def create_double(double: Double) -> Flask:
    """The WSGI app of a double."""
    app = Flask("stripe_double")

    @app.errorhandler(StripeSays)
    def says(error: StripeSays) -> tuple[Response, int]:
        inner = {"type": error.kind, "message": error.message} | ({"code": error.code} if error.code else {})
        return jsonify(error=inner), error.status

    def asked(what: str, act: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
        if not request.headers.get("Authorization", "").startswith("Bearer sk_test_"):
            raise StripeSays(401, "invalid_request_error", "Invalid API Key provided")
        fault = double.faults.pop(0) if double.faults else ""
        if fault in ("500", "429", "html", "busy"):
            return _fault(fault)
        if fault == "slow":
            time.sleep(double.slow_seconds)
        status, answer = _remembered(double, lambda: act(_body_of(double, what)))
        if fault == "lost":  # it happened, and the answer never arrives
            time.sleep(double.slow_seconds)
        made = jsonify(answer)
        made.status_code = status
        return made

    @app.post("/v1/checkout/sessions")
    def create() -> Answer:
        return asked("sessions", double.create_session)

    @app.get("/v1/checkout/sessions/<reference>")
    def retrieve(reference: str) -> Answer:
        def act(body: dict[str, Any]) -> dict[str, Any]:
            session = dict(double.session(reference))
            if "payment_intent" in body.get("expand", []) and session["payment_intent"]:
                session["payment_intent"] = double.intents[session["payment_intent"]]
            return session

        return asked("retrieve", act)

    @app.post("/v1/checkout/sessions/<reference>/expire")
    def expire(reference: str) -> Answer:
        return asked("expire", lambda _body: double.expire_session(reference))

    @app.post("/v1/refunds")
    def refund() -> Answer:
        return asked("refunds", double.create_refund)

    @app.get("/v1/refunds")
    def refunds() -> Answer:
        return asked("refund list", double.list_refunds)

    @app.get("/v1/refunds/<reference>")
    def one_refund(reference: str) -> Answer:
        return asked("refund", lambda _body: double.refund(reference))

    _hosted_page(app, double)
    return app


def _body_of(double: Double, what: str) -> dict[str, Any]:
    """What a request asks for, held against the parameters that the SDK knows."""
    raw = request.get_data(as_text=True) if request.method == "POST" else request.query_string.decode()
    try:
        body = checked(*BODIES[what], nested(raw))
    except BadBody as error:
        double.violations.append(f"{request.path}: {error}")
        raise StripeSays(
            400, "invalid_request_error", f"Received unknown or wrong parameter: {error}"
        ) from error
    return body


def _remembered(double: Double, act: Callable[[], dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Stripe's idempotency: same key and body, same answer; another body is an error."""
    key = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not key:
        with double.lock:
            return 200, act()
    body = f"{request.path}?{request.get_data(as_text=True)}"
    with double.lock:
        found = double.keys.setdefault(key, Remembered(body))
        if found.body != body:
            raise StripeSays(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters.",
            )
        if found.answer is None:
            try:
                found.answer = (200, act())
            except StripeSays:
                del double.keys[key]  # Stripe keeps no answer of a request that failed its checks
                raise
        return found.answer[0], dict(found.answer[1])


def _fault(kind: str) -> Answer:
    if kind == "html":
        return Response("<html><body>Bad gateway</body></html>", 502, mimetype="text/html")
    if kind == "busy":
        inner = {
            "type": "idempotency_error",
            "code": "idempotency_key_in_use",
            "message": "The key is in use.",
        }
        answer = jsonify(error=inner)
        answer.status_code = 409
        return answer
    answer = jsonify(
        error={"type": "api_error" if kind == "500" else "invalid_request_error", "message": kind}
    )
    answer.status_code = int(kind)
    return answer


def _hosted_page(app: Flask, double: Double) -> None:
    """Plain HTML forms: pay, decline, bank debit, leave."""

    @app.get("/c/pay/<reference>")
    def page(reference: str) -> str:
        session = double.session(reference)
        if session["status"] != "open":
            return _html(session["locale"], "<h1>Session ended</h1>")
        return _html(session["locale"], _buttons(session, declined="declined" in request.args))

    @app.post("/c/pay/<reference>")
    def press(reference: str) -> Answer:
        pressed = request.form["press"]
        session = double.sessions[reference]
        if pressed == "leave":
            return redirect(session["cancel_url"], 303)
        if pressed == "decline":  # the session stays open: the buyer may try another card
            return redirect(f"{double.url}/c/pay/{reference}?declined=1", 303)
        with double.lock:
            if session["status"] == "open":
                (double.pay if pressed == "pay" else double.pay_later)(reference)
        return redirect(session["success_url"], 303)


def _buttons(session: dict[str, Any], declined: bool) -> str:
    names = {
        "nl": {"pay": "Betalen", "decline": "Weigeren", "debit": "Automatische incasso", "leave": "Verlaten"},
        "en": {"pay": "Pay", "decline": "Decline", "debit": "Bank debit", "leave": "Leave"},
    }[session["locale"] or "en"]
    said = "<p role='alert'>Your card was declined.</p>" if declined else ""
    amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    buttons = "".join(
        f"<button name='press' value='{value}'>{name}</button>" for value, name in names.items()
    )
    head = f"<h1>{escape(session['client_reference_id'])}</h1><p>{amount}</p>{said}"
    return f"{head}<form method='post'>{buttons}</form>"


def _html(lang: str | None, body: str) -> str:
    icon = "<link rel='icon' href='data:,'>"
    head = f"<!doctype html><html lang='{lang or 'en'}'><head><title>Checkout</title>{icon}</head>"
    return f"{head}<body>{body}</body></html>"
