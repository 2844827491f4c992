"""The statement that all offers are read by, built once, and how its rows become offers.

A product's row is repeated for each of its sizes, so its JSON columns come as text and are decoded once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from math import ceil
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select

from storefront.cart.lines import MAX_QUANTITY
from storefront.catalog import models as catalog
from storefront.catalog.models import CollectionProduct, Ingredient, Product, ProductText, Variant
from storefront.database import decoded, undecoded
from storefront.money import per
from storefront.offers.offer import Offer, VariantOffer
from storefront.offers.reduced import any_offer, with_offer_prices
from storefront.pricing.countries import HOME
from storefront.pricing.models import VatRate
from storefront.quality.facts import Badge
from storefront.stock.models import StockLevel
from storefront.stock.queries import current_lot
from storefront.stock.rules import stock_word

Rows = Iterable[Any]

LANG: Any = bindparam("lang")
TODAY: Any = bindparam("today")
_rate = (
    select(VatRate.rate_bp)
    .where(
        VatRate.country == HOME,  # whose VAT the words "including 9% VAT" speak of
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
        undecoded(Product.pictures),
        undecoded(Product.units),
        Product.daily_units,
        undecoded(Product.facts),
        Product.unit_price_base_grams,
        any_offer().label("any_offer"),
        Variant.id.label("variant_id"),
        Variant.sku,
        Variant.gtin,
        Variant.labels,
        Variant.pieces,
        Variant.net_grams,
        Variant.shipping_grams,
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


_NAMED: dict[str, ColumnElement[bool]] = {
    "codes": Product.code.in_(bindparam("codes", expanding=True)),
    "ids": Product.id.in_(bindparam("ids", expanding=True)),
    "skus": Product.id.in_(
        select(Variant.product_id).where(Variant.sku.in_(bindparam("skus", expanding=True)), Variant.on_sale)
    ),
    "collections": Product.id.in_(
        select(CollectionProduct.product_id)
        .join(catalog.Collection, catalog.Collection.id == CollectionProduct.collection_id)
        .where(catalog.Collection.code.in_(bindparam("collections", expanding=True)))
    ),
}


def named(kinds: Iterable[str]) -> list[ColumnElement[bool]]:
    """SQL: the product of this row is named by one of these kinds, whose values are parameters."""
    either = [_NAMED[kind] for kind in kinds]
    return [or_(*either)] if either else []


def page_of_offers(
    kinds: tuple[str, ...], published_only: bool, limited: bool, *conditions: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """The statement for products that are named by these kinds; parameters: the kinds, most and skipped."""
    conditions += (*named(kinds), *([PUBLISHED] if published_only else []))
    statement = OFFERS.where(*conditions).order_by(*ORDER)
    if not limited:
        return statement
    page = (
        select(Product.id)
        .join(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == LANG))
        .where(HAS_SIZE, *conditions)
        .order_by(Product.position, Product.id)
        .limit(bindparam("most"))
        .offset(bindparam("skipped"))
        .subquery()
    )
    return statement.where(Product.id.in_(select(page.c.id)))


known_page_of_offers = lru_cache(maxsize=64)(page_of_offers)


def assembled(rows: Rows, lang: str) -> list[Offer]:
    """One offer per product from the rows of its sizes, in the order of the rows."""
    found = []
    for _product_id, group in groupby(rows, key=attrgetter("product_id")):
        of_product = list(group)
        found.append(offer_of(of_product[0], tuple(variant_offer(row, lang) for row in of_product), lang))
    return with_offer_prices(found) if found and of_product[0].any_offer else found


def variant_offer(row: Any, lang: str) -> VariantOffer:
    """A size from its row."""
    available = min(row.available or 0, MAX_QUANTITY)
    return VariantOffer(
        row.variant_id,
        row.sku,
        row.gtin,
        row.labels.get(lang, ""),
        row.pieces,
        row.net_grams,
        row.shipping_grams or ceil(row.net_grams),
        row.days,
        row.price_cents,
        per(row.price_cents, row.net_grams, row.unit_price_base_grams),
        row.unit_price_base_grams,
        per(row.price_cents, row.days, 1),
        available,
        stock_word(available),
        row.lot_code or "",
    )


def offer_of(
    row: Any, variants: tuple[VariantOffer, ...], lang: str, badges: tuple[Badge, ...] = ()
) -> Offer:
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
        decoded(row.pictures),
        decoded(row.units).get(lang, ""),
        row.daily_units,
        decoded(row.facts),
        variants,
        badges,
    )
