"""An order in plain values, without who bought it: what plugins read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storefront.database import db
from storefront.orders.models import Order, OrderLine


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A line of an order. line_cents: what was paid for it, after discounts; vat_cents: the VAT in that.

    source: where it was put into the cart, such as an article and its place.
    """

    product_code: str
    sku: str
    quantity: int
    line_cents: int
    vat_cents: int
    source: str


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """An order as it stands now. Amounts are gross cents; nothing in it says who bought."""

    number: str
    lang: str
    state: str
    placed_at: datetime
    country: str
    total_cents: int
    refunded_cents: int
    lines: tuple[SummaryLine, ...]


def order_summary(order_id: int) -> OrderSummary | None:
    """The order with this id; None when there is none."""
    order = db.session.execute(
        select(
            Order.number,
            Order.lang,
            Order.state,
            Order.placed_at,
            Order.country,
            Order.total_cents,
            Order.refunded_cents,
        ).where(Order.id == order_id)
    ).first()
    if order is None:
        return None
    lines = db.session.execute(
        select(
            OrderLine.product_code,
            OrderLine.sku,
            OrderLine.quantity,
            (OrderLine.line_cents - OrderLine.discount_cents).label("line_cents"),
            OrderLine.vat_cents,
            OrderLine.source,
        )
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
    )
    return OrderSummary(*order, lines=tuple(SummaryLine(*line) for line in lines))
