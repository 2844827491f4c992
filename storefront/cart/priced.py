"""A cart with names, prices and what stands in the way of ordering it.

Pure: the view reads the offers for the cart's SKUs (one call for the whole cart) and hands them in. What an
offer must have for that is named by the two protocols.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from storefront.cart.lines import Cart, CartLine
from storefront.pricing.totals import Reduction


class BuyableVariant(Protocol):
    """What the cart needs to know of a variant."""

    @property
    def sku(self) -> str: ...
    @property
    def price_cents(self) -> int: ...
    @property
    def available(self) -> int: ...


V_co = TypeVar("V_co", bound=BuyableVariant, covariant=True)


class BuyableOffer(Protocol[V_co]):
    """What the cart needs to know of an offer."""

    @property
    def variants(self) -> Sequence[V_co]: ...


V = TypeVar("V", bound=BuyableVariant)


@dataclass(frozen=True, slots=True)
class PricedCartLine(Generic[V]):
    """A line as it stands now. `problem`: "sold_out", "too_many", "gone", or "" when it can be ordered."""

    sku: str
    quantity: int
    source: str
    offer: BuyableOffer[V] | None
    variant: V | None
    available: int
    problem: str

    @property
    def unit_cents(self) -> int:
        """The price of one."""
        return self.variant.price_cents if self.variant is not None else 0

    @property
    def line_cents(self) -> int:
        """The price of the line."""
        return self.unit_cents * self.quantity

    @property
    def counts(self) -> bool:
        """True when the line is part of the sum: what is gone or sold out is not."""
        return self.problem in ("", "too_many")


@dataclass(frozen=True, slots=True)
class PricedCart(Generic[V]):
    """All lines of a cart as they stand now.

    reductions: the discounts that could count. code: what was typed; code_problem: why it does not count, as
    `pricing.discounts.possible` says it.
    """

    id: str
    lines: tuple[PricedCartLine[V], ...]
    reductions: tuple[Reduction, ...] = ()
    code: str = ""
    code_problem: str = ""

    @property
    def goods_cents(self) -> int:
        """The sum of the lines that can be had."""
        return sum(line.line_cents for line in self.lines if line.counts)

    @property
    def count(self) -> int:
        """How many pieces lie in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def has_problems(self) -> bool:
        """True when a line must change before the cart can be ordered."""
        return any(line.problem for line in self.lines)


def priced(
    cart: Cart, offers: Iterable[BuyableOffer[V]], reserved: Mapping[str, int] | None = None
) -> PricedCart[V]:
    """The cart's lines, each with its offer and variant, in the cart's order.

    reserved: per SKU what this cart's own open order keeps; it is still to be had, for this cart alone.
    """
    found = {variant.sku: (offer, variant) for offer in offers for variant in offer.variants}
    own = reserved or {}
    lines = tuple(
        _line(line, own.get(line.sku, 0), *found.get(line.sku, (None, None))) for line in cart.lines
    )
    return PricedCart(cart.id, lines)


def _line(line: CartLine, own: int, offer: BuyableOffer[V] | None, variant: V | None) -> PricedCartLine[V]:
    available = variant.available + own if variant is not None else 0
    what = "gone" if variant is None else problem(line.quantity, available)
    return PricedCartLine(line.sku, line.quantity, line.source, offer, variant, available, what)


def problem(quantity: int, available: int) -> str:
    """What stands in the way of ordering so many when so many are to be had; empty when nothing does."""
    if available <= 0:
        return "sold_out"
    return "too_many" if available < quantity else ""
