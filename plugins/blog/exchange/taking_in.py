"""Saving what came from outside, through the same actions as the editor. Nothing here commits."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from storefront.plugin_api import Refused, db, store_drawing, store_picture, today

from .. import actions, citing, corrections, library, library_queries
from ..models import (
    Article,
    ArticleRelated,
    ArticleSlugHistory,
    ArticleText,
    Author,
    Correction,
    OldAddress,
    Topic,
    TopicSlugHistory,
    TopicText,
)
from . import settling
from .contents import Contents, Entry, hash_of
from .csl import Work
from .current import IN_TEXT, picture_name


def take_all(contents: Contents, who: str, *, drawings: bool = False) -> None:
    """Save everything at once, in the caller's transaction. Raises Refused for the first that is refused.

    drawings: take SVG files in, which may hold script; only for files of our own.
    """
    if contents.wrong:
        raise Refused(": ".join(contents.wrong[0]))
    for author in contents.authors:
        save_author(author, contents.pictures, who)
    for topic in contents.topics:
        save_topic(topic)
    for work in contents.works:
        save_work(work)
    there = settling.known(contents)
    for entry in contents.entries:
        found = settling.settled(entry, None, contents.pictures, there, drawings=drawings)
        if found.refused:
            raise Refused(f"{entry.code}: {found.refused}")
        save_entry(found.entry, None, contents.pictures, who)
    for entry in contents.entries:
        save_related(entry)


def save_author(author: dict[str, Any], pictures: Mapping[str, bytes], who: str) -> None:
    """A person, by their key."""
    key, name = author["key"], author.get("picture", "")
    there = db.session.scalar(select(Author).where(Author.key == key))
    keeps = there is not None and name and settling.means(name, picture_name(there.picture), pictures)
    taken = name in pictures and not name.endswith(".svg") and not keeps
    library.save_author(
        author["name"],
        author.get("role", {}),
        author.get("bio", {}),
        key=key if there else "",
        new_key="" if there else key,
        picture=store_picture(pictures[name], who) if taken else None,
        same_as=author.get("same_as", []),
    )


def save_topic(topic: dict[str, Any]) -> None:
    """A topic, by its key."""
    key = topic["key"]
    there = db.session.scalar(select(Topic.id).where(Topic.key == key)) is not None
    saved = library.save_topic(
        topic["name"],
        topic.get("slug", {}),
        topic.get("intro", {}),
        position=topic["position"],
        collection_code=topic.get("collection", ""),
        order_headings=topic.get("order_heading", {}),
        parent=topic.get("parent", ""),
        key=key if there else "",
        new_key="" if there else key,
    )
    for lang, slugs in topic.get("old_slugs", {}).items():
        for slug in slugs:
            _remember(TopicText, TopicSlugHistory, lang, slug, topic_id=saved.id)


def save_work(work: Work) -> None:
    """A work of the library, with what was published about it later."""
    key = work.draft.key
    there = library_queries.reference_by_key(key) is not None
    reference = library.save_reference(work.draft, key=key if there else "")
    if work.compared_on and reference.checked_by:
        reference.checked_at = _moment(work.compared_on) or reference.checked_at
    for update in work.updates:
        known = {(one.kind, one.doi): one for one in reference.updates}
        row = known.get((update.kind, update.doi))
        if row is None:
            row = corrections.record_update(reference, update.kind, update.doi, dict(update.notes))
        row.notes = dict(update.notes)
        row.noted_on = update.noted_on or row.noted_on or today()
    db.session.flush()


def save_entry(entry: Entry, here: Entry | None, pictures: Mapping[str, bytes], who: str) -> str:
    """An article as it was settled, with its pictures, notes and old addresses; its code."""
    picture = None
    if entry.picture and (here is None or entry.picture != here.picture):
        picture = _stored(entry.picture, pictures, who)
    for text in entry.draft.texts.values():
        _store_in_text(text.body, pictures, who)
    deed = "imported" if who else ""
    draft = replace(entry.draft, picture=picture, source_lang=entry.source_lang, by=who, deed=deed)
    if here is None:
        article = actions.create_article(draft, code=entry.code)
    else:
        article = actions.save_article(entry.code, draft)
    _save_days(article, entry)
    _save_old(article, entry)
    _save_notes(article, entry)
    return article.code


def save_related(entry: Entry) -> None:
    """The articles shown beside this one, once all are there."""
    codes = [entry.code, *entry.related]
    ids: dict[str, int] = {
        row[0]: row[1]
        for row in db.session.execute(select(Article.code, Article.id).where(Article.code.in_(codes)))
    }
    if entry.code not in ids:
        return
    mine = ids[entry.code]
    db.session.execute(delete(ArticleRelated).where(ArticleRelated.article_id == mine))
    found = [ids[code] for code in dict.fromkeys(entry.related) if code in ids and code != entry.code]
    for position, related in enumerate(found):
        db.session.add(ArticleRelated(article_id=mine, related_id=related, position=position))
    db.session.flush()


def _save_days(article: Article, entry: Entry) -> None:
    """When each language was first published, also where readers do not see it now."""
    texts = select(ArticleText).where(ArticleText.article_id == article.id)
    for text in db.session.scalars(texts):
        typed = entry.draft.texts.get(text.lang)
        if typed and typed.published_at:
            text.published_at = typed.published_at
    db.session.flush()


def _save_old(article: Article, entry: Entry) -> None:
    """Where it once stood here and elsewhere; what stands there now, or is known already, stays."""
    for lang, slugs in entry.old_slugs.items():
        for slug in slugs:
            _remember(ArticleText, ArticleSlugHistory, lang, slug, article_id=article.id)
    for address in entry.old_addresses:
        lang, _space, path = address.partition(" ")
        if len(lang) == 2 and path.startswith("/blogs/") and len(path) <= 300:
            row = db.session.get(OldAddress, path) or OldAddress(path=path, article_id=article.id)
            if row.article_id == article.id:
                row.lang = lang
                db.session.add(row)
    db.session.flush()


def _remember(text: Any, history: Any, lang: str, slug: str, **of: int) -> None:
    used = select(text.lang).where(text.lang == lang, text.slug == slug)
    known = select(history.id).where(history.lang == lang, history.slug == slug)
    if db.session.scalar(used) is None and db.session.scalar(known) is None:
        db.session.add(history(lang=lang, slug=slug, **of))
        db.session.flush()


def _save_notes(article: Article, entry: Entry) -> None:
    """The dated notes about works that the article leans on."""
    added = False
    for note in entry.corrections:
        key, kind, doi = (*note.split(" "), "", "")[:3]
        reference = library_queries.reference_by_key(key)
        updates = reference.updates if reference else []
        update = next((one for one in updates if (one.kind, one.doi) == (kind, doi)), None)
        if update and db.session.get(Correction, (article.id, update.id)) is None:
            db.session.add(Correction(article_id=article.id, update_id=update.id))
            added = True
    if not added:
        return
    db.session.flush()
    for text in db.session.scalars(select(ArticleText).where(ArticleText.article_id == article.id)):
        text.corrections = citing.corrections_of(text)
    db.session.flush()


def _stored(name: str, pictures: Mapping[str, bytes], who: str) -> dict[str, Any]:
    """Keep a picture that was settled: a drawing only when that is allowed."""
    if not name.endswith(".svg"):
        return store_picture(pictures[name], who, crops=True)
    pixels = next((one for one in (f"{name[:-4]}.jpg", f"{name[:-4]}.png") if one in pictures), "")
    with tempfile.TemporaryDirectory() as folder:
        drawing = Path(folder, "drawing.svg")
        drawing.write_bytes(pictures[name])
        raster = Path(folder, f"pixels{pixels[-4:]}") if pixels else None
        if raster:
            raster.write_bytes(pictures[pixels])
        return store_drawing(drawing, raster, crops=True)


def _store_in_text(body: str, pictures: Mapping[str, bytes], who: str) -> None:
    """Keep the pictures that a settled text shows; their names in it are those that they get here."""
    wanted = {file[:64] for file, _width in IN_TEXT.findall(body)}
    if wanted:
        for name in pictures:
            if not name.endswith(".svg") and hash_of(name, pictures) in wanted:
                store_picture(pictures[name], who)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
