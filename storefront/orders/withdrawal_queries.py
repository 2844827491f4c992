"""Reads withdrawals, and what the law takes from the shop's prices."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from storefront.database import db
from storefront.orders import queries
from storefront.orders.models import Order, Withdrawal
from storefront.orders.withdrawal_rules import CLOSED, DONE, WAITING
from storefront.pricing.queries import shipping_methods


def order_of(number: str, email: str) -> Order | None:
    """The order with this number that was placed with this e-mail address; both must fit."""
    order = queries.order_by_number(number)
    fits = order is not None and order.email.strip().casefold() == email.strip().casefold()
    return order if fits else None


def withdrawal_by_token(token: str) -> Withdrawal | None:
    """The statement of a receipt's address."""
    return db.session.scalar(select(Withdrawal).where(Withdrawal.token == token))


def withdrawal_by_id(withdrawal_id: int) -> Withdrawal | None:
    """One statement."""
    return db.session.get(Withdrawal, withdrawal_id)


def withdrawals_of(order_id: int) -> list[Withdrawal]:
    """What was declared about an order, the first thing first."""
    statement = select(Withdrawal).where(Withdrawal.order_id == order_id).order_by(Withdrawal.id)
    return list(db.session.scalars(statement))


def unpaid_returns(order_id: int) -> dict[int, int]:
    """Pieces of each line that staff wrote down as back without money, and that no statement counted since.

    None when all of the order's money went back.
    """
    order = db.session.get_one(Order, order_id)
    unpaid: dict[int, int] = {}
    if order.refunded_cents >= order.total_cents:
        return unpaid
    for one in withdrawals_of(order_id):
        free = bool(one.noted_by) and one.state == DONE and not one.refund_cents
        for part in one.returned:
            change = part["quantity"] if free else -part.get("earlier", 0)
            unpaid[part["line_id"]] = unpaid.get(part["line_id"], 0) + change
    return {line_id: pieces for line_id, pieces in unpaid.items() if pieces > 0}


def declarable(order: Order) -> dict[int, int]:
    """How many pieces of each line can be declared: what has not come back, or came back without money."""
    back, unpaid = queries.came_back(order.id), unpaid_returns(order.id)
    return {line.id: line.quantity - back.get(line.id, 0) + unpaid.get(line.id, 0) for line in order.lines}


def earlier(withdrawal: Withdrawal, now: Mapping[int, int]) -> dict[int, int]:
    """Declared pieces that do not come `now`, since staff wrote them down as back before, without money."""
    if withdrawal.order_id is None or withdrawal.noted_by:
        return {}
    unpaid = unpaid_returns(withdrawal.order_id)
    left = {
        part["line_id"]: min(part["quantity"] - now.get(part["line_id"], 0), unpaid.get(part["line_id"], 0))
        for part in withdrawal.lines
    }
    return {line_id: pieces for line_id, pieces in left.items() if pieces > 0}


def still_out(withdrawal: Withdrawal) -> dict[int, int]:
    """How many of the declared pieces of each line can still come back."""
    if withdrawal.order_id is None:
        return {}
    order = db.session.get_one(Order, withdrawal.order_id)
    back, said = queries.came_back(order.id), {part["line_id"]: part["quantity"] for part in withdrawal.lines}
    out = {line.id: min(said.get(line.id, 0), line.quantity - back.get(line.id, 0)) for line in order.lines}
    return {line_id: pieces for line_id, pieces in out.items() if pieces > 0}


def number_waiting() -> int:
    """How many statements wait for staff."""
    return db.session.scalar(select(func.count(Withdrawal.id)).where(Withdrawal.state.in_(WAITING))) or 0


def admin_list(waiting: bool, page: int = 1, per_page: int = 25) -> tuple[list[Withdrawal], int]:
    """A page of statements and how many there are: of those that wait the oldest, else the newest first."""
    states = WAITING if waiting else (DONE, CLOSED)
    total = db.session.scalar(select(func.count(Withdrawal.id)).where(Withdrawal.state.in_(states))) or 0
    order = Withdrawal.id.asc() if waiting else Withdrawal.id.desc()
    rows = select(Withdrawal).where(Withdrawal.state.in_(states)).order_by(order)
    return list(db.session.scalars(rows.limit(per_page).offset((max(page, 1) - 1) * per_page))), total


def standard_delivery_cents(order: Order) -> int:
    """What goes back for delivery when all goods do: no more than the shop's ordinary delivery costs.

    The first way to a country is the ordinary one. Its dearest price counts: nobody kept the parcel's weight.
    """
    ways = shipping_methods(order.country)
    if not ways or ways[0].code == order.shipping_code:
        return order.shipping_cents
    return min(order.shipping_cents, max(step.price_cents for step in ways[0].steps))
