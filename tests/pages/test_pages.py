"""The shop's own pages: addresses, stale edits, links of the frame."""

from datetime import timedelta

import pytest
from flask import Flask

from storefront.catalog.queries import navigation
from storefront.pages import actions, queries
from storefront.pages.actions import PageTextData
from storefront.refusals import Refused
from storefront.transactions import writing

CODES = [
    *("how-we-test", "editorial-policy", "delivery", "returns", "contact", "about", "privacy", "terms"),
    "accessibility",
]


def test_every_page_that_a_shop_must_have_is_there_in_both_languages(any_demo_app: Flask) -> None:
    for lang in ("nl", "en"):
        addresses = [address for address in queries.sitemap() if address.lang == lang]
        assert [address.code for address in addresses] == CODES
        for address in addresses:
            page = queries.page(address.slug, lang)
            assert page is not None and page.body and page.meta_description
            assert set(page.slugs) == {"nl", "en"}
    assert queries.page("zo-testen-wij", "en") is None


def test_the_frame_gets_collections_and_pages_in_one_query(any_demo_app: Flask) -> None:
    links = navigation("nl", also=(queries.LINKS,))
    assert [link.code for link in links if link.kind == "page"] == CODES
    assert [link.label for link in links if link.kind == "collection"][:2] == ["NMN", "Magnesium"]


def text(**changes: str) -> dict[str, PageTextData]:
    values = {"title": "Bezorging", "slug": "bezorging", "body": "Morgen.", "meta_description": "Wanneer."}
    return {"nl": PageTextData(**(values | changes))}


def test_saving_changes_what_changed_and_refuses_a_stale_edit(any_demo_app: Flask) -> None:
    edit = queries.page_to_edit("delivery")
    assert edit is not None and edit.updated_at is not None
    opened = edit.updated_at
    with writing():
        assert actions.save_page("delivery", text(), opened) == ["nl"]
    with writing():
        assert actions.save_page("delivery", text(), None) == []
    with writing(), pytest.raises(Refused) as refusal:
        actions.save_page("delivery", text(body="Nooit."), opened - timedelta(seconds=1))
    assert refusal.value.status == 409
    page = queries.page("bezorging", "nl")
    assert page is not None and page.body == "Morgen."


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("nl-slug", {"slug": "privacy"}),
        ("nl-slug", {"slug": "", "title": "!!"}),
        ("nl-title", {"title": " "}),
    ],
)
def test_refused_at_its_field(any_demo_app: Flask, field: str, changes: dict[str, str]) -> None:
    with writing(), pytest.raises(Refused) as refusal:
        actions.save_page("delivery", text(**changes), None)
    assert refusal.value.field == field
    page = queries.page("bezorging", "nl")
    assert page is not None and page.title == "Bezorging" and page.body != "Morgen."


def test_a_form_that_changes_nothing_is_no_change(any_demo_app: Flask) -> None:
    edit = queries.page_to_edit("delivery")
    assert edit is not None
    same = {
        lang: PageTextData(
            title=text.title,
            slug=text.slug,
            meta_description=text.meta_description,
            body=text.body.replace("\n", "\r\n").strip(),
        )
        for lang, text in edit.texts.items()
    }
    with writing():
        assert actions.save_page("delivery", same, edit.updated_at) == []
