"""An article in a real browser, without script: SE-06, SE-22 and SE-26 by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from plugins.blog.models import Article, ArticleText
from storefront.plugin_api import db

pytestmark = pytest.mark.browser


@pytest.fixture
def article(demo_app: Flask, serve: Callable[..., Any], browser: Browser) -> Iterator[Page]:
    """The Dutch magnesium article on a phone, script off, motion reduced."""
    slug = (
        select(ArticleText.slug)
        .join(Article)
        .where(Article.code == "magnesium-brain", ArticleText.lang == "nl")
    )
    path = f"/nl/blog/{db.session.scalar(slug)}"
    live = serve(demo_app)
    context = browser.new_context(
        java_script_enabled=False, reduced_motion="reduce", viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    page.goto(live.url + path)
    yield page
    context.close()


def test_se_26_the_carousel_is_walked_by_keyboard(article: Page) -> None:
    slides = article.get_by_role("list", name="Verwante artikelen").get_by_role("listitem")
    expect(slides).to_have_count(3)
    first, second = slides.nth(0), slides.nth(1)
    expect(first).to_contain_text("1 van 3")
    first.get_by_role("link", name="Volgend artikel").press("Enter")
    expect(second).to_be_in_viewport(ratio=0.9)
    expect(second).to_contain_text("2 van 3")
    second.get_by_role("link", name="Vorig artikel").press("Enter")
    expect(first).to_be_in_viewport(ratio=0.9)
    expect(first).to_have_css("scroll-snap-align", "start")
    expect(article.get_by_role("list", name="Verwante artikelen")).to_have_css("scroll-behavior", "auto")


def test_se_06_a_citation_leads_to_its_source_and_back(article: Page) -> None:
    mark = article.locator("a.cite[aria-label^='Bron 2']").first
    mark.press("Enter")
    source = article.locator("#r2")
    expect(source).to_be_in_viewport()
    source.get_by_role("group").get_by_text("Studiekaart").press("Enter")
    expect(source).to_contain_text("44")
    source.get_by_role("link", name="Terug naar verwijzing 2 a").press("Enter")
    expect(mark).to_be_in_viewport()


def test_se_22_a_badge_opens_its_evidence_on_the_product_page(article: Page) -> None:
    article.locator(".cta__proofs a").first.press("Enter")
    expect(article.locator("#purity")).to_be_visible()
    expect(article.locator("#purity")).to_contain_text("HPLC")


def test_the_order_button_and_all_details_are_found_by_name(article: Page) -> None:
    call = article.get_by_role("region", name="Bestel nu magnesium L‑threonaat")
    expect(call.get_by_role("link", name="Alle details", exact=True)).to_be_visible()
    call.get_by_role("button", name="Bestel nu", exact=True).press("Enter")
    expect(article).to_have_url(re.compile(r"/nl/cart$"))
    expect(article.get_by_role("main")).to_contain_text("Magnesium L‑threonaat")
