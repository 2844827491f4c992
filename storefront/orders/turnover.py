"""What the shop sells to other countries of the European Union, for the threshold of their VAT.

A seller whose net sales to consumers in the other countries stay below EUR 10,000 in a calendar year may
charge the VAT of the own country; above it, that of the buyer's. The shop tells; staff set the rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from sqlalchemy import select

from storefront import clock
from storefront.database import db
from storefront.money import per
from storefront.orders.models import Order

LIMIT_CENTS = 10_000_00
WARN_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Turnover:
    """Net sales of a calendar year to other countries, by country; the largest first."""

    year: int
    by_country: tuple[tuple[str, int], ...]

    @property
    def net_cents(self) -> int:
        """The sum of all countries."""
        return sum(cents for _country, cents in self.by_country)

    @property
    def percent(self) -> int:
        """How much of the threshold that is, rounded down."""
        return self.net_cents * 100 // LIMIT_CENTS

    @property
    def near(self) -> bool:
        """True from 80 % of the threshold on."""
        return self.percent >= WARN_PERCENT

    @property
    def over(self) -> bool:
        """True when the threshold is passed."""
        return self.net_cents > LIMIT_CENTS


def net_kept(total_cents: int, vat_cents: int, refunded_cents: int) -> int:
    """What stays of an order without its VAT after refunds, each with its share of the VAT; half up."""
    if total_cents <= 0:
        return 0
    return per(total_cents - vat_cents, Decimal(total_cents), total_cents - refunded_cents)


def sold_abroad(countries: Sequence[str], year: int) -> Turnover:
    """The paid orders of a year of the shop's time zone to these countries, less refunds; one query."""
    zone = clock.local(clock.now()).tzinfo
    start, end = (datetime.combine(date(one, 1, 1), time(), tzinfo=zone) for one in (year, year + 1))
    rows = db.session.execute(
        select(Order.country, Order.total_cents, Order.refunded_cents, Order.vat).where(
            Order.country.in_(countries), Order.paid_at >= start, Order.paid_at < end
        )
    )
    return _added_up(
        year,
        (
            (row.country, net_kept(row.total_cents, _vat(row.vat), row.refunded_cents or 0))
            for row in rows.yield_per(1000)
        ),
    )


def _vat(parts: Sequence[dict[str, int]]) -> int:
    return sum(part["vat_cents"] for part in parts)


def _added_up(year: int, orders: Iterable[tuple[str, int]]) -> Turnover:
    sums: dict[str, int] = {}
    for country, cents in orders:
        sums[country] = sums.get(country, 0) + cents
    return Turnover(year, tuple(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))))
