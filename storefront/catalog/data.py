"""What staff fill in: a product and a collection, as forms and the demo hand them to the actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from storefront.database import LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class TextData:
    """A product's texts in one language. An empty slug is made from the name."""

    name: str
    short_name: str = ""
    slug: str = ""
    summary: str = ""
    meta_description: str = ""
    legal_name: str = ""
    directions: str = ""
    ingredients: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    storage: str = ""
    limit_note: str = ""
    what_is_in_it: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantData:
    """A size. id: of the variant that is changed; None for a new one."""

    id: int | None = None
    sku: str
    labels: LocalText
    net_grams: Decimal
    days: int
    price_cents: int
    pieces: int | None = None
    shipping_grams: int | None = None
    sealed: bool | None = None
    gtin: str | None = None
    on_sale: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductData:
    """A product with texts and sizes. ingredient and collections are codes."""

    code: str
    ingredient: str
    form: str
    daily_units: Decimal
    units: LocalText
    texts: dict[str, TextData]
    variants: list[VariantData]
    collections: list[str] = field(default_factory=list)
    position: int = 100
    unit_price_base_grams: int = 100
    main_analyte: str = ""
    adults_only: bool = True
    sealed: bool = True
    vat_class: str = "reduced"
    origins: LocalText = field(default_factory=dict)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionTextData:
    """A collection's texts in one language."""

    name: str
    slug: str = ""
    intro: str = ""
    meta_description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionData:
    """A collection."""

    code: str
    texts: dict[str, CollectionTextData]
    position: int = 100
