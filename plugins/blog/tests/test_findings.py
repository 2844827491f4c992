"""What an editor is told about a text that may be published all the same."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask

from plugins.blog import library_queries, markdown
from plugins.blog.drafts import ArticleDraft, ReferenceDraft, TextDraft
from plugins.blog.findings import Facts, of_article, of_text
from plugins.blog.library import save_reference
from storefront.plugin_api import speaking, writing

TODAY = date(2026, 6, 1)


def titles(body: str, description: str = "") -> set[str]:
    library = library_queries.references_by_key(markdown.keys_in(body))
    with speaking("en"):
        facts = Facts(
            lang="en",
            text=TextDraft(title="T", body=body, meta_description=description),
            rendered=markdown.render(body, library),
            offers={},
            collections=(),
            library=library,
        )
        return {finding.title for finding in of_text(facts, ArticleDraft(), {})}


def test_a_review_is_overdue_from_its_day_on(app: Flask) -> None:
    for days, overdue in ((-1, True), (0, True), (1, False)):
        draft = ArticleDraft(review_due=TODAY + timedelta(days=days))
        assert ("review_due" in {finding.field for finding in of_article(draft, TODAY)}) is overdue


def test_a_link_that_leads_nowhere_and_a_long_description_are_named(app: Flask) -> None:
    found = titles("See [this](article:gone).", "x" * 156)
    assert {"Link to an article that does not exist", "Description cut off", "No sources"} <= found
    assert not {"Link to an article that does not exist", "Description cut off"} & titles("Words.")


def test_a_corrected_source_is_named(app: Flask) -> None:
    draft = ReferenceDraft(title="T", authors=("Xu C",), year=2024, erratum_doi="10.1000/erratum.1")
    with writing():
        key = save_reference(draft).key
    found = titles(f"Words.[@{key}]")
    assert {"A cited paper was corrected", "Study card missing"} <= found
    assert "No sources" not in found
