"""The study card at a citation, in a browser with script: SE-12 and SE-13 where they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from plugins.blog.models import Article, ArticleText
from storefront.plugin_api import db

pytestmark = pytest.mark.browser


@pytest.fixture(params=[390, 1440])
def article(
    demo_app: Flask, serve: Callable[..., Any], browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """The English magnesium article, narrow and wide."""
    slug = (
        select(ArticleText.slug)
        .join(Article)
        .where(Article.code == "magnesium-brain", ArticleText.lang == "en")
    )
    path = f"/en/blog/{db.session.scalar(slug)}"
    live = serve(demo_app)
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    page = context.new_page()
    page.goto(live.url + path)
    yield page
    context.close()


def test_se_13_the_study_card_opens_at_the_citation_and_gives_the_place_back(article: Page) -> None:
    mark = article.locator("a.cite[aria-label^='Source 2']").first
    card = article.get_by_role("dialog", name="Source")
    expect(card).to_be_hidden()
    mark.press("Enter")
    expect(card).to_be_in_viewport(ratio=0.95)
    expect(card).to_contain_text("small trial in people")
    expect(card).to_contain_text("44")
    expect(card).to_be_focused()
    assert article.evaluate("document.documentElement.scrollWidth <= innerWidth")
    article.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(mark).to_be_focused()
    mark.click()
    card.get_by_role("link", name="In the list of sources").click()
    expect(card).to_be_hidden()
    expect(article.locator("#r2")).to_be_in_viewport()
    assert article.evaluate("document.querySelectorAll('[id]').length") == article.evaluate(
        "new Set([...document.querySelectorAll('[id]')].map((el) => el.id)).size"
    )
