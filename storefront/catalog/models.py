"""Products, their texts and variants, collections, old addresses, and the history of prices."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.database import LocalText, Model


class Ingredient(Model):
    """What a product is made of; facet of the list and topic of articles."""

    __tablename__ = "ingredient"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[LocalText]


class Product(Model):
    """A thing on sale in one or more variants. `code` never changes; articles refer to it."""

    __tablename__ = "product"
    # All that a list asks of a product, in the order of lists: they need not read its pictures and facts.
    __table_args__ = (Index("ix_product_listed", "state", "position", "id", "ingredient_id", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")  # draft, published, archived
    position: Mapped[int] = mapped_column(default=100)  # default order of lists, lowest first
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"), index=True)
    form: Mapped[str] = mapped_column(String(20))  # capsules, powder
    unit_price_base_grams: Mapped[int] = mapped_column(default=100)  # 100 g, or 1000 g for kilogram prices
    daily_units: Mapped[Decimal]  # capsules a day, or grams of powder a day
    units: Mapped[LocalText]  # the word for one portion's unit: capsules, g
    main_analyte: Mapped[str] = mapped_column(String(80), default="")  # what a purity result must speak of
    adults_only: Mapped[bool] = mapped_column(default=True)
    sealed: Mapped[bool] = mapped_column(default=True)  # once opened it cannot be returned
    vat_class: Mapped[str] = mapped_column(String(20), default="reduced")  # reduced, standard
    origins: Mapped[LocalText]
    # Ordered, the first one is the main picture:
    # {"file": "<hash>.svg", "raster": "<hash>.jpg", "width": 800, "height": 1000, "alt": {"nl": …, "en": …}}
    pictures: Mapped[list[dict[str, Any]]]
    # Per daily portion: {"names": {"nl", "en"}, "amount": "144", "unit": "mg", "nrv": "375" or None,
    # "of_which": bool}
    facts: Mapped[list[dict[str, Any]]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProductText(Model):
    """A product's texts in one language."""

    __tablename__ = "product_text"
    __table_args__ = (UniqueConstraint("product_id", "lang"), UniqueConstraint("lang", "slug"))

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(2))
    slug: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(160))
    short_name: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    meta_description: Mapped[str] = mapped_column(String(200), default="")
    legal_name: Mapped[str] = mapped_column(String(200), default="")
    directions: Mapped[str] = mapped_column(Text, default="")
    ingredients: Mapped[list[dict[str, Any]]]  # {"text": …, "allergen": bool}
    warnings: Mapped[list[str]]
    storage: Mapped[str] = mapped_column(Text, default="")
    limit_note: Mapped[str] = mapped_column(
        Text, default=""
    )  # a legal limit per day, told beside the directions
    what_is_in_it: Mapped[str] = mapped_column(Text, default="")
    questions: Mapped[list[dict[str, Any]]]  # {"q": …, "a": …}
    search_text: Mapped[str] = mapped_column(Text, default="")  # folded words, see search.py
    updated_at: Mapped[datetime]


class Variant(Model):
    """A size of a product, with its own SKU and price. Prices are gross cents (VAT included)."""

    __tablename__ = "variant"
    __table_args__ = (CheckConstraint("price_cents > 0", name="price_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    gtin: Mapped[str | None] = mapped_column(String(14))
    position: Mapped[int] = mapped_column(default=1)
    labels: Mapped[LocalText]  # {"nl": "90 capsules", "en": "90 capsules"}
    pieces: Mapped[int | None]
    net_grams: Mapped[Decimal]
    shipping_grams: Mapped[int | None]  # with its packing; None: the net weight
    sealed: Mapped[bool | None]  # once opened it cannot be returned; None: as the product
    days: Mapped[int]
    price_cents: Mapped[int]
    on_sale: Mapped[bool] = mapped_column(default=True)


class PriceHistory(Model):
    """Every price a variant has had, append-only; a discount will have to name the lowest of 30 days."""

    __tablename__ = "price_history"
    __table_args__ = (Index("ix_price_history_variant_since", "variant_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    price_cents: Mapped[int]
    since: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120), default="")


class Collection(Model):
    """A group of products with a page of its own."""

    __tablename__ = "collection"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(default=100)


class CollectionText(Model):
    """A collection's texts in one language."""

    __tablename__ = "collection_text"
    __table_args__ = (UniqueConstraint("collection_id", "lang"), UniqueConstraint("lang", "slug"))

    id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(2))
    slug: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    intro: Mapped[str] = mapped_column(Text, default="")
    meta_description: Mapped[str] = mapped_column(String(200), default="")


class CollectionProduct(Model):
    """Which product is in which collection."""

    __tablename__ = "collection_product"

    collection_id: Mapped[int] = mapped_column(
        ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class SlugHistory(Model):
    """An address that a product or collection once had; it answers 301 to the one of now."""

    __tablename__ = "slug_history"
    __table_args__ = (UniqueConstraint("kind", "lang", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # product, collection
    lang: Mapped[str] = mapped_column(String(2))
    slug: Mapped[str] = mapped_column(String(120))
    thing_id: Mapped[int]
