"""What a zip of articles leaves out stays as it is, and what it says is not believed blindly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from plugins.blog.exchange import current, imports, people_files
from plugins.blog.models import Article, ArticleRelated, Import, OldAddress
from plugins.blog.tests.test_exchange import deeds, entered, handed_in, taken_in, zip_of, zipped
from storefront.database import db
from storefront.plugin_api import writing


def test_one_language_alone_leaves_what_both_share(
    app: Flask, people: None, write: Callable[..., str]
) -> None:
    write("Beside")
    write("Known", body="Before.")
    with app.app_context(), writing():
        known = db.session.scalar(select(Article).where(Article.code == "known"))
        beside = db.session.scalar(select(Article).where(Article.code == "beside"))
        assert known is not None and beside is not None
        db.session.add(ArticleRelated(article_id=known.id, related_id=beside.id, position=0))
    with zipfile.ZipFile(io.BytesIO(zipped(app))) as archive:
        names = [name for name in archive.namelist() if name.startswith("articles/known.")]
        texts = {name: archive.read(name).decode() for name in names}
    alone = next(name for name, text in texts.items() if "\nauthor: " not in text)
    with app.app_context():
        before = next(current.entries(["known"]))
    client = entered(app)
    page = handed_in(client, zip_of(**{alone.replace("/", "__"): texts[alone].encode()}))
    assert list(deeds(client, page).values())[1:][0][0] == "as it is here"
    changed = texts[alone].replace("Before.", "After.")
    page = handed_in(client, zip_of(**{alone.replace("/", "__"): changed.encode()}))
    taken_in(app, client, page)
    with app.app_context():
        after = next(current.entries(["known"]))
    lang = alone.split(".")[1]
    assert after.draft.author == "ada"
    assert after.related == ("beside",)
    assert after.draft.texts[lang].body == "After."
    mended = replace(after.draft.texts[lang], body="Before.")
    draft = replace(after.draft, texts=after.draft.texts | {lang: mended})
    assert replace(after, draft=draft) == before


def test_of_other_pages_of_a_person_only_real_ones_come_in(app: Flask) -> None:
    pages = ["javascript:alert(1)", "https://[", "http://plain.example", "https://a.example/me", 7]
    [person] = people_files.read_authors([{"key": "ada", "name": "Ada", "same_as": pages}], [])
    assert person["same_as"] == ["https://a.example/me"]


def test_an_old_address_stays_with_the_article_that_has_it(
    app: Flask, people: None, write: Callable[..., str]
) -> None:
    write("Known")
    with app.app_context(), writing():
        known = db.session.scalar(select(Article.id).where(Article.code == "known"))
        db.session.add(OldAddress(path="/blogs/news/old", lang="nl", article_id=known))
    text = b"---\ntitle: Fresh\nauthor: ada\nold_addresses:\n  - nl /blogs/news/old\n---\n\nText.\n"
    client = entered(app)
    taken_in(app, client, handed_in(client, zip_of(**{"articles__fresh.nl.md": text})))
    with app.app_context():
        assert db.session.scalar(select(Article.id).where(Article.code == "fresh")) != known
        assert db.session.scalar(select(OldAddress.article_id)) == known


def test_an_article_that_breaks_keeps_no_other_one_waiting(
    app: Flask, people: None, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("Whole", "Broken"):
        write(title, body="Before.")
    with zipfile.ZipFile(io.BytesIO(zipped(app))) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name.startswith("articles/")}
    changed = {name.replace("/", "__"): data.replace(b"Before.", b"After.") for name, data in files.items()}
    save = imports._save

    def breaking(code: str, *rest: Any) -> str:
        return save(code, *rest) if code == "whole" else str(1 // 0)

    monkeypatch.setattr(imports, "_save", breaking)
    client = entered(app)
    page = handed_in(client, zip_of(**changed))
    taken_in(app, client, page)
    with app.app_context():
        bodies = {one.code: one.draft.texts["nl"].body for one in current.entries(["whole", "broken"])}
        assert db.session.scalars(select(Import.state)).all() == ["done"]
    assert bodies == {"whole": "After.", "broken": "Before."}
    assert "Something is wrong with it." in client.get(page).text
