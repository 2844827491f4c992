"""Reads products, ingredients and collections for the people who keep them: every state, every language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Codes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from storefront.catalog.data import CollectionTextData
from storefront.catalog.models import (
    Collection,
    CollectionProduct,
    CollectionText,
    Ingredient,
    Product,
    ProductText,
    Variant,
)
from storefront.catalog.rules import WANTED, missing
from storefront.database import LocalText, db
from storefront.locale import in_language


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A row of the product list of the admin. missing: what each text lacks, see `rules.WANTED`."""

    product_id: int
    code: str
    state: str
    form: str
    ingredient: str
    names: dict[str, str]
    slugs: dict[str, str]
    text_updated: dict[str, datetime]
    picture: dict[str, Any] | None
    variant_ids: tuple[int, ...]
    price_min: int
    price_max: int
    missing: dict[str, tuple[str, ...]]

    @property
    def variants(self) -> int:
        """How many sizes there are."""
        return len(self.variant_ids)


@dataclass(frozen=True, slots=True)
class ProductEdit:
    """A product with all that its editor shows; variants in their order, those off sale too."""

    product: Product
    ingredient: str
    texts: dict[str, ProductText]
    variants: list[Variant]
    collections: list[str]

    @property
    def updated_at(self) -> datetime:
        """When it was last saved; an editor hands it back, so that a stale edit is noticed."""
        return self.product.updated_at

    @property
    def on_sale(self) -> bool:
        """True when there is a size on sale: without one there is nothing to show."""
        return any(variant.on_sale for variant in self.variants)

    @property
    def missing(self) -> dict[str, tuple[str, ...]]:
        """What each text lacks, by language; see `rules.WANTED`."""
        return {lang: missing(text) for lang, text in self.texts.items()}


@dataclass(frozen=True, slots=True)
class IngredientEdit:
    """An ingredient, and how many products are made of it."""

    code: str
    names: LocalText
    products: int


@dataclass(frozen=True, slots=True)
class CollectionEdit:
    """A collection with its texts by language, and how many products are in it."""

    code: str
    position: int
    texts: dict[str, CollectionTextData]
    products: int


def product_states(codes: Codes[str]) -> dict[str, str]:
    """The state of each of these products that the shop knows: "draft", "published" or "archived"."""
    rows = db.session.execute(select(Product.code, Product.state).where(Product.code.in_(codes)))
    return {row.code: row.state for row in rows}


def admin_ingredients() -> list[IngredientEdit]:
    """Every ingredient in the order in which they were made."""
    made_of = (
        select(func.count())
        .where(Product.ingredient_id == Ingredient.id)
        .correlate(Ingredient)
        .scalar_subquery()
    )
    rows = db.session.execute(select(Ingredient.code, Ingredient.names, made_of).order_by(Ingredient.id))
    return [IngredientEdit(*row) for row in rows]


def admin_collections() -> list[CollectionEdit]:
    """Every collection in the shop's order; two queries."""
    texts: dict[int, dict[str, CollectionTextData]] = defaultdict(dict)
    fields = ("name", "slug", "intro", "meta_description")
    for row in db.session.execute(
        select(
            CollectionText.collection_id,
            CollectionText.lang,
            *(getattr(CollectionText, name) for name in fields),
        )
    ):
        texts[row.collection_id][row.lang] = CollectionTextData(
            **{name: getattr(row, name) for name in fields}
        )
    inside = (
        select(func.count())
        .where(CollectionProduct.collection_id == Collection.id)
        .correlate(Collection)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Collection.id, Collection.code, Collection.position, inside).order_by(
            Collection.position, Collection.code
        )
    )
    return [CollectionEdit(code, position, texts[id_], products) for id_, code, position, products in rows]


def admin_products(
    state: str = "", search: str = "", page: int = 1, per_page: int = 50
) -> tuple[list[ListedProduct], int]:
    """A page of products, published ones first, archived ones last, and how many there are; four queries.

    Search: a part of a name, a code or an article number.
    """
    wanted = _matching(state, search)
    total = db.session.scalar(select(func.count(Product.id)).where(*wanted)) or 0
    rank = case((Product.state == "published", 0), (Product.state == "draft", 1), else_=2)
    rows = db.session.execute(
        select(Product.id, Product.code, Product.state, Product.form, Product.pictures, Ingredient.code)
        .join(Ingredient, Ingredient.id == Product.ingredient_id)
        .where(*wanted)
        .order_by(rank, Product.position, Product.code)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    ids = [row[0] for row in rows]
    texts: dict[int, list[Any]] = defaultdict(list)
    for text in db.session.execute(
        select(
            ProductText.product_id,
            ProductText.lang,
            ProductText.name,
            ProductText.slug,
            ProductText.updated_at,
            *(getattr(ProductText, name) for name in WANTED),
        ).where(ProductText.product_id.in_(ids))
    ):
        texts[text.product_id].append(text)
    sizes: dict[int, list[Any]] = defaultdict(list)
    for size in db.session.execute(
        select(Variant.product_id, Variant.id, Variant.price_cents)
        .where(Variant.on_sale, Variant.product_id.in_(ids))
        .order_by(Variant.position)
    ):
        sizes[size.product_id].append(size)
    return [_listed(row, texts, sizes) for row in rows], total


def _matching(state: str, search: str) -> list[ColumnElement[bool]]:
    conditions = [Product.state == state] if state else []
    text = search.strip().lower()
    if text:
        pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        named = select(ProductText.product_id).where(func.lower(ProductText.name).like(pattern, escape="\\"))
        numbered = select(Variant.product_id).where(func.lower(Variant.sku).like(pattern, escape="\\"))
        conditions.append(
            or_(
                Product.code.like(pattern, escape="\\"),
                Product.id.in_(named),
                Product.id.in_(numbered),
            )
        )
    return conditions


def counts_by_state() -> dict[str, int]:
    """How many products stand in each state."""
    rows = db.session.execute(select(Product.state, func.count()).group_by(Product.state))
    return {state: int(count) for state, count in rows}


def sizes_on_sale() -> int:
    """How many sizes are on sale, of all products."""
    return db.session.scalar(select(func.count(Variant.id)).where(Variant.on_sale)) or 0


def size_choices(lang: str, code: str = "") -> list[tuple[int, str]]:
    """(variant id, "NMN, capsules, 60 capsules (NMN-C-60)") of all products, or of one."""
    statement = (
        select(Variant.id, ProductText.name, Product.code, Variant.labels, Variant.sku)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == lang))
        .order_by(Product.position, Product.code, Variant.position, Variant.id)
    )
    rows = db.session.execute(statement.where(Product.code == code) if code else statement)
    return [
        (id_, f"{name or product}, {in_language(labels, lang)} ({sku})")
        for id_, name, product, labels, sku in rows
    ]


def _listed(row: Any, texts: dict[int, list[Any]], sizes: dict[int, list[Any]]) -> ListedProduct:
    product_id, code, state, form, pictures, ingredient = row
    prices = [size.price_cents for size in sizes[product_id]]
    return ListedProduct(
        product_id=product_id,
        code=code,
        state=state,
        form=form,
        ingredient=ingredient,
        names={text.lang: text.name for text in texts[product_id]},
        slugs={text.lang: text.slug for text in texts[product_id]},
        text_updated={text.lang: text.updated_at for text in texts[product_id]},
        picture=pictures[0] if pictures else None,
        variant_ids=tuple(size.id for size in sizes[product_id]),
        price_min=min(prices, default=0),
        price_max=max(prices, default=0),
        missing={text.lang: missing(text) for text in texts[product_id]},
    )


def product_to_edit(code: str) -> ProductEdit | None:
    """A product by its code."""
    found = db.session.execute(
        select(Product, Ingredient.code)
        .join(Ingredient, Ingredient.id == Product.ingredient_id)
        .where(Product.code == code)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        return None
    row, ingredient = found
    return ProductEdit(row, ingredient, texts_of(row.id), variants_of(row.id), collections_of(row.id))


def texts_of(product_id: int) -> dict[str, ProductText]:
    """A product's texts by language."""
    rows = db.session.scalars(select(ProductText).where(ProductText.product_id == product_id))
    return {text.lang: text for text in rows}


def variants_of(product_id: int) -> list[Variant]:
    """A product's variants in their order."""
    rows: Sequence[Variant] = db.session.scalars(
        select(Variant).where(Variant.product_id == product_id).order_by(Variant.position, Variant.id)
    ).all()
    return list(rows)


def collections_of(product_id: int) -> list[str]:
    """Codes of the collections that a product is in."""
    rows = db.session.scalars(
        select(Collection.code)
        .join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
        .where(CollectionProduct.product_id == product_id)
        .order_by(Collection.position)
    )
    return list(rows)
