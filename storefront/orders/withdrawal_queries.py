"""Reads withdrawals, and what the law takes from the shop's prices."""

from __future__ import annotations

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
