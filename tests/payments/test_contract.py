"""What we send to Stripe is what the SDK's own types allow, and the double notices when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from stripe import Refund
from stripe.checkout import Session

from storefront import clock
from storefront.payments import stripe_gateway
from storefront.payments.providers import PaymentRequest, ProviderRefused
from storefront.payments.stripe_gateway import StripeProvider, session_params
from tests.stripe_double.contract import BadBody, checked, known_fields, nested
from tests.stripe_double.state import KEY, Double, known

pytest_plugins = ["tests.stripe_double.fixtures"]

SESSION = ("stripe.params.checkout._session_create_params", "SessionCreateParams")
REFUND = ("stripe.params._refund_create_params", "RefundCreateParams")


def request(**changes: Any) -> PaymentRequest:
    given = PaymentRequest(
        key="7F3K20MQ-1",
        order_number="7F3K20MQ",
        order_token="token",
        lang="nl",
        email="lotte.jansen@example.nl",
        method="ideal",
        amount_cents=6990,
        currency="EUR",
        expires_at=clock.now() + timedelta(minutes=31),
    )
    return replace(given, **changes)


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("method", ["ideal", "card", "bancontact"])
def test_every_session_we_make_fits_the_sdks_type(app: Flask, lang: str, method: str) -> None:
    params = session_params(request(lang=lang, method=method))
    assert checked(*SESSION, dict(params)) == params


def test_no_product_name_leaves_the_shop(app: Flask) -> None:
    name = session_params(request())["line_items"][0]["price_data"]["product_data"]["name"]
    assert name == "Bestelling 7F3K20MQ"


@pytest.mark.parametrize(
    "wrong",
    [
        {"payment_method_types": ["card"]},
        {"mode": "pay"},
        {"locale": "klingon"},
        {"allowed_payment_method_types": ["idael"]},
        {"expires_at": "tomorrow"},
        {"api_key": "sk"},
        {"adaptive_pricing": {"enabeld": False}},
        {
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "eur", "unit_amount": 1.5, "product_data": {"name": "x"}},
                }
            ]
        },
        {"line_items": [{"quantity": 1, "price_data": {"unit_amount": 1, "product_data": {"name": "x"}}}]},
        {"payment_intent_data": {"capture_methode": "manual"}},
    ],
)
def test_a_wrong_parameter_fails(app: Flask, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadBody):
        checked(*SESSION, {**session_params(request()), **wrong})


def test_a_wrong_refund_fails() -> None:
    assert checked(*REFUND, {"payment_intent": "pi_1", "amount": 5})
    for wrong in ({"reason": "because"}, {"amount": "five"}, {"payment": "pi_1"}):
        with pytest.raises(BadBody):
            checked(*REFUND, {"payment_intent": "pi_1", **wrong})


def test_the_double_refuses_and_remembers_a_wrong_parameter(
    app: Flask, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = session_params(request())
    monkeypatch.setattr(
        stripe_gateway, "session_params", lambda _request: {**right, "payment_method_types": ["card"]}
    )
    with pytest.raises(ProviderRefused, match="payment_method_types"):
        StripeProvider(KEY, stripe_double.url).create_session(request())
    assert stripe_double.violations
    stripe_double.violations.clear()


def test_the_double_answers_only_what_the_sdk_knows() -> None:
    assert {"id", "object", "payment_intent", "status"} <= known_fields(Session)
    assert known(Refund, {"id": "re_1", "amount": 1}) == {"id": "re_1", "amount": 1}
    with pytest.raises(AssertionError, match="charged_at"):
        known(Session, {"id": "cs_1", "charged_at": 1})


def test_stripes_form_encoding_is_read() -> None:
    assert nested("a[b][0][c]=1&a[b][1][c]=2&expand[0]=x&m=") == {
        "a": {"b": [{"c": "1"}, {"c": "2"}]},
        "expand": ["x"],
        "m": "",
    }
