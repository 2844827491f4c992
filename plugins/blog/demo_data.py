"""The blog's share of the demo shop: the articles of demo/, a folder as `exchange.folder` reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from . import actions
from .exchange import folder, taking_in
from .exchange.contents import Contents, Entry
from .exchange.csl import Work

HERE = Path(__file__).parent / "demo"
GREW, ADDED = "creatine-scoop", " Bewaar de pot droog en goed gesloten."
WRITER = "mirte@example.com"
WRITTEN_ON = date(2026, 11, 24)


def load(today: date) -> None:
    """Load everything, in the caller's transaction. All dates count from the day of loading.

    One Dutch text got its last sentence later, which its translation does not have yet.
    """
    contents = moved(folder.read(folder.Folder(HERE)), today - WRITTEN_ON)
    early = replace(contents, entries=tuple(_before(entry) for entry in contents.entries))
    taking_in.take_all(early, "", drawings=True)
    for entry in contents.entries:
        if entry.code == GREW:
            actions.save_article(GREW, replace(entry.draft, by=WRITER))


def _before(entry: Entry) -> Entry:
    """An article as it stood before its last sentence was added."""
    if entry.code != GREW:
        return entry
    text = entry.draft.texts["nl"]
    body = text.body.replace(ADDED, "")
    return replace(
        entry, draft=replace(entry.draft, texts=entry.draft.texts | {"nl": replace(text, body=body)})
    )


def moved(contents: Contents, by: timedelta) -> Contents:
    """The same blog so much later."""
    entries = tuple(_entry(entry, by) for entry in contents.entries)
    return replace(contents, entries=entries, works=tuple(_work(work, by) for work in contents.works))


def _entry(entry: Entry, by: timedelta) -> Entry:
    draft = entry.draft
    texts = {
        lang: replace(text, published_at=text.published_at + by if text.published_at else None)
        for lang, text in draft.texts.items()
    }
    reviewed_on = draft.reviewed_on + by if draft.reviewed_on else None
    review_due = draft.review_due + by if draft.review_due else None
    moved_draft = replace(draft, texts=texts, reviewed_on=reviewed_on, review_due=review_due)
    return replace(entry, draft=moved_draft)


def _work(work: Work, by: timedelta) -> Work:
    updates = [
        replace(update, noted_on=update.noted_on + by if update.noted_on else None) for update in work.updates
    ]
    return replace(work, updates=tuple(updates))
