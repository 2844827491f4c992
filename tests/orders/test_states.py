"""Every edge of the table by its action, no other, and a log that nobody can rewrite. On both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from storefront.catalog.models import Variant
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions, queries, rules
from storefront.orders.models import Order, OrderEvent
from storefront.pricing.models import Discount
from storefront.refusals import Refused
from storefront.stock.models import StockMovement
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, POWDER, SMALL, Shelf, new_order

STEPS: dict[str, Callable[[int], object]] = {
    "paid": lambda order_id: actions.mark_paid(order_id, "demo", {}),
    "packed": lambda order_id: actions.mark_packed(order_id, "An"),
    "sent": lambda order_id: actions.mark_sent(order_id, "3SABC", "An"),
    "delivered": lambda order_id: actions.mark_delivered(order_id, "An"),
    "returned": lambda order_id: actions.mark_returned(order_id, "An"),
    "cancelled": lambda order_id: actions.cancel(order_id, "An"),
    "expired": lambda order_id: actions.expire(order_id),
    "refunded": lambda order_id: actions.add_refund(order_id, 6990, "An", restock=True),
}
WAYS = {
    "placed": (),
    "paid": ("paid",),
    "packed": ("paid", "packed"),
    "sent": ("paid", "packed", "sent"),
    "delivered": ("paid", "packed", "sent", "delivered"),
    "returned": ("paid", "sent", "returned"),
    "cancelled": ("cancelled",),
    "expired": ("expired",),
    "refunded": ("paid", "refunded"),
}


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


def brought(shop: Shelf, state: str, cart_id: str = "cart-0123456789abcdef") -> int:
    """An order for two units that went the shortest way to a state."""
    with writing():
        order_id = actions.place(new_order(shop, {SMALL: 2}, cart_id=cart_id)).id
        for step in WAYS[state]:
            STEPS[step](order_id)
    assert queries.state_of(order_id) == state
    return order_id


def kinds(order_id: int) -> list[str]:
    return [event.kind for event in queries.events(order_id)]


def seen(order_id: int) -> tuple[object, ...]:
    """The whole row and its log, as the database has them."""
    db.session.rollback()
    row = db.session.execute(select(*Order.__table__.columns).where(Order.id == order_id)).one()
    return (*row, *kinds(order_id))


@pytest.mark.parametrize("state", rules.STATES)
def test_an_action_goes_along_an_edge_or_changes_nothing(shop: Shelf, state: str) -> None:
    for number, (goal, step) in enumerate(STEPS.items()):
        order_id = brought(shop, state, f"cart-{number}-0123456789abcdef")
        before, left = seen(order_id), shop.left(SMALL)
        try:
            with writing():
                step(order_id)
        except (Refused, ValueError):
            pass
        if rules.may_become(state, goal):
            assert (queries.state_of(order_id), kinds(order_id)[-1]) == (goal, goal)
        else:
            assert (seen(order_id), shop.left(SMALL)) == (before, left), goal
        with writing():  # so that there is always enough for the next one
            order = db.session.get_one(Order, order_id, populate_existing=True)
            order.state = rules.CANCELLED
            actions.stock.set_level(shop.ids[SMALL], 10, "test")


def test_each_step_leaves_its_time_and_actor(shop: Shelf) -> None:
    order = db.session.get_one(Order, brought(shop, "delivered"))
    moments = [order.placed_at, order.paid_at, order.packed_at, order.sent_at, order.delivered_at]
    log = [(event.at, event.actor) for event in queries.events(order.id)]
    assert log == list(zip(moments, ["shopper", "demo", "An", "An", "An"], strict=True))
    mails = list(db.session.scalars(select(Job.name).where(Job.name.like("mail.%")).order_by(Job.id)))
    assert mails == ["mail.order_confirmation", "mail.order_sent"]


def test_goods_that_came_back_after_the_money_leave_the_order_refunded(shop: Shelf) -> None:
    order_id = brought(shop, "sent")
    with writing():
        STEPS["refunded"](order_id)
        actions.mark_returned(order_id, "An")
    with pytest.raises(Refused), writing():
        actions.mark_returned(order_id, "An")
    order = db.session.get_one(Order, order_id, populate_existing=True)
    assert (order.state, order.returned_at is not None) == ("refunded", True)
    assert kinds(order_id)[-2:] == ["refunded", "returned"]


def test_a_packed_order_whose_money_goes_back_gives_its_stock_back(shop: Shelf) -> None:
    order_id = brought(shop, "packed")
    with writing():
        STEPS["refunded"](order_id)
    assert (shop.left(SMALL), shop.moved(SMALL)) == (10, 10)


def test_late_money_takes_the_stock_again(shop: Shelf) -> None:
    order_id = brought(shop, "expired")
    with writing():
        assert actions.mark_paid(order_id, "stripe", {})
        assert not actions.mark_paid(order_id, "stripe", {})
    order = db.session.get_one(Order, order_id, populate_existing=True)
    assert (order.state, order.closed_at, shop.left(SMALL), shop.moved(SMALL)) == ("paid", None, 8, 8)
    assert kinds(order_id) == ["placed", "expired", "paid"]


def test_late_money_never_sells_what_is_gone(shop: Shelf) -> None:
    with writing():
        new = new_order(shop, {LARGE: 1, POWDER: 2}, cart_id="late-0123456789abcdef")
        order_id = actions.place(new).id
        actions.expire(order_id)
        actions.place(new_order(shop, {POWDER: 9}, cart_id="next-0123456789abcdef"))
    before = seen(order_id)
    with writing():
        assert not actions.mark_paid(order_id, "stripe", {})
    assert seen(order_id) == before
    assert (shop.left(LARGE), shop.left(POWDER)) == (10, 1)
    assert (shop.moved(LARGE), shop.moved(POWDER)) == (10, 1)


def test_late_money_uses_its_discount_again_unless_it_is_used_up(shop: Shelf) -> None:
    tenth = shelf.tenth_off()
    with writing():
        db.session.execute(update(Discount).values(most_uses=1))

    def late(cart_id: str) -> int:
        with writing():
            new = new_order(shop, {SMALL: 1}, cart_id, reductions=(tenth,))
            order_id = actions.place(new).id
            actions.expire(order_id)
        return order_id

    first, second = late("one-0123456789abcdef"), late("two-0123456789abcdef")
    with writing():
        assert actions.mark_paid(first, "stripe", {})
        assert not actions.mark_paid(second, "stripe", {})
    assert (queries.state_of(first), queries.state_of(second)) == ("paid", "expired")
    assert db.session.scalar(select(Discount.used).execution_options(populate_existing=True)) == 1
    assert shop.left(SMALL) == shop.moved(SMALL) == 9


@pytest.mark.parametrize("table", [OrderEvent, StockMovement])
def test_the_database_refuses_to_rewrite_what_happened(
    shop: Shelf, table: type[OrderEvent] | type[StockMovement]
) -> None:
    brought(shop, "paid")
    everything = select(*table.__table__.columns).order_by(table.id)
    before = db.session.execute(everything).all()
    rewrites = [update(table).values(actor="nobody"), delete(table)]
    if db.engine.dialect.name == "postgresql":
        rewrites.append(text(f"TRUNCATE {table.__tablename__}"))
    for rewrite in rewrites:
        with pytest.raises(DBAPIError, match="append-only"), writing():
            db.session.execute(rewrite)
    assert db.session.execute(everything).all() == before != []


def test_a_variant_that_had_stock_stays_and_one_that_never_had_can_go(shop: Shelf) -> None:
    with pytest.raises(DBAPIError, match="append-only"), writing():
        db.session.execute(delete(Variant).where(Variant.id == shop.ids[LARGE]))
    with writing():
        old = db.session.get_one(Variant, shop.ids[LARGE])
        values = {column.key: getattr(old, column.key) for column in Variant.__table__.columns}
        new = Variant(**(values | {"id": None, "sku": "NEVER", "position": 99}))
        db.session.add(new)
    with writing():
        db.session.execute(delete(Variant).where(Variant.sku == "NEVER"))
    assert db.session.scalar(select(Variant.id).where(Variant.sku == "NEVER")) is None


@pytest.mark.parametrize("values", [{"refunded_cents": -1}, {"refunded_cents": 6991}, {"total_cents": -1}])
def test_the_database_refuses_an_order_that_does_not_add_up(shop: Shelf, values: dict[str, int]) -> None:
    order_id = brought(shop, "paid")
    with pytest.raises(IntegrityError), writing():
        db.session.execute(update(Order).where(Order.id == order_id).values(**values))
