"""Carts from articles, and adding up: exact on both databases, with two workers and a crash between."""

from __future__ import annotations

import contextlib
import threading
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from plugins.blog import counting, hooks, origin
from plugins.blog.models import DaySum, Event
from plugins.blog.origin import Origin
from plugins.blog.rules import PLACEMENTS
from storefront.plugin_api import LANGUAGES, db, writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, SMALL

CODES = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,59}", fullmatch=True)


@given(CODES, st.sampled_from(PLACEMENTS), st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES))
def test_the_word_says_where_it_was_and_fits_its_column(
    code: str, placement: str, lang: str, other: str
) -> None:
    place = Origin(code, placement, lang)
    assert origin.read(place.word, other) == place
    assert len(place.word) <= 120


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("article:magnesium:card", Origin("magnesium", "card", "nl")),
        ("article:magnesium:order-now", Origin("magnesium", "end", "nl")),
        ("article:magnesium:lead:en", Origin("magnesium", "lead", "en")),
        ("article:magnesium:order-now:en", None),
        ("article:magnesium:card:de", None),
        ("article:magnesium:middle:en", None),
        ("article::card:en", None),
        ("article:" + "x" * 61 + ":card:en", None),
        ("article:magnesium:card:en:more", None),
        ("article:Magnesium:card:en", None),
        ("article:magnesium:card:en\n", None),
        ("blog:nmn", None),
        ("", None),
    ],
)
def test_old_words_count_with_the_language_of_the_order_and_nonsense_not_at_all(
    word: str, found: Origin | None
) -> None:
    assert origin.read(word, "nl") == found


def sums() -> dict[tuple[str, str, str], int]:
    """(article, language, measure) -> count, of all days."""
    db.session.rollback()
    keys = (DaySum.article_code, DaySum.lang, DaySum.measure)
    rows = db.session.execute(select(*keys, func.sum(DaySum.count)).group_by(*keys))
    return {(row[0], row[1], row[2]): int(row[3]) for row in rows}


def left() -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.count()).select_from(Event)) or 0)


def test_a_cart_from_an_article_is_counted_where_it_was_pressed(
    client: FlaskClient, app: Flask, people: None, write: Any
) -> None:
    shelf.fill(10)
    code = write("Magnesium and sleep")
    for sku, source in (
        (SMALL, f"article:{code}:card:nl"),
        (SMALL, f"article:{code}:end:nl"),
        (LARGE, f"article:{code}:order-now"),
        (LARGE, "article:no-such:card:nl"),
        (LARGE, "blog:magnesium"),
    ):
        answer = client.post("/en/cart/add", data={"sku": sku, "source": source})
        assert answer.status_code == 303
    counting.fold_all()
    assert sums() == {(code, "nl", "cart:card"): 1, (code, "nl", "cart:end"): 1, (code, "en", "cart:end"): 1}


def noted(count: int, day: date = date(2026, 6, 1)) -> None:
    with writing():
        for number in range(count):
            lang, depth = ("nl", "en")[number % 2], number % 101
            values = {"day": day, "article_code": f"a{number % 3}", "lang": lang, "kind": "view"}
            db.session.add(Event(**values, depth=depth, placements="card" if number % 5 == 0 else ""))


def test_adding_up_takes_every_row_once_however_many_at_once(any_app: Flask) -> None:
    noted(205)
    assert [counting.fold(most=50) for _turn in range(6)] == [50, 50, 50, 50, 5, 0]
    assert left() == 0
    found = sums()
    assert sum(count for (_code, _lang, measure), count in found.items() if measure == "view") == 205
    assert sum(count for (_code, _lang, measure), count in found.items() if measure == "seen:card") == 41
    read = [sum(n % 101 >= least for n in range(205)) for least in counting.DEPTHS]
    by_depth = [sum(c for key, c in found.items() if key[2] == f"read{least}") for least in counting.DEPTHS]
    assert by_depth == read
    noted(1)
    counting.fold_all()
    assert sums()["a0", "nl", "view"] == found["a0", "nl", "view"] + 1


def test_a_crash_before_the_end_loses_nothing_and_doubles_nothing(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted(30)
    with monkeypatch.context() as patched:
        patched.setattr(counting, "_add_up", _crash)
        with pytest.raises(RuntimeError):
            counting.fold()
    assert (left(), sums()) == (30, {})
    counting.fold_all()
    assert sum(count for key, count in sums().items() if key[2] == "view") == 30


def _crash(_sums: object) -> None:
    raise RuntimeError("the worker ends here")


def test_two_workers_at_once_add_up_each_row_once(any_app: Flask) -> None:
    noted(400)

    def work() -> None:
        with any_app.app_context():
            for _turn in range(40):
                with contextlib.suppress(DBAPIError):  # one gives way; its rows are taken at the next turn
                    counting.fold(most=25)
            db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    counting.fold_all()
    assert left() == 0
    assert sum(count for key, count in sums().items() if key[2] == "view") == 400


def test_the_worker_adds_up_every_five_minutes(app: Flask) -> None:
    work = hooks.periodic_jobs()["blog.fold"]
    assert (work.every.total_seconds(), work.function) == (300, counting.fold_all)
