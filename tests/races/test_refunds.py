"""Staff who click twice give money back once, through the real form and real HTTP."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from storefront import clock
from storefront.database import db
from storefront.jobs.models import Job
from storefront.payments import actions, conversation, rules
from storefront.payments.stripe_gateway import StripeProvider
from storefront.testing import Live
from storefront.testing.servers import served_here
from tests.orders import shelf
from tests.orders.shelf import Shelf
from tests.races.crowd import (
    DATABASES,
    crowd,
    name_of,
    sized,
    stock_faults,
    web_processes,
)
from tests.races.refunding import PART, clicked_twice, enter, paid, refund, refunds
from tests.stripe_double.state import Double, StripeSays

pytest_plugins = ["tests.stripe_double.fixtures"]
Serve = Callable[..., Live]
Shop = tuple[Flask, Shelf, Double]


@pytest.fixture(params=DATABASES)
def shop(
    stripe_app: Callable[..., Flask], stripe_double: Double, request: pytest.FixtureRequest
) -> Iterator[Shop]:
    """Units for everybody; the double tells nothing by itself."""
    app = stripe_app(request.param, "empty")
    stripe_double.at_once = False
    with app.app_context():
        yield app, shelf.fill(2000), stripe_double
        db.session.remove()


@pytest.mark.parametrize("count", sized(100, 1000))
def test_a_refund_that_is_clicked_twice_is_one(
    shop: Shop, serve: Serve, figure: Callable[[str], None], count: int
) -> None:
    live = serve(shop[0], workers=2, threads=8)
    numbers = paid(live.url, *shop[1:], count)
    staff, began = enter(live.url), time.monotonic()
    answers = crowd(numbers, lambda number: clicked_twice(live.url, staff, number), most=4)
    figure(f"{count} refunds clicked twice, {name_of(shop[0])}: {time.monotonic() - began:.0f} s")
    assert {status for pair in answers for status in pair} <= {303, 409}, answers
    assert all(303 in pair for pair in answers), answers
    assert refunds() == (count, count * PART)
    assert [one["amount"] for one in shop[2].refunds.values()] == [PART] * count


def test_control_without_what_was_seen_the_second_click_pays_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard is the sum that stood on the page: a twin that takes any sum gives twice."""
    monkeypatch.setattr(actions.queries, "given_back_cents", lambda _order_id: 0)
    with served_here(shop[0]) as url:
        (number,) = paid(url, *shop[1:], 1)
        staff = enter(url)
        for _page in range(2):
            clicked_twice(url, staff, number)
    assert refunds()[0] > 1
    assert len(shop[2].refunds) > 1


class Deaths:
    """Kills a web process while Stripe has a refund in hand: before it is made, or before it is answered."""

    def __init__(self, live: Live, double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
        self.live, self.chance, self.count = live, random.Random(3), 0
        self.real = double.create_refund
        monkeypatch.setattr(double, "create_refund", self.create_refund)

    def create_refund(self, body: dict[str, Any]) -> dict[str, Any]:
        """Two times out of three somebody dies: all that this process had in hand is cut."""
        fate = self.chance.choice(["not made", "not answered", "well"])
        if fate == "not made":
            self.kill()
            raise StripeSays(500, "api_error", "it never came to us")
        made = self.real(body)
        if fate == "not answered":
            self.kill()
        return made

    def kill(self) -> None:
        """kill -9 of all web processes, so that the one which asks is among them."""
        for child in web_processes(self.live):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.count += 1


def reconciled() -> None:
    """What the worker does a little later."""
    db.session.rollback()
    with time_machine.travel(clock.now() + rules.ASKED_AFTER + timedelta(minutes=1)):
        conversation.reconcile()


@pytest.mark.parametrize("count", sized(10, 100))
def test_a_refund_whose_process_is_killed_is_made_once(
    shop: Shop,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str], None],
    count: int,
) -> None:
    """Some staff press again, others leave it: Stripe, the refund's row and the order agree afterwards."""
    app, shelf_, double = shop
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--preload")
    live = serve(app, workers=2, threads=8)
    numbers, staff = paid(live.url, shelf_, double, count), enter(live.url)
    deaths = Deaths(live, double, monkeypatch)

    def give(number: str) -> list[int]:
        return [refund(live.url, staff, number) for _press in range(1 + (number < numbers[count // 2]))]

    answers = [status for statuses in crowd(numbers, give, most=4) for status in statuses]
    assert deaths.count > 0 and answers.count(0) > 0, answers
    assert set(answers) <= {0, 303, 409, 503}, answers
    monkeypatch.setattr(double, "create_refund", deaths.real)
    reconciled()
    begun, gone = refunds()
    assert gone == begun * PART and set(refund_states()) == {"done"}
    assert sorted(one["metadata"]["refund"] for one in double.refunds.values()) == keys()
    reconciled()
    assert (refunds(), len(double.refunds), mails()) == ((begun, gone), begun, begun)
    assert len({order.number for order in shelf.orders() if order.refunded_cents == PART}) == begun
    assert stock_faults(2000) == []
    cut = f"{deaths.count} deaths, {answers.count(0)} clicks cut"
    figure(f"refunds and killed web processes, {name_of(app)}: {begun} of {count} begun, each once; {cut}")


def refund_states() -> list[str]:
    """How the refunds stand."""
    return list(db.session.scalars(select(actions.Refund.state)))


def keys() -> list[str]:
    """The keys of all refunds, sorted."""
    return sorted(db.session.scalars(select(actions.Refund.key)))


def mails() -> int:
    """How many mails tell of a refund."""
    return db.session.scalar(select(func.count(Job.id)).where(Job.name == "mail.order_refunded")) or 0


def test_control_a_refund_under_a_new_key_is_made_twice(
    shop: Shop, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A twin that neither looks the refund up nor knows its key any more."""
    app, shelf_, double = shop
    live = serve(app, workers=1, threads=4)
    (number,), staff = paid(live.url, shelf_, double, 1), enter(live.url)
    deaths = Deaths(live, double, monkeypatch)
    monkeypatch.setattr(deaths.chance, "choice", lambda _fates: "not answered")
    assert refund(live.url, staff, number) == 0
    monkeypatch.setattr(double, "create_refund", deaths.real)
    real = StripeProvider.refund

    def forgetful(self: StripeProvider, intent: str, cents: int, _key: str) -> str:
        return real(self, intent, cents, "another key")

    monkeypatch.setattr(StripeProvider, "refund", forgetful)
    monkeypatch.setattr(rules, "REPEATED", timedelta(days=1))
    reconciled()
    assert (refunds(), len(double.refunds)) == ((1, PART), 2)
