"""Changes VAT rates."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, or_, select

from storefront.database import db
from storefront.locale import gettext as _
from storefront.pricing.models import VatRate
from storefront.pricing.totals import WHOLE_BP
from storefront.refusals import Refused

VAT_CLASSES = ("reduced", "standard")


def set_vat_rate(country: str, vat_class: str, rate_bp: int, valid_from: date) -> None:
    """A rate from a day on, until the next one begins. The one before it ends the day before.

    Orders keep what they froze.
    """
    before = db.session.scalars(
        select(VatRate).where(
            VatRate.country == country,
            VatRate.vat_class == vat_class,
            VatRate.valid_from <= valid_from,
            or_(VatRate.valid_until.is_(None), VatRate.valid_until >= valid_from),
        )
    )
    for rate in before:
        if rate.valid_from == valid_from:
            rate.rate_bp = rate_bp
            return
        rate.valid_until = valid_from - timedelta(days=1)
    next_from = db.session.scalar(
        select(func.min(VatRate.valid_from)).where(
            VatRate.country == country, VatRate.vat_class == vat_class, VatRate.valid_from > valid_from
        )
    )
    db.session.add(
        VatRate(
            country=country,
            vat_class=vat_class,
            rate_bp=rate_bp,
            valid_from=valid_from,
            valid_until=next_from - timedelta(days=1) if next_from else None,
        )
    )
    db.session.flush()


def announce_vat_rate(country: str, vat_class: str, rate_bp: int, valid_from: date, today: date) -> None:
    """Set a rate from today or a later day; what was sold under another is never rewritten."""
    if valid_from < today:
        raise Refused(_("A rate begins today or later."), field="valid_from")
    if not 0 <= rate_bp <= WHOLE_BP:
        raise Refused(_("Write a percentage from 0 to 100."), field="percent")
    set_vat_rate(country, vat_class, rate_bp, valid_from)
