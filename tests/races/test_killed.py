"""Processes that die at any moment: no money without an order, no order twice, stock and sold add up."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.database import db
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
    new_cookie,
    paid_twice,
    partial_orders,
    pay_post,
    send_event,
    stock_faults,
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
        self.live, self.random, self.kills = live, random.Random(seed), 0
        self.worker = self.start_worker()

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A worker of its own, with the settings of the server."""
        environ = dict(item.split("=", 1) for item in _environ(self.live.process.pid) if "=" in item)
        quiet = subprocess.DEVNULL
        return subprocess.Popen(WORKER, env=environ, stdout=quiet, stderr=quiet)

    def kill(self) -> None:
        """kill -9 of one process, three times out of four a web process."""
        children = _children(self.live.process.pid)
        if children and self.random.random() < 0.75:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.random.choice(children), signal.SIGKILL)
        else:
            self.worker.kill()
            self.worker.wait()
            self.worker = self.start_worker()
        self.kills += 1

    def end(self) -> None:
        """No worker is left behind."""
        assert self.worker.poll() is None, "the worker ended by itself"
        self.worker.kill()
        self.worker.wait()


def _environ(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/environ").read_text().split("\0")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


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
        while not done.is_set():
            if left.acquire(timeout=0.1):
                killer.kill()

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        assert all(crowd(range(payments), pays, most=8))
    finally:
        done.set()
        thread.join()
        killer.end()
    delivered = [send_event(live.url, stripe_double.secret, one) for one in stripe_double.waiting]
    assert {status for status, _tries in delivered} == {200}
    assert killer.kills >= kills - 1
    assert lost(stripe_double) == []
    assert (paid_twice(), partial_orders(1), stock_faults(UNITS)) == ([], [], [])
    assert len(shelf.orders()) == payments


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
