"""The one function for every total: cart, checkout, order, mail.

Gross prices are the truth. VAT is computed per rate on the gross sum, `gross × r / (100 + r)`, half up to the
cent; each line's VAT is its largest-remainder share of that. Shipping follows the goods: its gross is split
over the rates by largest remainder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from storefront.money import half_up, shares

WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A number of units of one article at a gross price."""

    sku: str
    quantity: int
    unit_cents: int
    vat_class: str

    @property
    def line_cents(self) -> int:
        """What the line costs, VAT included."""
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class VatPart:
    """The gross sum at one rate, and the VAT that it holds."""

    rate_bp: int
    gross_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything that is to be paid. `vat` has one part per rate, the lowest rate first."""

    goods_cents: int
    shipping_cents: int
    total_cents: int
    vat: list[VatPart]
    line_vat: list[int]
    line_rates: list[int]

    @property
    def vat_cents(self) -> int:
        """The VAT of all rates."""
        return sum(part.vat_cents for part in self.vat)


def vat_of(gross_cents: int, rate_bp: int) -> int:
    """The VAT that a gross amount holds, half up to the cent."""
    return half_up(Decimal(gross_cents * rate_bp) / (WHOLE_BP + rate_bp))


def totals(lines: Sequence[PricedLine], shipping_cents: int, rates: Mapping[str, int]) -> Totals:
    """Add up lines and shipping. `rates` gives basis points per VAT class; an unknown class is a KeyError."""
    line_rates = [rates[line.vat_class] for line in lines]
    gross = [line.line_cents for line in lines]
    goods = sum(gross)
    used = sorted(set(line_rates))
    goods_at = {rate: sum(g for g, r in zip(gross, line_rates, strict=True) if r == rate) for rate in used}
    shipping_at = dict(zip(used, shares(shipping_cents, [goods_at[rate] for rate in used]), strict=True))

    vat: list[VatPart] = []
    line_vat = [0] * len(lines)
    for rate in used:
        gross_at = goods_at[rate] + shipping_at[rate]
        part = VatPart(rate, gross_at, vat_of(gross_at, rate))
        places = [i for i, line_rate in enumerate(line_rates) if line_rate == rate]
        *of_lines, _of_shipping = shares(part.vat_cents, [gross[i] for i in places] + [shipping_at[rate]])
        for i, cents in zip(places, of_lines, strict=True):
            line_vat[i] = cents
        vat.append(part)
    return Totals(goods, shipping_cents, goods + shipping_cents, vat, line_vat, line_rates)
