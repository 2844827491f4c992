"""The product editor names every article that changes with a product, and how it speaks of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from plugins.blog import touched
from storefront.plugin_api import Touched, speaking

Write = Callable[..., str]


@pytest.fixture
def articles(app: Flask, people: None, write: Write) -> dict[str, str]:
    """Articles that speak of product a in all ways, and some that do not."""
    return {
        "card": write("Card", body=":::product a\n\n:::order-now a b"),
        "link": write("Link", body="[x](product:a)", langs=("en",)),
        "draft": write("Draft", body=":::order-now a", langs=("nl",), published=False),
        "collection": write("Collection", body=":::order-now collection:c"),
        "other": write("Other", body=":::product b"),
    }


def found(products: list[str], collections: list[str]) -> dict[str, str]:
    with speaking("en"):
        pages: list[Touched] = list(touched.articles(products, collections, "en"))
    assert all(page.path == f"/admin/blog/edit/{page.title.lower()}" for page in pages)
    return {page.title: page.detail for page in pages}


def test_every_article_is_named_once_with_its_languages_and_ways(articles: dict[str, str]) -> None:
    assert found(["a"], ["c"]) == {
        "Card": "NL, EN · card, call to action",
        "Link": "EN · link",
        "Draft": "NL (draft) · call to action",
        "Collection": "NL, EN · call to action for the collection",
    }


def test_nothing_is_named_of_what_no_article_speaks_of(articles: dict[str, str]) -> None:
    assert found(["z"], []) == {}
    assert set(found([], ["c"])) == {"Collection"}
