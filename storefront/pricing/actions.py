"""Changes VAT rates and shipping methods."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, select

from storefront.database import LocalText, db
from storefront.pricing.models import ShippingMethod, VatRate


def set_vat_rate(country: str, vat_class: str, rate_bp: int, valid_from: date) -> None:
    """A rate from a day on. The rate before it ends the day before; orders keep what they froze."""
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
    db.session.add(VatRate(country=country, vat_class=vat_class, rate_bp=rate_bp, valid_from=valid_from))
    db.session.flush()


def add_shipping_method(
    country: str,
    code: str,
    names: LocalText,
    details: LocalText,
    price_cents: int,
    free_from_cents: int | None,
    position: int = 1,
) -> None:
    """A further way of delivery to a country."""
    db.session.add(
        ShippingMethod(
            country=country,
            code=code,
            names=names,
            details=details,
            price_cents=price_cents,
            free_from_cents=free_from_cents,
            position=position,
        )
    )
    db.session.flush()
