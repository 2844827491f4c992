"""VAT rates and shipping methods: data with dates, never constants."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.database import LocalText, Model


class VatRate(Model):
    """A country's VAT rate for a class of goods over a span of days (inclusive)."""

    __tablename__ = "vat_rate"
    __table_args__ = (UniqueConstraint("country", "vat_class", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    vat_class: Mapped[str] = mapped_column(String(20))
    rate_bp: Mapped[int]  # basis points: 900 is 9 %
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class ShippingMethod(Model):
    """A way of delivery to one country. Prices are gross cents."""

    __tablename__ = "shipping_method"
    __table_args__ = (UniqueConstraint("country", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    country: Mapped[str] = mapped_column(String(2))
    position: Mapped[int] = mapped_column(default=1)
    names: Mapped[LocalText]
    details: Mapped[LocalText]
    price_cents: Mapped[int]
    free_from_cents: Mapped[int | None]
