"""The statement that all offers are read by, built once, and how its rows become offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select

from storefront.catalog import models as catalog
from storefront.catalog.models import CollectionProduct, Ingredient, Product, ProductText, Variant
from storefront.money import per
from storefront.offers.offer import Offer, VariantOffer
from storefront.pricing.models import VatRate
from storefront.stock.models import StockLevel
from storefront.stock.queries import current_lot
from storefront.stock.rules import stock_word

HOME_COUNTRY = "NL"  # whose VAT the words "including 9% VAT" speak of
Rows = Iterable[Any]

LANG: Any = bindparam("lang")
TODAY: Any = bindparam("today")
_rate = (
    select(VatRate.rate_bp)
    .where(
        VatRate.country == HOME_COUNTRY,
        VatRate.vat_class == Product.vat_class,
        VatRate.valid_from <= TODAY,
        or_(VatRate.valid_until.is_(None), VatRate.valid_until >= TODAY),
    )
    .order_by(VatRate.valid_from.desc())
    .limit(1)
    .correlate(Product)
    .scalar_subquery()
)
OFFERS: Select[*tuple[Any, ...]] = (
    select(
        Product.id.label("product_id"),
        Product.code,
        ProductText.name,
        ProductText.short_name,
        ProductText.slug,
        Ingredient.code.label("ingredient_code"),
        Product.form,
        Product.vat_class,
        _rate.label("rate_bp"),
        Product.pictures,
        Product.units,
        Product.daily_units,
        Product.facts,
        Product.unit_price_base_grams,
        Variant.id.label("variant_id"),
        Variant.sku,
        Variant.gtin,
        Variant.labels,
        Variant.pieces,
        Variant.net_grams,
        Variant.days,
        Variant.price_cents,
        StockLevel.available,
        current_lot(TODAY).label("lot_code"),
    )
    .select_from(Product)
    .join(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == LANG))
    .join(Ingredient, Ingredient.id == Product.ingredient_id)
    .join(Variant, and_(Variant.product_id == Product.id, Variant.on_sale))
    .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
)
ORDER = (Product.position, Product.id, Variant.position, Variant.id)
PUBLISHED = Product.state == "published"
HAS_SIZE = exists(select(Variant.id).where(Variant.product_id == Product.id, Variant.on_sale))


def named(
    codes: Collection[str] | None,
    ids: Collection[int] | None,
    collections: Collection[str] | None,
    skus: Collection[str] | None,
) -> list[ColumnElement[bool]] | None:
    """Conditions of which one must hold for what was named; None when nothing was asked for."""
    if codes is None and ids is None and collections is None and skus is None:
        return None
    either: list[ColumnElement[bool]] = []
    if codes:
        either.append(Product.code.in_(codes))
    if ids:
        either.append(Product.id.in_(ids))
    if skus:
        either.append(
            Product.id.in_(select(Variant.product_id).where(Variant.sku.in_(skus), Variant.on_sale))
        )
    if collections:
        either.append(in_collections(collections))
    return either


def in_collections(codes: Collection[str]) -> ColumnElement[bool]:
    """SQL: the product of this row is in one of these collections."""
    members = (
        select(CollectionProduct.product_id)
        .join(catalog.Collection, catalog.Collection.id == CollectionProduct.collection_id)
        .where(catalog.Collection.code.in_(codes))
    )
    return Product.id.in_(members)


def assembled(rows: Rows, lang: str) -> list[Offer]:
    """One offer per product from the rows of its sizes, in the order of the rows."""
    found = []
    for _product_id, group in groupby(rows, key=lambda row: row.product_id):
        of_product = list(group)
        found.append(offer_of(of_product[0], tuple(variant_offer(row, lang) for row in of_product), lang))
    return found


def variant_offer(row: Any, lang: str) -> VariantOffer:
    """A size from its row."""
    available = row.available or 0
    return VariantOffer(
        row.variant_id,
        row.sku,
        row.gtin,
        row.labels.get(lang, ""),
        row.pieces,
        row.net_grams,
        row.days,
        row.price_cents,
        per(row.price_cents, row.net_grams, row.unit_price_base_grams),
        row.unit_price_base_grams,
        per(row.price_cents, row.days, 1),
        available,
        stock_word(available),
        row.lot_code or "",
    )


def offer_of(row: Any, variants: tuple[VariantOffer, ...], lang: str) -> Offer:
    """An offer from a row of its product."""
    return Offer(
        row.product_id,
        row.code,
        row.name,
        row.short_name,
        row.slug,
        lang,
        row.ingredient_code,
        row.form,
        row.vat_class,
        row.rate_bp or 0,
        row.pictures,
        row.units.get(lang, ""),
        row.daily_units,
        row.facts,
        variants,
    )
