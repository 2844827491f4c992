"""Counting what readers do: each view and each cart is a row, and a job adds the rows up per day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from storefront.plugin_api import db, today, writing

from . import origin
from .models import Article, ArticleText, DaySum, Event
from .rules import PLACEMENTS

DEPTHS = (25, 50, 75, 100)
IN_SIGHT = tuple(word for word in PLACEMENTS if word != "link")  # what can be pressed to buy
AT_ONCE = 20_000
Key = tuple[date, str, str, str]  # the primary key of DaySum


def note_view(code: str, lang: str, depth: int, seen: Collection[str]) -> bool:
    """A reader looked at an article. False when readers have no such article in this language."""
    if not _is_published(code, lang):
        return False
    placements = " ".join(word for word in IN_SIGHT if word in seen)
    _add(code, lang, "view", depth, placements)
    return True


def note_cart(source: str, lang: str) -> bool:
    """Something was put into a cart. False when that was not in an article."""
    place = origin.read(source, lang)
    if place is None or not _is_published(place.article, place.lang):
        return False
    _add(place.article, place.lang, "cart", 0, place.placement)
    return True


def _add(code: str, lang: str, kind: str, depth: int, placements: str) -> None:
    values = {"day": today(), "article_code": code, "lang": lang, "kind": kind}
    db.session.execute(insert(Event).values(**values, depth=depth, placements=placements))


def _is_published(code: str, lang: str) -> bool:
    there = select(ArticleText.id).join(Article, Article.id == ArticleText.article_id)
    there = there.where(Article.code == code, ArticleText.lang == lang, ArticleText.state == "published")
    return db.session.scalar(there) is not None


def measures(kind: str, depth: int, placements: str) -> list[str]:
    """What a row counts for."""
    words = placements.split()
    if kind == "cart":
        return [f"cart:{word}" for word in words]
    read = [f"read{least}" for least in DEPTHS if depth >= least]
    return ["view", *read, *(["seen"] if words else []), *(f"seen:{word}" for word in words)]


def fold_all() -> None:
    """Add up all rows that there are; those that arrive meanwhile have time until the next turn."""
    while fold() == AT_ONCE:
        pass


def fold(most: int = AT_ONCE) -> int:
    """Add up the oldest rows and delete them, in one transaction; how many there were.

    A row is taken by its deletion: of two workers only one gets it, and when one ends in the middle all of
    its rows are still there.
    """
    with writing():
        oldest = select(Event.id).order_by(Event.id).limit(most)
        taken = db.session.execute(
            delete(Event)
            .where(Event.id.in_(oldest.scalar_subquery()))
            .returning(Event.day, Event.article_code, Event.lang, Event.kind, Event.depth, Event.placements)
            .execution_options(synchronize_session=False)
        ).all()
        _add_up(added(taken))
    return len(taken)


def added(rows: Iterable[Sequence[Any]]) -> Counter[Key]:
    """The rows, as (day, article, language, kind, depth, placements), added up by what they count for."""
    alike = Counter(map(tuple, rows))
    sums: Counter[Key] = Counter()
    for (day, code, lang, *rest), count in alike.items():
        for measure in measures(*rest):
            sums[day, code, lang, measure] += count
    return sums


def _add_up(sums: Counter[Key]) -> None:
    if not sums:
        return
    days = {day for day, *_rest in sums}
    keys = (DaySum.day, DaySum.article_code, DaySum.lang, DaySum.measure)
    found = db.session.execute(select(*keys).where(DaySum.day.in_(days)))
    there = {tuple(row) for row in found}
    rows = [
        {"on": day, "of": code, "said": lang, "what": measure, "more": count}
        for (day, code, lang, measure), count in sorted(sums.items())
    ]
    known = [row for row in rows if (row["on"], row["of"], row["said"], row["what"]) in there]
    new = [row for row in rows if (row["on"], row["of"], row["said"], row["what"]) not in there]
    table = DaySum.__table__
    if known:
        same = (
            (table.c.day == bindparam("on"))
            & (table.c.article_code == bindparam("of"))
            & (table.c.lang == bindparam("said"))
            & (table.c.measure == bindparam("what"))
        )
        more = update(DaySum).where(same).values(count=table.c.count + bindparam("more"))
        db.session.connection().execute(more, known)
    if new:
        names = {"on": "day", "of": "article_code", "said": "lang", "what": "measure", "more": "count"}
        values = [{names[name]: value for name, value in row.items()} for row in new]
        db.session.connection().execute(insert(DaySum), values)
