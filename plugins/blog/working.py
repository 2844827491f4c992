"""What is being written and not saved yet: taking it in, finding it again, and who is writing. No commits.

A working copy belongs to one window of the editor, named by a key that only this window knows. It never
touches the article: the article changes when it is saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from storefront.plugin_api import LANGUAGES, Refused, db, now, writing
from storefront.plugin_api import gettext as _

from .models import Article, ArticleText, Revision, WorkingCopy

KEY = re.compile(r"[A-Za-z0-9_-]{20,40}")
GONE = timedelta(minutes=2)  # a window not heard of for so long was closed, or its laptop sleeps
KEPT = timedelta(days=30)  # text that nobody came back for
OFFERED = 3
COMPARED = ("title", "slug", "lead", "excerpt", "meta_description", "image_alt", "body")
Fields: TypeAlias = dict[str, list[str]]  # name of a form's field -> what stands in it


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the editor that has something to say."""

    key: str
    code: str  # of the article; "" for a new one
    actor: str
    based_on: datetime | None  # when the article was last saved, as the window shows it


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has the article open now."""

    name: str
    since: datetime
    langs: tuple[str, ...]  # in which they changed something
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Saving:
    """Who saved an article last, "" when that is not known, and when."""

    actor: str
    at: datetime


def keep(window: Window, fields: Fields | None) -> WorkingCopy:
    """Take in what stands in a window; None: nothing was changed, the window is only open."""
    copy = _found(window)
    if copy is None:
        try:
            with db.session.begin_nested():
                copy = _new(window)
        except IntegrityError:  # the same window a moment ago
            copy = _found(window)
    if copy is None:
        raise Refused(_("This working copy is not yours."), status=404)
    copy.seen_at = now()
    if fields is not None:
        copy.fields, copy.saved_at, copy.based_on = fields, now(), window.based_on
    db.session.flush()
    return copy


def _found(window: Window) -> WorkingCopy | None:
    copy = db.session.scalar(select(WorkingCopy).where(WorkingCopy.key == window.key))
    if copy is not None and copy.actor != window.actor:
        raise Refused(_("This working copy is not yours."), status=404)
    return copy


def _new(window: Window) -> WorkingCopy:
    copy = WorkingCopy(
        key=window.key,
        article_code=window.code,
        actor=window.actor,
        based_on=window.based_on,
        fields={},
        opened_at=now(),
        saved_at=now(),
        seen_at=now(),
    )
    db.session.add(copy)
    db.session.flush()
    return copy


def drop(key: str, actor: str) -> None:
    """Throw a working copy away: it was saved, or its writer does not want it."""
    db.session.execute(delete(WorkingCopy).where(WorkingCopy.key == key, WorkingCopy.actor == actor))


def tidy() -> None:
    """Throw away what nobody came back for, and windows that were open and wrote nothing."""
    with writing():
        db.session.execute(delete(WorkingCopy).where(WorkingCopy.seen_at < now() - KEPT))
        empty = [
            copy.id
            for copy in db.session.scalars(select(WorkingCopy).where(WorkingCopy.seen_at < now() - GONE))
            if not copy.fields
        ]
        db.session.execute(delete(WorkingCopy).where(WorkingCopy.id.in_(empty)))


def own(key: str, actor: str) -> WorkingCopy | None:
    """A working copy by its key, when it belongs to this person and holds something."""
    query = select(WorkingCopy).where(WorkingCopy.key == key, WorkingCopy.actor == actor)
    copy = db.session.scalar(query)
    return copy if copy is not None and copy.fields else None


def unsaved(code: str, actor: str, saved: Mapping[str, ArticleText], besides: str = "") -> list[WorkingCopy]:
    """What this person wrote into the article in other windows and did not save, newest first.

    A text that is saved word for word is none of it, unless something else was changed after that.
    """
    query = select(WorkingCopy).where(WorkingCopy.article_code == code, WorkingCopy.actor == actor)
    query = query.where(WorkingCopy.key != besides).order_by(WorkingCopy.saved_at.desc())
    since = max((text.updated_at for text in saved.values()), default=None)
    found = [
        copy
        for copy in db.session.scalars(query)
        if copy.fields and (changed_in(copy.fields, saved) or (since is not None and copy.saved_at > since))
    ]
    return found[:OFFERED]


def present(code: str, actor: str, saved: Mapping[str, ArticleText]) -> list[Present]:
    """Who else has the article open now, each once, longest there first."""
    if not code:
        return []
    query = select(WorkingCopy).where(WorkingCopy.article_code == code, WorkingCopy.actor != actor)
    query = query.where(WorkingCopy.seen_at > now() - GONE).order_by(WorkingCopy.opened_at)
    found: dict[str, Present] = {}
    for copy in db.session.scalars(query):
        langs = changed_in(copy.fields, saved)
        before = found.get(copy.actor)
        if before is None:
            found[copy.actor] = Present(copy.actor, copy.opened_at, langs, copy.saved_at)
        elif langs:
            both = tuple(lang for lang in LANGUAGES if lang in (*before.langs, *langs))
            latest = max(before.changed_at, copy.saved_at)
            found[copy.actor] = Present(copy.actor, before.since, both, latest)
    return list(found.values())


def last_saved(article: Article) -> Saving:
    """Who saved the article last."""
    query = select(Revision.actor, Revision.at).where(Revision.article_id == article.id)
    row = db.session.execute(query.order_by(Revision.at.desc(), Revision.id.desc()).limit(1)).first()
    return Saving(row.actor if row else "", article.updated_at)


def changed_in(fields: Mapping[str, list[str]], saved: Mapping[str, ArticleText]) -> tuple[str, ...]:
    """The languages in which what was typed is not what is saved."""
    return tuple(
        lang
        for lang in LANGUAGES
        if any(
            typed(fields, lang, name) != standing(saved, lang, name)
            for name in COMPARED
            if _has(fields, lang, name)
        )
    )


def _has(fields: Mapping[str, list[str]], lang: str, name: str) -> bool:
    return bool(fields.get(f"{lang}-{name}"))


def typed(fields: Mapping[str, list[str]], lang: str, name: str) -> str:
    """What stands in a field of one language, with the line ends and edges that a form gives it."""
    values = fields.get(f"{lang}-{name}") or [""]
    return values[0].replace("\r\n", "\n").replace("\r", "\n").strip()


def standing(saved: Mapping[str, ArticleText], lang: str, name: str) -> str:
    """What is saved in that field."""
    return str(getattr(saved[lang], name) or "").strip() if lang in saved else ""
