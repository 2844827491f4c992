"""What an article's page tells when it was read: the answer, what is stored, and who is left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.blog import bots, counting
from plugins.blog.models import Event
from storefront import content_version, transactions
from storefront.plugin_api import db, today

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
READER = {"Sec-Fetch-Site": "same-origin", "User-Agent": BROWSER}


def tell(client: FlaskClient, headers: dict[str, str] | None = None, **data: str) -> Any:
    values = {"article": "magnesium-and-sleep", "depth": "80", "seen": "card end"} | data
    return client.post("/en/blog/seen", data=values, headers=READER if headers is None else headers)


def stored() -> list[tuple[Any, ...]]:
    db.session.rollback()
    columns = (Event.day, Event.article_code, Event.lang, Event.kind, Event.depth, Event.placements)
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(Event.id))]


@pytest.fixture
def article(people: None, write: Any) -> str:
    return str(write("Magnesium and sleep"))


def test_a_view_is_a_row_without_anything_of_the_reader(
    client: FlaskClient, app: Flask, article: str, queries: Any
) -> None:
    before = token()
    with queries(app) as seen:
        answer = tell(client)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Set-Cookie" not in answer.headers
    assert "Content-Type" not in answer.headers
    assert stored() == [(today(), article, "en", "view", 80, "card end")]
    assert len(seen) <= 2, "\n".join(seen)
    assert token() == before  # kept pages stay right
    assert {column.name for column in Event.__table__.columns} == {
        *("id", "day", "article_code", "lang", "kind", "depth", "placements")
    }


def token() -> str:
    db.session.rollback()
    return str(db.session.execute(select(content_version.CONTENT_VERSION.c.token)).scalar_one())


@pytest.mark.parametrize(
    "data",
    [
        {"article": "no-such"},
        {"article": ""},
        {"article": "x" * 61},
        {"article": "a\x00b"},
        {"depth": "101"},
        {"depth": "-1"},
        {"depth": "9" * 5000},
        {"depth": "²"},
        {"depth": ""},
        {"depth": "1.5"},
    ],
)
def test_nonsense_is_answered_like_a_view_and_not_counted(
    client: FlaskClient, article: str, data: dict[str, str]
) -> None:
    assert tell(client, **data).status_code == 204
    assert stored() == []


def test_a_body_of_another_kind_or_too_large_is_nonsense(client: FlaskClient, article: str) -> None:
    for body, kind in ((b"{}", "application/json"), (b"\xff" * 9, "text/plain"), (b"", "")):
        assert client.post("/en/blog/seen", data=body, content_type=kind, headers=READER).status_code == 204
    assert tell(client, seen="x" * 2_000_000).status_code == 204
    assert stored() == []


def test_only_places_that_sell_are_noted_each_once(client: FlaskClient, article: str) -> None:
    tell(client, seen="end end link <b> card" + " nothing" * 500)
    tell(client, seen="")
    assert [row[5] for row in stored()] == ["card end", ""]


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": BROWSER},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        READER | {"Sec-Purpose": "prefetch;prerender"},
        READER | {"Purpose": "prefetch"},
    ],
)
def test_programs_and_pages_fetched_ahead_are_left_out(
    client: FlaskClient, article: str, headers: dict[str, str]
) -> None:
    assert tell(client, {"User-Agent": "", **headers}).status_code == 204
    assert stored() == []


@pytest.mark.parametrize(
    "agent",
    [
        BROWSER,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
        "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) Chrome/131.0 Mobile Safari/537.36",
    ],
)
def test_readers_are_no_bots(agent: str) -> None:
    assert not bots.is_bot(agent)


@pytest.mark.parametrize(
    "agent", ["", "  ", "curl/8.5.0", "Mozilla/5.0 HeadlessChrome/131.0", "bingbot/2.0", "AhrefsBot/7.0"]
)
def test_bots_are(agent: str) -> None:
    assert bots.is_bot(agent)


def test_drafts_and_missing_languages_have_no_readers(client: FlaskClient, people: None, write: Any) -> None:
    draft, dutch = write("A draft", published=False), write("Only Dutch", langs=("nl",))
    for code in (draft, dutch):
        tell(client, article=code)
    assert stored() == []


def test_it_answers_while_the_database_is_locked(
    client: FlaskClient, article: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_options: object) -> None:
        raise transactions.DBAPIError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(transactions.db.session, "connection", refused)
        assert tell(client).status_code == 204
    assert stored() == []


def test_the_page_names_its_article_and_sets_no_cookie(client: FlaskClient, article: str, read: Any) -> None:
    page = read(client, "/en/blog/magnesium-and-sleep")
    told = page.one(".//article[@data-seen-at]")
    assert (told.get("data-article"), told.get("data-seen-at")) == (article, "/en/blog/seen")
    assert "Set-Cookie" not in client.get("/en/blog/magnesium-and-sleep").headers
    assert client.get("/en/blog/seen").status_code == 404


def test_what_a_row_counts_for() -> None:
    assert counting.measures("view", 0, "") == ["view"]
    assert counting.measures("view", 75, "card end") == [
        *("view", "read25", "read50", "read75", "seen", "seen:card", "seen:end")
    ]
    assert counting.measures("cart", 0, "end") == ["cart:end"]
    day = date(2026, 6, 1)
    rows = [(day, "a", "nl", "view", 100, "end")] * 3 + [(day, "a", "nl", "cart", 0, "end")]
    assert counting.added(rows)[day, "a", "nl", "read100"] == 3
    longest = max(len(one) for one in counting.measures("view", 100, " ".join(counting.IN_SIGHT)))
    assert longest <= 16
    assert len(" ".join(counting.IN_SIGHT)) <= 40
