"""Processes that die at any moment: no money without an order, no order twice, stock and sold add up."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from storefront import clock
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions as orders
from storefront.orders.models import Order
from storefront.payments.models import Payment
from storefront.stock import actions as stock
from storefront.testing import Live
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf, new_order
from tests.races.crowd import (
    DATABASES,
    call,
    crowd,
    name_of,
    new_cookie,
    paid_twice,
    partial_orders,
    pay_post,
    send_event,
    stock_faults,
    web_processes,
)
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]
Serve = Callable[..., Live]
UNITS = 2000
PATIENCE = 60  # so often does a buyer press again after a cut connection
WORKER = [sys.executable, "-m", "flask", "--app", "storefront.testing.servers:served", "worker"]


@pytest.fixture(params=DATABASES)
def shop(
    stripe_app: Callable[..., Flask], stripe_double: Double, request: pytest.FixtureRequest
) -> Iterator[tuple[Flask, Shelf]]:
    """Units for everybody; events wait until somebody delivers them."""
    app = stripe_app(request.param, "empty")
    stripe_double.at_once = False
    with app.app_context():
        yield app, shelf.fill(UNITS)
        db.session.remove()


class Killer:
    """Kills a web process or the worker, and starts the worker again, as a supervisor would."""

    def __init__(self, live: Live, seed: int) -> None:
        self.live, self.random = live, random.Random(seed)
        self.kills = {"web": 0, "worker": 0}
        self.worker = self.start_worker()

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A worker of its own, with the settings of the server."""
        environ = dict(item.split("=", 1) for item in _environ(self.live.process.pid) if "=" in item)
        quiet = subprocess.DEVNULL
        return subprocess.Popen(WORKER, env=environ, stdout=quiet, stderr=quiet)

    def kill(self) -> None:
        """kill -9 of one process, three times out of four a web process."""
        victim = "web" if self.random.random() < 0.75 else "worker"
        if victim == "worker":
            self.worker.kill()
            self.worker.wait()
            self.worker = self.start_worker()
        else:
            self.kill_web()
        self.kills[victim] += 1

    def kill_web(self) -> None:
        """One of gunicorn's workers; right after the last kill there may be none yet."""
        while True:
            children = web_processes(self.live)
            with contextlib.suppress(ProcessLookupError):
                if children:
                    return os.kill(self.random.choice(children), signal.SIGKILL)
            threading.Event().wait(0.02)

    def end(self) -> None:
        """No worker is left behind."""
        assert self.worker.poll() is None, "the worker ended by itself"
        self.worker.kill()
        self.worker.wait()


def _environ(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/environ").read_text().split("\0")


def buy(url: str, double: Double) -> bool:
    """One buyer: orders, pays at the provider, comes back. Presses again whenever the connection was cut."""
    cart, pause = new_cookie((SMALL, 1)), threading.Event()
    for _press in range(PATIENCE):
        answer = pay_post(url, cart)
        if answer.status == 303:
            break
        pause.wait(0.05)
    else:
        return False
    reference = answer.location.rpartition("/")[2]
    with double.lock:
        session = double.pay(reference)
    call(session["success_url"].replace(_origin(session["success_url"]), url))  # may be cut
    return True


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])


@pytest.mark.parametrize(("payments", "kills"), [(50, 10), pytest.param(500, 100, marks=pytest.mark.full)])
def test_nothing_is_lost_or_doubled_when_processes_are_killed(
    shop: tuple[Flask, Shelf],
    stripe_double: Double,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str], None],
    payments: int,
    kills: int,
) -> None:
    app, _shelf = shop
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--preload")  # so that a new web process is there at once
    live = serve(app, workers=2, threads=8)
    killer, left, turn = Killer(live, 11), threading.Semaphore(0), payments // kills

    def pays(number: int) -> bool:
        if number % turn == turn - 1:
            left.release()
        return buy(live.url, stripe_double)

    done = threading.Event()

    def kill() -> None:
        while not done.is_set() or left.acquire(blocking=False):
            if done.is_set() or left.acquire(timeout=0.1):
                killer.kill()

    thread, began = threading.Thread(target=kill), time.monotonic()
    thread.start()
    try:
        assert all(crowd(range(payments), pays, most=8))
    finally:
        done.set()
        thread.join()
        killer.end()
    seconds = time.monotonic() - began
    delivered = [send_event(live.url, stripe_double.secret, one) for one in stripe_double.waiting]
    assert {status for status, _tries in delivered} == {200}
    assert sum(killer.kills.values()) == kills and min(killer.kills.values()) > 0, killer.kills
    assert lost(stripe_double) == []
    assert (paid_twice(), partial_orders(1), stock_faults(UNITS)) == ([], [], [])
    assert len(shelf.orders()) == payments
    with time_machine.travel(clock.now() + timedelta(hours=1)):  # what the dead had in hand has run out
        live.work()
    assert confirmations() == (payments, 0)
    deaths = f"{killer.kills['web']} web processes and {killer.kills['worker']} workers killed"
    figure(f"killed, {name_of(app)}: {payments} payments, {deaths}, {seconds:.0f} s")


def confirmations() -> tuple[int, int]:
    """How many orders have a mail of confirmation, and how many of these mails were not sent."""
    db.session.rollback()
    mails = select(Job.payload, Job.done_at).where(Job.name == "mail.order_confirmation")
    found = db.session.execute(mails).all()
    return len({row.payload["order_id"] for row in found}), len([row for row in found if not row.done_at])


def lost(double: Double) -> list[str]:
    """The sessions whose money came, and that are not the payment of a paid order."""
    db.session.rollback()
    known = select(Payment.reference).join(Order, Payment.order_id == Order.id).where(Order.state == "paid")
    held = set(db.session.scalars(known.where(Payment.state == "paid")))
    return [
        name
        for name, session in double.sessions.items()
        if session["payment_status"] == "paid" and name not in held
    ]


@pytest.mark.parametrize("whole", [True, False], ids=["one transaction", "control"])
def test_a_process_killed_between_stock_and_order(
    shop: tuple[Flask, Shelf], monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    """A child that dies right after it took the stock; the control is a twin that commits there first."""
    _app, shelf_ = shop
    real = stock.take_all

    def take_and_die(quantities: dict[int, int], order_id: int, actor: str = "") -> None:
        if not whole:  # the order and its lines are gone, its stock is not
            db.session.rollback()
        real(quantities, None, actor)
        if not whole:
            db.session.commit()
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(stock, "take_all", take_and_die)
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        with writing():
            orders.place(new_order(shelf_, {SMALL: 1}))
        os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (stock_faults(UNITS) == []) is whole
