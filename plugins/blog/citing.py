"""What a text cites, as rows, and the dated notes about what it cites. Written on each save."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from storefront.plugin_api import db

from . import references
from .markdown import Rendered
from .models import ArticleCitation, ArticleText, Correction, Reference, ReferenceUpdate


def save_citations(text: ArticleText, rendered: Rendered, library: Mapping[str, Reference]) -> None:
    """Write the citations of a saved text, numbered in the order of the first citing, and its corrections."""
    text.corrections = corrections_of(text)
    db.session.execute(delete(ArticleCitation).where(ArticleCitation.text_id == text.id))
    for ordinal, (key, count) in enumerate(rendered.cited.items(), 1):
        db.session.add(
            ArticleCitation(text_id=text.id, reference_id=library[key].id, ordinal=ordinal, count=count)
        )


def corrections_of(text: ArticleText) -> list[dict[str, Any]]:
    """The dated notes of the article of this text, newest first, as its page in this language shows them."""
    query = (
        select(ReferenceUpdate, Reference)
        .join(Correction, Correction.update_id == ReferenceUpdate.id)
        .join(Reference, Reference.id == ReferenceUpdate.reference_id)
        .where(Correction.article_id == text.article_id)
        .order_by(ReferenceUpdate.noted_on.desc(), ReferenceUpdate.id.desc())
    )
    return [
        {
            "on": update.noted_on.isoformat(),
            "kind": update.kind,
            "name": references.short(references.as_dict(reference)),
            "doi": update.doi,
            "note": update.notes.get(text.lang, ""),
        }
        for update, reference in db.session.execute(query)
    ]


def shown(corrections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored notes with their day and the address of the notice, as a page shows them."""
    return [
        it | {"day": date.fromisoformat(it["on"]), "address": references.doi_address(it["doi"])}
        for it in corrections
    ]
