"""Reads what can be bought now: products, sizes, prices, stock words, lots and badges of a list in one call.

The statement is built once; a call adds its conditions. Badges cost two further queries for any list.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from storefront import clock
from storefront.catalog.models import (
    CollectionProduct,
    CollectionText,
    Ingredient,
    Product,
    ProductText,
    Variant,
)
from storefront.catalog.queries import search as search_products
from storefront.catalog.search import words
from storefront.database import built_once, decoded, fetch, undecoded
from storefront.money import per
from storefront.offers.listing import Facets, ListFilters, Option, Sized, narrowed
from storefront.offers.offer import Offer, VariantOffer
from storefront.offers.reading import (
    LANG,
    OFFERS,
    ORDER,
    PUBLISHED,
    assembled,
    known_page_of_offers,
    named,
    offer_of,
    page_of_offers,
    variant_offer,
)
from storefront.quality.queries import badges_of
from storefront.stock.models import StockLevel

__all__ = [
    "Facets",
    "ListFilters",
    "ListPage",
    "Offer",
    "Option",
    "VariantOffer",
    "list_page",
    "offer_by_slug",
    "offers",
    "offers_by_code",
    "offers_by_id",
    "search_offers",
]

PER_PAGE = 24


def offers(
    lang: str,
    *,
    codes: Collection[str] | None = None,
    ids: Collection[int] | None = None,
    collections: Collection[str] | None = None,
    skus: Collection[str] | None = None,
    condition: ColumnElement[bool] | Sequence[ColumnElement[bool]] = (),
    limit: int | None = None,
    offset: int = 0,
    with_badges: bool = False,
    published_only: bool = True,
) -> list[Offer]:
    """Products in the shop's order, each with all its sizes on sale; one query, three with badges.

    codes, ids, collections, skus: products that any of them names; when none is given, all products.
    condition: SQL conditions of other rooms, such as `stock.queries.in_stock()`; all must hold.
    A product without a text in the language, or without a size on sale, is not offered.
    """
    given = {"codes": codes, "ids": ids, "collections": collections, "skus": skus}
    asked = {kind: list(values) for kind, values in given.items() if values}
    if not asked and any(values is not None for values in given.values()):
        return []
    shape = (tuple(asked), published_only, limit is not None)
    if isinstance(condition, ColumnElement):
        statement = page_of_offers(*shape, condition)
    else:
        statement = page_of_offers(*shape, *condition) if condition else known_page_of_offers(*shape)
    values: dict[str, Any] = {"lang": lang, "today": clock.today(), **asked}
    if limit is not None:
        values |= {"most": limit, "skipped": offset}
    found = assembled(fetch(statement, values), lang)
    return _with_badges(found) if with_badges else found


def _with_badges(found: list[Offer]) -> list[Offer]:
    badges = badges_of([offer.product_id for offer in found], clock.today())
    return [replace(offer, badges=badges[offer.product_id]) for offer in found]


def offers_by_code(
    codes: Collection[str], lang: str, collections: Collection[str] = (), with_badges: bool = True
) -> dict[str, Offer]:
    """Offers by product code: of the products with these codes and of those in these collections."""
    found = offers(lang, codes=codes, collections=collections, with_badges=with_badges)
    return {offer.code: offer for offer in found}


def offers_by_id(ids: Collection[int], lang: str, with_badges: bool = True) -> dict[int, Offer]:
    """Offers by product id."""
    return {offer.product_id: offer for offer in offers(lang, ids=ids, with_badges=with_badges)}


def search_offers(text: str, lang: str, limit: int = 12) -> list[Offer]:
    """The offers that hold every word of the text, best match first; without a word the first in order."""
    if not words(text):
        return offers(lang, limit=limit)
    ids = search_products(text, lang)[:limit]
    found = {offer.product_id: offer for offer in offers(lang, ids=ids)}
    return [found[product_id] for product_id in ids if product_id in found]


_other = aliased(ProductText)
_BY_SLUG = built_once(
    lambda: (
        OFFERS.add_columns(
            ProductText.meta_description,
            ProductText.summary,
            ProductText.legal_name,
            ProductText.directions,
            undecoded(ProductText.ingredients),
            undecoded(ProductText.warnings),
            ProductText.storage,
            ProductText.limit_note,
            ProductText.what_is_in_it,
            undecoded(ProductText.questions),
            ProductText.updated_at,
            undecoded(Product.origins),
            Product.adults_only,
            Product.sealed,
            _other.lang.label("other_lang"),
            _other.slug.label("other_slug"),
            CollectionText.slug.label("collection_slug"),
            CollectionText.name.label("collection_name"),
        )
        .outerjoin(_other, and_(_other.product_id == Product.id, _other.lang != LANG))
        .outerjoin(CollectionProduct, CollectionProduct.product_id == Product.id)
        .outerjoin(
            CollectionText,
            and_(
                CollectionText.collection_id == CollectionProduct.collection_id, CollectionText.lang == LANG
            ),
        )
        .where(ProductText.slug == bindparam("slug"), or_(PUBLISHED, Product.code == bindparam("draft")))
        .order_by(*ORDER, CollectionText.id, _other.lang)
    )
)
_TEXT = (
    *("meta_description", "summary", "legal_name", "directions", "storage", "limit_note", "what_is_in_it"),
    *("updated_at", "adults_only", "sealed"),
)
_DECODED = ("ingredients", "warnings", "questions")


def offer_by_slug(slug: str, lang: str, draft: str = "") -> tuple[Offer, dict[str, Any]] | None:
    """A published product's offer with badges, and its texts; three queries.

    draft: the code of a product that is read before it is published, too.
    The texts also hold "slugs" (language -> address word), "collections" ([(slug, name)]) and "origin".
    """
    rows = fetch(_BY_SLUG, {"lang": lang, "today": clock.today(), "slug": slug, "draft": draft})
    if not rows:
        return None
    first = rows[0]
    sizes = {row.variant_id: row for row in rows}
    variants = tuple(variant_offer(row, lang) for row in sizes.values())
    badges = badges_of([first.product_id], clock.today())[first.product_id]
    text: dict[str, Any] = {name: getattr(first, name) for name in _TEXT}
    text |= {name: decoded(getattr(first, name)) for name in _DECODED}
    text["origin"] = decoded(first.origins).get(lang, "")
    text["slugs"] = {lang: first.slug} | {row.other_lang: row.other_slug for row in rows if row.other_lang}
    text["collections"] = list(
        {row.collection_slug: row.collection_name for row in rows if row.collection_slug}.items()
    )
    return offer_of(first, variants, lang, badges), text


class ListPage:
    """A page of a list: its offers, how many products there are in all, how many pages, and the facets."""

    __slots__ = ("facets", "offers", "page", "pages", "total")

    def __init__(self, offers: list[Offer], total: int, page: int, per_page: int, facets: Facets) -> None:
        self.offers = offers
        self.total = total
        self.page = page
        self.pages = -(-total // per_page)
        self.facets = facets


def list_page(
    lang: str,
    filters: ListFilters,
    sort: str = "position",
    page: int = 1,
    per_page: int = PER_PAGE,
    collection_code: str | None = None,
    search: str | None = None,
    with_badges: bool = False,
) -> ListPage:
    """A page of all products, of a collection or of what a search finds; two queries.

    A narrow query reads what filters, facets and order need of every product; the offers are read for the
    page alone.
    """
    ids = search_products(search, lang) if search is not None else None
    items = _sized(lang, collection_code, ids)
    chosen, facets = narrowed(items, filters, sort)
    wanted = [item.product_id for item in chosen[(page - 1) * per_page : page * per_page]]
    found = {offer.product_id: offer for offer in offers(lang, ids=wanted, with_badges=with_badges)}
    shown = [found[product_id] for product_id in wanted if product_id in found]
    return ListPage(shown, len(chosen), page, per_page, facets)


@lru_cache(maxsize=8)
def _sizes(kinds: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """Every size on sale of published products that are named by each of these kinds."""
    return (
        select(
            Product.id.label("product_id"),
            Product.code,
            Ingredient.code.label("ingredient"),
            undecoded(Ingredient.names),
            Product.form,
            ProductText.name,
            Variant.price_cents,
            Variant.net_grams,
            StockLevel.available,
        )
        .join(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == LANG))
        .join(Ingredient, Ingredient.id == Product.ingredient_id)
        .join(Variant, and_(Variant.product_id == Product.id, Variant.on_sale))
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .where(PUBLISHED, *(condition for kind in kinds for condition in named([kind])))
        .order_by(*ORDER)
    )


def _sized(lang: str, collection_code: str | None, ids: list[int] | None) -> list[Sized]:
    asked: dict[str, Any] = {} if collection_code is None else {"collections": [collection_code]}
    asked |= {} if ids is None else {"ids": ids}
    found = []
    rows = fetch(_sizes(tuple(asked)), {"lang": lang, **asked})
    for _product_id, group in groupby(rows, key=attrgetter("product_id")):
        sizes = list(group)
        size = next((size for size in sizes if size.available), sizes[0])
        found.append(
            Sized(
                product_id=size.product_id,
                code=size.code,
                ingredient=size.ingredient,
                ingredient_name=decoded(size.names).get(lang) or size.ingredient,
                form=size.form,
                name=size.name,
                price_cents=size.price_cents,
                unit_cents=per(size.price_cents, size.net_grams, 100),
                in_stock=bool(size.available),
            )
        )
    return found
