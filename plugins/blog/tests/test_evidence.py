"""How much a source can show stands beside its citation, and comes from its study card: SE-12 and SE-13."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.blog import evidence, library, library_queries, markdown, references
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.findings import Facts, of_text
from plugins.blog.tests.conftest import LIU
from storefront.plugin_api import speaking, writing

PEOPLE = {"nl": "mens", "en": "human"}
FULL = {
    name: {"nl": "iets", "en": "something"}
    for name in ("population", "dose", "duration", "funding", "result")
} | {"species": PEOPLE, "design": {"nl": "gerandomiseerd", "en": "randomised"}, "n": 44}
DEMO = {
    "slutsky2010": "animal",
    "liu2016": "small_trial",
    "lopresti2026": "trial",
    "kreider2017": "opinion",
    "antonio2021": "review",
    "avgerinos2018": "review",
    "xu2024": "review",
    "efsa2024creatine": "opinion",
    "efsa2024mgt": "opinion",
    "moret2011": "laboratory",
    "rae2003": "small_trial",
}


@pytest.mark.usefixtures("demo_app")
def test_se_13_the_level_comes_from_the_study_card() -> None:
    works = library_queries.references_by_key(list(DEMO))
    assert {key: evidence.level(references.as_dict(work)) for key, work in works.items()} == DEMO


@pytest.mark.parametrize(
    ("study", "level"),
    [
        ({}, ""),
        ({"species": PEOPLE}, "people"),
        ({"species": PEOPLE, "design": {"en": "cross-sectional"}}, "people"),
        ({"species": PEOPLE, "design": {"en": "cross-over"}, "n": 99}, "small_trial"),
        ({"species": PEOPLE, "design": {"en": "randomised"}, "n": 100}, "trial"),
        ({"species": PEOPLE, "design": {"en": "metabolic ward, randomised"}}, "trial"),
        ({"species": PEOPLE, "design": {"nl": "meta-analyse"}}, "review"),
        ({"species": {"nl": "muizen"}}, "animal"),
        ({"species": {"en": "cells in vitro"}}, "laboratory"),
        (None, ""),
    ],
)
def test_se_13_words_of_both_languages_are_understood(study: Any, level: str) -> None:
    assert evidence.level({"kind": "article", "study": study}) == level


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("lang", "label"), [("nl", "klein onderzoek bij mensen"), ("en", "small trial in people")]
)
def test_se_13_the_label_stands_at_the_citation_and_in_the_list(
    client: FlaskClient, write: Callable[..., str], read: Any, lang: str, label: str
) -> None:
    with writing():
        library.save_reference(replace(LIU, study=FULL))
    write("Brain", body="Thinking[@liu2016].")
    page = read(client, f"/{lang}/blog/brain")
    (mark,) = page.classed("cite")
    assert mark.get("title") == label
    assert str(mark.get("aria-label")).endswith(f"1, {label}")
    assert ["".join(e.itertext()) for e in page.classed("refs__level")] == [label]
    with writing():
        library.save_reference(replace(LIU, kind="opinion", study=FULL), key="liu2016")
    (mark,) = read(client, f"/{lang}/blog/brain").classed("cite")
    assert mark.get("title") != label


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, None),
        ({"population": None}, "Study card incomplete"),
        ({"funding": {"nl": "iets"}}, "Study card incomplete"),
        ({name: None for name in FULL if name != "n"}, "Study card missing"),
    ],
)
def test_se_12_what_a_study_card_lacks_is_said(
    app: Flask, changes: dict[str, Any], title: str | None
) -> None:
    with writing():
        library.save_reference(replace(LIU, study=FULL | changes))
    found = library_queries.references_by_key(["liu2016"])
    with speaking("en"):
        facts = Facts(
            lang="en",
            text=TextDraft(title="T", body="Words[@liu2016]."),
            rendered=markdown.render("Words[@liu2016].", found),
            offers={},
            collections=(),
            library=found,
        )
        titles = {finding.title for finding in of_text(facts, ArticleDraft(), {})}
    assert {name for name in titles if name.startswith("Study card")} == ({title} if title else set())


@pytest.mark.usefixtures("app")
def test_se_12_an_opinion_needs_no_participants() -> None:
    design = {"design": {"en": "scientific opinion"}, "result": {"en": "Not shown."}}
    assert evidence.missing({"kind": "opinion", "study": design}, "en") == []
    assert evidence.missing({"kind": "opinion", "study": design}, "nl") == ["design", "result"]
