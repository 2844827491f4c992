"""Stock that is kept for an order is given back once, and the ledger always adds up to the level."""

from __future__ import annotations

import contextlib
import functools
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from storefront import clock
from storefront.database import db
from storefront.orders import actions, queries, rules, withdrawals
from storefront.orders.models import Order, OrderLine
from storefront.orders.withdrawal_rules import Returned, Statement
from storefront.payments import conversation
from storefront.payments.providers import ProviderAway, Status
from storefront.payments.settle import settle
from storefront.refusals import Refused
from storefront.stock import actions as stock
from storefront.stock.models import StockMovement
from storefront.testing import Maker
from storefront.transactions import repeated, writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, POWDER, SMALL, Shelf, new_order
from tests.payments.till import kinds, opened, placed


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(make_app: Maker, request: pytest.FixtureRequest) -> Iterator[tuple[Flask, Shelf]]:
    """Many units of each size."""
    app = make_app("empty", request.param)
    with app.app_context():
        yield app, shelf.fill(100)
        db.session.remove()


def at_once(app: Flask, jobs: list[Callable[[], object]]) -> None:
    """All jobs in one moment, each in a thread and a session of its own."""
    db.session.rollback()
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        with app.app_context():
            start.wait(timeout=30)
            try:
                job()
            except (Refused, ProviderAway):
                pass  # somebody else was faster
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(jobs)) as threads:
        list(threads.map(run, jobs))


def written(action: Callable[[], object]) -> Callable[[], object]:
    """The action in a transaction of its own, repeated as a view is."""

    @repeated
    def run() -> object:
        with writing():
            return action()

    return run


def ended_together(app: Flask, shop: Shelf, number: int) -> int:
    """An order that is ended by the provider's event, the sweeper, staff and a job in one moment."""
    order_id = placed(shop, 2, cart_id=f"cart-{number}-0123456789")
    payment_id, past = opened(order_id), clock.now() - timedelta(minutes=1)
    with writing():
        db.session.execute(update(Order).where(Order.id == order_id).values(reserved_until=past))
    order = queries.order_by_id(order_id)
    assert order is not None
    code = order.number
    at_once(
        app,
        [
            written(lambda: settle(payment_id, Status("expired"), "demo")),
            conversation.sweep,
            lambda: conversation.cancel_order(code, "An"),
            written(lambda: actions.expire(order_id)),
        ],
    )
    return order_id


@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.full)])
def test_event_sweeper_and_cancel_together_give_back_once(shop: tuple[Flask, Shelf], rounds: int) -> None:
    app, shelf_ = shop
    for number in range(rounds):
        log = kinds(ended_together(app, shelf_, number))
        assert len([kind for kind in log if kind in rules.CLOSED]) == 1, log
    assert shelf_.left(SMALL) == shelf_.moved(SMALL) == 100


def test_control_whoever_reads_first_and_closes_later_gives_back_twice(
    shop: tuple[Flask, Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A twin of the UPDATE that reads the state, waits for the others, and writes whatever it read."""
    app, shelf_ = shop
    order_id = placed(shelf_, 2)
    together = threading.Barrier(2)

    def read_then_write(order_id: int, state: str, **values: object) -> bool:
        was = queries.state_of(order_id)
        db.session.rollback()
        together.wait(timeout=30)
        if not rules.may_become(was, state):
            return False
        db.session.execute(update(Order).where(Order.id == order_id).values(state=state, **values))
        return True

    monkeypatch.setattr(actions, "_move", read_then_write)
    monkeypatch.setattr(stock, "held_by", lambda _order_id: {shelf_.ids[SMALL]: 2})  # the second guard

    def close(end: Callable[[int, str], bool]) -> None:
        end(order_id, "An")
        db.session.commit()

    at_once(app, [lambda: close(actions.cancel), lambda: close(actions.expire)])
    assert shelf_.left(SMALL) == 102


def test_the_lines_of_an_order_are_taken_in_one_order(
    shop: tuple[Flask, Shelf], request: pytest.FixtureRequest
) -> None:
    app, shelf_ = shop
    counted = request.getfixturevalue("queries")
    with counted(app) as seen, writing():
        actions.place(new_order(shelf_, {POWDER: 1, LARGE: 1, SMALL: 1}))
    taken = [statement for statement in seen if statement.startswith("UPDATE stock_level")]
    assert len(taken) == 3
    rows = select(StockMovement.variant_id).where(StockMovement.quantity < 0).order_by(StockMovement.id)
    assert list(db.session.scalars(rows)) == sorted(shelf_.ids[sku] for sku in (SMALL, LARGE, POWDER))


def test_the_same_variant_in_two_lines_is_taken_and_given_back_as_one(shop: tuple[Flask, Shelf]) -> None:
    _app, shelf_ = shop
    one = new_order(shelf_, {SMALL: 60})
    twice = replace(one, lines=(one.lines[0], replace(one.lines[0], quantity=41)), digest="")
    with pytest.raises(Refused), writing():
        actions.place(twice)
    fits = replace(one, lines=(one.lines[0], replace(one.lines[0], quantity=40)), digest="")
    with writing():
        order_id = actions.place(fits).id
    assert (shelf_.left(SMALL), shelf_.moved(SMALL)) == (0, 0)
    with writing():
        assert actions.expire(order_id)
    assert (shelf_.left(SMALL), shelf_.moved(SMALL)) == (100, 100)


def do_something(shop: Shelf, chance: random.Random, orders: list[int], number: int) -> None:
    """One of the things that move stock, whether or not it is allowed just now."""
    one = chance.choice(orders) if orders else 0
    skus = chance.sample([SMALL, LARGE, POWDER], 2)
    new = new_order(shop, {sku: chance.randint(1, 9) for sku in skus}, f"cart-{number}-0123456789")
    doings: list[Callable[[], object]] = [
        lambda: orders.append(actions.place(new).id),
        lambda: actions.mark_paid(one, "demo", {}),
        lambda: actions.cancel(one, "An"),
        lambda: actions.expire(one),
        lambda: actions.mark_packed(one, "An"),
        lambda: actions.add_refund(one, db.session.get_one(Order, one).total_cents, "An", restock=True),
        lambda: withdraw(one, chance),
        lambda: withdraw(one, chance),
        lambda: stock.set_level(shop.ids[SMALL], chance.randint(0, 100), "An"),
    ]
    with writing():
        chance.choice(doings if orders else doings[:1])()


def withdraw(order_id: int, chance: random.Random) -> None:
    """The buyer withdraws, and some of the goods are counted as back, to the shelf or not."""
    order = db.session.get_one(Order, order_id)
    said = Statement(str(chance.random()), order.number, order.name, order.email, "nl")
    found, restock = withdrawals.receive(said).id, chance.random() < 0.8
    parts = {line.id: Returned(chance.randint(0, line.quantity), restock) for line in order.lines}
    withdrawals.take_back(found, parts, 0, order.refunded_cents, "An")


def too_much_moved() -> list[str]:
    """Orders that gave back more of a variant than they took, or took more than was ordered."""
    lines = select(OrderLine.order_id, OrderLine.variant_id, func.sum(OrderLine.quantity))
    moves = select(StockMovement.order_id, StockMovement.variant_id, func.sum(StockMovement.quantity))
    ordered = {
        (order_id, variant_id): many
        for order_id, variant_id, many in db.session.execute(
            lines.group_by(OrderLine.order_id, OrderLine.variant_id)
        )
    }
    moved = db.session.execute(
        moves.where(StockMovement.order_id.is_not(None)).group_by(
            StockMovement.order_id, StockMovement.variant_id
        )
    )
    return [
        f"order {order_id} moved {many} of {variant_id}"
        for order_id, variant_id, many in moved
        if not -ordered[order_id, variant_id] <= many <= 0
    ]


def ledger_faults(shelf_: Shelf, steps: int) -> tuple[list[str], set[str]]:
    """What is wrong after the first step that leaves something wrong, and what happened until then."""
    chance, orders = random.Random(steps), list[int]()
    for number in range(steps):
        with contextlib.suppress(Refused, ValueError):
            do_something(shelf_, chance, orders, number)
        found = [sku for sku in (SMALL, LARGE, POWDER) if shelf_.left(sku) != shelf_.moved(sku)]
        found += too_much_moved()
        if found:
            return found, set()
    return [], {kind for one in orders for kind in kinds(one)}


@pytest.mark.parametrize("steps", [200, pytest.param(2000, marks=pytest.mark.full)])
def test_the_ledger_adds_up_to_the_level_after_everything(shop: tuple[Flask, Shelf], steps: int) -> None:
    _app, shelf_ = shop
    faults, happened = ledger_faults(shelf_, steps)
    assert faults == []
    assert happened >= {"placed", "paid", "packed", "cancelled", "expired", "refunded", "partly_returned"}


def test_control_without_the_bound_an_order_gives_back_more_than_it_took(
    shop: tuple[Flask, Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    _app, shelf_ = shop
    monkeypatch.setattr(stock, "_bounded", lambda quantities, _held: dict(quantities))
    monkeypatch.setattr(queries, "not_back", queries.quantities)
    assert "moved" in ledger_faults(shelf_, 400)[0][0]


def change(shop: Shelf, cart_id: str, quantities: dict[str, int]) -> None:
    """Place an order instead of the one that the cart has."""
    before = queries.latest_order(cart_id)
    actions.place(new_order(shop, quantities, cart_id, replaces=before.id if before else None))


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.full)])
def test_buyers_who_change_their_orders_crosswise_do_not_stop_each_other(
    shop: tuple[Flask, Shelf], rounds: int
) -> None:
    """Each gives back what another one takes, in the same moment."""
    app, shelf_ = shop
    carts = [f"cart-{number}-0123456789abcdef" for number in range(8)]

    for number in range(rounds + 1):
        skus = [SMALL, LARGE] if number % 2 else [LARGE, SMALL]
        wanted = [{skus[place % 2]: 1 + number % 3} for place in range(len(carts))]
        at_once(
            app,
            [
                written(functools.partial(change, shelf_, cart_id, quantities))
                for cart_id, quantities in zip(carts, wanted, strict=True)
            ],
        )
    for sku in (SMALL, LARGE):
        held = 4 * (1 + rounds % 3)
        assert shelf_.left(sku) == shelf_.moved(sku) == 100 - held


@pytest.mark.postgres
def test_control_without_holding_both_levels_the_database_has_to_stop_one(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin takes when both have given back."""
    app, stopped = make_app("empty", "postgres"), []
    with app.app_context():
        shelf_ = shelf.fill(100)
        wanted = {"cart-a-0123456789abcdef": SMALL, "cart-b-0123456789abcdef": LARGE}
        for cart_id, sku in wanted.items():
            with writing():
                change(shelf_, cart_id, {sku: 1})
        both, take = threading.Barrier(2), stock.take_all

        def take_together(*args: Any, **more: Any) -> None:
            both.wait(timeout=30)
            take(*args, **more)

        monkeypatch.setattr(stock, "hold", lambda _ids: None)
        monkeypatch.setattr(stock, "take_all", take_together)

        def crosswise(cart_id: str, sku: str) -> None:
            try:
                with writing():
                    change(shelf_, cart_id, {sku: 1})
            except OperationalError as error:
                stopped.append(str(error))

        cross = zip(wanted, reversed(wanted.values()), strict=True)
        at_once(app, [functools.partial(crosswise, cart_id, sku) for cart_id, sku in cross])
    assert len(stopped) == 1
    assert "deadlock" in stopped[0]
