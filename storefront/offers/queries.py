"""Reads what can be bought now: products, sizes, prices, stock words, lots and badges of a list in one call.

The statement is built once; a call adds its conditions. Badges cost two further queries for any list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_
from sqlalchemy.orm import aliased

from storefront import clock
from storefront.catalog.models import (
    CollectionProduct,
    CollectionText,
    Product,
    ProductText,
    Variant,
)
from storefront.catalog.queries import search as search_products
from storefront.catalog.search import words
from storefront.database import built_once, decoded, fetch, undecoded
from storefront.offers.listing import Alike, Facets, ListFilters, Option, counted
from storefront.offers.offer import Offer, VariantOffer
from storefront.offers.paging import counts, page_of_list
from storefront.offers.reading import (
    LANG,
    OFFERS,
    ORDER,
    PUBLISHED,
    assembled,
    known_page_of_offers,
    offer_of,
    page_of_offers,
    variant_offer,
)
from storefront.offers.reduced import with_offer_prices
from storefront.quality.queries import badges_of

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
HIGHEST = 2**31 - 1  # of the whole numbers that a price can be


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
            func.coalesce(Variant.sealed, Product.sealed).label("sealed"),
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
    *("updated_at", "adults_only"),
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
    sealed = [variant.label for variant in variants if sizes[variant.variant_id].sealed]
    text["sealed"], text["sealed_sizes"] = bool(sealed), sealed if len(sealed) < len(sizes) else []
    text["origin"] = decoded(first.origins).get(lang, "")
    text["slugs"] = {lang: first.slug} | {row.other_lang: row.other_slug for row in rows if row.other_lang}
    text["collections"] = list(
        {row.collection_slug: row.collection_name for row in rows if row.collection_slug}.items()
    )
    offer = offer_of(first, variants, lang, badges)
    return (with_offer_prices([offer])[0] if first.any_offer else offer), text


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

    One counts products that the filters cannot tell apart, the other reads the offers of the page. An unknown
    sort is the shop's order; so are ties. Names are sorted by their folded words: accents do not count.
    """
    asked: dict[str, Any] = {} if collection_code is None else {"collections": [collection_code]}
    asked |= {} if search is None else {"ids": search_products(search, lang)}
    asked |= {"codes": filters.codes} if filters.codes else {}
    narrowed = {"ingredients": filters.ingredients, "forms": filters.forms, "in_stock": filters.in_stock}
    values: dict[str, Any] = {"lang": lang, "today": clock.today(), **asked, **narrowed}
    values["price_min"] = 0 if filters.price_min is None else filters.price_min
    values["price_max"] = HIGHEST if filters.price_max is None else filters.price_max
    total, facets = counted(_alike(fetch(counts(tuple(asked)), values), lang), filters)
    shape = tuple(asked), tuple(group for group, value in narrowed.items() if value), sort
    values |= {"most": per_page, "skipped": (page - 1) * per_page}
    found = assembled(fetch(page_of_list(*shape), values), lang)
    return ListPage(_with_badges(found) if with_badges else found, total, page, per_page, facets)


def _alike(rows: Iterable[Any], lang: str) -> list[Alike]:
    return [
        Alike(
            row.ingredient,
            decoded(row.names).get(lang) or row.ingredient,
            row.form,
            bool(row.in_stock),
            bool(row.price_fits),
            row.number,
            row.lowest,
            row.highest,
        )
        for row in rows
    ]
