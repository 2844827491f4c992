"""What a text cites, as rows. Written on each save."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete

from storefront.plugin_api import db

from .markdown import Rendered
from .models import ArticleCitation, ArticleText, Reference


def save_citations(text: ArticleText, rendered: Rendered, library: Mapping[str, Reference]) -> None:
    """Write the citations of a saved text, numbered in the order of the first citing."""
    db.session.execute(delete(ArticleCitation).where(ArticleCitation.text_id == text.id))
    for ordinal, (key, count) in enumerate(rendered.cited.items(), 1):
        db.session.add(
            ArticleCitation(text_id=text.id, reference_id=library[key].id, ordinal=ordinal, count=count)
        )
