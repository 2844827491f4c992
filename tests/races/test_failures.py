"""Something around the shop breaks while it sells: no promise is lost, and it comes back by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from storefront.database import db, is_away
from storefront.testing import Live, Maker
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf
from tests.races.crowd import (
    DATABASES,
    Answer,
    at_once,
    call,
    new_cookie,
    partial_orders,
    pay_post,
    served_here,
    stock_faults,
    until,
)
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


def is_clear(answer: Answer) -> bool:
    """503 with words that a person can read, and when to come again."""
    said = answer.headers is not None and "Retry-After" in answer.headers
    return answer.status == 503 and said and b"<h1" in answer.body


AT_ONCE = ["500", "429", "html", "busy"]
FAULTS = [
    pytest.param(AT_ONCE, id="refused"),
    pytest.param(["slow", "lost"], id="late", marks=pytest.mark.full),
]


@pytest.mark.parametrize("faults", FAULTS)
def test_stripe_fails_and_no_order_is_lost_or_doubled(
    shop: tuple[Flask, Shelf], stripe_double: Double, serve: Serve, faults: list[str]
) -> None:
    """One try fails: it is asked again under the same key. All tries fail: 503, and the order waits."""
    app, _shelf = shop
    live = serve(app, workers=1, threads=8)
    for number, fault in enumerate(faults, 1):
        once, never = new_cookie((SMALL, 1)), new_cookie((SMALL, 1))
        stripe_double.faults[:] = [fault]
        assert pay_post(live.url, once).status == 303
        stripe_double.faults[:] = [fault] * 10
        ways = [lambda cart=never: pay_post(live.url, cart), lambda: call(f"{live.url}/en/products")]
        refused, page = at_once(ways, lambda way: way())
        assert (is_clear(refused), page.status) == (True, 200), fault
        stripe_double.faults.clear()
        assert pay_post(live.url, never).status == 303
        assert (len(shelf.orders()), len(stripe_double.sessions)) == (2 * number, 2 * number), fault
    assert stock_faults(UNITS) == []


@pytest.mark.postgres
def test_postgresql_is_restarted_while_the_shop_sells(
    make_app: Maker, serve: Serve, postgres_url: str, capsys: pytest.CaptureFixture[str]
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
    with capsys.disabled():
        print(f"\nPostgreSQL restarted: the shop was back {seconds:.2f} s after the database")


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


def test_the_disk_is_full_and_pages_stay_readable(
    make_app: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite may not grow (max_page_count): orders get a clear 503 until there is room again."""
    app = make_app("empty", "sqlite")
    with app.app_context():
        shelf.fill(UNITS)
        pages = int(db.session.scalar(text("PRAGMA page_count")) or 0)
        most = {"pages": pages + 10}
        db.session.remove()
        db.engine.dispose()

        @event.listens_for(db.engine, "checkout")
        def bounded(raw: object, *_: object) -> None:
            raw.execute(f"PRAGMA max_page_count = {most['pages']}")  # type: ignore[attr-defined]

        carts, answers = [new_cookie((SMALL, 1)) for _ in range(UNITS)], list[Answer]()
        with served_here(app) as url:
            while not answers or answers[-1].status == 303:
                answers.append(pay_post(url, carts[len(answers)]))
            promised = len(answers) - 1
            assert is_clear(answers[-1])
            assert call(f"{url}/en/products").status == 200
            assert promised <= len(shelf.orders()) <= promised + 1
            assert (partial_orders(1), stock_faults(UNITS)) == ([], [])
            most["pages"] = 1 << 20
            db.session.remove()
            seconds = until(lambda: pay_post(url, carts[promised]).status == 303, "selling again")
            assert len(shelf.orders()) == promised + 1
    with capsys.disabled():
        print(f"\ndisk full by max_page_count: selling again after {seconds:.2f} s")


def test_a_fault_of_ours_is_not_called_away(any_app: Flask) -> None:
    """The control of the 503: what does not pass by itself stays a 500."""
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(text("SELECT 1 FROM no_such_table"))
    assert not is_away(caught.value)
    with pytest.raises(DBAPIError) as gone:
        raise DBAPIError("SELECT 1", {}, Exception("cut"), connection_invalidated=True)
    assert is_away(gone.value)
