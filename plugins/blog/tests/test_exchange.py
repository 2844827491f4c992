"""Articles as files: what goes out comes in again as the same rows, in this shop and in another."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder, TestResponse

from plugins.blog import actions, library_queries
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.exchange import article_file, csl, current, folder, front_matter
from plugins.blog.exchange.contents import Contents
from plugins.blog.models import (
    Article,
    ArticleCitation,
    ArticleLink,
    ArticleProduct,
    ArticleRelated,
    ArticleText,
    Import,
    Reference,
)
from plugins.blog.tests.admin_forms import fields, message, parsed
from plugins.blog.tests.generated import Blog
from storefront import worker
from storefront.database import db
from storefront.plugin_api import Refused, now, store_picture, writing
from storefront.testing import entered_as

PAGE = "/admin/blog/moving"
Maker = Callable[..., Flask]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


# --- the head of a file ---


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), WORDS | st.lists(WORDS)), WORDS)
def test_what_is_written_is_read_again_and_yaml_reads_the_same(head: dict[str, Any], body: str) -> None:
    head = {name: tuple(value) if isinstance(value, list) else value for name, value in head.items()}
    body = body.replace("\r", "")
    file = front_matter.join(head, body)
    kept = {name: value for name, value in head.items() if value}
    assert front_matter.split(file) == (kept, body)
    read = yaml.load(file.split("\n---\n")[0], yaml.BaseLoader) or {}
    assert {name: tuple(one) if isinstance(one, list) else one for name, one in read.items()} == kept


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("title: A\ntitle: B", "Line 3 gives “title” a second time."),
        ("title: a: b", "Put the value in line 2 into double quotes."),
        ('title: "a', "Put the value in line 2 into double quotes."),
        ("topics: [a, b]", "Put the value in line 2 into double quotes."),
        ("  - a", "Line 2 is neither “name: value” nor part of a list."),
        ("Title: a", "Line 2 is neither “name: value” nor part of a list."),
        ("titel: a", "Nothing is called “titel” here."),
        ("topics: a", "“topics” is a list."),
        ("title:\n  - a", "“title” is one value, not a list."),
        ("state: gone", "“gone” is no state of an article."),
        ("published_at: today", "“published_at” has to be a moment such as 2026-11-24T07:30:00Z."),
        (f"title: {'a' * 201}", "“title” has at most 200 characters."),
    ],
)
def test_a_head_that_cannot_be_meant_is_refused_with_its_line(app: Flask, head: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        article_file.read("x", {"en": f"---\n{head}\n---\n\nText\n"})
    assert str(refused.value).removeprefix("EN: ") == said


def test_the_library_reads_what_reference_managers_write(app: Flask) -> None:
    item = {
        "id": "Slutsky2010",
        "type": "article-journal",
        "author": [
            {"family": "Slutsky", "given": "Inna"},
            {"family": "Wu", "given": "Long-Jun"},
            {"family": "Berg", "given": "J. W.", "non-dropping-particle": "van den"},
            {"literal": "EFSA NDA Panel"},
        ],
        "title": "Enhancement of learning",
        "container-title": "Neuron",
        "journalAbbreviation": "Neuron",
        "issued": {"date-parts": [["2010", 1]]},
        "DOI": "10.1016/j.neuron.2009.12.026",
    }
    work = csl.read(item)
    assert work.draft.authors == ("Slutsky I", "Wu L-J", "van den Berg JW", "EFSA NDA Panel")
    assert (work.draft.key, work.draft.year, work.draft.published) == ("slutsky2010", 2010, "2010-01")
    assert csl.read(json.loads(json.dumps(csl.written(work)))) == work
    for wrong in (
        [],
        {"id": "x y"},
        {"id": "x"},
        item | {"volume": "1" * 21},
        item | {"custom": {"updates": [{"kind": "gossip"}]}},
    ):
        with pytest.raises(Refused):
            csl.read(wrong)


# --- out and in ---


def zipped(app: Flask) -> bytes:
    with app.app_context():
        file = io.BytesIO()
        folder.write(current.contents(), file)
        return file.getvalue()


def handed_in(client: FlaskClient, data: bytes, name: str = "articles.zip") -> str:
    """Hand a zip in; the address of its page."""
    form = fields(client.get(PAGE)) | {"articles": (io.BytesIO(data), name)}
    answer = posted(client, f"{PAGE}/folder", form)
    assert answer.status_code == 303, message(answer, "articles")
    return answer.headers["Location"]


def entered(app: Flask) -> FlaskClient:
    """A marketer who reads English."""
    client = entered_as(app, "marketer")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def posted(client: FlaskClient, path: str, form: Any) -> TestResponse:
    """Post files; the large ones lie in a file of their own meanwhile."""
    builder = EnvironBuilder(path=path, method="POST", data=form, headers={"Accept-Language": "en"})
    environ = builder.get_environ()
    answer = client.open(environ)
    environ["wsgi.input"].close()
    builder.close()
    return answer


def taken_in(app: Flask, client: FlaskClient, page: str) -> None:
    token = fields(client.get(page))
    assert client.post(f"{page}/start", data=token).status_code == 303
    with app.app_context():
        while worker.run_one():
            pass


def deeds(client: FlaskClient, page: str, lang: str = "en") -> dict[str, list[str]]:
    """The rows of an import, each as its cells."""
    found = {}
    for row in parsed(client.get(page, headers={"Accept-Language": lang})).iter("tr"):
        cells = [" ".join(" ".join(cell.itertext()).split()) for cell in row]
        found[cells[0]] = cells[1:]
    return found


def facts(app: Flask) -> tuple[Contents, dict[str, Any]]:
    """All that goes out, and all that is derived from it."""
    code, text = Article.code, ArticleText
    queries = {
        "products": select(code, text.lang, ArticleProduct.product_code, ArticleProduct.placement)
        .join_from(ArticleProduct, text, text.id == ArticleProduct.text_id)
        .order_by(code, text.lang, ArticleProduct.position),
        "links": select(code, text.lang, ArticleLink.target_code)
        .join_from(ArticleLink, text, text.id == ArticleLink.text_id)
        .order_by(code, text.lang, ArticleLink.target_code),
        "citations": select(code, text.lang, Reference.key, ArticleCitation.ordinal, ArticleCitation.count)
        .join_from(ArticleCitation, text, text.id == ArticleCitation.text_id)
        .join(Reference, Reference.id == ArticleCitation.reference_id)
        .order_by(code, text.lang, ArticleCitation.ordinal),
        "texts": select(code, text.lang, text.blocks, text.toc, text.sources, text.corrections, text.teaser)
        .select_from(text)
        .order_by(code, text.lang),
    }
    with app.app_context():
        contents = current.contents()
        found = {}
        for name, query in queries.items():
            joined = query.join(Article, Article.id == text.article_id)
            found[name] = [tuple(row) for row in db.session.execute(joined)]
        entries = tuple(sorted(contents.entries, key=lambda entry: entry.code))
        return replace(contents, pictures={}, entries=entries), found


def with_more(app: Flask) -> None:
    """What the demo's articles lack: uploaded pictures, related articles, a draft."""
    with app.app_context(), writing():
        shown = store_picture(picture((40, 90, 160)), "test")
        inside = store_picture(picture((160, 90, 40)), "test")
        text = TextDraft(
            title='Draft: "quoted" # and – more',
            lead="Two\nlines",
            body=f"    code first\n\n![A chart](media:{inside['file']}#{inside['width']}x{inside['height']})",
            image_alt="A colour",
        )
        draft = ArticleDraft(author="sanne-hoekstra", picture=shown, texts={"en": text})
        article = actions.create_article(draft, "newest")
        article.source_lang = "en"
        other = db.session.scalar(select(Article).where(Article.code == "certificate"))
        assert other is not None
        db.session.add(ArticleRelated(article_id=other.id, related_id=article.id, position=0))
        last = library_queries.reference_by_key("xu2024")
        assert last is not None
        last.checked_by, last.checked_at = "somebody@example.com", now()


def picture(colour: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(file, "PNG")
    return file.getvalue()


def counted(app: Flask) -> dict[str, int]:
    with app.app_context():
        tables = [table for table in db.metadata.sorted_tables if table.name != "plugin_blog_import"]
        counts = {table.name: select(func.count()).select_from(table) for table in tables}
        return {name: db.session.scalar(query) or 0 for name, query in counts.items()}


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.full])]
)
def test_the_demo_comes_in_again_as_the_same_rows(make_app: Maker, tmp_path: Path, database: str) -> None:
    here = make_app("demo", database)
    with_more(here)
    data, before = zipped(here), facts(here)
    client = entered(here)
    with client.get("/admin/blog/export.zip") as answer:
        assert answer.get_data() == data
    counts = counted(here)
    page = handed_in(client, data)
    assert counted(here) == counts
    assert {cells[0] for cells in list(deeds(client, page).values())[1:]} == {"as it is here"}
    taken_in(here, client, page)
    assert (zipped(here), facts(here)) == (data, before)

    other = make_app("empty", database, media_dir=tmp_path / "media")
    client = entered(other)
    counts = counted(other)
    page = handed_in(client, data)
    assert counted(other) == counts
    assert {cells[0] for cells in list(deeds(client, page).values())[1:]} == {"new"}
    taken_in(other, client, page)
    assert {cells[0] for cells in list(deeds(client, page).values())[1:]} == {"added"}
    there = facts(other)
    assert without_pictures(there) == without_pictures(before)
    again = handed_in(client, data)
    assert {cells[0] for cells in list(deeds(client, again).values())[1:]} == {"as it is here"}
    taken_in(other, client, again)
    assert facts(other) == there


def without_pictures(found: tuple[Contents, dict[str, Any]]) -> tuple[Contents, dict[str, Any]]:
    """Pictures are named after their file, which is written anew in another shop: only that there is one."""
    contents, derived = found
    texts = [row for row in derived["texts"] if row[0] != "newest"]
    entries = []
    for entry in contents.entries:
        draft = entry.draft
        if entry.code == "newest":
            english = draft.texts["en"]
            draft = replace(draft, texts={"en": replace(english, body=english.body.partition("(media:")[0])})
        entries.append(replace(entry, draft=draft, picture="yes" if entry.picture else ""))
    return replace(contents, entries=tuple(entries)), derived | {"texts": texts}


@pytest.mark.parametrize(
    "articles", [pytest.param(12, id="small"), pytest.param(300, marks=pytest.mark.full)]
)
def test_a_generated_blog_comes_in_again_as_the_same_rows(
    make_app: Maker, tmp_path: Path, articles: int
) -> None:
    here = make_app("empty")
    with here.app_context():
        Blog(9, articles, 8)
    data, before = zipped(here), facts(here)
    other = make_app("empty", media_dir=tmp_path / "media")
    client = entered(other)
    page = handed_in(client, data)
    taken_in(other, client, page)
    assert facts(other) == before
    page = handed_in(client, data)
    assert {cells[0] for cells in list(deeds(client, page).values())[1:]} == {"as it is here"}


def test_one_article_is_new_one_replaced_one_left_out_and_each_row_says_why(
    app: Flask, people: None, write: Callable[..., str]
) -> None:
    write("Known", body="Before.")
    client = entered(app)
    head = "---\ntitle: {}\nauthor: {}\n{}---\n\nAfter.\n"
    files = {
        "blog/articles/known.en.md": head.format("Known", "ada", "state: archived\n"),
        "blog/articles/fresh.nl.md": head.format("Vers", "ada", "picture: gone.png\nstate: published\n"),
        "blog/articles/nobodys.en.md": head.format("Nobody", "nobody", ""),
        "blog/articles/broken.en.md": "no head",
        "blog/articles/french.fr.md": head.format("Bonjour", "ada", ""),
        "blog/references.json": "{}",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    page = handed_in(client, file.getvalue())
    found = {name.split()[0]: cells for name, cells in deeds(client, page).items()}
    assert found["Known"] == ["replaces", "EN", ""]
    assert found["Vers"] == ["new", "NL", "The picture “gone.png” is missing."]
    assert found["Nobody"] == ["left out", "EN", "There is no author “nobody”."]
    assert found["broken"] == [
        "left out",
        "",
        "EN: The file has to begin with a head between two lines of “---”.",
    ]
    assert found["french.fr.md"][2] == "An article's file is called code.nl.md or code.en.md."
    assert found["references.json"][2] == "This file has to hold a list, written as JSON."
    taken_in(app, client, page)
    with app.app_context():
        texts = {
            (code, text.lang): (text.body, text.state)
            for text, code in db.session.execute(
                select(ArticleText, Article.code).join(Article, Article.id == ArticleText.article_id)
            )
        }
    assert texts == {
        ("known", "en"): ("After.", "archived"),
        ("known", "nl"): ("Before.", "published"),
        ("fresh", "nl"): ("After.", "published"),
    }


def zip_of(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


def with_password(data: bytes) -> bytes:
    """The same zip, marked as encrypted."""
    marked = bytearray(data)
    for sign, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        marked[marked.index(sign) + place] |= 1
    return bytes(marked)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "This is not a zip file."),
        (b"PK\x03\x04 and more", "This is not a zip file."),
        (zip_of(**{"..__articles__x.nl.md": b"x"}), "leads out of the zip"),
        (zip_of(**{"__articles__x.nl.md": b"x"}), "leads out of the zip"),
        (zip_of(**{"C:x.nl.md": b"x"}), "leads out of the zip"),
        (zip_of(bomb=b"0" * 30_000_000), "far larger than it looks"),
        (with_password(zip_of(secret=b"x")), "has a password"),
        (zip_of(readme=b"nothing of ours"), "There is nothing in it that can be taken in."),
    ],
)
def test_a_zip_that_is_not_meant_well_is_refused(app: Flask, data: bytes, said: str) -> None:
    client = entered(app)
    answer = posted(
        client, f"{PAGE}/folder", fields(client.get(PAGE)) | {"articles": (io.BytesIO(data), "x")}
    )
    assert answer.status_code == 422
    assert said in message(answer, "articles")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Import)) == 0
