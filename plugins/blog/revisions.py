"""Every version of a text: who saved it, when, by which deed. Written on each save that changes something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from storefront.plugin_api import Refused, db, now
from storefront.plugin_api import gettext as _

from .models import Article, ArticleText, Revision

FIELDS = ("title", "slug", "lead", "excerpt", "meta_description", "image_alt", "body")
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Before:
    """A text as it was when a save began."""

    fields: Fields
    state: str
    updated_at: datetime


def fields_of(text: ArticleText) -> Fields:
    """What a person wrote in a text."""
    return {name: getattr(text, name) or "" for name in FIELDS}


def as_it_is(text: ArticleText) -> Before:
    """A text before it is changed."""
    return Before(fields_of(text), text.state, text.updated_at)


def note(text: ArticleText, before: Before | None, by: str, deed: str = "") -> None:
    """Keep a saved text as a version, when it is another than before; a text from before any, as the first.

    deed: what was done besides saving; it is read off the states when it is left out.
    """
    fields = fields_of(text)
    if before is not None and (before.fields, before.state) == (fields, text.state):
        return
    last = db.session.scalar(
        select(func.max(Revision.number)).where(
            Revision.article_id == text.article_id, Revision.lang == text.lang
        )
    )
    if last is None and before is not None:
        last = 1
        _add(text, last, before.updated_at, "", "saved", before.fields)
    _add(text, (last or 0) + 1, now(), by, deed or _deed(before, text.state), fields)


def _deed(before: Before | None, state: str) -> str:
    """What a save did to the state: "published", "unpublished", …; "saved" when it did nothing."""
    if before is None or before.state == state:
        return "published" if before is None and state == "published" else "saved"
    return "unpublished" if (before.state, state) == ("published", "draft") else state


def _add(text: ArticleText, number: int, at: datetime, by: str, deed: str, fields: Fields) -> None:
    values = {"article_id": text.article_id, "lang": text.lang, "number": number}
    db.session.add(Revision(**values, at=at, actor=by, deed=deed, fields=fields))


def history(article: Article, lang: str) -> list[Revision]:
    """The versions of a text, the newest first."""
    query = select(Revision).where(Revision.article_id == article.id, Revision.lang == lang)
    return list(db.session.scalars(query.order_by(Revision.number.desc())))


def revision(article: Article, lang: str, number: int) -> Revision:
    """One version; refused when there is none of this number."""
    query = select(Revision).where(Revision.article_id == article.id, Revision.lang == lang)
    found = db.session.scalar(query.where(Revision.number == number))
    if found is None:
        raise Refused(_("There is no such version."), status=404)
    return found
