"""A paragraph that changes in one language marks one paragraph of the other, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from plugins.blog import actions, translating
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.models import Article, TextBlock
from plugins.blog.tests.test_blocks import edits
from plugins.blog.translating import Lag
from storefront.plugin_api import db, writing

pytestmark = pytest.mark.usefixtures("people")
NL = ["## Kop", "Eerste alinea met zes woorden.", "Tweede alinea, ook met woorden.", "- punt", "Vierde."]
EN = ["## Head", "First paragraph of six words.", "Second paragraph, also of words.", "- point", "Fourth."]


def save(code: str, nl: list[str], en: list[str] | None, **values: Any) -> Article:
    """Save the paragraphs of both languages; None: there is no English text."""
    texts = {"nl": TextDraft(title="Titel", lead="Inleiding.", body="\n\n".join(nl))}
    if en is not None:
        texts["en"] = TextDraft(title="Title", lead="Introduction.", body="\n\n".join(en))
    draft = ArticleDraft(author="ada", texts=texts, **values)
    with writing():
        article = actions.save_article(code, draft) if code else actions.create_article(draft)
    return article


def marked(article: Article) -> list[tuple[str, str]]:
    """The reason and what the translation says now, or what it does not say yet."""
    marks = translating.marks(article)
    lag = translating.lags().get((article.id, "nl" if article.source_lang == "en" else "en"), Lag(True))
    assert lag.behind == len(marks)
    return [(mark.reason, mark.own or mark.parts[-1].text) for mark in marks]


def changed(at: int, *instead: str, of: list[str] = NL) -> list[str]:
    return [*of[:at], *instead, *of[at + 1 :]]


CASES: dict[str, tuple[list[str], list[str], list[tuple[str, str]]]] = {
    "edited": (changed(1, "Eerste alinea met zeven woorden."), EN, [("stale", EN[1])]),
    "heading": (changed(0, "## Andere kop"), EN, [("stale", EN[0])]),
    "moved": ([NL[0], NL[2], NL[1], *NL[3:]], EN, []),
    "split": (
        changed(1, "Eerste alinea met zes", "woorden."),
        EN,
        [("stale", EN[1]), ("missing", "woorden.")],
    ),
    "merged": (changed(1, f"{NL[1]} {NL[2]}", of=changed(2)), EN, [("stale", EN[1]), ("surplus", EN[2])]),
    "inserted": (changed(2, NL[2], "Nieuw."), EN, [("missing", "Nieuw.")]),
    "removed": (changed(4), EN, [("surplus", EN[4])]),
    "both": (changed(1, "Anders."), changed(1, "Different.", of=EN), []),
    "inserted in both": (changed(2, NL[2], "Nieuw."), changed(2, EN[2], "New.", of=EN), []),
    "removed in both": (changed(4), changed(4, of=EN), []),
    "the translation alone": (NL, changed(1, "First paragraph, mended.", of=EN), []),
    "another in each": (changed(1, "Anders."), changed(2, "Mended.", of=EN), [("stale", EN[1])]),
}


def test_what_a_save_marks(app: Flask) -> None:
    for name, (nl, en, expected) in CASES.items():
        article = save("", NL, EN)
        assert marked(article) == [], name
        article = save(article.code, nl, en)
        assert marked(article) == expected, name
        again = save(article.code, nl, en)
        assert marked(again) == expected, f"{name}: a save that changes nothing changes no mark"
        with writing():
            actions.delete_article(article.code)


def test_marks_go_by_an_answer_by_a_translation_and_by_taking_the_change_back(app: Flask) -> None:
    code = save("", NL, EN).code
    longer = [*changed(1, "Eerste alinea met zeven woorden."), "Nieuw."]
    article = save(code, longer[:4], EN)  # "Vierde." gone too
    reasons = {mark.reason: mark for mark in translating.marks(article)}
    assert set(reasons) == {"stale", "surplus"}
    assert [part.text for part in reasons["stale"].parts if part.op] == ["zes ", "zeven "]
    article = save(code, [*longer[:4], "Heel nieuw."], EN)
    for mark in translating.marks(article):
        with writing():
            translating.still_right(article, mark.block)
    assert marked(article) == []
    article = save(code, changed(1, "Eerste alinea met acht woorden."), EN)
    assert ("stale", EN[1]) in marked(article)
    article = save(code, changed(1, "Eerste alinea met zeven woorden."), EN)
    assert ("stale", EN[1]) not in marked(article)  # as it was when it was said to be right
    assert marked(save(code, NL, changed(1, "All new.", of=EN)))[:1] != [("stale", "All new.")]


def test_a_translation_that_grows_is_paired_with_what_it_lacks(app: Flask) -> None:
    article = save("", NL, None)
    assert marked(article) == []
    article = save(article.code, NL, EN[:3])
    assert marked(article) == [("missing", NL[3]), ("missing", NL[4])]
    article = save(article.code, NL, EN)
    assert marked(article) == []


def test_the_source_can_be_the_other_language(app: Flask) -> None:
    code = save("", NL, EN).code
    article = save(code, changed(1, "Anders dan eerst."), EN)
    article = save(code, changed(1, "Anders dan eerst."), EN, source_lang="en")
    assert marked(article) == [("stale", "Anders dan eerst.")]
    article = save(code, NL, changed(2, "Something else.", of=EN))
    assert [row[1] for row in marked(article)] == [NL[2]]
    with writing():
        only_english = ArticleDraft(texts={"en": TextDraft(title="Only English")})
        assert actions.create_article(only_english).source_lang == "en"


def test_an_article_from_before_is_not_compared_yet_and_then_is(app: Flask) -> None:
    article = save("", NL, EN)
    with writing():
        db.session.execute(delete(TextBlock))
    assert translating.lags() == {(article.id, "en"): Lag(False)}
    assert translating.marks(article) == []
    assert marked(save(article.code, NL, EN)) == []
    assert translating.lags() == {(article.id, "en"): Lag(True)}


def test_a_block_keeps_its_row_and_counts_its_versions(app: Flask) -> None:
    code = save("", NL, EN).code
    query = select(TextBlock.id, TextBlock.version).where(TextBlock.source.startswith("Eerste"))
    first = db.session.execute(query).one()
    save(code, [NL[4], *changed(1, "Eerste alinea met acht woorden.")[:4]], EN)
    assert db.session.execute(query).one() == (first.id, first.version + 1)


@pytest.mark.parametrize("runs", [12, pytest.param(300, marks=pytest.mark.full)])
def test_k_edited_paragraphs_mark_exactly_k(app: Flask, runs: int) -> None:
    code = ""
    for seed in range(runs):
        old, new, count = edits(seed)
        english = [f"Paragraph {seed} {n}" for n in range(len(old))]
        code = save(code, old, english).code
        article = save(code, new, english)
        assert len(marked(article)) == count, seed
