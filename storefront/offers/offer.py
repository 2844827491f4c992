"""An offer: a product as it can be bought now, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from storefront.quality.facts import Absorption, Badge, PurityBadge


@dataclass(frozen=True)
class VariantOffer:
    """A size with its price of now. Prices are gross cents; lot_code is "" when no lot is on sale.

    offer_cents: what an automatic offer makes of the price today; unit price and price per day follow it.
    lowest_cents: the lowest price of the 30 days before that offer.
    offer_until: its last day, when it has one.
    available: how many can be bought in one line now. More than that is nobody's business outside, and a page
    does not change with each unit that is sold.
    """

    variant_id: int
    sku: str
    gtin: str | None
    label: str
    pieces: int | None
    net_grams: Decimal
    shipping_grams: int  # one of them, with its packing
    days: int
    price_cents: int
    unit_price_cents: int
    unit_price_base_grams: int
    per_day_cents: int
    available: int
    stock_word: str
    lot_code: str
    offer_cents: int | None = None
    lowest_cents: int | None = None
    offer_until: date | None = None

    @property
    def now_cents(self) -> int:
        """The price that is charged for one today."""
        return self.price_cents if self.offer_cents is None else self.offer_cents

    @property
    def from_cents(self) -> int | None:
        """The price that may stand beside it as the one before: the lowest one, where it was higher."""
        higher = self.lowest_cents is not None and self.lowest_cents > self.now_cents
        return self.lowest_cents if higher and self.offer_cents is not None else None

    @property
    def sold_out(self) -> bool:
        """True when none is left."""
        return self.available <= 0


@dataclass(frozen=True)
class Offer:
    """A product with its sizes. units: the word for one unit of the daily portion in this language.

    rate_bp: the VAT that its prices hold in the shop's own country today (900 is 9 %).
    """

    product_id: int
    code: str
    name: str
    short_name: str
    slug: str
    lang: str
    ingredient_code: str
    form: str
    vat_class: str
    rate_bp: int
    pictures: list[dict[str, Any]]
    units: str
    daily_units: Decimal
    facts: list[dict[str, Any]]
    variants: tuple[VariantOffer, ...]
    badges: tuple[Badge, ...] = ()

    @property
    def picture(self) -> dict[str, Any] | None:
        """The main picture."""
        return self.pictures[0] if self.pictures else None

    @property
    def default(self) -> VariantOffer:
        """The size that is offered first: the first one in stock, else the first one."""
        return next((variant for variant in self.variants if not variant.sold_out), self.variants[0])

    @property
    def sold_out(self) -> bool:
        """True when no size is left."""
        return all(variant.sold_out for variant in self.variants)

    @property
    def stock_word(self) -> str:
        """The stock word of the size that is offered first."""
        return self.default.stock_word

    @property
    def price_cents(self) -> int:
        """What is charged today for the size that is offered first."""
        return self.default.now_cents

    @property
    def daily_active(self) -> dict[str, Any] | None:
        """The row of the facts that says what counts in a day's portion: the last one."""
        return self.facts[-1] if self.facts else None

    @property
    def absorption(self) -> Absorption | None:
        """The bioavailability reference beside the purity badge, where both are shown."""
        return next((badge.absorption for badge in self.badges if isinstance(badge, PurityBadge)), None)
