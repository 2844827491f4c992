"""Reads products for the people who keep them: every state, every language, every column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from storefront.catalog.models import Collection, CollectionProduct, Ingredient, Product, ProductText, Variant
from storefront.database import db


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A row of the product list of the admin."""

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


def admin_products() -> list[ListedProduct]:
    """Every product, published ones first, archived ones last; three queries."""
    rows = db.session.execute(
        select(Product.id, Product.code, Product.state, Product.form, Product.pictures, Ingredient.code)
        .join(Ingredient, Ingredient.id == Product.ingredient_id)
        .order_by(Product.position, Product.code)
    ).all()
    texts: dict[int, list[Any]] = defaultdict(list)
    for text in db.session.execute(
        select(
            ProductText.product_id,
            ProductText.lang,
            ProductText.name,
            ProductText.slug,
            ProductText.updated_at,
        )
    ):
        texts[text.product_id].append(text)
    sizes: dict[int, list[Any]] = defaultdict(list)
    for size in db.session.execute(
        select(Variant.product_id, Variant.id, Variant.price_cents)
        .where(Variant.on_sale)
        .order_by(Variant.position)
    ):
        sizes[size.product_id].append(size)
    order = {"published": 0, "draft": 1, "archived": 2}
    return sorted((_listed(row, texts, sizes) for row in rows), key=lambda row: order.get(row.state, 3))


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
