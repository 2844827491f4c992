"""What a translation lacks, as staff see it: in the editor, in the list of articles and in the overview."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, select

from plugins.blog import actions
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.models import ArticleText, TextBlock
from plugins.blog.tests.admin_forms import fields, opened, parsed
from storefront.plugin_api import db, writing

pytestmark = pytest.mark.usefixtures("people")
OVERVIEW = "/admin/blog/languages"


@pytest.fixture
def writer(app: Flask) -> FlaskClient:
    """A marketer of a shop with an empty blog, in English."""
    client = app.test_client()
    client.post("/dev/enter/marketer")
    return client


def row(client: FlaskClient, path: str, title: str) -> str:
    """What the row of an article says."""
    rows = [" ".join("".join(tr.itertext()).split()) for tr in parsed(client.get(path)).iter("tr")]
    (found,) = [words for words in rows if title in words]
    return found


def test_one_changed_paragraph_is_shown_and_answered(writer: FlaskClient, write: Callable[..., str]) -> None:
    code = write("Zink", body="Een alinea.\n\nNog een alinea.")
    path = f"/admin/blog/edit/{code}"
    form = opened(writer, path) | {"nl-body": "Een andere alinea.\n\nNog een alinea.", "do": "save"}
    assert writer.post(path, data=form).status_code == 303
    assert "1 wijziging achter" in row(writer, OVERVIEW, "Zink")
    assert "1 wijziging achter" in row(writer, "/admin/blog/", "Zink")
    page = writer.get(path)
    (button,) = [b for b in parsed(page).iter("button") if str(b.get("value")).startswith("right:")]
    assert "toegevoegd: andere" in " ".join(page.get_data(as_text=True).split()).replace("</span>", "")
    typed = fields(page) | {"en-title": "Typed and not saved", "do": button.get("value")}
    answer = writer.post(path, data=typed)
    assert answer.status_code == 200
    assert fields(answer)["en-title"] == "Typed and not saved"
    assert "right:" not in answer.get_data(as_text=True)
    assert "achter" not in row(writer, OVERVIEW, "Zink")
    for wrong, status in (("right:9999", 404), ("right:x", 400), ("right:", 400)):
        assert writer.post(path, data=typed | {"do": wrong}).status_code in (status, 200)
    assert db.session.scalar(select(ArticleText.title).where(ArticleText.lang == "en")) == "Zink"


def test_the_overview_says_what_is_missing_and_asks_once_for_all(
    writer: FlaskClient, write: Callable[..., str]
) -> None:
    write("Both")
    write("Only Dutch", langs=("nl",))
    write("From before")
    old = select(ArticleText.id).where(ArticleText.title == "From before")
    with writing():
        db.session.execute(delete(TextBlock).where(TextBlock.text_id.in_(old)))
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert "niet vertaald" in row(writer, OVERVIEW, "Only Dutch")
    few = len(asked)
    for number in range(5):
        write(f"More {number}")
    asked.clear()
    assert "nog niet vergeleken" in row(writer, OVERVIEW, "From before")
    assert len(asked) == few
    assert len([sql for sql in asked if "plugin_blog_block" in sql]) == 1
    shown = writer.get(f"{OVERVIEW}?lacks=missing").get_data(as_text=True)
    assert "Only Dutch" in shown
    assert "Both" not in shown
    assert writer.get(f"{OVERVIEW}?lacks=nothing").status_code == 404
    editor = writer.get("/admin/blog/edit/only-dutch").get_data(as_text=True)
    assert "wie Engels leest, vindt dit artikel in geen lijst" in editor


def test_a_new_article_says_in_which_language_it_begins(writer: FlaskClient) -> None:
    form = opened(writer, "/admin/blog/new") | {
        "en-title": "First in English",
        "source_lang": "en",
        "do": "save",
    }
    assert writer.post("/admin/blog/new", data=form).status_code == 303
    assert opened(writer, "/admin/blog/edit/first-in-english")["source_lang"] == "en"
    draft = ArticleDraft(texts={"nl": TextDraft(title="Titel"), "en": TextDraft(title="First in English")})
    with writing():
        assert actions.save_article("first-in-english", draft).source_lang == "en"
