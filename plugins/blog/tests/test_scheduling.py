"""The states of a text and their edges, publishing at a moment, and the address that ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from plugins.blog import actions, library, previewing, rules
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.models import Article, ArticleText
from plugins.blog.scheduling import moment_of, publish, publish_overdue, read_hour
from plugins.blog.tests.admin_forms import message, opened
from storefront.accounts.models import AuditRecord
from storefront.jobs.models import Job
from storefront.plugin_api import Refused, db, writing
from storefront.worker import run_one

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
Write = Callable[..., str]


def test_a_moment_is_one_of_the_shops_clock_and_not_in_the_hour_that_it_skips() -> None:
    summer, winter = date(2027, 3, 28), date(2026, 10, 25)
    assert moment_of(date(2026, 6, 12), time(7), AMSTERDAM) == datetime(2026, 6, 12, 5, tzinfo=UTC)
    assert moment_of(summer, time(2, 30), AMSTERDAM) is None
    assert moment_of(summer, time(3), AMSTERDAM) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert moment_of(winter, time(2, 30), AMSTERDAM) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert [read_hour(text) for text in ("07:30", "7:30", "23:59")] == [
        time(7, 30),
        time(7, 30),
        time(23, 59),
    ]
    for wrong in ("", "7", "24:00", "07:60", "07:3", "x7:30", "07:30:00", "-7:30", "०७:३०"):
        assert read_hour(wrong) is None, wrong


def test_the_edges_are_those_that_the_marketer_reads() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "marketing.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| ([\w, ]+) \|$", guide, re.MULTILINE)
    told = {before: set(after.split(", ")) for before, after in rows if before in rules.STATES}
    assert told == {before: set(after) for before, after in rules.EDGES.items()}


def test_the_states_and_their_edges(app: Flask, people: None) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    for before in rules.STATES:
        for after in rules.STATES:
            text = TextDraft(title="T", body="B.", slug=f"{before}-{after}", state=before, publish_at=later)
            wanted = TextDraft(title="T", body="B.", slug=text.slug, state=after, publish_at=later)
            with writing():
                code = actions.create_article(ArticleDraft(author="ada", texts={"nl": text})).code
            draft = ArticleDraft(author="ada", texts={"nl": wanted})
            if before == after or after in rules.EDGES[before]:
                with writing():
                    actions.save_article(code, draft)
            else:
                with pytest.raises(Refused) as refused, writing():
                    actions.save_article(code, draft)
                assert refused.value.status == 409


def life(app: Flask) -> tuple[str, str, datetime | None, datetime | None]:
    """The state of the only Dutch text, what its readers get, and its moments."""
    db.session.rollback()
    query = select(ArticleText).where(ArticleText.lang == "nl", ArticleText.title == "Zink")
    text = db.session.scalars(query).one()
    seen = app.test_client().get("/nl/blog/zink").status
    return text.state, seen, text.publish_at, text.published_at


def nobody_sees(app: Flask, *, but: str = "") -> None:
    """No list, feed, map or product of the shop holds the text."""
    reader = app.test_client()
    for path in ("/nl/blog", "/nl/blog/feed.xml", "/sitemap.xml", "/nl/", "/nl/search?q=zink", "/en/blog"):
        page = reader.get(path).get_data(as_text=True)
        assert ("/nl/blog/zink" in page) == (bool(but) and path != "/en/blog"), path


def schedule(editor: FlaskClient, path: str) -> None:
    """Schedule the Dutch text for 25 November, 07:30, after moments that cannot be."""
    for day, hour, field in (
        ("", "07:30", "nl-publish_day"),
        ("2026-11-25", "soon", "nl-publish_hour"),
        ("2026-11-24", "07:30", "nl-publish_day"),
        ("2027-03-28", "02:30", "nl-publish_hour"),
    ):
        form = opened(editor, path) | {"nl-publish_day": day, "nl-publish_hour": hour, "do": "schedule-nl"}
        answer = editor.post(path, data=form)
        assert answer.status_code == 422
        assert message(answer, field), field
    form = form | {"nl-publish_day": "2026-11-25", "nl-publish_hour": "07:30"}
    assert editor.post(path, data=form).status_code == 303


def work() -> None:
    """Let the worker do all that is due."""
    while run_one():
        pass


def test_the_whole_life_of_a_text(any_app: Flask) -> None:
    with writing():
        library.save_author("Ada Pen", {"nl": "", "en": ""}, {"nl": "", "en": ""}, new_key="ada")
    with time_machine.travel(datetime(2026, 11, 24, 18, tzinfo=UTC), tick=True) as clock:
        writer, editor = any_app.test_client(), any_app.test_client()
        writer.post("/dev/enter/marketer")
        editor.post("/dev/enter/admin")
        path = "/admin/blog/edit/zink"
        form = opened(writer, "/admin/blog/new") | {"nl-title": "Zink", "nl-body": "Zink is een mineraal."}
        assert writer.post("/admin/blog/new", data=form | {"do": "save"}).status_code == 303
        assert life(any_app)[:2] == ("draft", "404 NOT FOUND")
        answer = writer.post(path, data=opened(writer, path) | {"do": "review-en"})
        assert answer.status_code == 422
        assert message(answer, "en-title")
        form = opened(writer, path) | {"author": "ada", "do": "review-nl"}
        assert writer.post(path, data=form).status_code == 303
        assert life(any_app)[:2] == ("review", "404 NOT FOUND")
        assert "Ter beoordeling: NL" in editor.get("/admin/").get_data(as_text=True)
        schedule(editor, path)
        form = opened(editor, path) | {"nl-publish_hour": "08:00", "do": "save"}  # another moment
        assert editor.post(path, data=form).status_code == 303
        moment = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
        assert life(any_app) == ("scheduled", "404 NOT FOUND", moment, None)
        assert "25 november 2026" in editor.get("/admin/").get_data(as_text=True)
        nobody_sees(any_app)
        work()
        clock.move_to(datetime(2026, 11, 25, 6, 45, tzinfo=UTC))
        work()  # the job of the first moment does nothing
        assert life(any_app)[0] == "scheduled"
        clock.move_to(datetime(2026, 11, 25, 7, 0, 5, tzinfo=UTC))
        work()
        state, seen, planned, published = life(any_app)
        assert (state, seen, planned) == ("published", "200 OK", None)
        assert published is not None and published >= moment
        nobody_sees(any_app, but="published")
        form = opened(editor, path)
        assert form["nl-published_on"] == "2026-11-25"
        assert editor.post(path, data=form | {"do": "archive-nl"}).status_code == 303
        assert life(any_app) == ("archived", "404 NOT FOUND", None, published)
        nobody_sees(any_app)
        versions = editor.get(f"{path}/versions?text_lang=nl").get_data(as_text=True)
        for deed in ("gearchiveerd", "gepubliceerd", "ingepland", "ter beoordeling gegeven", "opgeslagen"):
            assert deed in versions
        deeds = list(db.session.scalars(select(AuditRecord.action).where(AuditRecord.target == "zink")))
        assert deeds == [
            "article.save",
            "article.review-nl",
            "article.schedule-nl",
            "article.save",
            "article.published-nl",
            "article.archive-nl",
        ]


@pytest.fixture
def planned(app: Flask, people: None, write: Write) -> tuple[ArticleText, dict[str, object]]:
    """A scheduled text, and the payload of its job."""
    at = datetime.now(UTC) + timedelta(hours=1)
    values = {"title": "Zink", "body": "Tekst.", "state": "scheduled", "publish_at": at}
    with writing():
        actions.create_article(ArticleDraft(author="ada", texts={"nl": TextDraft(**values)}))
    text = db.session.scalars(select(ArticleText)).one()
    job = db.session.scalars(select(Job).where(Job.name == actions.PUBLISH)).one()
    assert job.run_at == at
    return text, job.payload


def test_a_job_that_comes_twice_or_too_late_does_nothing(
    planned: tuple[ArticleText, dict[str, object]],
) -> None:
    text, payload = planned
    for _time in range(2):
        with writing():
            publish(payload)
    assert (text.state, text.publish_at) == ("published", None)
    first = text.published_at
    with writing():
        actions.set_state(text, "draft")
    with writing():
        publish(payload)
        publish({"text": 999, "at": payload["at"]})
    assert (text.state, text.published_at) == ("draft", first)


def test_a_text_whose_job_was_lost_is_published_too(planned: tuple[ArticleText, dict[str, object]]) -> None:
    text, _payload = planned
    assert text.publish_at is not None
    for late, state in ((timedelta(minutes=9), "scheduled"), (timedelta(minutes=11), "published")):
        with time_machine.travel(text.publish_at + late, tick=False):
            publish_overdue()
        assert text.state == state
        if state == "scheduled":
            assert text.publish_at is not None


def test_what_may_not_be_published_any_more_goes_into_review(
    planned: tuple[ArticleText, dict[str, object]],
) -> None:
    text, payload = planned
    with writing():
        db.session.execute(update(Article).values(author_id=None))
    with writing():
        publish(payload)
    assert (text.state, text.published_at) == ("review", None)
    record = db.session.scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record is not None
    assert (record.action, record.details) == ("article.not-published-nl", {"why": ["author"]})


def test_a_save_at_that_instant_keeps_what_the_worker_did(
    planned: tuple[ArticleText, dict[str, object]],
) -> None:
    text, payload = planned
    with writing():
        publish(payload)
    typed = TextDraft(title="Zink", slug="zink", body="Andere tekst.")  # from an editor opened before
    with writing():
        actions.save_article("zink", ArticleDraft(author="ada", texts={"nl": typed}))
    assert (text.state, text.body) == ("published", "Andere tekst.")


def test_a_preview_ends_and_is_nobodys_to_keep(app: Flask, people: None, write: Write) -> None:
    body = "Tekst.\n\n:::order-now a | Bestel"
    code = write("Zink", state="draft", body=body)
    reader = app.test_client()
    with time_machine.travel(datetime(2026, 11, 24, 18, tzinfo=UTC), tick=False) as clock:
        path = f"/nl/blog/preview/{previewing.token(code, 'nl')}"
        page = reader.get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        html = page.get_data(as_text=True)
        assert '<meta name="robots" content="noindex, nofollow">' in html
        assert "Voorvertoning, niet gepubliceerd" in html
        assert 'name="source"' not in html
        assert "Set-Cookie" not in page.headers
        for wrong in (path[:-1], path.replace("/nl/", "/en/"), "/nl/blog/preview/x"):
            assert reader.get(wrong).status_code == 404
        clock.shift(timedelta(days=7, seconds=2))
        assert reader.get(path).status_code == 404
        again = f"/nl/blog/preview/{previewing.token(code, 'nl')}"
        with writing():
            texts = {"nl": TextDraft(title="Zink", body=body, state="published")}
            actions.save_article(code, ArticleDraft(author="ada", texts=texts))
        moved = reader.get(again)
        assert (moved.status_code, moved.headers["Cache-Control"]) == (302, "no-store")
        assert moved.location.endswith("/nl/blog/zink")


def test_words_of_our_own_addresses_are_no_address_of_an_article(people: None) -> None:
    for word in ("preview", "authors", "topics", "seen"):
        with pytest.raises(Refused), writing():
            actions.create_article(ArticleDraft(texts={"nl": TextDraft(title="T", slug=word)}))


def test_whoever_comes_first_the_worker_and_a_save_agree(any_app: Flask) -> None:
    with writing():
        library.save_author("Ada Pen", {"nl": "", "en": ""}, {"nl": "", "en": ""}, new_key="ada")
    at = datetime.now(UTC) + timedelta(hours=1)
    for number, wanted in enumerate(["", "draft"] * 4):
        code, title = f"zink-{number}", f"Zink {number}"
        values = {"title": title, "slug": code, "body": "Tekst."}
        first = TextDraft(**values, state="scheduled", publish_at=at)
        with writing():
            actions.create_article(ArticleDraft(author="ada", texts={"nl": first}), code)
            text_id = db.session.scalars(select(ArticleText.id).where(ArticleText.slug == code)).one()
        typed = TextDraft(**values | {"body": "Andere tekst."}, state=wanted)
        draft = ArticleDraft(author="ada", texts={"nl": typed})
        start = Barrier(2)

        def save(code: str = code, draft: ArticleDraft = draft, start: Barrier = start) -> None:
            start.wait()
            with any_app.app_context(), writing():
                actions.save_article(code, draft)

        def job(text_id: int = text_id, start: Barrier = start) -> None:
            start.wait()
            with any_app.app_context(), writing():
                publish({"text": text_id, "at": at.isoformat()})

        with ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(save), threads.submit(job)]:
                done.result()
        db.session.rollback()
        text = db.session.get_one(ArticleText, text_id)
        assert (text.state, text.publish_at, text.body) == (wanted or "published", None, "Andere tekst.")
