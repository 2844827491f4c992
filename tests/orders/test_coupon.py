"""Codes with so many uses, and buyers who place their orders in the same moment."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from storefront import clock
from storefront.database import db
from storefront.orders import actions, queries
from storefront.pricing import discounts
from storefront.pricing.discount_editing import DiscountData, add_discount
from storefront.pricing.discounts import UsedUp
from storefront.pricing.models import Discount, DiscountUse
from storefront.pricing.totals import Reduction
from storefront.refusals import Refused
from storefront.testing import Maker
from storefront.transactions import repeated, writing
from tests.orders import shelf
from tests.orders.shelf import BUYER, LARGE, SMALL, Shelf, new_order

NAMES = {"nl": "Korting", "en": "Discount"}
USES = 10


def order_at_once(app: Flask, shop: Shelf, reduction: Reduction, buyers: int) -> int:
    """One order per buyer, each with the code; how many were placed."""
    start = threading.Barrier(buyers)

    @repeated
    def place(number: int) -> int:
        cart = f"cart-{number:016d}"
        with writing():
            actions.place(new_order(shop, {SMALL: 1}, cart, reductions=(reduction,)))
        return 1

    def buy(number: int) -> int:
        with app.app_context():
            start.wait(timeout=120)
            try:
                return place(number)
            except UsedUp:
                return 0
            finally:
                db.session.remove()

    with ThreadPoolExecutor(buyers) as threads:
        return sum(threads.map(buy, range(buyers)))


@pytest.mark.parametrize("buyers", [20, pytest.param(200, marks=pytest.mark.full)])
def test_ten_orders_have_the_code_and_the_others_leave_nothing(any_app: Flask, buyers: int) -> None:
    shop = shelf.fill(300)
    with writing():
        data = DiscountData("AUTUMN", NAMES, "amount", 500, clock.today(), most_uses=USES)
        discount_id = add_discount(data, clock.today()).id
    reduction = Reduction(discount_id, "AUTUMN", NAMES, "amount", 500)
    assert order_at_once(any_app, shop, reduction, buyers) == USES
    placed = shelf.orders()
    assert len(placed) == USES
    assert {(order.discount_cents, order.total_cents) for order in placed} == {(500, 2995)}
    assert shop.left(SMALL) == 300 - USES
    assert db.session.scalar(select(func.count(DiscountUse.id))) == USES
    for order in placed:
        with writing():
            assert actions.expire(order.id)
            assert not actions.cancel(order.id, "test"), "a second ending gives nothing back again"
    assert db.session.scalars(select(Discount.used)).one() == 0
    assert shop.left(SMALL) == 300


def code(name: str, most_per_customer: int | None = None) -> Reduction:
    """A code that takes 5.00 off."""
    with writing():
        data = DiscountData(name, NAMES, "amount", 500, clock.today(), most_per_customer=most_per_customer)
        return Reduction(add_discount(data, clock.today()).id, name, NAMES, "amount", 500)


def uses(discount_id: int) -> int:
    db.session.rollback()
    return db.session.scalars(select(Discount.used).where(Discount.id == discount_id)).one()


def in_threads(app: Flask, count: int, act: Callable[[int], object]) -> list[str]:
    """The same in so many threads at one instant; what each of them was refused by, or ""."""
    start = threading.Barrier(count)

    def run(number: int) -> str:
        with app.app_context():
            start.wait(timeout=60)
            try:
                act(number)
            except (Refused, OperationalError) as error:
                return f"{type(error).__name__}: {error}"
            finally:
                db.session.remove()
        return ""

    db.session.rollback()
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


CARTS = ("cart-a-0123456789abcdef", "cart-b-0123456789abcdef")


def swapped(shop: Shelf, codes: tuple[Reduction, ...], turn: int, cart: int) -> None:
    """The cart's order is replaced by one with the code of this turn; each cart has a product of its own."""
    reduction = codes[cart ^ turn]
    before = queries.latest_order(CARTS[cart])
    replaces = before.id if before else None
    new = new_order(shop, {(SMALL, LARGE)[cart]: 1}, CARTS[cart], reductions=(reduction,), replaces=replaces)
    with writing():
        actions.place(new)


@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.full)])
def test_two_who_swap_their_codes_do_not_stop_each_other(any_app: Flask, rounds: int) -> None:
    shop, codes = shelf.fill(10), (code("ONE"), code("TWO"))
    for number in range(rounds):
        failed = in_threads(any_app, 2, functools.partial(swapped, shop, codes, number % 2))
        assert failed == ["", ""], number
        assert [uses(one.id) for one in codes] == [1, 1]


@pytest.mark.postgres
def test_control_without_holding_both_counts_the_database_has_to_stop_one(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin takes when both have given back."""
    app = make_app("empty", "postgres")
    with app.app_context():
        shop, codes = shelf.fill(10), (code("ONE"), code("TWO"))
        for cart in (0, 1):
            swapped(shop, codes, 0, cart)
        both, take = threading.Barrier(2), discounts.take

        def take_together(*args: Any) -> None:
            both.wait(timeout=30)
            take(*args)

        monkeypatch.setattr(discounts, "hold", lambda _order_id, _ids: None)
        monkeypatch.setattr(discounts, "take", take_together)
        failed = in_threads(app, 2, functools.partial(swapped, shop, codes, 1))
        assert sorted("deadlock" in one for one in failed) == [False, True]


def same_customer(app: Flask, shop: Shelf, reduction: Reduction, buyers: int) -> int:
    """One customer orders in so many carts at one instant; how many were placed."""

    @repeated
    def order(number: int) -> None:
        with writing():
            actions.place(new_order(shop, {SMALL: 1}, f"cart-{number:016d}", reductions=(reduction,)))

    return in_threads(app, buyers, order).count("")


@pytest.mark.parametrize("buyers", [10, pytest.param(50, marks=pytest.mark.full)])
def test_one_customer_in_many_windows_uses_a_code_as_often_as_it_may_be(any_app: Flask, buyers: int) -> None:
    shop, once = shelf.fill(100), code("ONCE", most_per_customer=2)
    assert same_customer(any_app, shop, once, buyers) == 2
    assert uses(once.id) == 2
    assert len(shelf.orders()) == 2
    assert shop.left(SMALL) == 98


def test_control_counting_a_customers_uses_before_the_update_lets_more_through(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin looks how often the customer used it, waits for the others, and believes what it saw."""
    shop, once = shelf.fill(100), code("ONCE", most_per_customer=1)
    together, look = threading.Barrier(5), discounts._check_customer
    monkeypatch.setattr(discounts, "_check_customer", lambda _discount_id, _address: None)

    def look_then_order(number: int) -> None:
        look(once.id, BUYER.email)
        db.session.rollback()
        together.wait(timeout=30)
        with writing():
            actions.place(new_order(shop, {SMALL: 1}, f"cart-{number:016d}", reductions=(once,)))

    assert in_threads(any_app, 5, look_then_order).count("") > 1
    assert uses(once.id) > 1
