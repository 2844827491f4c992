"""Against Stripe's own test mode, when a test key is given: what we send, and what it answers.

Nothing is paid here (that takes a browser on Stripe's page); sessions are made, found again and ended.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta

import pytest
from flask import Flask

from storefront import clock
from storefront.payments.choice import TEST_KEYS
from storefront.payments.providers import Item, ProviderRefused, Status
from storefront.payments.stripe_gateway import StripeProvider
from tests.payments.test_contract import request

NAME = "STOREFRONT_TEST_STRIPE_SECRET_KEY"


@pytest.fixture
def real(app: Flask) -> StripeProvider:
    """Our gateway, pointed at Stripe itself. Only ever with a test key."""
    key = os.environ.get(NAME, "")
    if not key:
        pytest.skip(f"{NAME} is not set: nothing ran against Stripe's test mode")
    assert key.startswith(TEST_KEYS), "only a test key may be used here"
    return StripeProvider(key)


@pytest.mark.parametrize("method", ["ideal", "card", "bancontact"])
def test_a_session_is_made_found_and_ended_at_stripe(real: StripeProvider, method: str) -> None:
    asked = request(
        key=f"test-{secrets.token_hex(8)}",
        method=method,
        amount_cents=1450,
        items=(Item(3, 1000),),
        shipping_cents=450,
        expires_at=clock.now() + timedelta(minutes=31),
    )
    session = real.create_session(asked)
    assert session.reference.startswith("cs_test_")
    assert session.url.startswith("https://")
    assert real.create_session(asked) == session
    assert real.session_status(session.reference) == Status("open")
    assert real.expire_session(session.reference) == Status("expired")
    assert real.session_status(session.reference).state == "expired"


def test_what_stripe_does_not_know_is_refused(real: StripeProvider) -> None:
    for ask in (lambda: real.session_status("cs_test_unknown"), lambda: real.refunds("pi_unknown")):
        with pytest.raises(ProviderRefused):
            ask()
    with pytest.raises(ProviderRefused):
        real.refund("pi_unknown", 100, f"test-{secrets.token_hex(8)}")
