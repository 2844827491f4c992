"""What an editor is told about a text that may be published all the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from plugins.blog import library_queries, markdown
from plugins.blog.drafts import ArticleDraft, ReferenceDraft, TextDraft
from plugins.blog.findings import Facts, of_article, of_text
from plugins.blog.library import save_reference
from plugins.blog.models import Author
from plugins.blog.tests.admin_forms import parsed
from storefront.catalog.actions import set_state
from storefront.catalog.models import Collection, CollectionProduct
from storefront.plugin_api import db, speaking, writing

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


def test_what_the_shop_does_not_sell_is_named_with_what_it_is(
    demo_app: Flask, admin_client: FlaskClient, write: Callable[..., str]
) -> None:
    body = (
        ":::product nmm-c\n\n:::product mgt-c\n\n[Powder](product:mgt-p), [none](product:other)\n\n"
        ":::product MGT <C\n\nWords.\n:::order-now\n\n:::order-now collection:zinc collection:magnesium"
    )
    code = write("Absent", langs=("en",), body=body, author=db.session.scalar(select(Author.key)))
    with writing():
        set_state("mgt-c", "archived")
        set_state("mgt-p", "draft")
        emptied = select(Collection.id).where(Collection.code == "magnesium").scalar_subquery()
        db.session.execute(delete(CollectionProduct).where(CollectionProduct.collection_id == emptied))
    page = parsed(admin_client.get(f"/admin/blog/edit/{code}"))
    read = re.sub(r"\s+", " ", " ".join(page.itertext()))
    for words in (
        "De winkel heeft geen product nmm-c",
        "Zet NMN, capsules ervoor in de plaats",
        "De winkel heeft geen product other",
        "Product mgt-c is niet te koop Het is gearchiveerd. Lezers zien",
        "Product mgt-p is niet te koop Het is een concept. Lezers zien",
        "De winkel heeft geen collectie zinc",
        "De collectie magnesium is leeg",
        "zoals hij is getypt: :::product MGT <C",
        "zoals hij is getypt: :::order-now",
    ):
        assert words in read, words
    assert "fix:en:nmm-c:nmn-c" in [button.get("value") for button in page.iter("button")]
    fine = parsed(admin_client.get("/admin/blog/edit/certificate"))
    assert not re.search("niet te koop|heeft geen|is leeg|is getypt", " ".join(fine.itertext()))


def test_a_corrected_source_is_named(app: Flask) -> None:
    draft = ReferenceDraft(title="T", authors=("Xu C",), year=2024, erratum_doi="10.1000/erratum.1")
    with writing():
        key = save_reference(draft).key
    found = titles(f"Words.[@{key}]")
    assert {"A cited paper was corrected", "Study card missing"} <= found
    assert "No sources" not in found
