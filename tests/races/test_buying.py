"""Carts of several lines in opposite order: no deadlock error, and never a part of an order."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from storefront.database import db
from storefront.orders import actions as orders
from storefront.refusals import Refused
from storefront.stock import actions as stock
from storefront.testing import Live, Maker
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, SHAKER, SMALL, Shelf, new_order
from tests.races.crowd import (
    DATABASES,
    at_once,
    name_of,
    new_cookie,
    partial_orders,
    pay_post,
    sized,
    stock_faults,
)

Serve = Callable[..., Live]
FORTH = [(SMALL, 1), (LARGE, 1), (SHAKER, 1)]
UNITS = 10


@pytest.fixture(params=DATABASES)
def shop(make_app: Maker, request: pytest.FixtureRequest) -> Iterator[tuple[Flask, Shelf]]:
    """Ten units of each size."""
    app = make_app("empty", request.param)
    with app.app_context():
        yield app, shelf.fill(UNITS)
        db.session.remove()


def opposite(buyers: int) -> list[str]:
    """As many carts with the same three products, every second one the other way round."""
    return [new_cookie(*(FORTH if number % 2 else reversed(FORTH))) for number in range(buyers)]


@pytest.mark.parametrize("buyers", sized(20, 200))
def test_carts_in_opposite_order_are_ordered_whole_or_not_at_all(
    shop: tuple[Flask, Shelf], serve: Serve, figure: Callable[[str], None], buyers: int
) -> None:
    app, _shelf = shop
    live, began = serve(app, workers=2, threads=8), time.monotonic()
    answers = at_once(opposite(buyers), lambda cart: pay_post(live.url, cart))
    figure(f"{buyers} carts crosswise, {name_of(app)}: {time.monotonic() - began:.1f} s")
    statuses = [answer.status for answer in answers]
    assert (statuses.count(303), statuses.count(409)) == (UNITS, buyers - UNITS), statuses
    assert len(shelf.orders()) == UNITS
    assert partial_orders(3) == []
    assert stock_faults(UNITS) == []


@pytest.mark.parametrize("whole", [True, False], ids=["one transaction", "control"])
def test_an_order_that_is_refused_at_its_last_line_leaves_nothing(
    shop: tuple[Flask, Shelf], monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    """The control is a twin that takes line by line, each in a transaction of its own."""
    _app, shelf_ = shop
    with writing():
        stock.set_level(shelf_.ids[SHAKER], 0, "test")
    real = stock.take_all

    def line_by_line(quantities: dict[int, int], order_id: int, actor: str = "") -> None:
        for variant_id in sorted(quantities):
            real({variant_id: quantities[variant_id]}, order_id, actor)
            db.session.commit()

    if not whole:
        monkeypatch.setattr(stock, "take_all", line_by_line)
    with pytest.raises(Refused), writing():
        orders.place(new_order(shelf_, dict(FORTH)))
    left_over = (len(shelf.orders()), UNITS - shelf_.left(SMALL), UNITS - shelf_.left(LARGE))
    assert left_over == ((0, 0, 0) if whole else (1, 1, 1))


@pytest.mark.postgres
@pytest.mark.parametrize("fixed", [True, False], ids=["fixed order", "control"])
def test_rows_are_taken_in_a_fixed_order(make_app: Maker, fixed: bool) -> None:
    """Two buyers hold their first row before they ask for the second; in a fixed order only one can.

    SQLite knows one writer at a time.
    """
    app = make_app("empty", "postgres")
    with app.app_context():
        ids = shelf.fill(UNITS).ids
        db.session.remove()
    both = threading.Barrier(2)

    def take(skus: tuple[str, str]) -> str:
        with app.app_context():
            first, second = sorted(ids[sku] for sku in skus) if fixed else [ids[sku] for sku in skus]
            try:
                with writing():
                    stock.take_all({first: 1}, None)
                    with contextlib.suppress(threading.BrokenBarrierError):
                        both.wait(timeout=0.5 if fixed else 30)
                    stock.take_all({second: 1}, None)
            except DBAPIError as error:
                return str(getattr(error.orig, "sqlstate", ""))
            finally:
                db.session.remove()
        return "taken"

    answers = at_once([(SMALL, LARGE), (LARGE, SMALL)], take)
    assert sorted(answers) == (["taken", "taken"] if fixed else ["40P01", "taken"])
