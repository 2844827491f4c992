"""Lots, stock levels, the append-only ledger of movements, and who waits for stock."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.database import LocalText, Model


class Lot(Model):
    """One production run of a variant (shoppers read "batch").

    A lot is on sale while it is released and not sold out; of several, the one with the earliest best
    before goes first.
    """

    __tablename__ = "lot"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)  # as printed: 26-0412
    search_code: Mapped[str] = mapped_column(String(40), unique=True)  # letters and digits only: 260412
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    state: Mapped[str] = mapped_column(
        String(12), default="quarantine"
    )  # quarantine, released, blocked, recalled
    sold_out_on: Mapped[date | None]
    site: Mapped[str] = mapped_column(String(80), default="")  # where it was made: a certificate's site_code
    supplier: Mapped[str] = mapped_column(String(120), default="")
    raw_received_on: Mapped[date | None]
    made_on: Mapped[date]
    received_on: Mapped[date | None]
    released_on: Mapped[date | None]
    on_sale_since: Mapped[date | None]
    best_before: Mapped[date]
    released_by: Mapped[str] = mapped_column(String(80), default="")
    recalled_on: Mapped[date | None]
    recall_reasons: Mapped[LocalText] = mapped_column(default=dict)
    recall_advice: Mapped[LocalText] = mapped_column(default=dict)


class StockLevel(Model):
    """Units of a variant that can be bought now. Changed only by one conditional UPDATE."""

    __tablename__ = "stock_level"
    affects_pages = False
    __table_args__ = (CheckConstraint("available >= 0", name="available_not_negative"),)

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"), primary_key=True)
    available: Mapped[int] = mapped_column(default=0)


class StockMovement(Model):
    """Why a level changed; adds up to the level. Append-only: the database refuses every other change.

    So a variant that ever had stock stays; it is taken off sale instead.
    """

    __tablename__ = "stock_movement"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"), index=True)
    quantity: Mapped[int]  # negative when units leave
    reason: Mapped[str] = mapped_column(String(20))  # opening, counted, reserved, released, returned
    order_id: Mapped[int | None] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime]


class StockAlert(Model):
    """Somebody wants one mail when a product can be bought again. The row goes when that mail does."""

    __tablename__ = "stock_alert"
    affects_pages = False
    __table_args__ = (UniqueConstraint("product_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(2))
    email: Mapped[str] = mapped_column(String(254))
    token: Mapped[str] = mapped_column(String(40), unique=True)  # of the link in the mail that asks
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # None: the mail that asks is not answered
    mails: Mapped[int] = mapped_column(default=1)  # how often it was asked
