"""What discounts take off lines and delivery. Pure.

First the reductions of each piece, a percentage or so much off a piece, so that the price on a product's page
is the price that is charged: of automatic offers each line has the one that is best for it, then a code comes
off what is left. After them amounts off the whole order: the automatic one that takes off most, then a
code's; they are split over the lines by largest remainder. Free delivery is last. A minimum is compared with
the goods that the discount counts for, before any reduction. No line falls below nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from storefront.database import LocalText
from storefront.money import half_up, shares

PERCENT, PIECE, AMOUNT, SHIPPING = "percent", "piece", "amount", "shipping"
KINDS = (PERCENT, PIECE, AMOUNT, SHIPPING)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A number of units of one article at a gross price."""

    sku: str
    quantity: int
    unit_cents: int
    vat_class: str
    product_code: str = ""

    @property
    def line_cents(self) -> int:
        """What the line costs before reductions, VAT included."""
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class Reduction:
    """A discount that could count now. code: "" for an automatic offer. products: None for all.

    value: basis points of a percentage, else cents (nothing for free delivery).
    """

    id: int
    code: str
    names: LocalText
    kind: str
    value: int
    minimum_cents: int = 0
    products: frozenset[str] | None = None

    def counts_for(self, product_code: str) -> bool:
        """True when it speaks of this product."""
        return self.products is None or product_code in self.products

    def off_a_piece(self, cents: int) -> int:
        """What it takes off one piece of this price: half up, at most all of it."""
        if self.kind == PERCENT:
            return half_up(Decimal(cents * self.value) / 10_000)
        return min(self.value, cents) if self.kind == PIECE else 0


@dataclass(frozen=True, slots=True)
class Reduced:
    """A discount that counts, and what it takes off the goods: nothing when it makes delivery free."""

    id: int
    code: str
    names: LocalText
    kind: str
    cents: int


def why_not(lines: Sequence[PricedLine], reduction: Reduction) -> str:
    """Why a discount does not count for these lines: "products", "minimum", or "" when it does."""
    goods = [line.line_cents for line in lines if reduction.counts_for(line.product_code)]
    if not goods:
        return "products"
    return "minimum" if sum(goods) < reduction.minimum_cents else ""


def reduced(
    lines: Sequence[PricedLine], shipping_cents: int, reductions: Sequence[Reduction]
) -> tuple[list[Reduced], list[int], int]:
    """The discounts that count, what each line gives up, and what delivery costs with them."""
    able = [one for one in reductions if not why_not(lines, one)]
    left = [line.line_cents for line in lines]
    taken: dict[int, int] = {}
    offers, codes = [one for one in able if not one.code], [one for one in able if one.code]
    for group in (offers, *([code] for code in codes)):
        for i, line in enumerate(lines):
            _take_best(group, i, line, left, taken)
    amounts = [one for one in offers if one.kind == AMOUNT]
    best = max(amounts, key=lambda one: _amount(one, lines, left), default=None)
    for one in (*([best] if best else []), *(code for code in codes if code.kind == AMOUNT)):
        _take_amount(one, lines, left, taken)
    free = next((one for one in able if one.kind == SHIPPING), None) if shipping_cents else None
    if free is not None:
        taken[free.id] = 0
    found = [Reduced(one.id, one.code, one.names, one.kind, taken[one.id]) for one in able if one.id in taken]
    discounts = [line.line_cents - rest for line, rest in zip(lines, left, strict=True)]
    return found, discounts, 0 if free else shipping_cents


def _take_best(
    group: Sequence[Reduction], i: int, line: PricedLine, left: list[int], taken: dict[int, int]
) -> None:
    """Take off a line what the best of these discounts takes off each of its pieces."""
    piece = left[i] // line.quantity
    able = [one for one in group if one.counts_for(line.product_code)]
    best = max(able, key=lambda one: one.off_a_piece(piece), default=None)
    off = best.off_a_piece(piece) * line.quantity if best else 0
    if best and off:
        left[i] -= off
        taken[best.id] = taken.get(best.id, 0) + off


def _take_amount(one: Reduction, lines: Sequence[PricedLine], left: list[int], taken: dict[int, int]) -> None:
    """Take an amount off the lines that it counts for, each its share of what it still costs."""
    amount = _amount(one, lines, left)
    if not amount:
        return
    places = _places(one, lines)
    for i, cents in zip(places, shares(amount, [left[i] for i in places]), strict=True):
        left[i] -= cents
    taken[one.id] = amount


def _amount(one: Reduction, lines: Sequence[PricedLine], left: list[int]) -> int:
    """What an amount off the order takes off: never more than its lines still cost."""
    return min(one.value, sum(left[i] for i in _places(one, lines)))


def _places(one: Reduction, lines: Sequence[PricedLine]) -> list[int]:
    return [i for i, line in enumerate(lines) if one.counts_for(line.product_code)]
