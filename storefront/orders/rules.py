"""What an order can become, and what placing one takes. Pure.

One table, EDGES, says it all; no way in it leads back. Stock is reserved while an order is placed; it is
given back once, by whichever of cancelled and expired comes first. An order that expired becomes paid only
when its stock can be taken once more. Money is not a state but a figure (`refunded_cents`); only an order
whose money has gone back in full is refunded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storefront.pricing.reductions import PricedLine, Reduction, reduced

PLACED, PAID, PACKED, SENT, DELIVERED, RETURNED = "placed", "paid", "packed", "sent", "delivered", "returned"
CANCELLED, EXPIRED, REFUNDED = "cancelled", "expired", "refunded"

EDGES: Mapping[str, tuple[str, ...]] = {
    PLACED: (PAID, CANCELLED, EXPIRED),
    PAID: (PACKED, SENT, RETURNED, REFUNDED),
    PACKED: (SENT, RETURNED, REFUNDED),
    SENT: (DELIVERED, RETURNED, REFUNDED),
    DELIVERED: (RETURNED, REFUNDED),
    RETURNED: (REFUNDED,),
    CANCELLED: (),
    EXPIRED: (PAID,),
    REFUNDED: (),
}
STATES = tuple(EDGES)
BOUGHT = (PAID, PACKED, SENT, DELIVERED, RETURNED, REFUNDED)  # the cart of such an order never orders again
TO_SEND = (PAID, PACKED)  # paid, and the goods are still in the house
CLOSED = (CANCELLED, EXPIRED, REFUNDED)

# Every kind of event in the log. "pending": the bank has yet to answer. "held": money came that does not
# fit the order (another amount or currency, twice, or after the order was closed); a person must look, and
# gives it back: "held_refunded". "refund_settled": staff paid a refund that bounced in another way.
EVENTS = (
    *STATES,
    *("pending", "declined", "held", "held_refunded", "partly_refunded", "partly_returned", "lots_changed"),
    "withdrawn",
    *("refund_bounced", "refund_settled", "disputed", "dispute_closed"),
)

RESERVATION = timedelta(minutes=45)
LONGEST_UNPAID = timedelta(hours=2)  # however often its buyer begins to pay
LONGEST_RESERVATION = timedelta(days=14)  # completed but unpaid, such as a bank debit
AFTER_DECLINE = timedelta(minutes=15)  # stock is not kept longer than this for who was declined


def may_become(state: str, new_state: str) -> bool:
    """True when an order may go from one state to another."""
    return new_state in EDGES[state]


def sources(new_state: str) -> tuple[str, ...]:
    """The states from which an order may become this one."""
    return tuple(state for state in STATES if may_become(state, new_state))


def refunded_in_all(state: str, total_cents: int, before_cents: int, cents: int) -> int:
    """What has gone back of an order's money when `cents` more does.

    Raises ValueError, since a caller is wrong, for an unpaid order, for nothing, and for more than is left.
    """
    if not may_become(state, REFUNDED):
        raise ValueError(f"no money of a {state} order can go back")
    if not 0 < cents <= total_cents - before_cents:
        raise ValueError(f"{cents} cents cannot go back of {total_cents - before_cents}")
    return before_cents + cents


def can_be_sold_again(state: str) -> bool:
    """True when the goods of a paid order are still in the house."""
    return state in TO_SEND


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who orders, and where it goes."""

    email: str
    name: str
    street: str
    postcode: str
    city: str
    country: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to be frozen: names in the buyer's language, the price and the lot of now."""

    variant_id: int
    product_code: str
    product_slug: str
    sku: str
    name: str
    label: str
    picture: str
    raster: str
    lot_code: str
    quantity: int
    unit_cents: int
    vat_class: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """Everything that placing an order takes. Raises ValueError without a line."""

    cart_id: str
    lang: str
    buyer: Buyer
    lines: tuple[NewLine, ...]
    shipping_code: str
    shipping_name: str
    shipping_cents: int
    payment_method: str
    payment_name: str
    reductions: tuple[Reduction, ...] = ()  # those that count
    terms_version: datetime | None = None  # when the terms that the buyer accepted were last changed
    replaces: int | None = None  # the open order of this cart whose session was ended at the provider
    notes: Mapping[str, str] = field(default_factory=dict)  # what plugins note, by the plugin's name
    digest: str = field(default="")

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("an order has at least one line")
        if not self.digest:
            object.__setattr__(self, "digest", digest(self))


def per_variant(lines: Iterable[NewLine]) -> dict[int, int]:
    """How many of each variant the lines take together."""
    sums: dict[int, int] = {}
    for line in lines:
        sums[line.variant_id] = sums.get(line.variant_id, 0) + line.quantity
    return sums


def priced_lines(order: NewOrder) -> list[PricedLine]:
    """The lines as the totals take them."""
    return [
        PricedLine(line.sku, line.quantity, line.unit_cents, line.vat_class, line.product_code)
        for line in order.lines
    ]


def digest(order: NewOrder) -> str:
    """What was posted, as one hash: two posts with the same one are the same order.

    Prices belong to it: the same cart at another price is another order. So does what each line gives up for
    discounts, whatever changed about them, and the way to pay, since the provider's page is made for it.
    """
    buyer = order.buyer
    what = [
        order.lang,
        [buyer.email, buyer.name, buyer.street, buyer.postcode, buyer.city, buyer.country, buyer.phone],
        sorted([line.sku, line.quantity, line.unit_cents] for line in order.lines),
        [order.shipping_code, order.shipping_cents, order.payment_method],
    ]
    if order.reductions:
        counted, given_up, shipping_cents = reduced(
            priced_lines(order), order.shipping_cents, order.reductions
        )
        what.append(sorted([one.id, one.cents] for one in counted))
        what.append(sorted([line.sku, cents] for line, cents in zip(order.lines, given_up, strict=True)))
        what.append([shipping_cents])
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()
