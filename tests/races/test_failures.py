"""Something around the shop breaks while it sells: no promise is lost, and it comes back by itself."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import stripe
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storefront.database import db, is_away
from storefront.payments import stripe_gateway
from storefront.payments.providers import PaymentRequest, Session
from storefront.payments.stripe_gateway import StripeProvider
from storefront.testing import Live, Maker
from storefront.testing.servers import served_here
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf
from tests.races.crowd import (
    DATABASES,
    at_once,
    call,
    in_state,
    is_clear,
    new_cookie,
    paid_twice,
    pay_post,
    send_event,
    stock_faults,
    until,
)
from tests.races.refunding import Staff, enter, refund
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]
Serve = Callable[..., Live]
UNITS = 500


@pytest.fixture(params=DATABASES)
def shop(
    stripe_app: Callable[..., Flask], stripe_double: Double, request: pytest.FixtureRequest
) -> Iterator[tuple[Flask, Shelf]]:
    """Units for everybody, and Stripe's double."""
    app = stripe_app(request.param, "empty")
    with app.app_context():
        yield app, shelf.fill(UNITS)
        db.session.remove()


AT_ONCE = ["500", "429", "html", "busy"]
LATE = ["slow", "lost"]
FAULTS = [
    pytest.param(AT_ONCE, False, id="refused"),
    pytest.param(LATE, True, id="late, without waiting"),
    pytest.param(LATE, False, id="late", marks=pytest.mark.full),
]


@pytest.fixture
def unheard(stripe_double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    """Late answers without the waiting: what is "lost" was done all the same, and the shop hears nothing."""
    real = stripe_gateway._Client.request

    def asked(self: Any, *args: Any, **more: Any) -> Any:
        faults = stripe_double.faults[:]
        fault = faults.pop(0) if faults else ""
        stripe_double.faults.clear()
        answer = None if fault == "slow" else real(self, *args, **more)
        stripe_double.faults[:] = faults
        if fault:
            raise stripe.APIConnectionError(fault)
        return answer

    monkeypatch.setattr(stripe_gateway._Client, "request", asked)


@pytest.mark.parametrize(("faults", "here"), FAULTS)
def test_stripe_fails_and_no_order_is_lost_or_doubled(
    shop: tuple[Flask, Shelf],
    stripe_double: Double,
    serve: Serve,
    request: pytest.FixtureRequest,
    faults: list[str],
    here: bool,
) -> None:
    """While orders are placed, when their buyers come back, and when money goes back."""
    app, _shelf = shop
    if here:
        request.getfixturevalue("unheard")
    stripe_double.at_once = False
    with served_here(app) if here else nullcontext(serve(app, workers=1, threads=8).url) as url:
        staff = enter(url)
        for number, fault in enumerate(faults, 1):
            sessions = ordered(url, stripe_double, fault)
            assert (len(shelf.orders()), len(stripe_double.sessions)) == (2 * number, 2 * number), fault
            for session in sessions:
                come_back(url, stripe_double, session, fault)
            assert (in_state("paid"), paid_twice()) == (2 * number, []), fault
            for order in shelf.orders()[-2:]:
                give_back(url, stripe_double, staff, order.number, fault)
            assert [one["amount"] for one in stripe_double.refunds.values()] == [1000] * 2 * number, fault
    assert {order.refunded_cents for order in shelf.orders()} == {1000}
    assert stock_faults(UNITS) == []


def ordered(url: str, double: Double, fault: str) -> list[dict[str, Any]]:
    """Two orders. One try fails: it is asked again under the same key. All fail: 503, and the order waits."""
    before, once, never = set(double.sessions), new_cookie((SMALL, 1)), new_cookie((SMALL, 1))
    double.faults[:] = [fault]
    assert pay_post(url, once).status == 303, fault
    double.faults[:] = [fault] * 10
    ways = [lambda: pay_post(url, never), lambda: call(f"{url}/en/products")]
    refused, page = at_once(ways, lambda way: way())
    assert (is_clear(refused), page.status) == (True, 200), fault
    double.faults.clear()
    assert pay_post(url, never).status == 303, fault
    return [session for reference, session in double.sessions.items() if reference not in before]


def come_back(url: str, double: Double, session: dict[str, Any], fault: str) -> None:
    """The buyer paid and comes back while Stripe is silent: the order's page is there, its state follows."""
    double.pay(session["id"])
    double.faults[:] = [fault] * 10
    path = session["success_url"].partition("/en/")[2]
    answer = call(f"{url}/en/{path}")
    assert answer.status == 303, fault
    assert call(urljoin(url, answer.location)).status == 200, fault
    double.faults.clear()
    told = [one for one in double.waiting if one["data"]["object"]["id"] == session["id"]]
    assert {send_event(url, double.secret, one)[0] for one in told} == {200}


def give_back(url: str, double: Double, staff: Staff, number: str, fault: str) -> None:
    """Staff give a part back while Stripe fails: they are told so, press again, and it goes back once."""
    double.faults[:] = [fault] * 10
    assert refund(url, staff, number) == 503, fault
    double.faults.clear()
    assert refund(url, staff, number) == 303, fault


def test_control_a_session_under_a_new_key_each_time_is_a_second_one(
    shop: tuple[Flask, Shelf], stripe_double: Double, unheard: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin forgets what it asked for; the answer that was lost had made a session."""
    real, numbers = StripeProvider.create_session, itertools.count(1)

    def create(self: StripeProvider, request: PaymentRequest) -> Session:
        return real(self, replace(request, key=f"{request.key}-{next(numbers)}"))

    monkeypatch.setattr(StripeProvider, "create_session", create)
    with served_here(shop[0]) as url:
        cart = new_cookie((SMALL, 1))
        stripe_double.faults[:] = ["lost"] * 2
        assert is_clear(pay_post(url, cart))
        stripe_double.faults.clear()
        assert pay_post(url, cart).status == 303
    assert (len(shelf.orders()), len(stripe_double.sessions)) == (1, 2)


@pytest.mark.postgres
def test_postgresql_is_restarted_while_the_shop_sells(
    make_app: Maker, serve: Serve, postgres_url: str, figure: Callable[[str], None]
) -> None:
    if os.environ.get("STOREFRONT_TEST_POSTGRES_URL"):
        pytest.skip("the PostgreSQL server is not ours to restart")
    app = make_app("empty", "postgres")
    with app.app_context():
        shelf.fill(UNITS)
        folder = Path(str(db.session.scalar(text("SHOW data_directory"))))
        db.session.remove()
        live = serve(app, workers=2, threads=4)
        promised = [
            answer.status
            for answer in at_once(range(10), lambda _n: pay_post(live.url, new_cookie((SMALL, 1))))
        ]
        stop(folder)
        try:
            assert is_clear(call(f"{live.url}/en/products"))
            assert is_clear(pay_post(live.url, new_cookie((SMALL, 1))))
            assert (call(f"{live.url}/healthz").status, call(f"{live.url}/readyz").status) == (200, 503)
        finally:
            start(folder)
        seconds = until(lambda: call(f"{live.url}/en/products").status == 200, "the shop is back")
        assert pay_post(live.url, new_cookie((SMALL, 1))).status == 303
        db.engine.dispose()
        assert len(shelf.orders()) == promised.count(303) + 1 == 11
        assert stock_faults(UNITS) == []
        db.session.remove()
    figure(f"PostgreSQL restarted: the shop was back {seconds:.2f} s after the database")


def stop(folder: Path) -> None:
    """Stop the server as a crash would."""
    control(folder, "-m", "immediate", "stop")


def start(folder: Path) -> None:
    """Start it as it was started before."""
    options = (folder / "postmaster.opts").read_text().split('"')[1::2]
    control(folder, "-w", "-l", str(folder / "again.log"), "-o", " ".join(options[2:]), "start")


def control(folder: Path, *words: str) -> None:
    """pg_ctl, as the owner of the data."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True, "cwd": folder}
    subprocess.run([*as_user, str(binaries / "pg_ctl"), "-D", str(folder), *words], **quiet)  # type: ignore[call-overload]


def test_a_fault_of_ours_is_not_called_away(any_app: Flask) -> None:
    """The control of the 503: what does not pass by itself stays a 500."""
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text("SELECT 1 FROM no_such_table"))
    assert not is_away(caught.value)
    with pytest.raises(DBAPIError) as gone:
        raise DBAPIError("SELECT 1", {}, Exception("cut"), connection_invalidated=True)
    assert is_away(gone.value)
