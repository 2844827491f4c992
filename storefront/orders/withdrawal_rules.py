"""What a withdrawal from a purchase is: its states, its period, and what goes back for it. Pure.

open: nothing was done yet. refunding: the goods are back, the money is on its way. done. closed: nothing
comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storefront import clock
from storefront.orders.models import Order, OrderLine, Withdrawal

OPEN, REFUNDING, DONE, CLOSED = "open", "refunding", "done", "closed"
WAITING = (OPEN, REFUNDING)
PERIOD_DAYS = 14
UNDER_WAY_DAYS = 7  # a parcel whose arrival nobody knows is taken to have arrived so long after it was sent
REFUND_DAYS = 14


def last_day(sent_at: datetime | None, delivered_at: datetime | None) -> date | None:
    """The last day of the period in the shop's zone; None while it has not begun.

    The day of receipt does not count. A period that would end on a Saturday or Sunday ends on the Monday
    (Regulation 1182/71, article 3); public holidays are left to the person who decides.
    """
    if sent_at is None:
        return None
    received = clock.local(delivered_at or sent_at).date()
    if delivered_at is None:
        received += timedelta(days=UNDER_WAY_DAYS)
    end = received + timedelta(days=PERIOD_DAYS)
    return end + timedelta(days=8 - end.isoweekday()) if end.isoweekday() > 5 else end


def last_day_of(order: Order) -> date | None:
    """The last day on which the buyer of an order can withdraw; None while the period has not begun."""
    return last_day(order.sent_at, order.delivered_at)


def is_late(withdrawal: Withdrawal) -> bool:
    """True when it was sent after the last day of its period."""
    day = clock.local(withdrawal.received_at).date()
    return withdrawal.last_day is not None and day > withdrawal.last_day


def refund_by(withdrawal: Withdrawal) -> date:
    """The day by which the money must be back, unless the goods are still under way."""
    return clock.local(withdrawal.received_at).date() + timedelta(days=REFUND_DAYS)


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody declared. quantities: how many of each line of the order; None means all of it."""

    token: str
    number: str
    name: str
    email: str
    lang: str
    quantities: Mapping[int, int] | None = None


def sealed_lines(order: Order) -> set[int]:
    """The lines of an order whose goods come back only with their seal unbroken, as it was said then."""
    return {line.id for line in order.lines if line.sealed}


def worth(
    lines: Sequence[OrderLine], before: Mapping[int, int], now: Mapping[int, int], delivery_cents: int
) -> int:
    """What goes back for pieces that came back now. Pure.

    A piece is worth its share of what its line cost after discounts; parts always add up to the whole line.
    With the last piece of the last line comes the delivery.
    """
    cents, complete = 0, True
    for line in lines:
        paid, had = line.line_cents - line.discount_cents, before.get(line.id, 0)
        have = had + now.get(line.id, 0)
        cents += paid * have // line.quantity - paid * had // line.quantity
        complete = complete and have >= line.quantity
    return cents + (delivery_cents if complete and any(now.values()) else 0)


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back of a line; restock: it can be sold again."""

    quantity: int
    restock: bool
