"""Changes collections."""

from __future__ import annotations

from collections.abc import Collection as Codes

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError

from storefront.catalog.actions import Changes, remember_slug
from storefront.catalog.data import CollectionData, CollectionTextData
from storefront.catalog.models import (
    Collection,
    CollectionProduct,
    CollectionText,
    Product,
    SlugHistory,
    Variant,
)
from storefront.catalog.rules import slug_of
from storefront.database import db
from storefront.locale import gettext as _
from storefront.pricing.discounts import all_discounts
from storefront.refusals import Refused


def add_collection(data: CollectionData) -> Collection:
    """A new collection. Refuses at "code" one that another collection has."""
    collection = Collection(code=data.code, position=data.position)
    try:
        with db.session.begin_nested():
            db.session.add(collection)
    except IntegrityError as error:
        raise Refused(_("This code is already in use."), field="code") from error
    _save_texts(collection.id, data.texts)
    return collection


def save_collection(data: CollectionData) -> Changes:
    """Make or change the collection with this code. Returns what changed: name -> [before, after].

    Refuses at "nl-slug" an address that another one has.
    """
    collection = db.session.scalar(select(Collection).where(Collection.code == data.code))
    if collection is None:
        add_collection(data)
        return {}
    changes: Changes = {}
    if collection.position != data.position:
        changes["position"] = [collection.position, data.position]
        collection.position = data.position
    db.session.flush()
    return changes | _save_texts(collection.id, data.texts)


def delete_collection(code: str) -> None:
    """Take a collection away; its products stay. Refuses what does not exist, or a discount needs."""
    collection = db.session.scalar(select(Collection).where(Collection.code == code))
    if collection is None:
        raise Refused(_("This collection does not exist."), status=404)
    if any(code in one.collections for one in all_discounts() if one.active):
        raise Refused(_("A discount is for this collection. End it first."), status=409)
    past = delete(SlugHistory).where(SlugHistory.kind == "collection", SlugHistory.thing_id == collection.id)
    db.session.execute(past)
    db.session.delete(collection)
    db.session.flush()


def left_empty(codes: Codes[str], without: int) -> list[str]:
    """Which of these collections show nothing without a product (by its id)."""
    shown = (
        select(CollectionProduct.product_id)
        .join(Product, Product.id == CollectionProduct.product_id)
        .where(CollectionProduct.collection_id == Collection.id, Product.state == "published")
        .where(Product.id != without, exists().where(Variant.product_id == Product.id, Variant.on_sale))
    )
    empty = select(Collection.code).where(Collection.code.in_(codes), ~shown.exists())
    return list(db.session.scalars(empty.order_by(Collection.code))) if codes else []


def _save_texts(collection_id: int, texts: dict[str, CollectionTextData]) -> Changes:
    rows = db.session.scalars(select(CollectionText).where(CollectionText.collection_id == collection_id))
    existing = {text.lang: text for text in rows}
    changes: Changes = {}
    for lang, given in texts.items():
        text = existing.get(lang) or CollectionText(collection_id=collection_id, lang=lang)
        changes |= _save_text(text, given)
    return changes


def _save_text(text: CollectionText, given: CollectionTextData) -> Changes:
    lang, slug = text.lang, slug_of(given.slug) or slug_of(given.name)
    if not given.name.strip():
        raise Refused(_("A collection needs a name."), field=f"{lang}-name")
    if not slug:
        raise Refused(_("An address needs letters or digits."), field=f"{lang}-slug")
    values = {
        "slug": slug,
        "name": given.name,
        "intro": given.intro,
        "meta_description": given.meta_description,
    }
    before = {name: getattr(text, name) for name in values} if text.id is not None else {}
    try:
        with db.session.begin_nested():
            if before and before["slug"] != slug:
                remember_slug("collection", lang, before["slug"], slug, text.collection_id)
            for name, value in values.items():
                setattr(text, name, value)
            db.session.add(text)
    except IntegrityError as error:
        raise Refused(_("Another collection has this address."), field=f"{lang}-slug") from error
    return {f"{lang} {name}": [old, values[name]] for name, old in before.items() if old != values[name]}
