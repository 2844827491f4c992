"""Stripe's webhook: who is believed, and what each answer means for Stripe's repeats."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from storefront.database import db
from storefront.orders.queries import events
from storefront.payments import conversation
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import attempts, placed, state
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]
SECRET = "whsec_test_double"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(
    stripe_app: Callable[..., Flask], request: pytest.FixtureRequest
) -> Iterator[tuple[Shelf, FlaskClient]]:
    """A small shop that takes money through Stripe's double, and a client that stands for Stripe."""
    app = stripe_app(request.param, "empty")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        yield shelf.fill(10), app.test_client()
        db.session.remove()


@pytest.fixture
def door(stripe_app: Callable[..., Flask]) -> FlaskClient:
    """A client that stands for Stripe, or for somebody who pretends to; nothing is on sale."""
    return stripe_app("sqlite", "empty").test_client()


def send(
    client: FlaskClient, body: object, signature: str | None = None, at: int | None = None
) -> TestResponse:
    text = body if isinstance(body, str) else json.dumps(body)
    header = (
        signature
        if signature is not None
        else stripe.WebhookSignature.generate_signature_header(text, SECRET, at)
    )
    return client.post("/webhooks/stripe", data=text.encode(), headers={"Stripe-Signature": header})


def opened(shelf_: Shelf, double: Double) -> tuple[int, str]:
    """An order with a session open at the double, whose events wait to be sent."""
    double.at_once = False
    order_id = placed(shelf_)
    conversation.start_payment(order_id)
    return order_id, [*double.sessions][-1]


def told(client: FlaskClient, double: Double) -> list[int]:
    """Send the events that wait."""
    waiting, double.waiting = double.waiting, []
    return [send(client, event).status_code for event in waiting]


def test_a_payment_settles_its_order_once(shop: tuple[Shelf, FlaskClient], stripe_double: Double) -> None:
    shelf_, client = shop
    order_id, session = opened(shelf_, stripe_double)
    stripe_double.pay(session)
    event = stripe_double.waiting[0]
    assert [send(client, event).status_code for _ in range(3)] == [200, 200, 200]
    assert (state(order_id), attempts(order_id)) == ("paid", ["paid"])
    assert [entry.kind for entry in events(order_id)] == ["placed", "paid"]


def test_return_and_webhook_in_either_order(shop: tuple[Shelf, FlaskClient], stripe_double: Double) -> None:
    shelf_, client = shop
    order_id, session = opened(shelf_, stripe_double)
    stripe_double.pay(session)
    conversation.look_up(order_id)
    assert told(client, stripe_double) == [200]
    conversation.look_up(order_id)
    assert [entry.kind for entry in events(order_id)] == ["placed", "paid"]


def test_a_debit_and_its_answer_in_the_wrong_order(
    shop: tuple[Shelf, FlaskClient], stripe_double: Double
) -> None:
    shelf_, client = shop
    order_id, session = opened(shelf_, stripe_double)
    stripe_double.pay_later(session)
    stripe_double.bank_answers(session, yes=True)
    stripe_double.waiting.reverse()
    assert told(client, stripe_double) == [200, 200]
    assert (state(order_id), attempts(order_id)) == ("paid", ["paid"])


def test_a_refused_debit_gives_the_stock_back(shop: tuple[Shelf, FlaskClient], stripe_double: Double) -> None:
    shelf_, client = shop
    order_id, session = opened(shelf_, stripe_double)
    stripe_double.pay_later(session)
    assert told(client, stripe_double) == [200]
    assert (state(order_id), shelf_.left(SMALL)) == ("placed", 8)
    stripe_double.bank_answers(session, yes=False)
    assert told(client, stripe_double) == [200]
    assert (state(order_id), shelf_.left(SMALL)) == ("expired", 10)


def test_an_expired_session_gives_the_stock_back_once(
    shop: tuple[Shelf, FlaskClient], stripe_double: Double
) -> None:
    shelf_, client = shop
    order_id, session = opened(shelf_, stripe_double)
    stripe_double.expire_session(session)
    event = stripe_double.waiting[0]
    assert [send(client, event).status_code for _ in range(2)] == [200, 200]
    assert (state(order_id), shelf_.left(SMALL)) == ("expired", 10)


def test_an_event_that_came_before_we_kept_the_session_is_found_by_its_key(
    shop: tuple[Shelf, FlaskClient], stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf_, client = shop
    monkeypatch.setattr("storefront.payments.actions.session_opened", lambda *_: True)
    order_id, session = opened(shelf_, stripe_double)
    assert attempts(order_id) == ["created"]
    stripe_double.pay(session)
    assert told(client, stripe_double) == [200]
    assert state(order_id) == "paid"


UNKNOWN: list[dict[str, Any]] = [
    {"id": "evt_1", "object": "event", "type": "customer.created", "data": {"object": {"id": "cus_1"}}},
    {
        "id": "evt_2",
        "object": "event",
        "type": "payment_intent.payment_failed",
        "data": {"object": {"id": "pi_1"}},
    },
    {"id": "evt_3", "object": "event", "type": "something.new.in.2031", "data": {}},
]


@pytest.mark.parametrize("event", UNKNOWN)
def test_types_that_we_do_not_follow_are_accepted(door: FlaskClient, event: dict[str, Any]) -> None:
    assert send(door, event).status_code == 200


def test_a_session_of_somebody_else_is_accepted_and_left_alone(
    shop: tuple[Shelf, FlaskClient], stripe_double: Double
) -> None:
    shelf_, client = shop
    order_id, session = opened(shelf_, stripe_double)
    stripe_double.pay(session)
    event = stripe_double.waiting[0]
    event["data"]["object"] |= {"id": "cs_other", "metadata": {}}
    assert send(client, event).status_code == 200
    assert state(order_id) == "placed"


COMPLETED = '{"id": "e", "type": "checkout.session.completed"'
BAD_BODIES = [
    '{"id": "e", "type": "refund.created", "data": {"object": null}}',
    '{"id": "e", "type": "refund.created", "data": {"object": {"id": "re_1"}}}',
    '{"id": "e", "type": "refund.updated", "data": {"object": {"id": 1, "status": "x", "amount": "much"}}}',
    '{"id": "e", "type": "charge.refunded", "data": {"object": []}}',
    '{"id": "e", "type": "charge.dispute.created", "data": {"object": {"id": "du_1", "status": "lost"}}}',
    "null",
    "[]",
    '"text"',
    "1",
    "{}",
    "",
    "not json",
    '{"id": "evt_1"}',
    COMPLETED + "}",
    COMPLETED + ', "data": {"object": null}}',
    COMPLETED + ', "data": {"object": {"id": "cs_1"}}}',
    "[" * 50_000,
]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_signed_body_of_another_shape_is_bad(door: FlaskClient, body: str) -> None:
    assert send(door, body).status_code == 400


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "rubbish",
        "t=1",
        "t=x,v1=y",
        "v1=" + "0" * 64,
        "t=1,v1=é",
        "t=1,v1=\u0661",
        "t=" + "9" * 5000 + ",v1=0",
        "t=-1,v1=0",
    ],
)
def test_who_did_not_sign_is_not_believed(door: FlaskClient, signature: str) -> None:
    answer = send(door, UNKNOWN[0], signature.encode("utf-8").decode("latin-1"))
    assert answer.status_code == 400


def test_a_missing_signature_is_bad(door: FlaskClient) -> None:
    assert door.post("/webhooks/stripe", data=b"{}").status_code == 400


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, 200), (-290, 200), (290, 200), (-310, 400), (310, 400), (10**9, 400)]
)
def test_old_and_future_signatures(door: FlaskClient, seconds: int, status: int) -> None:
    assert send(door, UNKNOWN[0], at=int(time.time()) + seconds).status_code == status


def test_another_secret_is_not_believed(door: FlaskClient) -> None:
    body = json.dumps(UNKNOWN[0])
    header = stripe.WebhookSignature.generate_signature_header(body, "whsec_other")
    assert send(door, body, header).status_code == 400


def test_a_huge_body_is_not_read(door: FlaskClient) -> None:
    assert send(door, "x" * 300_000).status_code == 413


def test_a_failure_of_ours_is_500_and_the_repeat_settles(
    shop: tuple[Shelf, FlaskClient], stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf_, client = shop
    order_id, session = opened(shelf_, stripe_double)
    stripe_double.pay(session)
    event = stripe_double.waiting[0]

    def broken(*_: object) -> None:
        raise RuntimeError("our fault")

    with monkeypatch.context() as patch:
        patch.setattr("storefront.orders.actions.mark_paid", broken)
        assert send(client, event).status_code == 500
    assert state(order_id) == "placed"
    assert send(client, event).status_code == 200
    assert state(order_id) == "paid"


OF_NOBODY: list[dict[str, Any]] = [
    {"type": kind, "data": {"object": {**thing, "payment_intent": intent}}}
    for intent in (None, "pi_unknown", {"id": "pi_unknown"})
    for kind, thing in (
        ("refund.created", {"id": "re_1", "amount": 5, "status": "succeeded", "metadata": None}),
        ("refund.failed", {"id": "re_1", "amount": 5, "status": "failed"}),
        ("charge.refunded", {"id": "ch_1", "amount_refunded": 5}),
        ("charge.dispute.created", {"id": "du_1", "amount": 5, "reason": "general", "status": "won"}),
    )
]


@pytest.mark.parametrize("event", OF_NOBODY)
def test_money_of_others_is_accepted_and_left_alone(door: FlaskClient, event: dict[str, Any]) -> None:
    assert send(door, {"id": "evt_1", "object": "event", **event}).status_code == 200


def test_a_refund_and_a_dispute_come_in_by_the_webhook(
    shop: tuple[Shelf, FlaskClient], stripe_double: Double
) -> None:
    shelf_, client = shop
    order_id, session = opened(shelf_, stripe_double)
    intent = stripe_double.pay(session)["payment_intent"]
    stripe_double.create_refund({"payment_intent": intent, "amount": 1000})
    stripe_double.open_dispute(intent)
    stripe_double.waiting.reverse()
    assert set(told(client, stripe_double)) == {200}
    assert sorted(entry.kind for entry in events(order_id)) == [
        "disputed",
        "paid",
        "partly_refunded",
        "placed",
    ]


def test_without_a_secret_it_is_away(app: Flask) -> None:
    answer = app.test_client().post("/webhooks/stripe", data=b"{}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_it_is_no_page(door: FlaskClient) -> None:
    assert door.get("/webhooks/stripe").status_code == 405
    answer = door.post("/webhooks/stripe", data=b"{}", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400, "signed, so the cross-site rule does not apply"
