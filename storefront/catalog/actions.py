"""Changes products: texts, sizes, prices, addresses, states.

A changed price appends to the price history and a changed slug to the slug history, in the same action.
Refusals name the field as a form with parts does: "code", "nl-slug", "variants-0-sku".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from storefront import clock, locale
from storefront.catalog import editing
from storefront.catalog.data import ProductData, TextData, VariantData
from storefront.catalog.models import (
    Collection,
    CollectionProduct,
    Ingredient,
    PriceHistory,
    Product,
    ProductText,
    SlugHistory,
    Variant,
)
from storefront.catalog.rules import FORMS, STATES, UNIT_PRICE_BASES, slug_of
from storefront.catalog.search import folded
from storefront.database import LocalText, db
from storefront.locale import gettext as _
from storefront.pricing.actions import VAT_CLASSES
from storefront.refusals import Refused

PLAIN_FIELDS = (
    *("code", "position", "form", "unit_price_base_grams", "daily_units", "units", "main_analyte"),
    *("adults_only", "sealed", "vat_class", "origins", "pictures", "facts"),
)
TEXT_FIELDS = tuple(field.name for field in dataclasses.fields(TextData) if field.name != "slug")
VARIANT_FIELDS = (
    *("sku", "gtin", "labels", "pieces", "net_grams", "shipping_grams", "sealed", "days", "on_sale"),
)
Changes = dict[str, list[Any]]


def add_ingredient(code: str, names: LocalText) -> Ingredient:
    """A further substance to choose from. Refuses at "code" one that another ingredient has."""
    ingredient = Ingredient(code=code, names=names)
    try:
        with db.session.begin_nested():
            db.session.add(ingredient)
    except IntegrityError as error:
        raise Refused(_("This code is already in use."), field="code") from error
    return ingredient


def rename_ingredient(code: str, names: LocalText) -> Changes:
    """Change an ingredient's names. Returns what changed, as save_product does."""
    ingredient = db.session.scalar(select(Ingredient).where(Ingredient.code == code))
    if ingredient is None:
        raise Refused(_("This ingredient does not exist."), status=404)
    before, ingredient.names = ingredient.names, names
    db.session.flush()
    return {
        f"{lang} name": [before.get(lang, ""), name]
        for lang, name in names.items()
        if before.get(lang) != name
    }


def create_product(data: ProductData, actor: str) -> Product:
    """A new product, a draft until it is published."""
    now = clock.now()
    product = Product(state="draft", created_at=now, updated_at=now)
    _guarded(data, None, lambda: _fill(product, data, actor, {}))
    return product


def save_product(code: str, data: ProductData, expected_updated_at: datetime | None, actor: str) -> Changes:
    """Change a product. Returns what changed, for the audit log: name -> [before, after].

    Refuses with 409 when somebody else saved it since `expected_updated_at` (None: do not ask).
    A size that is no longer in the data goes off sale: orders and lots may still speak of it.
    """
    product = _product(code)
    if expected_updated_at is not None and product.updated_at != expected_updated_at:
        raise Refused(_("Somebody else saved this product meanwhile. Look at it again."), status=409)
    changes: Changes = {}
    _guarded(data, product.id, lambda: _fill(product, data, actor, changes))
    return changes


def duplicate_product(code: str, new_code: str | None, actor: str) -> str:
    """A draft with the same texts and sizes under new addresses and article numbers; returns its code."""
    found = editing.product_to_edit(code)
    if found is None:
        raise Refused(_("This product does not exist."), status=404)
    new_code = new_code or _free(code, select(Product.code))
    data = ProductData(
        ingredient=found.ingredient,
        collections=found.collections,
        texts={lang: _copied_text(text) for lang, text in found.texts.items()},
        variants=[_copied_variant(variant) for variant in found.variants if variant.on_sale],
        **{name: getattr(found.product, name) for name in PLAIN_FIELDS if name != "code"},
        code=new_code,
    )
    return create_product(data, actor).code


def set_state(code: str, state: str) -> Changes:
    """Publish, archive or take back to draft."""
    if state not in STATES:
        raise Refused(_("Choose a state."), field="state")
    product = _product(code)
    if state == "published" and not any(variant.on_sale for variant in editing.variants_of(product.id)):
        raise Refused(_("A product needs a size on sale before it can be published."))
    before, product.state, product.updated_at = product.state, state, clock.now()
    db.session.flush()
    return {"state": [before, state]} if before != state else {}


def remember_slug(kind: str, lang: str, old: str, new: str, thing_id: int) -> None:
    """`old` was the address of a thing and now leads to it; `new` is no address of the past any more."""
    db.session.execute(
        delete(SlugHistory).where(
            SlugHistory.kind == kind,
            SlugHistory.lang == lang,
            or_(SlugHistory.slug == old, SlugHistory.slug == new),
        )
    )
    db.session.add(SlugHistory(kind=kind, lang=lang, slug=old, thing_id=thing_id))


def _product(code: str) -> Product:
    product: Product | None = db.session.scalar(
        select(Product)
        .where(Product.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if product is None:
        raise Refused(_("This product does not exist."), status=404)
    return product


def _guarded(data: ProductData, product_id: int | None, fill: Callable[[], None]) -> None:
    """Run `fill` in a savepoint; a broken unique rule becomes a refusal at the field that broke it."""
    _check_shape(data)
    try:
        with db.session.begin_nested():
            fill()
    except IntegrityError as error:
        raise _taken(data, product_id) from error


def _check_shape(data: ProductData) -> None:
    skus = [variant.sku for variant in data.variants]
    for index, variant in enumerate(data.variants):
        if not variant.sku:
            raise Refused(_("A size needs an article number."), field=f"variants-{index}-sku")
        if variant.sku in skus[:index]:
            raise Refused(_("This article number stands here twice."), field=f"variants-{index}-sku")
        if variant.price_cents <= 0:
            raise Refused(_("A price is more than nothing."), field=f"variants-{index}-price")
        if variant.net_grams <= 0 or variant.days <= 0:
            field = "net_grams" if variant.net_grams <= 0 else "days"
            raise Refused(_("Write a number of more than 0."), field=f"variants-{index}-{field}")
    for lang, text in data.texts.items():
        if not text.name.strip():
            raise Refused(_("A product needs a name."), field=f"{lang}-name")
        if not (slug_of(text.slug) or slug_of(text.name)):
            raise Refused(_("An address needs letters or digits."), field=f"{lang}-slug")
    for value, allowed, field in (
        (data.form, FORMS, "form"),
        (data.vat_class, VAT_CLASSES, "vat_class"),
        (data.unit_price_base_grams, UNIT_PRICE_BASES, "unit_price_base_grams"),
    ):
        if value not in allowed:
            raise Refused(_("Choose one of the values."), field=field)
    if data.daily_units <= 0:
        raise Refused(_("Write a number of more than 0."), field="daily_units")


def _taken(data: ProductData, product_id: int | None) -> Refused:
    """Which unique rule was broken."""
    if db.session.scalar(
        select(Product.id).where(Product.code == data.code, Product.id != (product_id or 0))
    ):
        return Refused(_("This code is already in use."), field="code")
    for lang, text in data.texts.items():
        slug = slug_of(text.slug) or slug_of(text.name)
        statement = select(ProductText.product_id).where(ProductText.lang == lang, ProductText.slug == slug)
        if db.session.scalar(statement) not in (None, product_id):
            return Refused(_("Another product has this address."), field=f"{lang}-slug")
    for index, variant in enumerate(data.variants):
        owner = db.session.scalar(select(Variant.id).where(Variant.sku == variant.sku))
        if owner not in (None, variant.id):
            return Refused(_("This article number is already in use."), field=f"variants-{index}-sku")
    return Refused(_("This could not be saved. Look at the codes, addresses and article numbers."))


def _fill(product: Product, data: ProductData, actor: str, changes: Changes) -> None:
    ingredient_id = db.session.scalar(select(Ingredient.id).where(Ingredient.code == data.ingredient))
    if ingredient_id is None:
        raise Refused(_("Choose an ingredient."), field="ingredient")
    if product.ingredient_id not in (None, ingredient_id):
        before = db.session.get_one(Ingredient, product.ingredient_id).code
        changes["ingredient"] = [before, data.ingredient]
    product.ingredient_id = ingredient_id
    for name in PLAIN_FIELDS:
        _set(product, name, getattr(data, name), changes, name)
    product.updated_at = clock.now()
    db.session.add(product)
    db.session.flush()
    _fill_variants(product.id, data.variants, actor, changes)
    _fill_texts(product.id, data, changes)
    _fill_collections(product.id, data.collections, changes)
    db.session.flush()


def _set(thing: Any, name: str, value: Any, changes: Changes, label: str) -> bool:
    before = getattr(thing, name)
    if before == value:
        return False
    setattr(thing, name, value)
    if thing.id is not None:
        changes[label] = [before, value] if isinstance(value, str | int | bool) else ["", ""]
    return True


def _fill_texts(product_id: int, data: ProductData, changes: Changes) -> None:
    """A text that did not change keeps its date, so that the older language can be told from the newer."""
    existing = editing.texts_of(product_id)
    skus = [variant.sku for variant in data.variants]
    for lang, given in data.texts.items():
        text = existing.get(lang)
        slug = slug_of(given.slug) or slug_of(given.name)
        if text is None:
            text = ProductText(product_id=product_id, lang=lang)
            db.session.add(text)
        elif text.slug != slug:
            remember_slug("product", lang, text.slug, slug, product_id)
        changed = _set(text, "slug", slug, changes, f"{lang} slug")
        for name in TEXT_FIELDS:
            value = getattr(given, name)
            if name == "short_name":
                value = value or given.name
            changed |= _set(text, name, value, changes, f"{lang} {name}")
        if changed:
            text.updated_at = clock.now()
        text.search_text = folded([given.name, given.short_name, slug, data.ingredient, *skus, given.summary])


def _fill_variants(product_id: int, given: list[VariantData], actor: str, changes: Changes) -> None:
    existing = {variant.id: variant for variant in editing.variants_of(product_id)}
    for position, data in enumerate(given, start=1):
        variant = existing.pop(data.id, None) if data.id is not None else None
        if variant is None:
            variant = Variant(product_id=product_id)
            changes[f"{data.sku} sku"] = ["", data.sku]
        for name in VARIANT_FIELDS:
            _set(variant, name, getattr(data, name), changes, f"{data.sku} {name}")
        variant.position = position
        if _set(variant, "price_cents", data.price_cents, changes, f"{data.sku} price"):
            db.session.add(variant)
            db.session.flush()
            history = PriceHistory(
                variant_id=variant.id, price_cents=data.price_cents, since=clock.now(), actor=actor
            )
            db.session.add(history)
    for variant in existing.values():
        _set(variant, "on_sale", False, changes, f"{variant.sku} on_sale")


def _fill_collections(product_id: int, codes: list[str], changes: Changes) -> None:
    mine = select(Collection.code).join(CollectionProduct, CollectionProduct.collection_id == Collection.id)
    before = sorted(db.session.scalars(mine.where(CollectionProduct.product_id == product_id)))
    if before != sorted(codes):
        changes["collections"] = [", ".join(before), ", ".join(sorted(codes))]
    db.session.execute(delete(CollectionProduct).where(CollectionProduct.product_id == product_id))
    ids = db.session.scalars(select(Collection.id).where(Collection.code.in_(codes))).all()
    db.session.add_all(CollectionProduct(collection_id=id_, product_id=product_id) for id_ in ids)


def _copied_text(text: ProductText) -> TextData:
    with locale.speaking(text.lang):
        name = _("%(name)s (copy)", name=text.name)
    slug = _free(text.slug, select(ProductText.slug).where(ProductText.lang == text.lang))
    values = {field: getattr(text, field) for field in TEXT_FIELDS if field != "name"}
    return TextData(name=name, slug=slug, **values)


def _copied_variant(variant: Variant) -> VariantData:
    return VariantData(
        sku=_free(variant.sku, select(Variant.sku)),
        labels=variant.labels,
        net_grams=variant.net_grams,
        days=variant.days,
        price_cents=variant.price_cents,
        pieces=variant.pieces,
        shipping_grams=variant.shipping_grams,
        sealed=variant.sealed,
    )


def _free(word: str, taken: Any) -> str:
    """The word with the first number behind it that nobody has."""
    used: Iterable[str] = set(db.session.scalars(taken))
    number = 2
    while f"{word}-{number}" in used:
        number += 1
    return f"{word}-{number}"
