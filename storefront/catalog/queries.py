"""Reads products, collections and addresses for shoppers. What can be bought now is in `offers`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from storefront.catalog.models import (
    Collection,
    CollectionProduct,
    CollectionText,
    Ingredient,
    Product,
    ProductText,
    SlugHistory,
)
from storefront.catalog.search import fold, telling, words
from storefront.database import LocalText, db, decoded, fetch, undecoded


class Link(NamedTuple):
    """A link of the frame. kind: "collection" or "page"."""

    kind: str
    code: str
    position: int
    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class CollectionLink:
    """A collection as others point to it. product_codes: its published products in the shop's order."""

    code: str
    slug: str
    name: str
    intro: str
    product_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection's page in one language. slugs: its address word in every language."""

    id: int
    code: str
    slug: str
    name: str
    intro: str
    meta_description: str
    slugs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Address:
    """A page of the sitemap in one language. kind: "product" or "collection"."""

    kind: str
    code: str
    lang: str
    slug: str
    updated_at: datetime | None


def navigation(lang: str, also: tuple[Select[*tuple[Any, ...]], ...] = ()) -> list[Link]:
    """Collections with something in them, and what `also` selects in the same five columns; one query.

    also: statements that are built once; the language is their parameter "lang".
    """
    return [Link(*row) for row in fetch(_navigation(also), {"lang": lang})]


@lru_cache(maxsize=4)
def _navigation(also: tuple[Select[*tuple[Any, ...]], ...]) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            literal_column("'collection'").label("kind"),
            Collection.code,
            Collection.position,
            CollectionText.slug,
            CollectionText.name.label("label"),
        )
        .join(
            CollectionText,
            and_(CollectionText.collection_id == Collection.id, CollectionText.lang == bindparam("lang")),
        )
        .where(_has_products())
    )
    both = union_all(statement, *also).subquery()
    return select(both).order_by(both.c.kind, both.c.position, both.c.code)


# Ingredients as links without an address; the label holds their names in every language, undecoded.
INGREDIENTS: Select[*tuple[Any, ...]] = select(
    literal_column("'ingredient'").label("kind"),
    Ingredient.code,
    Ingredient.id.label("position"),
    literal_column("''").label("slug"),
    undecoded(Ingredient.names).label("label"),
)


def _has_products() -> Any:
    return exists(
        select(CollectionProduct.product_id)
        .join(Product, Product.id == CollectionProduct.product_id)
        .where(CollectionProduct.collection_id == Collection.id, Product.state == "published")
    )


_COLLECTION: Select[*tuple[Any, ...]] = (
    select(
        Collection.id,
        Collection.code,
        CollectionText.lang,
        CollectionText.slug,
        CollectionText.name,
        CollectionText.intro,
        CollectionText.meta_description,
    )
    .join(CollectionText, CollectionText.collection_id == Collection.id)
    .where(
        Collection.id
        == select(CollectionText.collection_id)
        .where(CollectionText.lang == bindparam("lang"), CollectionText.slug == bindparam("slug"))
        .scalar_subquery()
    )
)
_LINKS: Select[*tuple[Any, ...]] = (
    select(Collection.code, CollectionText.slug, CollectionText.name, CollectionText.intro, Product.code)
    .join(
        CollectionText,
        and_(CollectionText.collection_id == Collection.id, CollectionText.lang == bindparam("lang")),
    )
    .outerjoin(CollectionProduct, CollectionProduct.collection_id == Collection.id)
    .outerjoin(Product, and_(Product.id == CollectionProduct.product_id, Product.state == "published"))
    .order_by(Collection.position, Collection.code, Product.position, Product.code)
)


def collection(slug: str, lang: str) -> CollectionView | None:
    """A collection by its address word."""
    rows = fetch(_COLLECTION, {"slug": slug, "lang": lang})
    slugs = {row.lang: row.slug for row in rows}
    for row in rows:
        if row.lang == lang:
            return CollectionView(
                row.id, row.code, row.slug, row.name, row.intro, row.meta_description, slugs
            )
    return None


def collection_links(lang: str) -> dict[str, CollectionLink]:
    """All collections that have a text in the language, by code, with their published products; one query."""
    found: dict[str, CollectionLink] = {}
    for code, slug, name, intro, product_code in fetch(_LINKS, {"lang": lang}):
        before = found[code].product_codes if code in found else ()
        products = (*before, product_code) if product_code else before
        found[code] = CollectionLink(code, slug, name, intro, products)
    return found


def collection_choices(lang: str) -> list[tuple[str, str]]:
    """(code, name) of all collections, for forms."""
    rows = db.session.execute(
        select(Collection.code, CollectionText.name)
        .outerjoin(
            CollectionText, and_(CollectionText.collection_id == Collection.id, CollectionText.lang == lang)
        )
        .order_by(Collection.position, Collection.code)
    )
    return [(row.code, row.name or row.code) for row in rows]


def product_choices(lang: str) -> list[tuple[str, str]]:
    """(code, name) of all products, for forms."""
    rows = db.session.execute(
        select(Product.code, ProductText.name)
        .outerjoin(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == lang))
        .where(Product.state != "archived")
        .order_by(Product.position, Product.id)
    )
    return [(row.code, row.name or row.code) for row in rows]


def ingredient_choices(lang: str) -> list[tuple[str, str]]:
    """(code, name) of all ingredients, for forms."""
    return [(code, names.get(lang, code)) for _id, code, names in ingredients()]


def ingredient_names(links: Iterable[Link], lang: str) -> dict[str, str]:
    """Names of all ingredients by code, out of the links that a page has read."""
    return {row.code: decoded(row.label).get(lang, row.code) for row in links if row.kind == "ingredient"}


def ingredients() -> list[tuple[int, str, LocalText]]:
    """(id, code, names) of all ingredients in the order in which they were made."""
    rows = db.session.execute(
        select(Ingredient.id, Ingredient.code, Ingredient.names).order_by(Ingredient.id)
    )
    return [(row.id, row.code, row.names) for row in rows]


def moved_slug(kind: str, lang: str, slug: str) -> str | None:
    """The address word of now for one of the past. kind: "product" or "collection"."""
    past = select(SlugHistory.thing_id).where(
        SlugHistory.kind == kind, SlugHistory.lang == lang, SlugHistory.slug == slug
    )
    statement: Select[str]
    if kind == "product":
        statement = (
            select(ProductText.slug)
            .join(Product, Product.id == ProductText.product_id)
            .where(ProductText.product_id == past.scalar_subquery(), Product.state == "published")
            .where(ProductText.lang == lang)
        )
    else:
        statement = select(CollectionText.slug).where(
            CollectionText.collection_id == past.scalar_subquery(), CollectionText.lang == lang
        )
    return db.session.scalar(statement)


def code_of(kind: str, lang: str, slug: str) -> str | None:
    """The code of the product or collection (kind) that has this address word, or had it, in any state."""
    thing, text, owner = (
        (Product, ProductText, ProductText.product_id)
        if kind == "product"
        else (Collection, CollectionText, CollectionText.collection_id)
    )
    now = select(owner).where(text.lang == lang, text.slug == slug)
    past = select(SlugHistory.thing_id).where(
        SlugHistory.kind == kind, SlugHistory.lang == lang, SlugHistory.slug == slug
    )
    number = func.coalesce(now.scalar_subquery(), past.scalar_subquery())
    code: str | None = db.session.scalar(select(thing.code).where(thing.id == number))
    return code


def search(text: str, lang: str) -> list[int]:
    """Ids of published products that hold every word of the text; those with it in their name come first."""
    asked = words(text)
    if not asked:
        return []
    rows = db.session.execute(
        select(Product.id, ProductText.name, Product.position)
        .join(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == lang))
        .where(Product.state == "published", *(ProductText.search_text.contains(word) for word in asked))
        .order_by(Product.position, Product.id)
    ).all()
    return [row.id for row in sorted(rows, key=lambda row: not _all_in(asked, fold(row.name)))]


def _all_in(asked: list[str], name: str) -> bool:
    return all(word in name for word in asked)


def search_any(text: str, lang: str, limit: int) -> list[int]:
    """Ids of published products that hold any telling word of the text; those with the most come first."""
    asked = telling(words(text))
    if not asked:
        return []
    held = [ProductText.search_text.contains(word) for word in asked]
    number = sum((case((one, 1), else_=0) for one in held), start=literal(0))
    statement = (
        select(Product.id)
        .join(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == lang))
        .where(Product.state == "published", or_(*held))
        .order_by(number.desc(), Product.position, Product.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def sitemap() -> list[Address]:
    """Every published product and every collection with products, in every language that it has."""
    products: Select[*tuple[Any, ...]] = (
        select(
            literal_column("'product'"),
            Product.code,
            ProductText.lang,
            ProductText.slug,
            ProductText.updated_at,
        )
        .join(ProductText, ProductText.product_id == Product.id)
        .where(Product.state == "published")
        .order_by(Product.position, Product.code, ProductText.lang)
    )
    collections: Select[*tuple[Any, ...]] = (
        select(literal_column("'collection'"), Collection.code, CollectionText.lang, CollectionText.slug)
        .join(CollectionText, CollectionText.collection_id == Collection.id)
        .where(_has_products())
        .order_by(Collection.position, Collection.code, CollectionText.lang)
    )
    rows = [Address(*row) for row in db.session.execute(collections.add_columns(literal_column("NULL")))]
    return rows + [Address(*row) for row in db.session.execute(products)]
