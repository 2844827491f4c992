"""Authors and topics in the admin: an empty shop can start its blog, and nothing in use is removed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from plugins.blog.models import Author, Topic, TopicText
from plugins.blog.tests.admin_forms import message, opened, value
from storefront.database import db

ADMIN = "/admin/blog"
ARTICLE = {"en-title": "A first article", "en-body": "A text.", "shown": "en", "do": "publish-en"}


def author(key: str) -> Author | None:
    db.session.rollback()
    return db.session.scalar(select(Author).where(Author.key == key))


def topic_texts(key: str) -> dict[str, tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(TopicText.lang, TopicText.name, TopicText.slug).join(Topic).where(Topic.key == key)
    )
    return {lang: (name, slug) for lang, name, slug in rows}


def send(client: FlaskClient, path: str, **changes: str) -> TestResponse:
    typed = {name.replace("__", "-"): text for name, text in changes.items()}
    return client.post(path, data=opened(client, path) | typed)


def remove(client: FlaskClient, path: str) -> None:
    token = opened(client, path)["csrf_token"]
    response = client.post(f"{path}/delete", data={"csrf_token": token})
    assert response.status_code == 303


@pytest.fixture
def writer(app: Flask) -> FlaskClient:
    """A marketer of a shop in which there is nothing yet."""
    client = app.test_client()
    assert client.post("/dev/enter/marketer").status_code in {302, 303}
    return client


def test_a_shop_without_an_author_is_led_to_one_and_can_then_publish(writer: FlaskClient) -> None:
    assert f'href="{ADMIN}/authors/new"' in writer.get(f"{ADMIN}/new").get_data(as_text=True)
    saved = send(
        writer,
        f"{ADMIN}/authors/new",
        name="Ada Pen",
        nl__role="Redacteur",
        en__role="Editor",
        en__bio="Ada writes.",
    )
    assert saved.status_code == 303
    assert saved.location.endswith("/authors/edit/ada-pen")
    person = author("ada-pen")
    assert person is not None
    assert (person.roles, person.bios["en"]) == ({"nl": "Redacteur", "en": "Editor"}, "Ada writes.")
    form = opened(writer, f"{ADMIN}/new") | ARTICLE | {"author": "ada-pen"}
    published = writer.post(f"{ADMIN}/new", data=form)
    assert published.status_code == 303
    assert "Ada Pen" in writer.get("/en/blog/a-first-article").get_data(as_text=True)
    remove(writer, f"{ADMIN}/authors/edit/ada-pen")
    assert author("ada-pen") is not None, "an article names this person"


def test_a_wrong_author_comes_back_with_its_message(marketer_client: FlaskClient) -> None:
    path = f"{ADMIN}/authors/new"
    response = send(marketer_client, path, name="  ", en__role="Editor")
    assert response.status_code == 422
    assert message(response, "name")
    assert value(response, "en-role") == "Editor"
    assert message(send(marketer_client, path, name="Ada", nl__role="x" * 121), "nl-role")
    assert send(marketer_client, path, name="a" * 120).status_code == 303


def test_an_author_is_changed_and_removed(marketer_client: FlaskClient) -> None:
    path = f"{ADMIN}/authors/edit/bo-stil"
    send(marketer_client, f"{ADMIN}/authors/new", name="Bo Stil")
    assert send(marketer_client, path, name="Bo de Stil").status_code == 303
    person = author("bo-stil")
    assert person is not None
    assert person.name == "Bo de Stil"
    remove(marketer_client, path)
    assert author("bo-stil") is None
    assert marketer_client.get(path).status_code == 404


def test_a_topic_is_added_changed_and_removed(marketer_client: FlaskClient) -> None:
    new = f"{ADMIN}/topics/new"
    saved = send(marketer_client, new, nl__name="Slaap & rust", en__name="Sleep", position="3")
    assert saved.status_code == 303
    path = f"{ADMIN}/topics/edit/sleep"
    assert topic_texts("sleep") == {"nl": ("Slaap & rust", "slaap-rust"), "en": ("Sleep", "sleep")}
    assert opened(marketer_client, path)["position"] == "3"
    changed = send(marketer_client, path, nl__name="", en__slug="Deep sleep", collection="nmn")
    assert changed.status_code == 303
    assert topic_texts("sleep") == {"en": ("Sleep", "deep-sleep")}
    assert opened(marketer_client, path)["collection"] == "nmn"
    remove(marketer_client, path)
    assert topic_texts("sleep") == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nl__name": "", "en__name": ""}, "nl-name"),
        ({"en__name": "Sleep", "en__slug": "nmn"}, "en-slug"),
        ({"en__name": "Sleep", "en__slug": "?!"}, "en-slug"),
        ({"en__name": "Sleep", "position": "-1"}, "position"),
        ({"en__name": "Sleep", "collection": "no-such"}, "collection"),
    ],
)
def test_a_wrong_topic_comes_back_with_its_message(
    marketer_client: FlaskClient, changes: dict[str, str], field: str
) -> None:
    response = send(marketer_client, f"{ADMIN}/topics/new", **changes)
    assert response.status_code == 422
    assert message(response, field)
    assert topic_texts("sleep") == {}


def test_a_topic_in_use_stays(marketer_client: FlaskClient) -> None:
    remove(marketer_client, f"{ADMIN}/topics/edit/magnesium")
    assert topic_texts("magnesium")


@pytest.mark.parametrize("path", ["authors", "authors/new", "topics", "topics/new", "topics/edit/nmn"])
def test_only_who_writes_articles_comes_here(demo_client: FlaskClient, path: str) -> None:
    response = demo_client.get(f"{ADMIN}/{path}")
    assert response.status_code == 303
    assert "sign-in" in response.location


@pytest.mark.parametrize("path", ["authors/edit/nobody", "topics/edit/nothing", "topics/edit/..%2F"])
def test_what_does_not_exist(marketer_client: FlaskClient, path: str) -> None:
    assert marketer_client.get(f"{ADMIN}/{path}").status_code == 404
