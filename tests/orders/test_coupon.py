"""A code with ten uses and many buyers who place their orders in the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from storefront import clock
from storefront.database import db
from storefront.orders import actions
from storefront.pricing.discount_editing import DiscountData, add_discount
from storefront.pricing.discounts import UsedUp
from storefront.pricing.models import Discount, DiscountUse
from storefront.pricing.totals import Reduction
from storefront.transactions import repeated, writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf, new_order

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
