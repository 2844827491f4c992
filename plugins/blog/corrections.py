"""What is published about a work later, and the articles that lean on it. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from storefront.plugin_api import Refused, db, now, today
from storefront.plugin_api import gettext as _

from . import citations, judging
from .actions import derive
from .checking import UPDATES
from .models import Article, ArticleCitation, ArticleText, Correction, Reference, ReferenceUpdate


def record_update(
    reference: Reference, kind: str, doi: str = "", notes: dict[str, str] | None = None
) -> ReferenceUpdate:
    """Note an erratum, a concern or a retraction; every article that cites the work gets a dated note."""
    if kind not in UPDATES:
        raise Refused(_("Choose what was published."), field="update_kind")
    found = citations.doi_in(doi)
    if citations.clean(doi) and not found:
        raise Refused(_("This is not a DOI. A DOI looks like 10.3233/JAD-150538."), field="update_doi")
    db.session.flush()
    db.session.refresh(reference, with_for_update=True)
    if any((update.kind, update.doi) == (kind, found) for update in reference.updates):
        raise Refused(_("This is noted already."), field="update_doi")
    update = ReferenceUpdate(kind=kind, doi=found, noted_on=today(), notes=notes or {})
    reference.updates.append(update)
    db.session.flush()
    articles = articles_citing(reference)
    db.session.add_all(Correction(article_id=article, update_id=update.id) for article in articles)
    _told(reference, articles)
    return update


def undo_update(reference: Reference, update_id: int) -> None:
    """Take back what was noted by mistake, with every note that it made on articles."""
    update = next((update for update in reference.updates if update.id == update_id), None)
    if update is None:
        raise Refused(_("This is not noted any more."), status=404)
    notes = db.session.scalars(select(Correction).where(Correction.update_id == update.id)).all()
    articles = {note.article_id for note in notes} | set(articles_citing(reference))
    for note in notes:
        db.session.delete(note)
    db.session.flush()
    reference.updates.remove(update)
    _told(reference, articles)


def articles_citing(reference: Reference) -> list[int]:
    """The articles that cite a work in any language."""
    query = (
        select(ArticleText.article_id)
        .join(ArticleCitation, ArticleCitation.text_id == ArticleText.id)
        .where(ArticleCitation.reference_id == reference.id)
        .distinct()
    )
    return list(db.session.scalars(query))


def articles_marked(update: ReferenceUpdate) -> list[str]:
    """The codes of the articles that carry a note about this."""
    query = select(Article.code).join(Correction, Correction.article_id == Article.id)
    return list(db.session.scalars(query.where(Correction.update_id == update.id).order_by(Article.code)))


def _told(reference: Reference, articles: Iterable[int]) -> None:
    """Write the work's state, and the texts of these articles anew: their readers see a change."""
    db.session.flush()
    judging.judge(reference)
    judging.judge_neighbours(reference.key)
    texts = select(ArticleText).where(ArticleText.article_id.in_(list(articles)))
    for text in db.session.scalars(texts).all():
        text.updated_at = now()
        derive(text)
