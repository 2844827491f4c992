"""Changes collections."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storefront.catalog.addresses import remember_slug
from storefront.catalog.data import CollectionData
from storefront.catalog.models import Collection, CollectionText
from storefront.catalog.rules import slug_of
from storefront.database import db
from storefront.locale import gettext as _
from storefront.refusals import Refused


def save_collection(data: CollectionData) -> Collection:
    """Make or change the collection with this code. Refuses an address that another one has."""
    collection = db.session.scalar(select(Collection).where(Collection.code == data.code))
    if collection is None:
        collection = Collection(code=data.code)
    collection.position = data.position
    db.session.add(collection)
    db.session.flush()
    texts = db.session.scalars(select(CollectionText).where(CollectionText.collection_id == collection.id))
    existing = {text.lang: text for text in texts}
    for lang, given in data.texts.items():
        slug = slug_of(given.slug) or slug_of(given.name)
        text = existing.get(lang) or CollectionText(collection_id=collection.id, lang=lang)
        try:
            with db.session.begin_nested():
                if text.slug and text.slug != slug:
                    remember_slug("collection", lang, text.slug, slug, collection.id)
                text.slug, text.name, text.intro = slug, given.name, given.intro
                text.meta_description = given.meta_description
                db.session.add(text)
        except IntegrityError as error:
            raise Refused(_("Another collection has this address."), field=f"{lang}-slug") from error
    return collection
