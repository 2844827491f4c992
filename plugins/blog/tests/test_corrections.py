"""A work that is corrected or retracted marks exactly the articles that lean on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.blog import corrections, library, library_queries
from plugins.blog.models import Article, ArticleText, Correction, Reference
from plugins.blog.tests.conftest import LIU, LOPRESTI, SLUTSKY
from storefront.plugin_api import Refused, db, today, writing

Write = Callable[..., str]
NOTICE = "10.3233/JAD-999999"


def reference(key: str = "liu2016") -> Reference:
    found = library_queries.reference_by_key(key)
    assert found is not None
    return found


def record(kind: str = "retraction", doi: str = NOTICE, **notes: str) -> int:
    with writing():
        return corrections.record_update(reference(), kind, doi, notes).id


def marked() -> set[tuple[str, str]]:
    """The texts whose page shows a correction."""
    query = select(Article.code, ArticleText.lang, ArticleText.corrections).join(ArticleText)
    return {(code, lang) for code, lang, notes in db.session.execute(query) if notes}


def library_and_articles(write: Write) -> None:
    with writing():
        library.save_author("Ada Pen", {}, {}, new_key="ada")
        for draft in (SLUTSKY, LIU, LOPRESTI):
            library.save_reference(draft)
    write("In both", body="People[@liu2016].")
    write("In one", body="People[@slutsky2010; @liu2016].", langs=("nl",))
    write("Rats", body="Rats[@slutsky2010].")
    write("Sleep", body="Sleep[@lopresti2026].")
    write("Nothing", body="Nothing.")


def test_a_retraction_marks_exactly_the_articles_that_cite_the_work(any_app: Flask, write: Write) -> None:
    library_and_articles(write)
    before = {text.id: text.updated_at for text in db.session.scalars(select(ArticleText))}
    record(nl="Wij keken opnieuw.")
    assert marked() == {("in-both", "nl"), ("in-both", "en"), ("in-one", "nl")}
    assert reference().state == "retracted"
    assert {reference(key).state for key in ("slutsky2010", "lopresti2026")} == {"unchecked"}
    for text in db.session.scalars(select(ArticleText)):
        assert (text.updated_at > before[text.id]) is bool(text.corrections)
        for note in text.corrections:
            assert (note["on"], note["kind"], note["name"]) == (str(today()), "retraction", "Liu 2016")
            assert (note["doi"], note["note"]) == (NOTICE, "Wij keken opnieuw." if text.lang == "nl" else "")
            assert [s["updates"] for s in text.sources if s["key"] == "liu2016"] == [
                [{"kind": "retraction", "doi": NOTICE}]
            ]


def test_taking_it_back_removes_what_it_made(any_app: Flask, write: Write) -> None:
    library_and_articles(write)
    first, second = record("erratum", "10.3233/JAD-1"), record("concern", "")
    with writing():
        corrections.undo_update(reference(), second)
    assert reference().state == "corrected"
    notes = {str(it["kind"]) for text in db.session.scalars(select(ArticleText)) for it in text.corrections}
    assert notes == {"erratum"}
    with writing():
        corrections.undo_update(reference(), first)
    assert (reference().state, marked(), db.session.scalar(select(Correction))) == ("unchecked", set(), None)
    assert not any(s["updates"] for t in db.session.scalars(select(ArticleText)) for s in t.sources)
    with pytest.raises(Refused), writing():
        corrections.undo_update(reference(), first)


@pytest.mark.usefixtures("app")
def test_a_note_stays_when_the_article_is_saved_again_and_comes_to_a_new_translation(write: Write) -> None:
    library_and_articles(write)
    record()
    with writing():
        library.save_reference(replace(LIU, title="A corrected title"), key="liu2016")
    assert ("in-one", "nl") in marked()
    text = db.session.scalar(select(ArticleText).join(Article).where(Article.code == "in-one"))
    assert text is not None
    assert text.sources[1]["title"] == "A corrected title"


@pytest.mark.usefixtures("app")
def test_an_article_that_cites_a_corrected_work_later_has_no_note_of_its_own(write: Write) -> None:
    library_and_articles(write)
    record("erratum")
    write("Later", body="People[@liu2016].")
    assert "later" not in {code for code, _lang in marked()}


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("kind", "doi", "field"),
    [("praise", "", "update_kind"), ("erratum", "10.1", "update_doi"), ("retraction", NOTICE, "update_doi")],
)
def test_what_cannot_be_noted_is_refused_and_marks_nothing(
    write: Write, kind: str, doi: str, field: str
) -> None:
    library_and_articles(write)
    record("retraction")
    with pytest.raises(Refused) as refused, writing():
        corrections.record_update(reference(), kind, doi)
    assert refused.value.field == field
    assert [update.kind for update in reference().updates] == ["retraction"]


@pytest.mark.usefixtures("app")
def test_a_source_that_a_note_names_stays_in_the_library(write: Write) -> None:
    library_and_articles(write)
    with writing():
        update = corrections.record_update(reference("lopresti2026"), "retraction")
        code = db.session.scalar(select(Correction.article_id).where(Correction.update_id == update.id))
        text = db.session.scalars(select(ArticleText).where(ArticleText.article_id == code)).all()
        for one in text:
            one.body = "Nothing is cited any more."
            corrections.derive(one)
    with pytest.raises(Refused), writing():
        library.delete_reference("lopresti2026")
    with writing():
        corrections.undo_update(reference("lopresti2026"), reference("lopresti2026").updates[0].id)
        library.delete_reference("lopresti2026")
    assert library_queries.reference_by_key("lopresti2026") is None


@pytest.mark.parametrize(
    ("lang", "heading", "said", "notice"),
    [
        ("nl", "Correcties", "Liu 2016 is ingetrokken.", "Ingetrokken"),
        ("en", "Corrections", "Liu 2016 was retracted.", "Retracted"),
    ],
)
def test_readers_see_the_note_with_its_day_and_the_notice_at_the_source(
    client: FlaskClient, write: Write, read: Any, lang: str, heading: str, said: str, notice: str
) -> None:
    library_and_articles(write)
    record(nl="Alleen in het Nederlands.")
    page = read(client, f"/{lang}/blog/in-both")
    section = page.by_id("corrections")
    text = " ".join("".join(section.itertext()).split())
    assert heading in text
    assert said in text
    assert ("Alleen in het Nederlands." in text) is (lang == "nl")
    assert [time.get("datetime") for time in section.iter("time")] == [str(today())]
    addresses = {"".join(a.itertext()): a.get("href") for a in page.by_id("refs").iter("a")}
    assert addresses[notice] == f"https://doi.org/{NOTICE}"
    assert 'id="corrections"' not in read(client, f"/{lang}/blog/rats").html


@pytest.mark.usefixtures("demo_app")
def test_the_erratum_of_the_demo_library_is_noted_from_the_start() -> None:
    xu = reference("xu2024")
    assert (xu.state, [update.kind for update in xu.updates]) == ("corrected", ["erratum"])
