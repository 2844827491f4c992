"""Links that live: an article keeps what it leads to by its code, whatever happens to addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from plugins.blog.models import Article, ArticleLink, ArticleText, Author
from plugins.blog.tidying import tidy
from storefront.catalog import actions as catalog
from storefront.catalog import editing
from storefront.plugin_api import db, offers_by_code, shop_path, writing

from .conftest import Page

Write = Callable[..., str]
Read = Callable[..., Page]

TIDIED = [
    ("[a](/nl/products/nmn-capsules)", "[a](product:nmn-c)"),
    ("[a](/en/products/nmn-capsules?sku=X#evidence)", "[a](product:nmn-c?sku=X#evidence)"),
    ('[a]( </nl/collections/nmn> "T")', '[a]( collection:nmn "T")'),
    ("[a](/en/pages/contact)", "[a](page:contact)"),
    ("[a]\n\n[a]: /nl/pages/contact", "[a]\n\n[a]: page:contact"),
    ("[a](/nl/blog/magnesium-brain) [b](/nl/batch/26-0412)", None),
    ("[a](/nl/products/nothing) and [b](//evil.example/nl/pages/contact)", None),
    ("`[a](/nl/pages/contact)` and /nl/pages/contact", None),
    ("![a](/nl/pages/contact)", None),
]


@pytest.mark.parametrize(("text", "tidied"), TIDIED)
def test_a_typed_address_of_ours_becomes_a_code(demo_app: Flask, text: str, tidied: str | None) -> None:
    assert tidy(text) == (text if tidied is None else tidied)


def test_articles_are_known_by_every_address_they_had(demo_app: Flask, demo_client: FlaskClient) -> None:
    slug = db.session.scalar(
        select(ArticleText.slug)
        .join(Article, Article.id == ArticleText.article_id)
        .where(Article.code == "magnesium-brain", ArticleText.lang == "en")
    )
    with demo_app.test_request_context("/", base_url="https://shop.example/mounted"):
        for start in ("", "/mounted", "https://shop.example/mounted"):
            assert tidy(f"[a]({start}/en/blog/{slug}#refs)") == "[a](article:magnesium-brain#refs)"
        address = f"https://shop.example/mounted/en/blog/{slug}"
        assert tidy(f"<{address}>") == f"[{address}](article:magnesium-brain)"


LINES = st.sampled_from([text for text, _tidied in TIDIED] + ["Words.", "## Part", "- a", ":::product nmn-c"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(LINES, max_size=6))
def test_tidying_twice_is_tidying_once(demo_app: Flask, lines: list[str]) -> None:
    once = tidy("\n\n".join(lines))
    assert tidy(once) == once


def test_a_link_follows_its_target_in_the_language_of_the_reader(
    demo_app: Flask, demo_client: FlaskClient, read: Read, write: Write
) -> None:
    author = str(db.session.scalar(select(Author.key)))
    body = "[p](/en/products/nmn-capsules#evidence) [c](/en/collections/nmn)"
    body += " [s](/en/pages/contact) [x](page:gone)"
    code = write("Links of all kinds", body=body, author=author)
    other = write("It links the first", body=f"[it](article:{code})", author=author)
    stored = db.session.scalars(select(ArticleText.body).where(ArticleText.title == "Links of all kinds"))
    assert set(stored) == {"[p](product:nmn-c#evidence) [c](collection:nmn) [s](page:contact) [x](page:gone)"}
    linked = select(ArticleLink.target_code, Article.code).join(
        ArticleText, ArticleText.id == ArticleLink.text_id
    )
    linked = linked.join(Article, Article.id == ArticleText.article_id).where(ArticleLink.target_code == code)
    assert {tuple(row) for row in db.session.execute(linked)} == {(code, other)}
    product = editing.product_to_edit("nmn-c")
    assert product is not None
    with writing():
        catalog.remember_slug("product", "nl", product.texts["nl"].slug, "nieuw", product.product.id)
        product.texts["nl"].slug = "nieuw"
    for lang in ("nl", "en"):
        links = hrefs(read(demo_client, f"/{lang}/blog/links-of-all-kinds"))
        with demo_app.test_request_context(f"/{lang}/"):
            slug = offers_by_code(["nmn-c"], lang)["nmn-c"].slug
            assert f"/{lang}/products/{slug}#evidence" in links
            assert {shop_path("collection", "nmn", lang), shop_path("page", "contact", lang)} <= links
        assert not [link for link in links if ":" in link.partition("/")[0]]
    with writing():
        catalog.set_state("nmn-c", "draft")
    links = hrefs(read(demo_client, "/nl/blog/links-of-all-kinds"))
    assert not [link for link in links if "/products/" in link]


def hrefs(page: Page) -> set[str]:
    """Where the words of an article lead."""
    return {str(a.get("href")) for prose in page.classed("prose") for a in prose.iter("a")}
