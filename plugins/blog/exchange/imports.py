"""What somebody hands in: looked at first, then taken in by the worker, some articles at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import defer

from storefront.plugin_api import (
    LANGUAGES,
    Refused,
    audit,
    db,
    enqueue,
    language,
    now,
    speaking,
    writing,
)
from storefront.plugin_api import gettext as _

from ..models import Import
from . import archives, current, folder, planning, settling, shopify_import, taking_in
from .contents import Contents
from .planning import Given

log = structlog.get_logger("blog")
JOB = "blog.import"
AT_ONCE = 20  # articles of a run
SHARED = ("author", "topic", "source")
Told = dict[tuple[str, str], tuple[str, str]]  # (what, code) -> (done, why)
KEPT = timedelta(days=7)  # what was only looked at


def hand_in(kind: str, data: bytes, who: str, choices: dict[str, Any]) -> Import:
    """Keep what was handed in and say what would happen to it. Raises Refused for what cannot be read."""
    old = delete(Import).where(Import.state == "looked_at", Import.made_at < now() - KEPT)
    db.session.execute(old.execution_options(synchronize_session=False))
    found = Import(
        kind=kind, made_at=now(), made_by=who, data=data, rows=[], choices=choices | {"lang": language()}
    )
    look(found)
    db.session.add(found)
    db.session.flush()
    return found


def look(found: Import) -> None:
    """Say anew what would happen to each part."""
    rows = given(found).rows()
    if not rows:
        raise Refused(_("There is nothing in it that can be taken in."))
    found.rows = [asdict(row) for row in rows]


def rows_for(found: Import, lang: str) -> list[dict[str, Any]]:
    """The rows; what is only looked at is said anew in the language of who reads it."""
    if found.state != "looked_at" or lang == _language_of(found):
        return found.rows
    return [asdict(row) for row in given(found).rows()]


def start(found: Import, who: str) -> None:
    """Let the worker take it in."""
    if found.state != "looked_at":
        raise Refused(_("This is being taken in already."), status=409)
    found.state = "waiting"
    enqueue(JOB, {"import": found.id}, plugin="blog")
    audit(who, "blog.import", found.kind, {"articles": len(_codes(found))})


def latest(most: int) -> list[Import]:
    """What was handed in last, without the files."""
    query = select(Import).options(defer(Import.data)).order_by(Import.id.desc()).limit(most)
    return list(db.session.scalars(query))


def started() -> str:
    """What to say to who started it."""
    return _("It is being taken in. Load this page again in a moment.")


def given(found: Import) -> Given:
    """What was handed in, read again."""
    return _READERS[found.kind](found)


def counts(found: Import) -> Counter[str]:
    """How many articles are new, replaced, the same and left out; and how many were taken in."""
    articles = [row for row in found.rows if row["what"] == "article"]
    return Counter([row["deed"] for row in articles] + [f"done {row['done']}" for row in articles])


def step(payload: dict[str, Any]) -> None:
    """Take in the next articles, each in its own transaction; a repeat takes in only what is left."""
    found = db.session.get(Import, payload["import"])
    if found is None or found.state != "waiting" or found.data is None:
        return
    with speaking(_language_of(found)):
        read, left, rows = given(found), _codes(found), found.rows
        import_id, who = found.id, found.made_by
        db.session.rollback()
        told: Told = {}
        if any(row["what"] in SHARED and not row["done"] for row in rows):
            with writing():
                told = dict(_take_shared(read.shared, rows, who))
        there = settling.known_here({row["code"] for row in rows if row["what"] == "article"})
        for code in left[:AT_ONCE]:
            told["article", code] = _take(code, read, there, who)
        with writing():
            _go_on(import_id, read, told, more=len(left) > AT_ONCE)


def _read_folder(found: Import) -> Given:
    contents = folder.read(archives.Archive(found.data or b""))
    entries = {entry.code: entry for entry in contents.entries}
    lang = _language_of(found)
    return Given(contents, lambda: planning.rows_of(contents, current.contents(), lang), entries.get)


_READERS: dict[str, Callable[[Import], Given]] = {"markdown": _read_folder, "shopify": shopify_import.read}


def _language_of(found: Import) -> str:
    lang = found.choices.get("lang")
    return lang if lang in LANGUAGES else LANGUAGES[0]


def _codes(found: Import) -> list[str]:
    """The articles that are still to be taken in."""
    deeds = ("new", "replace", "same")
    return [
        row["code"]
        for row in found.rows
        if row["what"] == "article" and row["deed"] in deeds and not row["done"]
    ]


def _take_shared(
    shared: Contents, rows: list[dict[str, Any]], who: str
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """People, topics and works, each for itself: what is refused is said at its row."""
    wanted = {(row["what"], row["code"]) for row in rows if row["deed"] in ("new", "replace")}
    saving: list[tuple[str, str, Callable[[], object]]] = [
        *(
            ("author", one["key"], lambda one=one: taking_in.save_author(one, shared.pictures, who))
            for one in shared.authors
        ),
        *(("topic", one["key"], lambda one=one: taking_in.save_topic(one)) for one in shared.topics),
        *(("source", one.draft.key, lambda one=one: taking_in.save_work(one)) for one in shared.works),
    ]
    for what, code, save in saving:
        said = ""
        if (what, code) in wanted:
            try:
                with db.session.begin_nested():
                    save()
            except Refused as refusal:
                said = str(refusal)
        yield (what, code), ("no" if said else "yes", said)


def _take(code: str, read: Given, there: settling.Known, who: str) -> tuple[str, str]:
    """One article, settled once more: what is here may have changed since it was looked at."""
    try:
        with writing():
            return "yes", _save(code, read, there, who)
    except Refused as refusal:
        return "no", str(refusal)
    except DBAPIError:
        raise  # the database is away or busy: the job comes again
    except Exception:  # one article that breaks does not keep the others waiting
        log.exception("article not taken in", code=code)
        return "no", _("Something is wrong with it. The log of the shop has the details.")


def _save(code: str, read: Given, there: settling.Known, who: str) -> str:
    entry = read.entry(code)
    if entry is None:
        raise Refused(_("It is not in the file any more."))
    here = next(current.entries([code]), None)
    if read.keeps and here:
        entry = settling.keeping(entry, here)
    found = settling.settled(entry, here, read.shared.pictures, there)
    if found.refused:
        raise Refused(found.refused)
    if here is None or not settling.is_same(found.entry, here):
        taking_in.save_entry(found.entry, here, read.shared.pictures, who)
    return " ".join(found.reasons)


def _go_on(import_id: int, read: Given, told: Told, *, more: bool) -> None:
    """Write down what became of these rows, and go on with the rest or end it.

    Once all articles are there, they can name each other.
    """
    found = db.session.get(Import, import_id, with_for_update=True)
    if found is None or found.state != "waiting":
        return
    rows = []
    for row in found.rows:
        done, said = told.get((row["what"], row["code"]), (row["done"], row["why"]))
        rows.append(
            row | {"done": done, "why": row["why"] if said in row["why"] else f"{row['why']} {said}".strip()}
        )
    found.rows = rows
    if more:
        enqueue(JOB, {"import": import_id}, plugin="blog")
        return
    done = {row["code"] for row in rows if row["what"] == "article" and row["done"] == "yes"}
    here = {entry.code: entry for entry in current.entries(done)}
    for entry in read.shared.entries:
        if entry.code in done:
            taking_in.save_related(settling.completed(entry, here.get(entry.code)))
    found.state, found.data = "done", None
