"""Goods that came back, and how much money goes back for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storefront.database import db
from storefront.locale import gettext as _
from storefront.orders import queries as orders
from storefront.orders import withdrawal_queries, withdrawal_rules, withdrawals
from storefront.orders.models import Order, Withdrawal
from storefront.orders.withdrawal_rules import Returned
from storefront.payments import queries
from storefront.refusals import Refused


def take_back(withdrawal_id: int, parts: Mapping[int, Returned], cents: int | None, actor: str) -> int:
    """Write down what came back for a statement: its goods go into stock, and the cents returned are due.

    cents: None means what the goods are worth, and no more than is left of the order's money. Refused when it
    is more than that, or while other money has to go back first.
    """
    withdrawal = db.session.get_one(Withdrawal, withdrawal_id, populate_existing=True)
    if withdrawal.order_id is None:
        raise Refused(_("Say first which order it is."), status=409)
    order = db.session.get_one(Order, withdrawal.order_id, with_for_update=True, populate_existing=True)
    left = _left(order.id)
    if cents is None:
        now = {line_id: part.quantity for line_id, part in parts.items()}
        cents = min(due(withdrawal, order, now).cents, left)
    if cents > left:
        raise Refused(_("More than is left of this order's money."), field="amount")
    withdrawals.take_back(withdrawal_id, parts, cents, queries.given_back_cents(order.id), actor)
    return cents


@dataclass(frozen=True, slots=True)
class Due:
    """What goes back for goods. less_cents: what it is less, since money went back before."""

    cents: int
    less_cents: int


def due(withdrawal: Withdrawal, order: Order, now: Mapping[int, int]) -> Due:
    """What goes back for a statement when so many pieces of each line come `now`.

    Declared goods that came back before without money are paid with it. Money that went back before, whatever
    for, counts: never more than all goods that are back are worth together.
    """
    earlier = withdrawal_queries.earlier(withdrawal, now)
    unpaid = withdrawal_queries.unpaid_returns(order.id)
    before = {line_id: many - unpaid.get(line_id, 0) for line_id, many in orders.came_back(order.id).items()}
    all_now = {line.id: now.get(line.id, 0) + earlier.get(line.id, 0) for line in order.lines}
    delivery = withdrawal_queries.standard_delivery_cents(order)
    worth = withdrawal_rules.worth(order.lines, before, all_now, delivery)
    together = {line_id: before.get(line_id, 0) + pieces for line_id, pieces in all_now.items()}
    most = withdrawal_rules.worth(order.lines, {}, together, delivery) - order.refunded_cents
    cents = max(0, min(worth, most, order.total_cents - order.refunded_cents))
    return Due(cents, worth - cents)


def _left(order_id: int) -> int:
    """What of an order's money can be given back now. Refused while other money goes first."""
    found = queries.returnable(order_id)
    if found is not None and (found.held or found.unfinished):
        raise Refused(
            _("Other money of this order has to be given back first: look at the order."), status=409
        )
    return found.left_cents if found else 0
