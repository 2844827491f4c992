"""Helpers of the race tests: many at once over real HTTP, signed events, what the books say afterwards."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
import stripe
from flask import Flask
from sqlalchemy import func, select

from storefront.cart import cookie
from storefront.cart.lines import Cart, CartLine, new_cart
from storefront.database import db
from storefront.orders.models import Order, OrderLine
from storefront.payments.models import Payment
from storefront.stock.models import StockLevel, StockMovement
from storefront.testing import KEY, Live
from tests.orders.shelf import POSTED, PRICES

T = TypeVar("T")
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
DELIVERY = 450  # standard delivery in the Netherlands, free from 5000
FREE_FROM = 5000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TRIES = 8  # so often is a webhook sent at most


class Answer(NamedTuple):
    """What came back. status 0: the connection was cut."""

    status: int
    location: str
    body: bytes
    headers: http.client.HTTPMessage | None


def sized(tenth: int, whole: int) -> list[Any]:
    """The two sizes of a race: a tenth in `make test`, the whole in `make test-full`."""
    return [tenth, pytest.param(whole, marks=pytest.mark.full)]


def call(
    url: str, method: str = "GET", body: bytes | str | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """One request on a connection of its own; redirects are not followed."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection = http.client.HTTPConnection(parts.netloc, timeout=120)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers.get("Location", ""), answer.read(), answer.headers)
    except (OSError, http.client.HTTPException):
        return Answer(0, "", b"", None)
    finally:
        connection.close()


def is_clear(answer: Answer) -> bool:
    """503 with words that a person can read, and when to come again."""
    said = answer.headers is not None and "Retry-After" in answer.headers
    return answer.status == 503 and said and b"<h1" in answer.body


def at_once(things: Sequence[T], act: Callable[[T], Any]) -> list[Any]:
    """One thread per thing; all begin in the same moment."""
    start = threading.Barrier(len(things))

    def run(thing: T) -> Any:
        start.wait(timeout=60)
        return act(thing)

    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(run, things))


def crowd(things: Sequence[T], act: Callable[[T], Any], most: int = 16) -> list[Any]:
    """All things, so many at a time."""
    with ThreadPoolExecutor(most) as pool:
        return list(pool.map(act, things))


def new_cookie(*lines: tuple[str, int]) -> str:
    """A new cart with these lines, as the shop signs it."""
    return cookie.write(Cart(new_cart().id, tuple(CartLine(sku, quantity) for sku, quantity in lines)), KEY)


def pay_post(url: str, cart: str) -> Answer:
    """A buyer in the Netherlands presses "Order and pay"."""
    held, _forged = cookie.read(cart, KEY)
    goods = sum(PRICES[line.sku] * line.quantity for line in held.lines)
    total = goods + (0 if goods >= FREE_FROM else DELIVERY)
    form = urlencode(POSTED | {"seen": f"NL.standard.{total}"})
    return call(f"{url}/en/checkout", "POST", form, FORM | {"Cookie": f"cart={cart}"})


_numbers = itertools.count(1)


def event(kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    """An event of Stripe with an id of its own."""
    data = {"object": json.loads(json.dumps(thing))}
    return {"id": f"evt_race_{next(_numbers)}", "object": "event", "type": kind, "data": data}


def send_event(url: str, secret: str, body: dict[str, Any], tries: int = TRIES) -> tuple[int, int]:
    """Send an event, signed, until the answer is 2xx. Returns the last status and how many tries it took."""
    text, status, tried = json.dumps(body), 0, 0
    while tried < tries and not 200 <= status < 300:
        tried += 1
        header = stripe.WebhookSignature.generate_signature_header(text, secret)
        headers = {"Content-Type": "application/json", "Stripe-Signature": header}
        status = call(f"{url}/webhooks/stripe", "POST", text.encode(), headers).status
    return status, tried


def shuffled(things: Sequence[T], seed: int) -> list[T]:
    """The same things in another order, the same each time."""
    mixed = list(things)
    random.Random(seed).shuffle(mixed)
    return mixed


def until(true: Callable[[], bool], what: str, seconds: float = 60.0) -> float:
    """Look until it is so; how long that took. Fails when it does not happen."""
    began = time.monotonic()
    pause = threading.Event()
    while not true():
        if time.monotonic() - began > seconds:
            pytest.fail(f"not within {seconds:.0f} s: {what}")
        pause.wait(0.05)
    return time.monotonic() - began


def web_processes(live: Live) -> list[int]:
    """The process ids of gunicorn's workers."""
    parent = live.process.pid
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def name_of(app: Flask) -> str:
    """The database of a shop, as people say it."""
    sqlite = app.extensions["storefront"].database_url.startswith("sqlite")
    return "SQLite" if sqlite else "PostgreSQL"


def stock_faults(opening: int) -> list[str]:
    """What is wrong with the stock: units that are neither on the shelf nor in an order that holds them."""
    db.session.rollback()
    held = _sums(
        select(OrderLine.variant_id, func.sum(OrderLine.quantity))
        .join(Order, OrderLine.order_id == Order.id)
        .where(Order.state.not_in(("cancelled", "expired")))
        .group_by(OrderLine.variant_id)
    )
    moved = _sums(
        select(StockMovement.variant_id, func.sum(StockMovement.quantity)).group_by(StockMovement.variant_id)
    )
    return [
        f"variant {variant}: {left} left of {opening}, {held.get(variant, 0)} held, moved {moved[variant]}"
        for variant, left in db.session.execute(select(StockLevel.variant_id, StockLevel.available))
        if left + held.get(variant, 0) != opening or moved[variant] != left
    ]


def _sums(statement: Any) -> dict[int, int]:
    return {key: int(total) for key, total in db.session.execute(statement)}


def partial_orders(lines: int) -> list[int]:
    """The ids of orders that have another number of lines."""
    db.session.rollback()
    counted = (
        select(Order.id).outerjoin(OrderLine).group_by(Order.id).having(func.count(OrderLine.id) != lines)
    )
    return list(db.session.scalars(counted))


def paid_twice() -> list[int]:
    """The ids of orders with more than one payment that brought money."""
    db.session.rollback()
    counted = select(Payment.order_id).where(Payment.state.in_(("paid", "held"))).group_by(Payment.order_id)
    return list(db.session.scalars(counted.having(func.count(Payment.id) > 1)))


def in_state(state: str) -> int:
    """How many orders have a state."""
    db.session.rollback()
    return db.session.scalar(select(func.count(Order.id)).where(Order.state == state)) or 0
