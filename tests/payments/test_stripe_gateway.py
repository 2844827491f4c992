"""The gateway against the double: idempotency, faults, time-outs, statuses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from storefront.payments import stripe_gateway
from storefront.payments.providers import ProviderAway, ProviderRefused, Status
from storefront.payments.stripe_gateway import StripeProvider
from tests.payments.test_contract import request
from tests.stripe_double.state import KEY, Double

pytest_plugins = ["tests.stripe_double.fixtures"]


@pytest.fixture
def provider(app: Flask, stripe_double: Double) -> StripeProvider:
    """Our gateway, pointed at the double."""
    return StripeProvider(KEY, stripe_double.url)


def test_the_same_key_is_the_same_session(provider: StripeProvider, stripe_double: Double) -> None:
    asked = request()
    assert provider.create_session(asked) == provider.create_session(asked)
    assert len(stripe_double.sessions) == 1


def test_the_same_key_with_another_body_is_refused_and_not_repeated(
    provider: StripeProvider, stripe_double: Double
) -> None:
    provider.create_session(request())
    with pytest.raises(ProviderAway):
        provider.create_session(replace(request(), amount_cents=1000))
    assert len(stripe_double.sessions) == 1


@pytest.mark.parametrize("fault", ["500", "429", "html", "busy"])
def test_a_passing_fault_is_tried_once_more(
    provider: StripeProvider, stripe_double: Double, fault: str
) -> None:
    stripe_double.faults = [fault]
    assert provider.create_session(request()).reference in stripe_double.sessions


@pytest.mark.parametrize("fault", ["500", "429", "html", "busy"])
def test_a_lasting_fault_is_said_to_be_away(
    provider: StripeProvider, stripe_double: Double, fault: str
) -> None:
    stripe_double.faults = [fault, fault]
    with pytest.raises(ProviderAway):
        provider.create_session(request())
    assert stripe_double.sessions == {}


@pytest.fixture
def impatient(app: Flask, stripe_double: Double, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeProvider]:
    """Our gateway with time-outs of a tenth."""
    monkeypatch.setattr(stripe_gateway, "READ_SECONDS", stripe_gateway.READ_SECONDS / 10)
    monkeypatch.setattr(stripe_gateway, "CONNECT_SECONDS", stripe_gateway.CONNECT_SECONDS / 10)
    stripe_double.slow_seconds = stripe_gateway.READ_SECONDS * 3
    stripe_gateway._client.cache_clear()
    yield StripeProvider(KEY, stripe_double.url)
    stripe_gateway._client.cache_clear()


def test_a_lost_answer_is_found_again_by_its_key(impatient: StripeProvider, stripe_double: Double) -> None:
    stripe_double.faults = ["lost"]
    session = impatient.create_session(request())
    assert list(stripe_double.sessions) == [session.reference]


def test_nobody_waits_for_a_provider_that_does_not_answer(
    impatient: StripeProvider, stripe_double: Double
) -> None:
    stripe_double.faults = ["slow", "slow"]
    began = time.monotonic()
    with pytest.raises(ProviderAway):
        impatient.create_session(request())
    assert time.monotonic() - began < 2


def test_the_real_time_outs_make_less_than_ten_seconds_in_all() -> None:
    one = stripe_gateway.CONNECT_SECONDS + stripe_gateway.READ_SECONDS
    assert stripe_gateway.TRIES * one + (stripe_gateway.TRIES - 1) * stripe_gateway.PAUSE_SECONDS < 10


def test_nobody_listens(app: Flask) -> None:
    with pytest.raises(ProviderAway):
        StripeProvider(KEY, "http://127.0.0.1:9").create_session(request())


def test_a_wrong_key_is_away_not_refused(stripe_double: Double, app: Flask) -> None:
    with pytest.raises(ProviderAway):
        StripeProvider("wrong", stripe_double.url).create_session(request())


def test_every_status(provider: StripeProvider, stripe_double: Double) -> None:
    made = [provider.create_session(replace(request(), key=f"K-{number}")).reference for number in range(5)]
    _opened, paid, pending, failed, expired = made
    intent = stripe_double.pay(paid)["payment_intent"]
    waiting = stripe_double.pay_later(pending)["payment_intent"]
    refused = stripe_double.pay_later(failed)["payment_intent"]
    stripe_double.bank_answers(failed, yes=False)
    stripe_double.expire_session(expired)
    assert [provider.session_status(reference) for reference in made] == [
        Status("open"),
        Status("paid", intent, 6990, "eur"),
        Status("pending", waiting),
        Status("failed", refused),
        Status("expired"),
    ]
    stripe_double.bank_answers(pending, yes=True)
    assert provider.session_status(pending) == Status("paid", waiting, 6990, "eur")


def test_ending_a_session_says_when_the_buyer_was_faster(
    provider: StripeProvider, stripe_double: Double
) -> None:
    opened = provider.create_session(request()).reference
    assert provider.expire_session(opened) == Status("expired")
    assert provider.expire_session(opened) == Status("expired")
    paid = provider.create_session(replace(request(), key="K-2")).reference
    stripe_double.pay(paid)
    assert provider.expire_session(paid).state == "paid"


def test_a_refund_happens_once_per_key_and_never_more_than_came_in(
    provider: StripeProvider, stripe_double: Double
) -> None:
    intent = stripe_double.pay(provider.create_session(request()).reference)["payment_intent"]
    assert provider.refund(intent, 2000, "refund-1") == provider.refund(intent, 2000, "refund-1")
    assert len(stripe_double.refunds) == 1
    with pytest.raises(ProviderRefused):
        provider.refund(intent, 5000, "refund-2")
    with pytest.raises(ProviderRefused):
        provider.refund("pi_unknown", 1, "refund-3")
