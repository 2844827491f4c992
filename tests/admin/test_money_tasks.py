"""What the dashboard says about payments: what they are worth, and what a person has to see to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.orders import queries as orders
from storefront.payments import choice, conversation, later, queries
from storefront.payments.providers import DisputeNews, RefundNews, Status
from storefront.payments.settle import settle
from storefront.transactions import writing
from tests.orders.shelf import fill
from tests.payments.till import opened, placed

KEYS = [("sk_test_1", "test"), ("rk_test_1", "test"), ("sk_live_1", "live"), ("rk_live_1", "live")]


@pytest.mark.parametrize(("key", "mode"), KEYS)
def test_the_mode_is_that_of_the_key(app: Flask, key: str, mode: str) -> None:
    with app.app_context():
        given = app.extensions["storefront"]
        app.extensions["storefront"] = replace(given, payment_provider="stripe", stripe_secret_key=key)
        assert choice.mode() == mode
        app.extensions["storefront"] = replace(given, payment_provider="")
        assert choice.mode() == ""


def test_the_dashboard_says_what_payments_are_worth(demo_app: Flask, admin_client: FlaskClient) -> None:
    assert "Demonstratiebetalingen: geen geld" in admin_client.get("/admin/").text
    given = demo_app.extensions["storefront"]
    for key, words in (
        ("sk_test_1", "Stripe in testmodus: geen echt geld"),
        ("sk_live_1", "Stripe, live: echt geld"),
    ):
        changed = replace(given, payment_provider="stripe", stripe_secret_key=key)
        demo_app.extensions["storefront"] = changed
        assert words in admin_client.get("/admin/").text


def test_marketers_do_not_see_it(marketer_client: FlaskClient) -> None:
    assert "payments-mode" not in marketer_client.get("/admin/").text


@pytest.fixture
def paid(app: Flask) -> str:
    """The number of a paid order."""
    shop = fill(10)
    order_id = placed(shop)
    payment_id = opened(order_id)
    with writing():
        settle(payment_id, Status("paid", "pi_1", 6990, "eur"), "demo")
    order = orders.order_by_id(order_id)
    assert order is not None
    return order.number


def test_disputes_and_bounced_refunds_are_tasks(client: FlaskClient, paid: str) -> None:
    client.post("/dev/enter/admin")
    assert 'id="disputes"' not in client.get("/admin/").text
    disputed = DisputeNews("du_1", "pi_1", 6990, "fraudulent", "needs_response", 1_900_000_000, closed=False)
    steps = [
        disputed,
        RefundNews("re_1", "pi_1", "", 1000, failed=False),
        RefundNews("re_1", "pi_1", "", 1000, failed=True),
    ]
    for news in steps:
        with writing():
            later.take_news(news, "demo", "")
    text = client.get("/admin/").text
    assert 'id="disputes"' in text
    assert 'id="bounced"' in text
    page = client.get(f"/admin/orders/{paid}").text
    assert "De koper betwist de betaling bij de bank" in page
    assert "Een terugbetaling kwam retour: betaal op een andere manier" in page
    with writing():
        later.take_news(replace(disputed, state="won", closed=True), "demo", "")
    assert 'id="disputes"' not in client.get("/admin/").text
    page = client.get(f"/admin/orders/{paid}").text
    assert "Uitkomst: gewonnen" in page
    assert conversation.reconcile() == 0
    assert queries.held_money() == []


def test_a_refund_that_came_back_is_ticked_off_once_and_leaves_its_event(
    client: FlaskClient, paid: str, form_of: Callable[..., Any]
) -> None:
    client.post("/dev/enter/admin")
    for failed in (False, True):
        with writing():
            later.take_news(RefundNews("re_1", "pi_1", "", 1000, failed=failed), "demo", "")
    page = f"/admin/orders/{paid}"
    forms = [form_of(client, page, "/settled") for _ in range(2)]
    assert forms[0].press().status_code == 422, "how it was paid is asked for"
    assert forms[0].set(how="Overgemaakt op 24 november").press().status_code == 303
    assert forms[1].set(how="Nog een keer").press().status_code == 409
    assert queries.bounced_refunds() == []
    assert 'id="bounced"' not in client.get("/admin/").text
    text = client.get(page).text
    assert "Een terugbetaling die retour kwam is op een andere manier betaald" in text
    assert "Hoe: Overgemaakt op 24 november" in text
    assert "kwam bij ons retour, anders betaald" in text
    order = orders.order_by_number(paid)
    assert order is not None
    assert order.refunded_cents == 1000, "what went back stays as it was"
    assert [event.kind for event in orders.events(order.id)].count("refund_settled") == 1
    strange = forms[0].action.replace("/refunds/1/", "/refunds/99/")
    assert client.post(strange, data=dict(forms[0].values)).status_code == 404
