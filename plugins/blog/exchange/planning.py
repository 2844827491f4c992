"""What would happen to each part of what was handed in. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from storefront.plugin_api import gettext as _

from ..rules import title_for
from . import settling
from .contents import Contents, Entry
from .csl import Work


@dataclass(frozen=True)
class Row:
    """A part of what was handed in, and what becomes of it."""

    what: str  # author, topic, source, article, file
    code: str  # its code or key
    title: str
    deed: str  # new, replace, same, skip
    why: str = ""  # why it is left out, or what of it is
    langs: tuple[str, ...] = ()
    done: str = ""  # once it was taken in: yes, no


@dataclass(frozen=True)
class Given:
    """What was handed in, read."""

    shared: Contents  # what comes besides articles, and all pictures
    rows: Callable[[], list[Row]]
    entry: Callable[[str], Entry | None]  # an article by its code; may keep its pictures already
    keeps: bool = False  # the file cannot say everything of an article: the rest stays


def rows_of(given: Contents, here: Contents, lang: str) -> list[Row]:
    """What becomes of a folder of articles: everything of it, in the order in which it is taken in."""
    there = settling.known(here, given)
    entries = {entry.code: entry for entry in here.entries}
    return [
        *(Row("file", name, name, "skip", why) for name, why in given.wrong),
        *_people(given, here),
        *_topics(given, here, lang),
        *_works(given.works, here.works),
        *(article_row(entry, entries.get(entry.code), given, there, lang) for entry in given.entries),
    ]


def article_row(entry: Entry, here: Entry | None, given: Contents, there: settling.Known, lang: str) -> Row:
    """What becomes of an article."""
    found = settling.settled(entry, here, given.pictures, there)
    texts = entry.draft.texts
    title = title_for({one: text.title for one, text in texts.items()}, lang) or entry.code
    row = Row("article", entry.code, title, "new", " ".join(found.reasons), tuple(texts))
    if found.refused:
        return replace(row, deed="skip", why=found.refused)
    if here is not None:
        row = replace(row, deed="same" if settling.is_same(found.entry, here) else "replace")
    return row


def _people(given: Contents, here: Contents) -> Iterator[Row]:
    known = {author["key"]: author for author in here.authors}

    def seen(author: dict[str, Any], there: dict[str, Any]) -> dict[str, Any]:
        """With the name that the same picture has here; without one that did not come along."""
        name, stored = author.get("picture", ""), there.get("picture", "")
        if name not in given.pictures or settling.means(name, stored, given.pictures):
            name = stored
        kept = {key: value for key, value in author.items() if key != "picture"}
        return kept | ({"picture": name} if name else {})

    for author in given.authors:
        there = known.get(author["key"])
        deed = _deed(there, lambda one=author, its=there: seen(one, its))  # type: ignore[misc]
        yield Row("author", author["key"], author["name"], deed)


def _topics(given: Contents, here: Contents, lang: str) -> Iterator[Row]:
    known = {topic["key"]: topic for topic in here.topics}
    slugs = {
        (one, slug): topic["key"] for topic in here.topics for one, slug in topic.get("slug", {}).items()
    }
    for topic in given.topics:
        key, title = topic["key"], title_for(topic["name"], lang)
        taken = [slug for one, slug in topic.get("slug", {}).items() if slugs.get((one, slug), key) != key]
        if taken:
            why = _("The address “%(slug)s” belongs to another topic.", slug=taken[0])
            yield Row("topic", key, title, "skip", why)
        else:
            yield Row("topic", key, title, _deed(known.get(key), lambda one=topic: one))  # type: ignore[misc]


def _works(given: Iterable[Work], here: Iterable[Work]) -> Iterator[Row]:
    known = {work.draft.key: work for work in here}
    numbers = {number: work.draft.key for work in known.values() for number in _numbers(work)}
    for work in given:
        key, title = work.draft.key, work.draft.title
        other = next((numbers[one] for one in _numbers(work) if numbers.get(one, key) != key), "")
        if other:
            why = _("This publication is already in the library, as “%(key)s”.", key=other)
            yield Row("source", key, title, "skip", why)
        else:
            numbers |= dict.fromkeys(_numbers(work), key)
            yield Row("source", key, title, _deed(known.get(key), lambda one=work: one))  # type: ignore[misc]


def _numbers(work: Work) -> list[str]:
    draft = work.draft
    return [number.lower() for number in (draft.doi, draft.pmid, draft.pmcid) if number]


def _deed(there: Any, given: Callable[[], Any]) -> str:
    if there is None:
        return "new"
    return "same" if there == given() else "replace"
