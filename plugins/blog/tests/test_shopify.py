"""A Shopify blog: looked at row by row, taken in as drafts, and its old addresses lead to the articles."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from plugins.blog import library
from plugins.blog.exchange import imports
from plugins.blog.models import Article, ArticleText, Author, Import, Topic
from plugins.blog.tests.admin_forms import fields, message
from plugins.blog.tests.test_exchange import PAGE, counted, deeds, entered, picture, posted, zip_of
from storefront import worker
from storefront.database import db
from storefront.plugin_api import writing

COLUMNS = [
    "Handle",
    "Title",
    "Author",
    "Body HTML",
    "Summary HTML",
    "Tags",
    "Published",
    "Published At",
    "Image Src",
    "Image Alt Text",
    "Blog: Handle",
    "Language",
]
CDN = "https://cdn.shopify.com/s/files/1/0001/files/"
BODY = (
    "<h1>Why creatine</h1><p>It is <b>well</b> studied; see"
    ' <a href="/collections/all/products/creatine-monohydrate-powder">ours</a>,'
    ' <a href="https://www.old.example/blogs/news/sleep?x=1">sleep</a>, <a href="/pages/gone">gone</a> and'
    ' <a href="https://example.org/paper">a paper</a>.</p>'
    f'<p><img src="{CDN}scoop_480x480.png?v=1" alt="A [scoop]"></p><script>alert(1)</script>'
)


def row(handle: str, title: str, **more: str) -> dict[str, str]:
    names = {name.lower().replace(" ", "_").replace(":", ""): name for name in COLUMNS}
    base = {
        "Handle": handle,
        "Title": title,
        "Author": "Jo Pen",
        "Blog: Handle": "news",
        "Body HTML": "<p>Text.</p>",
    }
    return base | {names[name]: value for name, value in more.items()}


def as_csv(rows: list[dict[str, str]], columns: list[str] = COLUMNS, mark: str = ",") -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, delimiter=mark, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8-sig")


ROWS = [
    row(
        "creatine",
        "Creatine",
        body_html=BODY,
        tags="Sport, Muscle, Odd",
        summary_html="<p>In <em>short</em>.</p>",
        published="TRUE",
        published_at="2024-03-05 10:00:00 +0100",
        image_src=f"{CDN}cover.png",
        image_alt_text="A jar",
    ),
    row("sleep", "Slaap", language="nl", published="TRUE", author="Ada Pen"),
    row("sleep-en", "Sleep", published="TRUE", author="Ada Pen"),
    row("no-title", ""),
    row("known", "Taken", language="en"),
    row("topics", "Reserved"),
    row("bare", "Bare", body_html=f'<p><img src="{CDN}scoop.png"></p>', published="TRUE"),
    row("lost", "Lost", image_src=f"{CDN}lost.jpg"),
    row("creatine", "Creatine again"),
    row("creatine", "Elsewhere", blog_handle="tips", language="en"),
]
REDIRECTS = b"""Redirect from,Redirect to
/blogs/old/kreatin,/blogs/old/creatine
/blogs/old/creatine,/blogs/news/creatine
/blogs/a,/blogs/b
/blogs/b,/blogs/a
/pages/x,/blogs/news/creatine
"""
PICTURES = {"in__Scoop.png": picture((9, 9, 9)), "cover.png": picture((8, 8, 8))}


def handed_in(client: FlaskClient, posts: bytes, **more: Any) -> TestResponse:
    page = client.get(PAGE)
    form = fields(page) | {"posts": (io.BytesIO(posts), "posts.csv")} | more
    return posted(client, f"{PAGE}/shopify", form)


def pressed(client: FlaskClient, page: str, do: str, **more: Any) -> None:
    answer = client.post(f"{page}/choices", data=fields(client.get(page)) | {"do": do} | more)
    assert answer.status_code == 303


def run() -> None:
    while worker.run_one():
        pass


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_blog_is_looked_at_taken_in_and_found_again(make_app: Callable[..., Flask], database: str) -> None:
    app = make_app("demo", database)
    with app.app_context(), writing():
        library.save_author("Ada Pen", {}, {}, new_key="ada")
    client = entered(app)
    client.get("/en/")
    files = {
        "redirects": (io.BytesIO(REDIRECTS), "redirects.csv"),
        "pictures": (io.BytesIO(zip_of(**PICTURES)), "p.zip"),
        "blog_lang": "en",
        "host": "https://www.old.example/",
    }
    before = counted(app)
    answer = handed_in(client, as_csv(ROWS), **files)
    assert answer.status_code == 303, message(answer, "posts")
    page = answer.headers["Location"]
    found = deeds(client, page)
    assert {name: cells[0] for name, cells in found.items() if name != "What"} == {
        "Jo Pen Person jo-pen": "new",
        "Creatine Article creatine": "new",
        "Sleep Article sleep": "new",
        "no-title Article no-title~5": "left out",
        "Taken Article known": "new",
        "Reserved Article topics": "left out",
        "Bare Article bare": "new",
        "Lost Article lost": "new",
        "Creatine again Article creatine~10": "left out",
        "Elsewhere Article tips-creatine": "left out",
    }
    assert found["Creatine Article creatine"][1:] == ["EN", "Old addresses that lead to it: 3."]
    assert found["Sleep Article sleep"][1] == "NL, EN"
    assert found["no-title Article no-title~5"][2] == "It has no title."
    assert found["Bare Article bare"][2] == "A picture has no alternative text; it stays a draft."
    assert found["Reserved Article topics"][2] == "“topics” cannot be a web address."
    assert found["Lost Article lost"][2] == "Pictures that are not in the zip: lost.jpg."
    assert found["Creatine again Article creatine~10"][2] == "It stands in the file twice."
    assert counted(app) == before
    in_dutch = deeds(client, page, "nl")
    assert in_dutch["no-title Artikel no-title~5"][2] == "Het heeft geen titel."
    form = fields(client.get(page))
    assert (form["authors-0"], form["authors-1"], form["tags-0"]) == ("+", "ada", "")
    pressed(client, page, "look", **{"tags-0": "creatine", "tags-1": "+", "published": "y"})
    assert deeds(client, page)["Muscle Topic muscle"][0] == "new"
    assert counted(app) == before
    pressed(client, page, "start")
    with app.app_context():
        run()
    assert_taken_in(app, client, page)
    again = handed_in(client, as_csv(ROWS), blog_lang="en").headers["Location"]
    assert deeds(client, again)["Creatine Article creatine"][0] == "replaces"


def assert_taken_in(app: Flask, client: FlaskClient, page: str) -> None:
    """What stands there afterwards, and where the old addresses lead."""
    rows = deeds(client, page)
    assert rows["Creatine Article creatine"][0] == "added"
    with app.app_context():
        texts = {
            (code, text.lang): text
            for code, text in db.session.execute(
                select(Article.code, ArticleText).join(Article, Article.id == ArticleText.article_id)
            )
        }
        text = texts["creatine", "en"]
        assert text.body.startswith("## Why creatine\n\nIt is **well** studied; see [ours](product:crm-p), ")
        assert "[sleep](article:sleep), gone and" in text.body
        assert "[a paper](https://example.org/paper)" in text.body
        assert "![A scoop](media:" in text.body and "alert" not in text.body
        assert (text.state, text.excerpt, text.image_alt) == ("published", "In short.", "A jar")
        assert text.published_at is not None and text.published_at.isoformat() == "2024-03-05T09:00:00+00:00"
        assert texts["sleep", "nl"].state == texts["sleep", "en"].state == "published"
        assert {texts[code, "en"].state for code in ("known", "bare", "lost")} == {"draft"}
        article = db.session.scalar(select(Article).where(Article.code == "creatine"))
        assert article is not None and article.picture["width"] == 900
        assert db.session.scalar(select(Author.name).where(Author.id == article.author_id)) == "Jo Pen"
        assert db.session.scalar(select(func.count()).select_from(Topic).where(Topic.key == "muscle")) == 1
        done = db.session.scalars(select(Import)).one()
        assert (done.state, done.data) == ("done", None)
    for path in (
        "/blogs/news/creatine",
        "/blogs/old/kreatin",
        "/en/blogs/old/creatine",
        "/nl/blogs/news/Creatine/",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (301, "/en/blog/creatine"), path
    assert client.get("/nl/blogs/news/sleep-en").headers["Location"] == "/nl/blog/sleep"
    assert client.get("/blogs/news/sleep-en").headers["Location"] == "/en/blog/sleep"
    for path in ("/blogs/news/lost", "/blogs/a", "/blogs/news/nothing", "/en/blogs/"):
        assert client.get(path).status_code == 404, path


def test_a_repeat_of_the_job_takes_in_what_is_left_and_changes_nothing_twice(
    app: Flask, people: None
) -> None:
    client = entered(app)
    rows = [row(f"post-{number}", f"Post {number}") for number in range(45)]
    page = handed_in(client, as_csv(rows, mark=";")).headers["Location"]
    pressed(client, page, "start")
    with app.app_context():
        number = int(page.rpartition("/")[2])
        imports.step({"import": number})
        first = dict(db.session.execute(select(Article.code, Article.updated_at)).all())
        assert len(first) == imports.AT_ONCE
        run()
        assert db.session.scalar(select(func.count()).select_from(Article)) == 45
        after = dict(db.session.execute(select(Article.code, Article.updated_at)).all())
        assert {code: after[code] for code in first} == first
        imports.step({"import": number})
        assert dict(db.session.execute(select(Article.code, Article.updated_at)).all()) == after


def test_what_staff_changed_since_stays_where_the_file_says_nothing_of_it(app: Flask, people: None) -> None:
    client = entered(app)
    for body in ("<p>One.</p>", "<p>Two.</p>"):
        posts = as_csv([row("a", "A", body_html=body, author="Ada Pen")])
        page = handed_in(client, posts, blog_lang="en").headers["Location"]
        pressed(client, page, "start")
        with app.app_context():
            run()
            text = db.session.scalars(select(ArticleText)).one()
            if body == "<p>One.</p>":
                with writing():
                    text = db.session.scalars(select(ArticleText)).one()
                    text.lead, text.state = "A lead", "published"
                continue
            assert (text.body, text.lead, text.state) == ("Two.", "A lead", "published")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file has no column “Body HTML”."),
        (b"Handle,Title\na,b\n", "The file has no column “Body HTML”."),
        ("Handle,Title,Body HTML\né,b,c\n".encode("latin-1"), "Save the file as CSV in UTF-8."),
        (b"Handle,Title,Body HTML\n" + b"a,b,c\n" * 2_001, "The file has more than 2000 rows."),
        (b'Handle,Title,Body HTML\na,b,"' + b"x" * 5_000_001 + b'"\n', "The file cannot be read as CSV."),
        (b"Handle,Title,Body HTML\n", "There is nothing in it that can be taken in."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(app: Flask, data: bytes, said: str) -> None:
    client = entered(app)
    answer = handed_in(client, data)
    assert (answer.status_code, message(answer, "posts")) == (422, said)
    good = as_csv([row("a", "A")])
    for field, wrong, sentence in (
        ("pictures", zip_of(**{"..__x.png": b"x"}), "“../x.png” leads out of the zip; it is not taken in."),
        ("redirects", b"From there,To\n", "The file has no column “Redirect from”."),
    ):
        answer = handed_in(client, good, **{field: (io.BytesIO(wrong), "file")})
        assert (answer.status_code, message(answer, field)) == (422, sentence)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Import)) == 0
