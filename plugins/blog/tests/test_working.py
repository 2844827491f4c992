"""Working copies: kept beside the article, offered again, tidied away; and who has an article open."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from plugins.blog import admin_queries, working
from plugins.blog.models import Article, WorkingCopy
from plugins.blog.tests.admin_forms import EDIT, Sent, opened, parsed
from plugins.blog.working import Window
from storefront import content_version
from storefront.plugin_api import Refused, db, now, writing

KEY, OTHER = "a-key-of-a-window-1234", "a-key-of-a-window-5678"
NEW = "/admin/blog/new"


@pytest.fixture
def marketer(marketer_client: FlaskClient) -> FlaskClient:
    """A marketer who reads English."""
    marketer_client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return marketer_client


def copies() -> dict[str, WorkingCopy]:
    db.session.rollback()
    return {copy.key: copy for copy in db.session.scalars(select(WorkingCopy))}


def send(
    client: FlaskClient, sent: Sent, typed: dict[str, str] | None, code: str = "magnesium-brain"
) -> TestResponse:
    """What the script sends: all that stands in the window after typing, or nothing (None)."""
    fields = None if typed is None else [[name, value] for name, value in (sent | typed).items(multi=True)]
    given = {"key": sent["working_key"], "code": code, "seen": sent["shown_at"], "fields": fields}
    data = {"csrf_token": sent["csrf_token"], "fields": json.dumps(given)}
    return client.post("/admin/blog/working", data=data)


def test_a_window_is_one_row_and_belongs_to_one_person(
    any_app: Flask, people: None, write: Callable[..., str]
) -> None:
    code = write("Magnesium")
    edited = admin_queries.article_to_edit(code)
    assert edited is not None
    before, token = edited.article.updated_at, content_version.read()
    window = Window(KEY, code, "Ada", before)
    for fields in (None, {"en-title": ["Magnesium now"], "topics": ["minerals", "sport"]}, None):
        with writing():
            working.keep(window, fields)
    with pytest.raises(Refused), writing():
        working.keep(Window(KEY, code, "Rik", before), {"en-title": ["Not mine"]})
    kept = copies()[KEY]
    assert (kept.article_code, kept.actor, kept.based_on) == (code, "Ada", before)
    assert kept.fields == {"en-title": ["Magnesium now"], "topics": ["minerals", "sport"]}
    edited = admin_queries.article_to_edit(code)
    assert edited is not None and edited.article.updated_at == before
    assert content_version.read() == token
    assert [copy.key for copy in working.unsaved(code, "Ada", edited.texts)] == [KEY]
    assert working.unsaved(code, "Ada", edited.texts, besides=KEY) == []
    assert working.unsaved(code, "Rik", edited.texts) == []
    (there,) = working.present(code, "Rik", edited.texts)
    assert (there.name, there.langs) == ("Ada", ("en",))
    assert working.present(code, "Ada", edited.texts) == []
    with writing():
        working.drop(KEY, "Rik")
    assert KEY in copies()
    with writing():
        working.drop(KEY, "Ada")
    assert copies() == {}


def test_who_is_not_heard_of_is_gone_and_old_text_is_tidied(
    any_app: Flask, people: None, write: Callable[..., str]
) -> None:
    code = write("Magnesium")
    edited = admin_queries.article_to_edit(code)
    assert edited is not None
    with writing():
        working.keep(Window(KEY, code, "Ada", None), {"nl-title": ["Anders"]})
        working.keep(Window(OTHER, code, "Ada", None), None)
    with time_machine.travel(now() + timedelta(minutes=1), tick=False):
        assert [one.name for one in working.present(code, "Rik", edited.texts)] == ["Ada"]
        working.tidy()
        assert set(copies()) == {KEY, OTHER}
    with time_machine.travel(now() + timedelta(minutes=3), tick=False):
        assert working.present(code, "Rik", edited.texts) == []
        working.tidy()
        assert set(copies()) == {KEY}
    with time_machine.travel(now() + working.KEPT + timedelta(days=1), tick=False):
        working.tidy()
    assert copies() == {}


def test_text_that_was_not_saved_is_offered_taken_back_and_gone_when_saved(
    demo_app: Flask, marketer: FlaskClient
) -> None:
    first = opened(marketer)
    said = send(
        marketer,
        first,
        {"en-title": "Half a title", "topics": ["creatine"], "en_cta-wording": "Only {price}"},
    )
    assert said.status_code == 200 and "Draft saved" in said.text and "not saved" not in said.text
    page = marketer.get(EDIT)
    assert "that was not saved" in page.text and "Half a title" not in page.text
    compared = marketer.get(f"/admin/blog/working/{first['working_key']}")
    assert compared.status_code == 200 and "Half" in compared.text
    taken = f"{EDIT}?copy={first['working_key']}"
    again = opened(marketer, taken)
    assert again["en-title"] == "Half a title" and again.getlist("topics") == ["creatine"]
    assert again["en_cta-wording"] == "Only {price}"
    assert again["shown_at"] == first["shown_at"] and again["working_key"] == first["working_key"]
    assert "that was not saved" not in marketer.get(taken).text
    refused = marketer.post(taken, data=again | {"en-slug": "Not an address", "do": "save"})
    assert refused.status_code == 422 and copies()
    assert marketer.post(taken, data=again | {"do": "save"}).status_code == 303
    assert copies() == {}
    assert db.session.scalar(select(Article.id).where(Article.code == "magnesium-brain"))
    assert "that was not saved" not in marketer.get(EDIT).text


def test_a_new_article_is_kept_too_and_can_be_thrown_away(marketer: FlaskClient) -> None:
    first = opened(marketer, NEW)
    send(marketer, first, {"nl-title": "Nieuw stuk"}, code="")
    assert "that was not saved" in marketer.get(NEW).text
    assert "that was not saved" not in marketer.get(EDIT).text
    key = first["working_key"]
    assert opened(marketer, f"{NEW}?copy={key}")["nl-title"] == "Nieuw stuk"
    token = {"csrf_token": first["csrf_token"]}
    thrown = marketer.post("/admin/blog/working/drop", data=token | {"key": key}, follow_redirects=True)
    assert "thrown away" in thrown.text
    assert copies() == {}
    assert marketer.get(f"/admin/blog/working/{key}").status_code == 404


def test_the_second_sees_who_and_what_and_on_a_conflict_both_texts(
    demo_app: Flask, marketer: FlaskClient, admin_client: FlaskClient
) -> None:
    admin_client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    mine = opened(marketer)
    send(marketer, mine, {"en-lead": "A lead of mine."})
    page = admin_client.get(EDIT)
    (note,) = [one for one in parsed(page).iter("div") if "data-present" in one.attrib]
    told = " ".join("".join(note.itertext()).split())
    assert "has had this article open since" in told and "The English text was changed" in told
    theirs = opened(admin_client)
    assert "and is not saved" not in send(marketer, mine, None).text  # one does not see oneself
    assert (
        admin_client.post(EDIT, data=theirs | {"en-lead": "A lead of theirs.", "do": "save"}).status_code
        == 303
    )
    warned = send(marketer, mine, {"en-lead": "A lead of mine."})
    assert "saved this article at" in warned.text
    conflict = marketer.post(EDIT, data=mine | {"en-lead": "A lead of mine.", "do": "save"})
    assert conflict.status_code == 409
    (shown,) = [one for one in parsed(conflict).iter("details") if "data-conflict" in one.attrib]
    told = " ".join("".join(shown.itertext()).split())
    assert "theirs" in told and "mine" in told and "Title" not in told
    assert copies()[mine["working_key"]].fields["en-lead"] == ["A lead of mine."]


NEVER_SENT: list[dict[str, Any]] = [
    {"key": "short"},
    {"key": 5},
    {"code": "Not a code"},
    {"code": None},
    {"fields": {"en-title": "x"}},
    {"fields": [["en-title"]]},
    {"fields": [["en-title", 5]]},
    {"fields": [["en-title", "a\x00b"]]},
    {"fields": [["x" * 100, "y"]]},
    {"fields": [["a", "b"]] * 2_000},
]


def test_what_the_script_never_sends_is_refused(marketer: FlaskClient) -> None:
    token = opened(marketer)["csrf_token"]
    for changes in NEVER_SENT:
        given = {"key": KEY, "code": "", "seen": "", "fields": []} | changes
        data = {"csrf_token": token, "fields": json.dumps(given)}
        assert marketer.post("/admin/blog/working", data=data).status_code == 400, changes
    assert copies() == {}


def test_shapes_tokens_and_strangers(marketer: FlaskClient, demo_app: Flask) -> None:
    sent = opened(marketer)
    token = sent["csrf_token"]
    for text in ("", "[", "[]", "null", "[" * 100_000, '"x"', "{}"):
        answer = marketer.post("/admin/blog/working", data={"csrf_token": token, "fields": text})
        assert answer.status_code == 400, text[:10]
    large = json.dumps({"key": KEY, "code": "", "seen": "", "fields": [["a", "b" * 400_000]]})
    assert (
        marketer.post("/admin/blog/working", data={"csrf_token": token, "fields": large}).status_code == 400
    )
    assert send(marketer, sent | {"csrf_token": "wrong"}, {}).status_code == 403
    lone = marketer.post(
        "/admin/blog/working",
        data={
            "csrf_token": token,
            "fields": f'{{"key": "{KEY}", "code": "", "seen": "", "fields": [["nl-title", "\\ud800"]]}}',
        },
    )
    assert lone.status_code == 200 and marketer.get(f"{NEW}?copy={KEY}").status_code == 200
    assert demo_app.test_client().post("/admin/blog/working").status_code == 303
