"""Reads orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select

from storefront import clock
from storefront.database import db, fetch
from storefront.orders import numbers, rules
from storefront.orders.models import Order, OrderEvent, OrderLine, Withdrawal
from storefront.orders.withdrawal_rules import OPEN
from storefront.stock.models import StockMovement


def order_by_id(order_id: int) -> Order | None:
    """An order with its lines."""
    return db.session.get(Order, order_id)


def order_by_token(token: str) -> Order | None:
    """The order of an address, with its lines."""
    return db.session.scalar(select(Order).where(Order.token == token))


def order_by_number(number: str) -> Order | None:
    """The order of a number, in any spelling."""
    return db.session.scalar(select(Order).where(Order.number == numbers.as_typed(number)))


@dataclass(frozen=True, slots=True)
class OrderOfCart:
    """What has to be known of an order to answer a second post of the same cart."""

    id: int
    number: str
    token: str
    state: str
    digest: str


_OF_CART = (
    select(Order.id, Order.number, Order.token, Order.state, Order.cart_digest)
    .where(Order.cart_id == bindparam("cart"))
    .order_by(Order.id)
)
_LOCKED_OF_CART = _OF_CART.with_for_update()
_KEPT_FOR_CART = (
    select(Order.state, Order.discounts, OrderLine.sku, OrderLine.quantity)
    .join(OrderLine, OrderLine.order_id == Order.id)
    .where(Order.cart_id == bindparam("cart"), Order.state.not_in((rules.CANCELLED, rules.EXPIRED)))
)


def latest_order(cart_id: str, lock: bool = False) -> OrderOfCart | None:
    """The order of a cart that counts: the one that was bought, else the newest.

    lock: nobody else changes any order of the cart until the transaction ends.
    """
    rows = fetch(_LOCKED_OF_CART if lock else _OF_CART, {"cart": cart_id})
    found = [OrderOfCart(*row) for row in rows]
    return max(found, key=lambda one: (one.state in rules.BOUGHT, one.id), default=None)


@dataclass(frozen=True, slots=True)
class OrdersOfCart:
    """What became of a cart: whether it was ordered and paid, and what its open order keeps.

    reserved: units per SKU. discounts: the ids of those that it uses.
    """

    bought: bool = False
    reserved: Mapping[str, int] = field(default_factory=dict)
    discounts: frozenset[int] = frozenset()


def orders_of_cart(cart_id: str) -> OrdersOfCart:
    """What became of a cart. A bought one is empty, whatever its cookie still says."""
    rows = fetch(_KEPT_FOR_CART, {"cart": cart_id})
    bought = any(row.state in rules.BOUGHT for row in rows)
    open_ = [row for row in rows if row.state == rules.PLACED]
    used = frozenset(one["id"] for row in open_ for one in row.discounts)
    return OrdersOfCart(bought, {row.sku: row.quantity for row in open_}, used)


def numbers_of(order_ids: list[int]) -> dict[int, str]:
    """The numbers of orders by their ids, for lists that link them."""
    rows = db.session.execute(select(Order.id, Order.number).where(Order.id.in_(order_ids)))
    return dict(rows.all())


def state_of(order_id: int) -> str:
    """The state of an order, as the database has it."""
    return db.session.scalars(select(Order.state).where(Order.id == order_id)).one()


def quantities(order_id: int) -> dict[int, int]:
    """How many of each variant an order holds; lines of deleted variants are left out."""
    rows = db.session.execute(
        select(OrderLine.variant_id, func.sum(OrderLine.quantity))
        .where(OrderLine.order_id == order_id, OrderLine.variant_id.is_not(None))
        .group_by(OrderLine.variant_id)
    )
    return {variant_id: int(quantity) for variant_id, quantity in rows if variant_id is not None}


def came_back(order_id: int) -> dict[int, int]:
    """How many pieces of each line of an order were counted as back, into stock or not."""
    back: dict[int, int] = {}
    for parts in db.session.scalars(select(Withdrawal.returned).where(Withdrawal.order_id == order_id)):
        for part in parts:
            back[part["line_id"]] = back.get(part["line_id"], 0) + part["quantity"]
    return back


def not_back(order_id: int) -> dict[int, int]:
    """How many of each variant an order holds that nobody has counted as back."""
    back, left = came_back(order_id), dict[int, int]()
    rows = select(OrderLine.id, OrderLine.variant_id, OrderLine.quantity)
    for line_id, variant_id, quantity in db.session.execute(rows.where(OrderLine.order_id == order_id)):
        if variant_id is not None:
            left[variant_id] = left.get(variant_id, 0) + quantity - back.get(line_id, 0)
    return left


def open_withdrawal(order_id: int) -> int | None:
    """The oldest statement about an order that staff have not seen to; they have to before it is sent."""
    waits = select(Withdrawal.id).where(Withdrawal.order_id == order_id, Withdrawal.state == OPEN)
    waits = waits.where(Withdrawal.noted_by == "")
    return db.session.scalar(waits.order_by(Withdrawal.id).limit(1))


def kept(variant_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Pieces of variants that orders keep in the house: of unpaid orders, and of those to be sent."""
    found: dict[int, tuple[int, int]] = {}
    rows = db.session.execute(
        select(StockMovement.variant_id, Order.state, -func.sum(StockMovement.quantity))
        .join(Order, Order.id == StockMovement.order_id)
        .where(StockMovement.variant_id.in_(variant_ids), Order.state.in_((rules.PLACED, *rules.TO_SEND)))
        .group_by(StockMovement.variant_id, Order.state)
    )
    for variant_id, state, pieces in rows:
        unpaid, to_send = found.get(variant_id, (0, 0))
        more = (int(pieces), 0) if state == rules.PLACED else (0, int(pieces))
        found[variant_id] = (unpaid + more[0], to_send + more[1])
    return found


def events(order_id: int) -> list[OrderEvent]:
    """What happened to an order, the first thing first."""
    return list(
        db.session.scalars(select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.id))
    )


def has_event(order_id: int, kind: str) -> bool:
    """True when such a thing happened to the order."""
    statement = select(OrderEvent.id).where(OrderEvent.order_id == order_id, OrderEvent.kind == kind)
    return db.session.scalar(statement.limit(1)) is not None


def overdue(moment: datetime, order_id: int | None = None) -> list[int]:
    """The open orders whose reservation ended, or whether a given one is among them."""
    statement = select(Order.id).where(Order.state == rules.PLACED, Order.reserved_until < moment)
    if order_id is not None:
        statement = statement.where(Order.id == order_id).with_for_update()
    return list(db.session.scalars(statement.order_by(Order.reserved_until)))


def counts_by_state() -> dict[str, int]:
    """How many orders stand in each state."""
    rows = db.session.execute(select(Order.state, func.count()).group_by(Order.state))
    found = {state: int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in rules.STATES}


def next_to_send(order_id: int) -> str | None:
    """The number of the order that comes after this one in the packer's list, else of the first."""
    statement = select(Order.number).where(Order.state.in_(rules.TO_SEND), Order.id != order_id)
    return db.session.scalar(statement.order_by(Order.id < order_id, Order.id).limit(1))


def admin_list(
    state: str | None = None,
    search: str = "",
    page: int = 1,
    per_page: int = 25,
    paid_on: date | None = None,
) -> tuple[list[Row[tuple[Order]]], int]:
    """A page of orders and how many there are: the newest first, of those to send the oldest.

    Search: number, name, e-mail, lot, SKU. paid_on: a day of the shop's time zone.
    """
    columns = (
        Order.id,
        Order.number,
        Order.state,
        Order.name,
        Order.email,
        Order.country,
        Order.lang,
        Order.total_cents,
        Order.refunded_cents,
        Order.payment_name,
        Order.placed_at,
        Order.paid_at,
        Order.sent_at,
        _pieces().label("pieces"),
    )
    wanted = _matching(state, search, paid_on)
    total = db.session.scalar(select(func.count(Order.id)).where(*wanted)) or 0
    order = Order.id.asc() if state in rules.TO_SEND else Order.id.desc()
    statement = select(*columns).where(*wanted).order_by(order)
    page_of = statement.limit(per_page).offset((max(page, 1) - 1) * per_page)
    return list(db.session.execute(page_of).all()), total


def _pieces() -> Select[tuple[int]]:
    total = select(func.coalesce(func.sum(OrderLine.quantity), 0)).where(OrderLine.order_id == Order.id)
    return total.correlate(Order).scalar_subquery()  # type: ignore[return-value]


def _matching(state: str | None, search: str, paid_on: date | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if paid_on:
        conditions.append(_was_paid_on(paid_on))
    if state:
        conditions.append(Order.state == state)
    text = search.strip().lower()
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        in_lines = select(OrderLine.order_id).where(
            or_(func.lower(OrderLine.lot_code).like(pattern, escape="\\"), func.lower(OrderLine.sku) == text)
        )
        conditions.append(
            or_(
                Order.number == numbers.as_typed(text),
                func.lower(Order.name).like(pattern, escape="\\"),
                func.lower(Order.email).like(pattern, escape="\\"),
                Order.id.in_(in_lines),
            )
        )
    return conditions


@dataclass(frozen=True, slots=True)
class Figures:
    """What a day brought."""

    orders: int
    cents: int


def today_figures(day: date) -> Figures:
    """The orders paid on a day of the shop's time zone, and their sum."""
    sums = select(func.count(Order.id), func.coalesce(func.sum(Order.total_cents), 0))
    count, cents = db.session.execute(sums.where(_was_paid_on(day))).one()
    return Figures(int(count), int(cents))


def _was_paid_on(day: date) -> ColumnElement[bool]:
    zone = clock.local(clock.now()).tzinfo
    start = datetime.combine(day, time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return and_(Order.paid_at >= start, Order.paid_at < end)
