"""Reads VAT rates and shipping methods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import bindparam, or_, select

from storefront.database import LocalText, built_once, db, fetch
from storefront.pricing.models import ShippingMethod, VatRate

COUNTRIES = ("NL", "BE")


@dataclass(frozen=True, slots=True)
class Method:
    """A way of delivery to one country."""

    code: str
    country: str
    names: LocalText
    details: LocalText
    price_cents: int
    free_from_cents: int | None

    def price_for(self, goods_cents: int) -> int:
        """What delivery costs for goods of this sum."""
        if self.free_from_cents is not None and goods_cents >= self.free_from_cents:
            return 0
        return self.price_cents

    def left_until_free(self, goods_cents: int) -> int | None:
        """How many more cents of goods make delivery free; None when it is free already or never is."""
        if self.free_from_cents is None or goods_cents >= self.free_from_cents:
            return None
        return self.free_from_cents - goods_cents


_RATES = (
    select(VatRate.country, VatRate.vat_class, VatRate.rate_bp)
    .where(
        VatRate.valid_from <= bindparam("on"),
        or_(VatRate.valid_until.is_(None), VatRate.valid_until >= bindparam("on")),
    )
    .order_by(VatRate.valid_from)
)
_METHODS = built_once(
    lambda: select(
        ShippingMethod.code,
        ShippingMethod.country,
        ShippingMethod.names,
        ShippingMethod.details,
        ShippingMethod.price_cents,
        ShippingMethod.free_from_cents,
    ).order_by(ShippingMethod.country.desc(), ShippingMethod.position, ShippingMethod.id)
)


def rates(country: str, on: date) -> dict[str, int]:
    """Basis points per VAT class in a country on a day; the rate with the latest start wins."""
    return rates_by_country(on).get(country, {})


def rates_by_country(on: date) -> dict[str, dict[str, int]]:
    """The same for every country that the shop sends to; one query."""
    found: dict[str, dict[str, int]] = {country: {} for country in COUNTRIES}
    for row in fetch(_RATES, {"on": on}):
        found.setdefault(row.country, {})[row.vat_class] = row.rate_bp
    return found


@dataclass(frozen=True, slots=True)
class RateSpan:
    """A VAT rate of a country over a span of days."""

    country: str
    vat_class: str
    rate_bp: int
    valid_from: date
    valid_until: date | None

    @property
    def percent(self) -> Decimal:
        """The rate as people say it: 9, or 5.5."""
        return Decimal(self.rate_bp) / 100

    def holds(self, on: date) -> bool:
        """True on the days of the rate."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)


def all_rates() -> list[RateSpan]:
    """Every rate that was, is and will be: by country and class, the newest first."""
    rows = db.session.execute(
        select(
            VatRate.country, VatRate.vat_class, VatRate.rate_bp, VatRate.valid_from, VatRate.valid_until
        ).order_by(VatRate.country.desc(), VatRate.vat_class, VatRate.valid_from.desc())
    )
    return [RateSpan(*row) for row in rows]


def shipping_methods(country: str | None = None) -> list[Method]:
    """The ways of delivery to a country, cheapest choice of the shop first; None: to every country."""
    return [Method(*row) for row in fetch(_METHODS) if country in (None, row.country)]


def shipping_method(country: str, code: str) -> Method | None:
    """One way of delivery to a country."""
    return next((method for method in shipping_methods(country) if method.code == code), None)
