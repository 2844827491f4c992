"""The article list and the editor: who may, what is saved, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.blog import markdown
from plugins.blog.models import Article, ArticleText
from plugins.blog.tests.admin_forms import EDIT, fields, message, opened, parsed, value
from storefront.database import db

PAGES = [
    "/admin/blog/",
    "/admin/blog/new",
    EDIT,
    "/admin/blog/pick?kind=product&text=&lang=nl",
    "/admin/blog/references",
    "/admin/blog/references/new",
    "/admin/blog/references/slutsky2010",
]
POSTS = [
    "/admin/blog/new",
    EDIT,
    f"{EDIT}/delete",
    "/admin/blog/preview",
    "/admin/blog/pictures",
    "/admin/blog/references",
    "/admin/blog/references/slutsky2010",
    "/admin/blog/references/slutsky2010/delete",
]


def text_of(lang: str, code: str = "magnesium-brain") -> ArticleText:
    db.session.rollback()
    query = select(ArticleText).join(Article).where(Article.code == code, ArticleText.lang == lang)
    return db.session.scalars(query).one()


def count() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Article.id)).all())


@pytest.mark.parametrize("path", PAGES)
def test_a_marketer_reads_every_page(marketer_client: FlaskClient, path: str) -> None:
    assert marketer_client.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_sign_in_page(demo_client: FlaskClient, path: str) -> None:
    response = demo_client.get(path)
    assert response.status_code == 303
    assert "/admin/sign-in" in response.location


@pytest.mark.parametrize("path", POSTS)
def test_a_stranger_changes_nothing(demo_client: FlaskClient, path: str) -> None:
    before = text_of("nl").title, count()
    response = demo_client.post(path, data={"nl-title": "Anders", "do": "save"})
    assert response.status_code in (302, 303, 403)
    assert (text_of("nl").title, count()) == before


@pytest.mark.parametrize("path", POSTS)
def test_a_post_without_token_changes_nothing(marketer_client: FlaskClient, path: str) -> None:
    before = text_of("nl").title, count()
    response = marketer_client.post(path, data={"nl-title": "Anders", "do": "save"})
    assert response.status_code in (400, 422)
    assert (text_of("nl").title, count()) == before


def test_saving_makes_the_html_of_each_text_once(
    marketer_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    render = markdown.render

    def counted(text: str, *known: Any) -> markdown.Rendered:
        made.append(text)
        return render(text, *known)

    sent = opened(marketer_client) | {"do": "save"}
    monkeypatch.setattr(markdown, "render", counted)
    assert marketer_client.post(EDIT, data=sent).status_code == 303
    assert made == [text_of("nl").body, text_of("en").body]


def test_the_list_shows_every_article_and_narrows(marketer_client: FlaskClient) -> None:
    everything = marketer_client.get("/admin/blog/").get_data(as_text=True)
    assert everything.count("/admin/blog/edit/") == count()
    found = marketer_client.get("/admin/blog/?q=certificaat lezen").get_data(as_text=True)
    assert "/admin/blog/edit/certificate" in found
    assert "/admin/blog/edit/magnesium-brain" not in found
    about = marketer_client.get("/admin/blog/?topic=nmn").get_data(as_text=True)
    assert "/admin/blog/edit/nmn-trials" in about
    assert "/admin/blog/edit/magnesium-brain" not in about


def test_the_list_says_what_a_language_lacks(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client, "/admin/blog/new")
    form["nl-title"] = "Alleen een titel"
    marketer_client.post("/admin/blog/new", data=form | {"do": "save"})
    page = marketer_client.get("/admin/blog/?state=missing&q=alleen een titel")
    row = next(row for row in parsed(page).iter("tr") if "Alleen een titel" in "".join(row.itertext()))
    words = " ".join("".join(row.itertext()).split())
    assert "EN" in words
    assert "Alleen een titel" not in marketer_client.get("/admin/blog/?state=published").get_data(
        as_text=True
    )


@pytest.mark.parametrize("query", ["state=nothing", "state=all&q=%00"])
def test_a_list_that_does_not_exist(marketer_client: FlaskClient, query: str) -> None:
    assert marketer_client.get(f"/admin/blog/?{query}").status_code in (400, 404)


@pytest.mark.parametrize("code", ["nothing-here", "%00", "..%2Fetc", "Ä"])
def test_an_article_that_does_not_exist(marketer_client: FlaskClient, code: str) -> None:
    assert marketer_client.get(f"/admin/blog/edit/{code}").status_code == 404


def test_a_new_article_is_a_draft_with_an_address_from_its_title(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client, "/admin/blog/new")
    form["nl-title"] = "Wat is ‘elementair’ magnesium?"
    response = marketer_client.post("/admin/blog/new", data=form | {"do": "save"})
    assert response.status_code == 303
    code = response.location.rpartition("/")[2].partition("?")[0]
    saved = text_of("nl", code)
    assert (saved.state, saved.slug) == ("draft", "wat-is-elementair-magnesium")
    assert marketer_client.get(response.location).status_code == 200
    assert marketer_client.get(f"/nl/blog/{saved.slug}").status_code == 404


def test_an_article_without_any_title_is_not_made(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client, "/admin/blog/new")
    form["en-body"] = "Words that must not be lost."
    before = count()
    response = marketer_client.post("/admin/blog/new", data=form | {"do": "save"})
    assert response.status_code == 422
    assert message(response, "nl-title")
    assert value(response, "en-body").strip() == "Words that must not be lost."
    assert count() == before


def test_saving_keeps_what_was_not_touched(marketer_client: FlaskClient) -> None:
    before = opened(marketer_client)
    text = text_of("en").body
    response = marketer_client.post(EDIT, data=before | {"do": "save"})
    assert response.status_code == 303
    after = opened(marketer_client)
    anew = {"csrf_token": "", "shown_at": "", "working_key": ""}
    assert dict(after) | anew == dict(before) | anew
    assert text_of("en").body == text
    assert text_of("nl").state == text_of("en").state == "published"


def test_saving_a_change_shows_it_to_readers(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client)
    form["nl-title"] = "Een nieuwe titel"
    assert marketer_client.post(EDIT, data=form | {"do": "save"}).status_code == 303
    page = marketer_client.get(f"/nl/blog/{text_of('nl').slug}").get_data(as_text=True)
    assert "Een nieuwe titel" in page


def test_a_language_is_taken_offline_and_published_again(marketer_client: FlaskClient) -> None:
    address = f"/en/blog/{text_of('en').slug}"
    assert (
        marketer_client.post(EDIT, data=opened(marketer_client) | {"do": "unpublish-en"}).status_code == 303
    )
    assert marketer_client.get(address).status_code == 404
    assert marketer_client.get(f"/nl/blog/{text_of('nl').slug}").status_code == 200
    assert marketer_client.post(EDIT, data=opened(marketer_client) | {"do": "publish-en"}).status_code == 303
    assert marketer_client.get(address).status_code == 200


# What keeps a language from being published: the fields that are emptied, and where the message stands.
REFUSED = [
    ({"en-title": "", "en-slug": ""}, "en-title"),
    ({"en-title": "", "en-slug": ""}, "en-slug"),
    ({"en-body": ""}, "en-body"),
    ({"en-image_alt": ""}, "en-image_alt"),
    ({"author": ""}, "author"),
    ({"en-body": "Rats learned better.[@nobody1999]"}, "en-body"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_publishing_is_refused_at_the_field(
    marketer_client: FlaskClient, changes: dict[str, str], field: str
) -> None:
    marketer_client.post(EDIT, data=opened(marketer_client) | {"do": "unpublish-en"})
    form = opened(marketer_client)
    form = form | changes
    form["nl-lead"] = "Een zin die blijft staan."
    response = marketer_client.post(EDIT, data=form | {"do": "publish-en"})
    assert response.status_code == 422
    assert message(response, field)
    assert value(response, "nl-lead").strip() == "Een zin die blijft staan."
    assert text_of("en").state == "draft"


def test_a_published_text_cannot_be_saved_broken(marketer_client: FlaskClient) -> None:
    title = text_of("nl").title
    form = opened(marketer_client)
    form["nl-title"] = ""
    response = marketer_client.post(EDIT, data=form | {"do": "save"})
    assert response.status_code == 422
    assert text_of("nl").title == title


def test_unknown_products_and_other_topics_are_only_findings(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client)
    form["en-body"] = "Words.[@slutsky2010]\n\n:::product no-such-thing\n\n:::order-now nmn-c"
    response = marketer_client.post(EDIT, data=form | {"do": "save"})
    assert response.status_code == 303
    page = parsed(marketer_client.get(response.location))
    findings = " ".join(
        "".join(found.itertext()) for found in page.iter("div") if "finding--warn" in found.get("class", "")
    )
    assert "no-such-thing" in findings
    assert "NMN" in findings
    assert text_of("en").state == "published"


def test_a_stale_edit_is_refused_and_keeps_what_was_typed(marketer_client: FlaskClient) -> None:
    first, second = opened(marketer_client), opened(marketer_client)
    first["nl-title"] = "Van de eerste"
    assert marketer_client.post(EDIT, data=first | {"do": "save"}).status_code == 303
    second["nl-title"] = "Van de tweede"
    response = marketer_client.post(EDIT, data=second | {"do": "save"})
    assert response.status_code == 409
    assert value(response, "nl-title") == "Van de tweede"
    assert text_of("nl").title == "Van de eerste"
    again = marketer_client.post(EDIT, data=fields(response) | {"do": "save"})
    assert again.status_code == 409
    over = next(
        button.get("value", "") for button in parsed(response).iter("button") if button.get("name") == "over"
    )
    assert marketer_client.post(EDIT, data=fields(response) | {"over": over}).status_code == 303
    assert text_of("nl").title == "Van de tweede"


def test_an_edit_that_does_not_say_what_it_saw_is_refused(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client) | {"do": "save", "shown_at": "yesterday"}
    assert marketer_client.post(EDIT, data=form).status_code == 400


def test_two_articles_cannot_share_an_address(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client)
    form["en-slug"] = text_of("en", "nmn-trials").slug or ""
    response = marketer_client.post(EDIT, data=form | {"do": "save"})
    assert response.status_code == 422
    assert message(response, "en-slug")


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "2999-01-01", "31-12-2025"])
def test_a_day_that_cannot_be_the_day_of_publishing(marketer_client: FlaskClient, day: str) -> None:
    form = opened(marketer_client) | {"do": "save", "nl-published_on": day}
    response = marketer_client.post(EDIT, data=form)
    assert response.status_code == 422
    assert message(response, "nl-published_on")
    assert value(response, "nl-published_on") == day


def test_an_earlier_day_of_publishing_is_kept(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client) | {"do": "save", "nl-published_on": "2024-05-06"}
    assert marketer_client.post(EDIT, data=form).status_code == 303
    assert opened(marketer_client)["nl-published_on"] == "2024-05-06"


def test_only_drafts_are_deleted(marketer_client: FlaskClient) -> None:
    token = {"csrf_token": opened(marketer_client)["csrf_token"]}
    before = count()
    assert marketer_client.post(f"{EDIT}/delete", data=token).status_code == 303
    assert count() == before
    for lang in ("nl", "en"):
        marketer_client.post(EDIT, data=opened(marketer_client) | {"do": f"unpublish-{lang}"})
    response = marketer_client.post(f"{EDIT}/delete", data=token)
    assert response.status_code == 303
    assert response.location.endswith("/admin/blog/")
    assert count() == before - 1
    assert marketer_client.get(f"{EDIT}/delete").status_code == 405


def test_people_and_topics_that_do_not_exist_are_refused(marketer_client: FlaskClient) -> None:
    for name in ("author", "reviewer", "main_topic", "topics", "ingredients"):
        form = opened(marketer_client)
        form.setlist(name, ["nobody"])
        assert marketer_client.post(EDIT, data=form | {"do": "save"}).status_code == 422


def test_an_unknown_button_saves_nothing(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client) | {"do": "explode", "nl-title": "Niet bewaard"}
    response = marketer_client.post(EDIT, data=form)
    assert response.status_code == 200
    assert value(response, "nl-title") == "Niet bewaard"
    assert text_of("nl").title != "Niet bewaard"


def test_the_editor_works_on_an_empty_shop(app: Flask) -> None:
    client = app.test_client()
    client.post("/dev/enter/marketer")
    assert client.get("/admin/blog/").status_code == 200
    form = opened(client, "/admin/blog/new") | {"do": "save", "en-title": "The very first"}
    assert client.post("/admin/blog/new", data=form).status_code == 303


def test_list_editor_library_and_picker_on_both_databases(any_demo_app: Flask) -> None:
    client = any_demo_app.test_client()
    client.post("/dev/enter/marketer")
    for path in [
        *PAGES,
        "/admin/blog/references?q=slutsky",
        "/admin/blog/pick?kind=citation&text=20152124&lang=nl",
    ]:
        assert client.get(path).status_code == 200
    form = opened(client) | {"do": "save", "nl-title": "Bewaard"}
    assert client.post(EDIT, data=form).status_code == 303
    assert text_of("nl").title == "Bewaard"
    assert client.post(EDIT, data=form).status_code == 409
