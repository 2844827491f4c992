"""What was sold, line by line, and what of it was kept: for figures about where sales come from.

What was given back of an order is spread over its lines and its delivery in proportion to what was paid for
them, by largest remainder. What is kept of a line loses its frozen VAT in the same proportion, half up. A
refund that belongs to a withdrawal, and so to certain lines, is spread like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, select

from storefront import clock
from storefront.database import db
from storefront.money import per, shares
from storefront.orders.models import Order, OrderLine
from storefront.orders.turnover import net_kept

_SOLD = (
    select(
        Order.id,
        Order.number,
        Order.lang,
        Order.paid_at,
        Order.total_cents,
        Order.refunded_cents,
        Order.vat,
        Order.notes,
        OrderLine.product_code,
        OrderLine.sku,
        OrderLine.quantity,
        OrderLine.source,
        (OrderLine.line_cents - OrderLine.discount_cents).label("paid_cents"),
        OrderLine.vat_cents,
    )
    .join(OrderLine, OrderLine.order_id == Order.id)
    .where(Order.paid_at >= bindparam("start"), Order.paid_at < bindparam("end"))
    .order_by(Order.paid_at, Order.id, OrderLine.position)
)


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line of a paid order. Nothing in it says who bought.

    paid_cents: what was paid for it, after discounts, with VAT. net_cents: what of that was kept after
    refunds, without VAT. order_net_cents: the same of the whole order, with its delivery. notes: what
    plugins noted when it was placed, by their names.
    """

    order: str
    order_lang: str
    paid_at: datetime
    product_code: str
    sku: str
    quantity: int
    source: str
    paid_cents: int
    net_cents: int
    order_net_cents: int
    notes: Mapping[str, str] = field(default_factory=dict)


def sales(since: date, until: date) -> list[SoldLine]:
    """The lines of all orders that were paid on these days of the shop, both included; one query."""
    zone = clock.local(clock.now()).tzinfo
    days = {"start": since, "end": until + timedelta(days=1)}
    values = {name: datetime.combine(day, time(), tzinfo=zone) for name, day in days.items()}
    rows = db.session.execute(_SOLD, values)
    return [line for _id, of_one in groupby(rows, lambda row: row.id) for line in _lines(list(of_one))]


def _lines(rows: Sequence[Any]) -> Iterator[SoldLine]:
    """The lines of one order."""
    order = rows[0]
    back = given_back([row.paid_cents for row in rows], order.total_cents, order.refunded_cents)
    vat = sum(part["vat_cents"] for part in order.vat)
    whole = net_kept(order.total_cents, vat, order.refunded_cents)
    for row, refund in zip(rows, back[:-1], strict=True):
        yield SoldLine(
            row.number,
            row.lang,
            row.paid_at,
            row.product_code,
            row.sku,
            row.quantity,
            row.source,
            row.paid_cents,
            kept_of(row.paid_cents, row.vat_cents, refund),
            whole,
            row.notes,
        )


def given_back(paid: list[int], total_cents: int, refunded_cents: int) -> list[int]:
    """The share of a refund that each line has, and last that of the delivery. Their sum is the refund."""
    return shares(refunded_cents, [*paid, total_cents - sum(paid)])


def kept_of(paid_cents: int, vat_cents: int, refund_cents: int) -> int:
    """What stays of a line without VAT after its share of the refund, half up."""
    if paid_cents == 0:
        return 0
    return per(paid_cents - vat_cents, Decimal(paid_cents), paid_cents - refund_cents)
