"""Reads stock levels and lots; gives SQL conditions to lists."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, exists, func, or_, select

from storefront.catalog.models import Product, ProductText, Variant
from storefront.database import db
from storefront.stock.models import Lot, StockLevel, StockMovement
from storefront.stock.rules import LOW, plain_code


def levels(variant_ids: Collection[int]) -> dict[int, int]:
    """Units that can be bought now, per variant; a variant without a level has none."""
    rows = db.session.execute(
        select(StockLevel.variant_id, StockLevel.available).where(StockLevel.variant_id.in_(variant_ids))
    )
    found = {row.variant_id: row.available for row in rows}
    return {variant_id: found.get(variant_id, 0) for variant_id in variant_ids}


def held_by(order_id: int) -> dict[int, int]:
    """Units that an order has taken and not given back, per variant, as the ledger says."""
    moved = func.sum(StockMovement.quantity)
    rows = db.session.execute(
        select(StockMovement.variant_id, -moved)
        .where(StockMovement.order_id == order_id)
        .group_by(StockMovement.variant_id)
    )
    return {variant_id: int(held) for variant_id, held in rows}


def in_stock() -> ColumnElement[bool]:
    """SQL: the product of this row has a variant that can be bought now."""
    return exists(
        select(StockLevel.variant_id)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .where(Variant.product_id == Product.id, Variant.on_sale, StockLevel.available > 0)
    )


def lot_is_on_sale(on: Any) -> ColumnElement[bool]:
    """SQL: this lot is released, and may be sold on a day (a date or a bound parameter)."""
    return and_(
        Lot.state == "released",
        Lot.best_before >= on,
        or_(Lot.on_sale_since.is_(None), Lot.on_sale_since <= on),
        or_(Lot.sold_out_on.is_(None), Lot.sold_out_on > on),
    )


def current_lot(on: Any) -> ScalarSelect[str]:
    """SQL: the code of the lot that this row's variant is sold from, the earliest best before first."""
    return (
        select(Lot.code)
        .where(Lot.variant_id == Variant.id, lot_is_on_sale(on))
        .order_by(Lot.best_before, Lot.code)
        .limit(1)
        .correlate(Variant)
        .scalar_subquery()
    )


def lots_on_sale(variant_ids: Collection[int], on: date) -> dict[int, str]:
    """The code of the lot that each variant is sold from on a day; a variant without one is left out."""
    rows = db.session.execute(
        select(Lot.variant_id, Lot.code)
        .where(Lot.variant_id.in_(variant_ids), lot_is_on_sale(on))
        .order_by(Lot.best_before.desc(), Lot.code.desc())
    )
    return {row.variant_id: row.code for row in rows}


def lot_to_edit(code: str) -> Lot | None:
    """A lot, by its code in any spelling."""
    return db.session.scalar(select(Lot).where(Lot.search_code == plain_code(code)))


def lots_of_variants(variant_ids: Collection[int]) -> list[Lot]:
    """The lots of variants, the newest first."""
    statement = (
        select(Lot).where(Lot.variant_id.in_(variant_ids)).order_by(Lot.made_on.desc(), Lot.code.desc())
    )
    return list(db.session.scalars(statement))


def running_low(lang: str) -> list[Row[*tuple[Any, ...]]]:
    """Variants on sale with at most LOW units left.

    Rows: variant_id, sku, product_code, name, label, available; the fewest first.
    """
    label = Variant.labels[lang].as_string()
    statement = (
        select(
            Variant.id.label("variant_id"),
            Variant.sku,
            Product.code.label("product_code"),
            ProductText.name,
            label.label("label"),
            StockLevel.available,
        )
        .join(StockLevel, StockLevel.variant_id == Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == lang))
        .where(Product.state == "published", Variant.on_sale, StockLevel.available <= LOW)
        .order_by(StockLevel.available, Variant.sku)
    )
    return list(db.session.execute(statement))
