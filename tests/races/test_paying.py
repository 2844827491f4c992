"""Payments told many times, at once and in any order: each order is paid once, with one mail."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.jobs.models import Job
from storefront.orders import actions as orders
from storefront.orders.models import Order
from storefront.orders.queries import OrderOfCart
from storefront.orders.rules import NewOrder
from storefront.payments import conversation
from storefront.payments.providers import Notice
from storefront.stock.models import StockMovement
from storefront.testing import Live
from storefront.testing.servers import served_here
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf
from tests.races.crowd import (
    DATABASES,
    at_once,
    call,
    crowd,
    event,
    in_state,
    name_of,
    new_cookie,
    paid_twice,
    pay_post,
    send_event,
    shuffled,
    sized,
    stock_faults,
)
from tests.races.paying import to_pay
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]
Serve = Callable[..., Live]
Figure = Callable[[str], None]
UNITS = 2000
SOON = 20  # seconds that a thread waits for its pair


class Shop(NamedTuple):
    """The app with Stripe's double as its provider, and what lies on its shelf."""

    app: Flask
    shelf: Shelf
    double: Double


@pytest.fixture(params=DATABASES)
def shop(
    stripe_app: Callable[..., Flask], stripe_double: Double, request: pytest.FixtureRequest
) -> Iterator[Shop]:
    """Units for everybody; the double tells nothing by itself."""
    app = stripe_app(request.param, "empty")
    stripe_double.at_once = False
    with app.app_context():
        yield Shop(app, shelf.fill(UNITS), stripe_double)
        db.session.remove()


def mails() -> int:
    """How many mails of confirmation wait or were sent."""
    db.session.rollback()
    return db.session.scalar(select(func.count(Job.id)).where(Job.name == "mail.order_confirmation")) or 0


def movements() -> int:
    """How often stock was moved for an order."""
    counted = select(func.count(StockMovement.id)).where(StockMovement.order_id.is_not(None))
    return db.session.scalar(counted) or 0


def written(live: Live) -> int:
    """How many mails lie in the folder, after all due jobs were done."""
    live.work()
    return len(list((live.app.extensions["storefront"].instance_path / "mail").glob("*.eml")))


@pytest.mark.parametrize("carts", sized(50, 500))
def test_a_cart_that_is_posted_twenty_times_is_one_order_and_one_session(
    shop: Shop, serve: Serve, figure: Figure, carts: int
) -> None:
    live = serve(shop.app, workers=2, threads=8)
    cookies, began = [new_cookie((SMALL, 1)) for _ in range(carts)], time.monotonic()
    answers = crowd(shuffled(cookies * 20, 5), lambda cart: pay_post(live.url, cart))
    figure(f"{carts} carts posted 20 times, {name_of(shop.app)}: {time.monotonic() - began:.0f} s")
    assert {answer.status for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == carts
    assert (len(shelf.orders()), len(shop.double.sessions), movements()) == (carts, carts, carts)
    assert stock_faults(UNITS) == []


def test_control_a_cart_that_is_a_new_one_each_time_is_ordered_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A twin of the action that forgets which cart it is: no look for its order, no index on it."""
    real, numbers = orders.place, itertools.count(1)

    def place(new: NewOrder) -> OrderOfCart:
        return real(replace(new, cart_id=f"race-cart-{next(numbers):08}"))

    monkeypatch.setattr(orders, "place", place)
    with served_here(shop.app) as url:
        cart = new_cookie((SMALL, 1))
        assert {pay_post(url, cart).status for _ in range(2)} == {303}
    assert (len(shelf.orders()), len(shop.double.sessions)) == (2, 2)


def stories(sessions: list[dict[str, Any]], each: int) -> list[dict[str, Any]]:
    """What Stripe may tell of paid sessions: `each` events of one session, a third of them sent once more."""
    kinds = ["checkout.session.completed", "checkout.session.async_payment_succeeded", "charge.succeeded"]
    events = [
        event(kinds[number % len(kinds)], session) for session in sessions for number in range(each * 2 // 3)
    ]
    repeated = [events[number % len(events)] for number in range(len(sessions) * each - len(events))]
    return shuffled(events + repeated, 7)


@pytest.mark.parametrize(
    ("count", "deliveries"), [(30, 1000), pytest.param(300, 10000, marks=pytest.mark.full)]
)
def test_deliveries_many_repeated_and_shuffled_pay_each_order_once(
    shop: Shop, serve: Serve, figure: Figure, count: int, deliveries: int
) -> None:
    sessions = to_pay(shop.shelf, shop.double, count)
    live = serve(shop.app, workers=2, threads=8)
    told = stories(sessions, -(-deliveries // count))[:deliveries]
    first = [event("checkout.session.completed", session) for session in sessions]
    began = time.monotonic()
    results = crowd(
        shuffled([*told[count:], *first], 9), lambda one: send_event(live.url, shop.double.secret, one)
    )
    seconds, most = time.monotonic() - began, max(tries for _status, tries in results)
    figure(f"{deliveries} deliveries, {name_of(shop.app)}: {seconds:.0f} s, at most {most} tries")
    assert len(results) == deliveries
    assert {status for status, _tries in results} == {200}, "at most 8 tries each"
    assert (in_state("paid"), mails(), movements(), written(live)) == (count,) * 4
    assert paid_twice() == []


@pytest.mark.parametrize("count", sized(100, 1000))
def test_return_page_and_webhook_at_one_instant_pay_once(
    shop: Shop, serve: Serve, figure: Figure, count: int
) -> None:
    sessions = to_pay(shop.shelf, shop.double, count)
    live = serve(shop.app, workers=2, threads=8)

    def pair(session: dict[str, Any]) -> list[int]:
        ways = [lambda: come_back(live.url, session), lambda: tell(live.url, shop.double, session)]
        return at_once(ways, lambda way: way())

    began = time.monotonic()
    answers = crowd(sessions, pair, most=8)
    figure(f"{count} pairs of page and webhook, {name_of(shop.app)}: {time.monotonic() - began:.0f} s")
    assert all(answer == [303, 200] for answer in answers), answers
    assert (in_state("paid"), mails(), movements()) == (count, count, count)
    assert paid_twice() == []


def come_back(url: str, session: dict[str, Any]) -> int:
    """The buyer comes back from the provider."""
    path = session["success_url"].partition("/en/")[2] or session["success_url"].partition("/nl/")[2]
    return call(f"{url}/en/{path}").status


def tell(url: str, double: Double, session: dict[str, Any]) -> int:
    """The provider tells that the session was paid."""
    return send_event(url, double.secret, event("checkout.session.completed", session))[0]


def test_control_reading_first_and_settling_later_pays_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twins of both ways that read the state, wait for the other, and write what they had read."""
    (session,) = to_pay(shop.shelf, shop.double, 1)
    (order_id,) = [order.id for order in shelf.orders()]
    db.session.remove()
    both = threading.Barrier(2)

    def pays(_order_id: int) -> None:
        open_ = db.session.scalar(select(Order.state).where(Order.id == order_id)) == "placed"
        db.session.rollback()
        both.wait(timeout=SOON)
        if open_:
            with writing():
                db.session.execute(update(Order).where(Order.id == order_id).values(state="paid"))
                enqueue("mail.order_confirmation", {"order_id": order_id})

    def takes_in(notice: Notice, _provider: str) -> bool:
        pays(order_id)
        return True

    monkeypatch.setattr(conversation, "take_in", takes_in)
    monkeypatch.setattr(conversation, "look_up", pays)
    with served_here(shop.app) as url:
        ways = [lambda: come_back(url, session), lambda: tell(url, shop.double, session)]
        assert at_once(ways, lambda way: way()) == [303, 200]
    assert mails() == 2
