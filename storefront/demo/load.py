"""Loads the demo shop into an empty database. All dates are counted from the day of loading.

The plugins' share comes through the hook `demo_data`; staff accounts are made by the quick sign-in.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from storefront.catalog import actions as catalog
from storefront.catalog import editing
from storefront.catalog.collections import save_collection
from storefront.catalog.data import CollectionData, CollectionTextData, ProductData, TextData, VariantData
from storefront.catalog.models import PriceHistory
from storefront.database import db
from storefront.demo import evidence
from storefront.locale import LANGUAGES
from storefront.media.actions import store_drawing
from storefront.pages import actions as pages
from storefront.pricing.defaults import add_defaults
from storefront.pricing.discount_editing import DiscountData, add_discount
from storefront.quality.actions import set_absorption
from storefront.stock import actions as stock

DATA = Path(__file__).parent / "data"
ART = Path(__file__).parent / "art"
ACTOR = "demo"
OLD_PRICE_DAYS = 45


def load(today: date) -> None:
    """Load prices, pages, products and their evidence, in the caller's transaction."""
    add_defaults()
    _load_pages()
    for ingredient in read("ingredients"):
        catalog.add_ingredient(ingredient["code"], ingredient["name"])
    for collection in read("collections"):
        texts = {lang: CollectionTextData(**text) for lang, text in collection["text"].items()}
        save_collection(CollectionData(code=collection["code"], position=collection["position"], texts=texts))
    for product in read("products"):
        _load_product(product, today)
    evidence.load(read("evidence"), today)
    add_discount(DiscountData(starts_on=today, **read("discount")), today)


def read(name: str) -> Any:
    """A file of the demo data."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def _load_pages() -> None:
    for page in read("pages"):
        texts = {
            lang: pages.PageTextData(
                title=page["title"][lang],
                slug=page["slug"][lang],
                meta_description=page["meta_description"][lang],
                body=(DATA / "pages" / f"{page['code']}.{lang}.md").read_text(encoding="utf-8"),
            )
            for lang in LANGUAGES
        }
        pages.save_page(page["code"], texts, None, position=page["position"])


def _load_product(product: dict[str, Any], today: date) -> None:
    created = catalog.create_product(_product(product), ACTOR)
    catalog.set_state(product["code"], "published")
    reference = product["bioavailability"]
    if reference is not None:
        set_absorption(
            created.id, reference["citation"], reference["doi"], reference["assessor"], reference["year"]
        )
    levels = {variant["sku"]: variant["stock"] for variant in product["variants"]}
    then = datetime.combine(today - timedelta(days=OLD_PRICE_DAYS), time(8), tzinfo=UTC)
    for variant in editing.variants_of(created.id):
        stock.open_level(variant.id, levels[variant.sku], ACTOR)
        db.session.add(
            PriceHistory(variant_id=variant.id, price_cents=variant.price_cents, since=then, actor=ACTOR)
        )


def _product(product: dict[str, Any]) -> ProductData:
    note = product["max_per_day_note"] or {}
    return ProductData(
        code=product["code"],
        ingredient=product["ingredient"],
        form=product["form"],
        daily_units=Decimal(product["daily_units"]),
        units=product["unit"],
        texts={lang: _text(text, note.get(lang, "")) for lang, text in product["text"].items()},
        variants=[_variant(variant) for variant in product["variants"]],
        collections=product["collections"],
        position=product["position"],
        unit_price_base_grams=product["unit_price_base_grams"],
        main_analyte=product["main_analyte"],
        adults_only=product["adults_only"],
        sealed=product["sealed"],
        vat_class=product["vat_class"],
        origins=product["origin"],
        pictures=[_picture(image) for image in product["images"]],
        facts=[_fact(fact) for fact in product["facts"]],
    )


def _text(text: dict[str, Any], limit_note: str) -> TextData:
    return TextData(**text, limit_note=limit_note)


def _variant(variant: dict[str, Any]) -> VariantData:
    return VariantData(
        sku=variant["sku"],
        gtin=variant["gtin"],
        labels=variant["label"],
        pieces=variant["pieces"],
        net_grams=Decimal(variant["net_grams"]),
        days=variant["days"],
        price_cents=variant["price_cents"],
    )


def _picture(image: dict[str, Any]) -> dict[str, Any]:
    drawing = ART / image["file"]
    raster = ART / "raster" / drawing.with_suffix(".jpg").name
    return store_drawing(drawing, raster) | {"alt": image["alt"]}


def _fact(fact: dict[str, Any]) -> dict[str, Any]:
    return {
        "names": fact["name"],
        "amount": fact["amount"],
        "unit": fact["unit"],
        "nrv": fact["nrv"],
        "of_which": fact["of_which"],
    }
