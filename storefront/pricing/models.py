"""VAT rates, shipping methods and discounts: data with dates, never constants."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
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


class ShippingZone(Model):
    """Countries with the same ways of delivery. A country is in one zone at most."""

    __tablename__ = "shipping_zone"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(default=1)
    names: Mapped[LocalText]
    countries: Mapped[list[str]]


class ShippingMethod(Model):
    """A way of delivery to the countries of a zone. Prices are gross cents."""

    __tablename__ = "shipping_method"
    __table_args__ = (UniqueConstraint("zone_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("shipping_zone.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=1)
    names: Mapped[LocalText]
    details: Mapped[LocalText]
    # What it costs: {"price_cents": 450, "up_to_grams": 10000 or None for any weight, "from_cents": 0}
    steps: Mapped[list[dict[str, Any]]]
    free_from_cents: Mapped[int | None]
    # How long it takes, in working days; all three or none: until it leaves at most, and under way from … to.
    handling_days: Mapped[int | None]
    days_from: Mapped[int | None]
    days_to: Mapped[int | None]


class Discount(Model):
    """A discount code, or an automatic offer (without a code). See `reductions.py` for what it takes off.

    products, collections: the codes that it speaks of; both empty: everything. Days are of the shop's zone.
    used: how many orders count it now; raised and lowered by conditional UPDATEs alone.
    """

    __tablename__ = "discount"
    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(String(40), unique=True)  # folded: upper case, no white space
    names: Mapped[LocalText]  # what shoppers read beside the amount
    kind: Mapped[str] = mapped_column(String(10))  # see reductions.py
    value: Mapped[int]  # basis points of a percentage, else cents
    minimum_cents: Mapped[int] = mapped_column(default=0)
    products: Mapped[list[str]]
    collections: Mapped[list[str]]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]  # the last day
    most_uses: Mapped[int | None]
    most_per_customer: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class DiscountUse(Model):
    """An order that counts a discount. customer: a hash of the folded e-mail address."""

    __tablename__ = "discount_use"
    affects_pages = False
    __table_args__ = (UniqueConstraint("discount_id", "order_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    discount_id: Mapped[int] = mapped_column(ForeignKey("discount.id"))
    order_id: Mapped[int] = mapped_column(index=True)
    customer: Mapped[str] = mapped_column(String(64), index=True)
    taken_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
