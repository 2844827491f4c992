"""Many at once, through real HTTP, on SQLite and PostgreSQL; and a control that shows what it would miss."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event, text, update

from storefront.cart import cookie
from storefront.cart.lines import Cart, CartLine, new_cart
from storefront.database import db
from storefront.shop import checkout
from storefront.stock import actions as stock
from storefront.stock.models import StockLevel
from storefront.testing import KEY, Live, Maker
from storefront.testing.servers import served_here
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POSTED, SMALL, Shelf
from tests.races.crowd import name_of

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
Serve = Callable[..., Live]
Answer = tuple[int, str]


@pytest.fixture(params=DATABASES)
def shop(make_app: Maker, request: pytest.FixtureRequest) -> Iterator[tuple[Flask, Shelf]]:
    """Ten units of each size."""
    app = make_app("empty", request.param)
    with app.app_context():
        yield app, shelf.fill(10)
        db.session.remove()


def cart_cookie() -> str:
    """A cart with one product, as the shop signs it."""
    return cookie.write(Cart(new_cart().id, (CartLine(SMALL, 1),)), KEY)


def order_at_once(url: str, cookies: list[str]) -> list[Answer]:
    """One buyer per cookie; all press "Order and pay" in the same moment."""
    start = threading.Barrier(len(cookies))
    host = urlsplit(url).netloc

    def buy(cart: str) -> Answer:
        connection = http.client.HTTPConnection(host, timeout=120)
        start.wait(timeout=60)  # before it connects: a server lets go of who connects and says nothing
        headers = {"Cookie": f"cart={cart}", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/en/checkout", urlencode(POSTED | {"seen": "NL.standard.3945"}), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.headers.get("Location", "")

    with ThreadPoolExecutor(len(cookies)) as buyers:
        return list(buyers.map(buy, cookies))


@pytest.mark.parametrize(("buyers", "units"), [(100, 5), pytest.param(1000, 50, marks=pytest.mark.full)])
def test_more_buyers_than_units(
    shop: tuple[Flask, Shelf], serve: Serve, figure: Callable[[str], None], buyers: int, units: int
) -> None:
    app, shelf_ = shop
    with writing():
        stock.set_level(shelf_.ids[SMALL], units, "test")
    live = serve(app, workers=2, threads=8)
    carts, began = [cart_cookie() for _ in range(buyers)], time.monotonic()
    answers = order_at_once(live.url, carts)
    figure(f"{buyers} buyers for {units} units, {name_of(app)}: {time.monotonic() - began:.1f} s")
    statuses = [status for status, _ in answers]
    assert (statuses.count(303), statuses.count(409)) == (units, buyers - units), statuses
    assert all("/payment/demo/" in location for status, location in answers if status == 303)
    orders = shelf.orders()
    sold = sum(line.quantity for order in orders for line in order.lines)
    assert (len(orders), sold, shelf_.left(SMALL)) == (units, units, 0)
    assert shelf_.moved(SMALL) == 0, "all movements add up to the level"


def test_one_buyer_who_clicks_eight_times_places_one_order(shop: tuple[Flask, Shelf], serve: Serve) -> None:
    app, shelf_ = shop
    live = serve(app, workers=2, threads=8)
    answers = order_at_once(live.url, [cart_cookie()] * 8)
    assert {status for status, _ in answers} == {303}
    assert len({location for _, location in answers}) == 1
    assert len(shelf.orders()) == 1
    assert shelf_.left(SMALL) == 9


@pytest.mark.parametrize("buyers", [20])
def test_control_reading_first_and_writing_later_oversells(
    shop: tuple[Flask, Shelf], monkeypatch: pytest.MonkeyPatch, buyers: int
) -> None:
    """The same shop with a twin of the action that reads, waits for the others, and writes what it read."""
    app, shelf_ = shop
    without_check(app)
    together = threading.Barrier(buyers)
    mine = threading.local()
    real = checkout.basket

    def read(lang: str, held: Any, **more: bool) -> Any:
        found = real(lang, held, **more)
        if not hasattr(mine, "seen"):
            mine.seen = found.lines[0].available
            db.session.rollback()
            together.wait(timeout=60)
        return found

    def then_write(quantities: dict[int, int], order_id: int, actor: str = "") -> None:
        for variant_id, quantity in quantities.items():
            level = update(StockLevel).where(StockLevel.variant_id == variant_id)
            db.session.execute(level.values(available=mine.seen - quantity))

    monkeypatch.setattr(checkout, "basket", read)
    monkeypatch.setattr(stock, "take_all", then_write)
    with served_here(app) as url:
        answers = order_at_once(url, [cart_cookie() for _ in range(buyers)])
    assert [status for status, _ in answers].count(303) > 10
    assert len(shelf.orders()) > 10
    assert shelf_.left(SMALL) >= 0, "the stock column looks innocent: count orders"


def without_check(app: Flask) -> None:
    """Take away the database's own rule that a level is never negative."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        db.engine.dispose()
        event.listen(
            db.engine, "connect", lambda raw, _entry: raw.execute("PRAGMA ignore_check_constraints = ON")
        )
        return
    with db.engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE stock_level DROP CONSTRAINT ck_stock_level_available_not_negative")
        )
