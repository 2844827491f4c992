"""What automatic offers make of the prices on cards and pages, and the "from" price beside them.

Only offers off each piece without a minimum change a price that is shown: others depend on the cart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select

from storefront import clock
from storefront.catalog.models import PriceHistory
from storefront.database import db
from storefront.money import per
from storefront.offers.offer import Offer, VariantOffer
from storefront.offers.reductions import resolved
from storefront.pricing.lowest import PastOffer, lowest_before
from storefront.pricing.models import Discount
from storefront.pricing.reductions import PERCENT, PIECE, Reduction

_SHOWN = and_(Discount.code.is_(None), Discount.kind.in_((PERCENT, PIECE)), Discount.minimum_cents == 0)


def any_offer() -> ColumnElement[bool]:
    """SQL: some offer changes prices that are shown. A list's rows tell it, so it costs no query."""
    on: ColumnElement[date] = bindparam("today")
    days = and_(Discount.starts_on <= on, or_(Discount.ends_on.is_(None), Discount.ends_on >= on))
    left = or_(Discount.most_uses.is_(None), Discount.used < Discount.most_uses)
    return exists(select(Discount.id).where(_SHOWN, Discount.active, days, left))


def with_offer_prices(offers: Sequence[Offer]) -> list[Offer]:
    """The same offers at the prices of today's automatic offers; three queries."""
    today = clock.today()
    statement = select(Discount).where(_SHOWN, Discount.starts_on <= today).order_by(Discount.id)
    rows = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    reductions = dict(zip((row.id for row in rows), resolved(rows), strict=True))
    running = [row for row in rows if _is_running(row, today)]
    history = _history([size.variant_id for offer in offers for size in offer.variants])
    return [
        replace(
            offer,
            variants=tuple(
                _reduced(offer.code, size, running, rows, reductions, history.get(size.variant_id, []))
                for size in offer.variants
            ),
        )
        for offer in offers
    ]


def _is_running(row: Discount, today: date) -> bool:
    is_left = row.most_uses is None or row.used < row.most_uses
    return row.active and is_left and (row.ends_on is None or row.ends_on >= today)


def _reduced(
    code: str,
    size: VariantOffer,
    running: Iterable[Discount],
    all_rows: Iterable[Discount],
    reductions: dict[int, Reduction],
    history: list[tuple[datetime, int]],
) -> VariantOffer:
    """A size at the price of the offer that is best for it, with its lowest price before that offer."""
    able = [row for row in running if reductions[row.id].counts_for(code)]
    best = max(able, key=lambda row: reductions[row.id].off_a_piece(size.price_cents), default=None)
    if best is None:
        return size
    now = size.price_cents - reductions[best.id].off_a_piece(size.price_cents)
    begin = _midnight(best.starts_on)
    past = [
        PastOffer(_midnight(row.starts_on), _end(row, best.starts_on), reductions[row.id])
        for row in all_rows
        if row.id != best.id and row.starts_on < best.starts_on and reductions[row.id].counts_for(code)
    ]
    return replace(
        size,
        offer_cents=now,
        lowest_cents=lowest_before(begin, history, past),
        offer_until=best.ends_on,
        unit_price_cents=per(now, size.net_grams, size.unit_price_base_grams),
        per_day_cents=per(now, Decimal(size.days), 1),
    )


def _history(variant_ids: list[int]) -> dict[int, list[tuple[datetime, int]]]:
    """Since when each price of these sizes held, the first one first."""
    rows = db.session.execute(
        select(PriceHistory.variant_id, PriceHistory.since, PriceHistory.price_cents)
        .where(PriceHistory.variant_id.in_(variant_ids))
        .order_by(PriceHistory.since, PriceHistory.id)
    )
    found: dict[int, list[tuple[datetime, int]]] = {}
    for variant_id, since, cents in rows:
        found.setdefault(variant_id, []).append((since, cents))
    return found


def _midnight(day: date) -> datetime:
    """When a day begins in the shop."""
    return datetime.combine(day, time(), tzinfo=clock.local(clock.now()).tzinfo)


def _end(row: Discount, begin: date) -> datetime:
    """When an offer ended, at the latest when the next one began: its last day may be the calendar's last."""
    if row.ends_on is None or row.ends_on >= begin:
        return _midnight(begin)
    return _midnight(row.ends_on + timedelta(days=1))
