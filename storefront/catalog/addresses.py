"""Addresses of the past: written down when a slug changes, so that the old one answers 301."""

from __future__ import annotations

from sqlalchemy import delete, or_

from storefront.catalog.models import SlugHistory
from storefront.database import db


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
