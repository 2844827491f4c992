"""The library of references, and the lists of authors and topics: saving them. Nothing here commits."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, count
from typing import Any

from slugify import slugify
from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from storefront.plugin_api import LANGUAGES, Refused, db, now
from storefront.plugin_api import gettext as _

from . import citations, corrections, judging
from .actions import derive
from .drafts import ReferenceDraft
from .models import (
    Article,
    ArticleCitation,
    ArticleText,
    ArticleTopic,
    Author,
    Correction,
    Reference,
    ReferenceUpdate,
    Topic,
    TopicSlugHistory,
    TopicText,
)

KEY, ADDRESS = 50, 120  # letters of a key, with room for a number behind it; of an address
NUMBER = re.compile(r"\d{1,8}")


def save_reference(draft: ReferenceDraft, key: str = "") -> Reference:
    """Add a publication, or change the one with this key; every text that cites it is derived anew."""
    if not [name for name in draft.authors if name.strip()]:
        raise Refused(_("A source needs at least its first author."), field="authors")
    if not draft.title.strip():
        raise Refused(_("A source needs its title."), field="title")
    reference = db.session.scalar(select(Reference).where(Reference.key == key)) if key else None
    if key and reference is None:
        raise Refused(_("This source is not in the library."), status=404)
    before = judging.work_of(reference) if reference else None
    if reference is None:
        reference = Reference(key=draft.key or _free_key(draft))
        db.session.add(reference)
    _fill(reference, draft)
    _refuse_double(reference)
    db.session.flush()
    judging.judge(reference, compared_by=draft.compared_by, before=before)
    judging.judge_neighbours(reference.key)
    if draft.erratum_doi and draft.erratum_doi not in [update.doi for update in reference.updates]:
        corrections.record_update(reference, "erratum", draft.erratum_doi)
    citing = select(ArticleText).join(ArticleCitation, ArticleCitation.text_id == ArticleText.id)
    for text in db.session.scalars(citing.where(ArticleCitation.reference_id == reference.id)).all():
        derive(text)
    return reference


def _refuse_double(reference: Reference) -> None:
    """A publication stands once in the library; DOIs are the same in any case of letters."""
    same = [func.lower(Reference.doi) == reference.doi.lower()] if reference.doi else []
    same += [Reference.pmid == reference.pmid] if reference.pmid else []
    same += [Reference.pmcid == reference.pmcid] if reference.pmcid else []
    if not same:
        return
    with db.session.no_autoflush:
        found = db.session.scalar(
            select(Reference.key).where(or_(*same), Reference.key != reference.key).limit(1)
        )
    if found:
        message = _("This publication is already in the library, as “%(key)s”.", key=found)
        raise Refused(message, field="doi" if reference.doi else "pmid")


def _fill(reference: Reference, draft: ReferenceDraft) -> None:
    reference.kind, reference.lang, reference.more_authors = draft.kind, draft.lang, draft.more_authors
    reference.authors = [citations.clean(name) for name in draft.authors if name.strip()]
    reference.title, reference.journal = draft.title.strip(), draft.journal.strip()
    reference.journal_abbr, reference.year = draft.journal_abbr.strip(), draft.year
    reference.volume, reference.issue = draft.volume.strip(), draft.issue.strip()
    reference.pages, reference.article_no = draft.pages.strip(), draft.article_no.strip()
    reference.published = draft.published.strip()
    reference.doi = _doi(draft.doi, "doi") or None
    reference.pmid, reference.pmcid = _pmid(draft.pmid) or None, _pmcid(draft.pmcid) or None
    reference.study, reference.kept_because = draft.study, draft.kept_because.strip()
    reference.updated_at = now()


def _doi(text: str, field: str) -> str:
    if not citations.clean(text):
        return ""
    found = citations.doi_in(text)
    if not found:
        raise Refused(_("This is not a DOI. A DOI looks like 10.3233/JAD-150538."), field=field)
    return found


def _pmid(text: str) -> str:
    if not citations.clean(text):
        return ""
    found = citations.identify(text).pmid
    if not NUMBER.fullmatch(found):
        raise Refused(_("This is not a PubMed number. It has at most eight digits."), field="pmid")
    return found


def _pmcid(text: str) -> str:
    if not citations.clean(text):
        return ""
    found = citations.identify(text).pmcid
    if not found:
        raise Refused(_("This is not a PMC number. It looks like PMC8550608."), field="pmcid")
    return found


def delete_reference(key: str) -> None:
    """Take a publication out of the library, unless a text cites it."""
    reference = db.session.scalar(select(Reference).where(Reference.key == key))
    if reference is None:
        raise Refused(_("This source is not in the library."), status=404)
    if db.session.scalar(
        select(ArticleCitation.text_id).where(ArticleCitation.reference_id == reference.id).limit(1)
    ):
        raise Refused(_("An article cites this source; it stays in the library."))
    noted = select(Correction.article_id).join(ReferenceUpdate, ReferenceUpdate.id == Correction.update_id)
    if db.session.scalar(noted.where(ReferenceUpdate.reference_id == reference.id).limit(1)):
        raise Refused(_("A correction on an article names this source; it stays in the library."))
    db.session.delete(reference)
    db.session.flush()
    judging.judge_neighbours(key)


def save_author(
    name: str,
    roles: dict[str, str],
    bios: dict[str, str],
    key: str = "",
    new_key: str = "",
    *,
    picture: dict[str, Any] | None = None,
    same_as: list[str] | None = None,
) -> Author:
    """Add a person who writes or reviews, or change the one with this key.

    picture: as `store_picture` gives it, {} for none; same_as: other pages of theirs. None leaves what is.
    """
    if not name.strip():
        raise Refused(_("A person needs a name."), field="name")
    author = db.session.scalar(select(Author).where(Author.key == key)) if key else None
    if key and author is None:
        raise Refused(_("This person is not in the list of authors."), status=404)
    if author is None:
        author = Author(key=new_key or _free(Author.key, slugify(name, max_length=KEY) or "author"))
        db.session.add(author)
    author.name, author.roles, author.bios = name.strip(), roles, bios
    if picture is not None:
        author.picture = picture
    if same_as is not None:
        author.same_as = same_as
    db.session.flush()
    return author


def save_topic(
    names: dict[str, str],
    slugs: dict[str, str],
    intros: dict[str, str],
    *,
    position: int = 100,
    collection_code: str = "",
    order_headings: dict[str, str] | None = None,
    parent: str | None = None,
    key: str = "",
    new_key: str = "",
) -> Topic:
    """Add a topic, or change the one with this key. A language without a name has no page for it.

    order_headings: what stands over its call to action; None leaves that as it is.
    parent: the key of the topic above it, "" for none; None leaves it where it is.
    """
    if not any(names.values()):
        raise Refused(_("A topic needs a name."), field="nl-name")
    topic = db.session.scalar(select(Topic).where(Topic.key == key)) if key else None
    if key and topic is None:
        raise Refused(_("This topic does not exist."), status=404)
    if topic is None:
        first = names.get("en") or next(name for name in names.values() if name)
        topic = Topic(key=new_key or _free(Topic.key, slugify(first, max_length=KEY) or "topic"))
        db.session.add(topic)
    topic.position, topic.collection_code = position, collection_code
    db.session.flush()
    if parent is not None:
        _place_under(topic, parent)
    mine = select(TopicText).where(TopicText.topic_id == topic.id)
    texts = {text.lang: text for text in db.session.scalars(mine)}
    for lang in LANGUAGES:
        name = names.get(lang, "").strip()
        if not name:
            if lang in texts:
                db.session.delete(texts[lang])
            continue
        text = texts.get(lang) or TopicText(topic_id=topic.id, lang=lang)
        slug = _slug(lang, slugs, name)
        _remember_slug(text, slug)
        text.name, text.slug, text.intro = name, slug, intros.get(lang, "")
        if order_headings is not None:
            text.order_heading = order_headings.get(lang, "")
        db.session.add(text)
        _flush_topic(lang)
    return topic


def _place_under(topic: Topic, parent: str) -> None:
    """Put a topic below another one. There are two levels, so no topic can come to stand below itself."""
    if not parent:
        topic.parent_id = None
        return
    above = db.session.scalar(select(Topic).where(Topic.key == parent))
    if above is None:
        raise Refused(_("There is no topic “%(key)s”.", key=parent), field="parent")
    if above.id == topic.id:
        raise Refused(_("A topic cannot stand below itself."), field="parent")
    if above.parent_id is not None:
        raise Refused(_("That topic stands below another one; there are two levels."), field="parent")
    if db.session.scalar(select(Topic.id).where(Topic.parent_id == topic.id).limit(1)):
        raise Refused(_("Topics stand below this one, so it stays on the first level."), field="parent")
    topic.parent_id = above.id


def _remember_slug(text: TopicText, slug: str) -> None:
    """Keep the old address of a topic's page, for 301; an address in use again is forgotten."""
    history = TopicSlugHistory
    of = [slug, *([text.slug] if text.slug else [])]
    db.session.execute(delete(history).where(history.lang == text.lang, history.slug.in_(of)))
    if text.slug and text.slug != slug:
        db.session.add(history(lang=text.lang, slug=text.slug, topic_id=text.topic_id))


def _slug(lang: str, slugs: dict[str, str], name: str) -> str:
    """An address of small letters, digits and hyphens, from what was typed or else from the name."""
    slug = slugify(slugs.get(lang) or name, max_length=ADDRESS)
    if not slug:
        raise Refused(_("An address needs letters or digits."), field=f"{lang}-slug")
    return slug


def _flush_topic(lang: str) -> None:
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        message = _("Another topic already stands at this address in this language.")
        raise Refused(message, field=f"{lang}-slug") from error


def delete_author(key: str) -> None:
    """Take a person out of the list, unless an article names them."""
    author = db.session.scalar(select(Author).where(Author.key == key))
    if author is None:
        raise Refused(_("This person is not in the list of authors."), status=404)
    named = (Article.author_id == author.id) | (Article.reviewer_id == author.id)
    if db.session.scalar(select(Article.id).where(named).limit(1)):
        raise Refused(_("An article names this person; they stay in the list."))
    db.session.delete(author)
    db.session.flush()


def delete_topic(key: str) -> None:
    """Take a topic away with its pages, unless an article stands under it."""
    topic = db.session.scalar(select(Topic).where(Topic.key == key))
    if topic is None:
        raise Refused(_("This topic does not exist."), status=404)
    if db.session.scalar(select(ArticleTopic.article_id).where(ArticleTopic.topic_id == topic.id).limit(1)):
        raise Refused(_("An article stands under this topic; it stays."))
    if db.session.scalar(select(Topic.id).where(Topic.parent_id == topic.id).limit(1)):
        raise Refused(_("Another topic stands below this one; it stays."))
    db.session.execute(delete(TopicText).where(TopicText.topic_id == topic.id))
    db.session.delete(topic)
    db.session.flush()


def _free_key(draft: ReferenceDraft) -> str:
    """ "slutsky2010", and "slutsky2010b" for the next one."""
    first = draft.authors[0].split()
    family = " ".join(first[:-1]) if len(first) > 1 and first[-1].replace("-", "").isupper() else first[0]
    family = unicodedata.normalize("NFKD", family).encode("ascii", "ignore").decode()
    stem = (re.sub(r"[^a-z0-9]", "", family.lower()) or "source") + str(draft.year)
    return _free(Reference.key, stem, suffixes="bcdefghijklmnopqrstuvwxyz")


def _free(column: InstrumentedAttribute[str], stem: str, suffixes: str = "") -> str:
    """The stem, or the stem with the first letter or number behind it that is not taken."""
    taken = set(db.session.scalars(select(column).where(column.startswith(stem, autoescape=True))))
    endings = chain(["", *suffixes], (f"-{number}" for number in count(2)))
    free: str = next(stem + ending for ending in endings if stem + ending not in taken)
    return free
