"""The one function for every total: cart, checkout, order, mail.

Gross prices are the truth. Reductions come off first, see `reductions.py`. VAT is computed per rate on the
gross sum that is left, `gross × r / (100 + r)`, half up to the cent; each line's VAT is its largest-remainder
share of that. Shipping follows the goods: its gross is split over the rates by largest remainder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from storefront.money import half_up, shares
from storefront.pricing.reductions import PricedLine, Reduced, Reduction, reduced, why_not

__all__ = [
    "WHOLE_BP",
    "PricedLine",
    "Reduced",
    "Reduction",
    "Totals",
    "VatPart",
    "totals",
    "vat_of",
    "why_not",
]
WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class VatPart:
    """The gross sum at one rate, and the VAT that it holds."""

    rate_bp: int
    gross_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything that is to be paid. `vat` has one part per rate, the lowest rate first.

    goods - discount + shipping = total. line_discounts: what each line gives up, in the order of the lines.
    shipping_cents: what is charged, nothing when a reduction makes it free. full_shipping_cents: without it.
    """

    goods_cents: int
    shipping_cents: int
    total_cents: int
    vat: list[VatPart]
    line_vat: list[int]
    line_rates: list[int]
    line_discounts: list[int]
    full_shipping_cents: int
    reductions: list[Reduced] = field(default_factory=list)

    @property
    def vat_cents(self) -> int:
        """The VAT of all rates."""
        return sum(part.vat_cents for part in self.vat)

    @property
    def discount_cents(self) -> int:
        """What all reductions take off the goods."""
        return sum(self.line_discounts)


def vat_of(gross_cents: int, rate_bp: int) -> int:
    """The VAT that a gross amount holds, half up to the cent."""
    return half_up(Decimal(gross_cents * rate_bp) / (WHOLE_BP + rate_bp))


def totals(
    lines: Sequence[PricedLine],
    shipping_cents: int,
    rates: Mapping[str, int],
    reductions: Sequence[Reduction] = (),
) -> Totals:
    """Add up lines and shipping. `rates` gives basis points per VAT class; an unknown class is a KeyError.

    reductions: all that could count; which of them do is decided here.
    """
    line_rates = [rates[line.vat_class] for line in lines]
    goods = sum(line.line_cents for line in lines)
    counted, discounts, shipping = reduced(lines, shipping_cents, reductions)
    gross = [line.line_cents - discount for line, discount in zip(lines, discounts, strict=True)]
    used = sorted(set(line_rates))
    goods_at = {rate: sum(g for g, r in zip(gross, line_rates, strict=True) if r == rate) for rate in used}
    shipping_at = dict(zip(used, shares(shipping, [goods_at[rate] for rate in used]), strict=True))

    vat: list[VatPart] = []
    line_vat = [0] * len(lines)
    for rate in used:
        gross_at = goods_at[rate] + shipping_at[rate]
        part = VatPart(rate, gross_at, vat_of(gross_at, rate))
        places = [i for i, line_rate in enumerate(line_rates) if line_rate == rate]
        *of_lines, _of_shipping = shares(part.vat_cents, [*(gross[i] for i in places), shipping_at[rate]])
        for i, cents in zip(places, of_lines, strict=True):
            line_vat[i] = cents
        vat.append(part)
    total = goods - sum(discounts) + shipping
    return Totals(goods, shipping, total, vat, line_vat, line_rates, discounts, shipping_cents, counted)
