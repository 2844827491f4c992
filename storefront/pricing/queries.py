"""Reads VAT rates and shipping methods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, or_, select

from storefront.content_version import kept
from storefront.database import LocalText, built_once, db, fetch
from storefront.pricing.countries import COUNTRIES
from storefront.pricing.models import ShippingMethod, ShippingZone, VatRate


@dataclass(frozen=True, slots=True)
class Step:
    """A price for parcels of at most so many grams (None: of any weight), for goods from a sum on."""

    price_cents: int
    up_to_grams: int | None = None
    from_cents: int = 0

    def fits(self, goods_cents: int, grams: int) -> bool:
        """True for a parcel of this value and weight, both bounds included."""
        return goods_cents >= self.from_cents and (self.up_to_grams is None or grams <= self.up_to_grams)


@dataclass(frozen=True, slots=True)
class Days:
    """Working days: until a parcel leaves, at most; then under way, at least and at most."""

    handling: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Method:
    """A way of delivery to one country, with the names of the zone that the country is in."""

    code: str
    country: str
    names: LocalText
    details: LocalText
    free_from_cents: int | None
    steps: tuple[Step, ...]
    zone: str
    zone_names: LocalText
    days: Days | None = None

    def price_for(self, goods_cents: int, grams: int) -> int | None:
        """What delivery of goods of this sum and weight costs: the cheapest step that fits.

        None when the parcel is too heavy; a delivery that is free for its value is too heavy as well then.
        """
        fitting = [step.price_cents for step in self.steps if step.fits(goods_cents, grams)]
        if not fitting:
            return None
        if self.free_from_cents is not None and goods_cents >= self.free_from_cents:
            return 0
        return min(fitting)

    @property
    def price_cents(self) -> int:
        """What the lightest parcel of the least value costs."""
        return min(step.price_cents for step in self.steps if step.from_cents == 0)

    @property
    def varies(self) -> bool:
        """True when heavier or dearer parcels have another price."""
        return len({step.price_cents for step in self.steps}) > 1

    @property
    def most_grams(self) -> int | None:
        """The heaviest parcel; None when there is no limit."""
        limits = [step.up_to_grams for step in self.steps if step.up_to_grams is not None]
        return max(limits) if len(limits) == len(self.steps) else None

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
    lambda: (
        select(
            ShippingMethod.code,
            ShippingMethod.names,
            ShippingMethod.details,
            ShippingMethod.free_from_cents,
            ShippingMethod.steps,
            ShippingMethod.handling_days,
            ShippingMethod.days_from,
            ShippingMethod.days_to,
            ShippingZone.code.label("zone"),
            ShippingZone.names.label("zone_names"),
            ShippingZone.countries,
        )
        .join(ShippingZone, ShippingZone.id == ShippingMethod.zone_id)
        .order_by(ShippingZone.position, ShippingZone.id, ShippingMethod.position, ShippingMethod.id)
    )
)


def rates(country: str, on: date) -> dict[str, int]:
    """Basis points per VAT class in a country on a day; the rate with the latest start wins."""
    return rates_by_country(on).get(country, {})


def rates_by_country(on: date) -> dict[str, dict[str, int]]:
    """The same for every country that the shop sends to; one query, where it is not kept."""
    return kept(f"rates {on}", lambda: _read_rates(on))


def _read_rates(on: date) -> dict[str, dict[str, int]]:
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
    every = kept("shipping methods", lambda: [method for row in fetch(_METHODS) for method in _methods(row)])
    return [method for method in every if country in (None, method.country)]


def _methods(row: Any) -> list[Method]:
    steps = tuple(Step(**step) for step in row.steps)
    days = None if row.handling_days is None else Days(row.handling_days, row.days_from, row.days_to)
    texts = row.names, row.details
    return [
        Method(row.code, country, *texts, row.free_from_cents, steps, row.zone, row.zone_names, days)
        for country in row.countries
    ]


@dataclass(frozen=True, slots=True)
class Zone:
    """Countries with the same ways of delivery."""

    code: str
    names: LocalText
    countries: tuple[str, ...]


def shipping_zones() -> list[Zone]:
    """Every zone, in the order of the shop."""
    rows = db.session.execute(
        select(ShippingZone.code, ShippingZone.names, ShippingZone.countries).order_by(
            ShippingZone.position, ShippingZone.id
        )
    )
    return [Zone(row.code, row.names, tuple(row.countries)) for row in rows]


def method_of_zone(zone: str, code: str) -> Method | None:
    """One way of delivery of a zone, as it is to the first of its countries."""
    methods = once_per_zone(shipping_methods())
    return next((one for one in methods if (one.zone, one.code) == (zone, code)), None)


def once_per_zone(methods: Iterable[Method]) -> list[Method]:
    """Each way of delivery once, as it is to the first country of its zone."""
    first: dict[tuple[str, str], Method] = {}
    for method in methods:
        first.setdefault((method.zone, method.code), method)
    return list(first.values())
