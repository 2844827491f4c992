"""What the cart's sums look like: an automatic offer is in the price of its lines, as it is on their pages.

A row "- 2.50" would announce a reduction from a price that need not be the lowest of the 30 days before. What
depends on the cart (a code, a minimum, an amount off the order) is a row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from storefront.cart.priced import PricedCart
from storefront.offers.queries import VariantOffer
from storefront.pricing.reductions import PERCENT, PIECE
from storefront.pricing.totals import Reduced, Totals


@dataclass(frozen=True, slots=True)
class Shown:
    """goods - the cents of the rows = what all goods cost, as in the totals that they were made of."""

    goods_cents: int
    reductions: list[Reduced]


def shown(of: PricedCart[VariantOffer], sums: Totals) -> Shown:
    """The sum of the lines at the prices of their pages, and the discounts that are rows."""
    in_prices = sum(
        (line.variant.price_cents - line.variant.now_cents) * line.quantity
        for line in of.lines
        if line.counts and line.variant is not None
    )
    with_minimum = {one.id for one in of.reductions if one.minimum_cents}
    offers = [one for one in sums.reductions if not one.code and one.kind in (PERCENT, PIECE)]
    left = sum(one.cents for one in offers) - in_prices
    if left < 0:  # an offer ended between the two looks
        return Shown(sums.goods_cents, sums.reductions)
    rows: dict[int, int] = {}
    for one in sorted(offers, key=lambda one: one.id not in with_minimum):
        rows[one.id] = min(one.cents, left)
        left -= rows[one.id]
    told = [replace(one, cents=rows.get(one.id, one.cents)) for one in sums.reductions]
    return Shown(sums.goods_cents - in_prices, [one for one in told if rows.get(one.id, 1)])
