"""The question whether the shop may remember what is read, in a real browser: nothing before a yes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, BrowserType, Page, expect
from sqlalchemy import select

from plugins.blog import journeys, switches
from plugins.blog.models import Article, ArticleText
from plugins.blog.tests.test_reader_browser import NO_ROBOT
from plugins.blog.tests.visits import BROWSER
from storefront.plugin_api import db, writing

pytestmark = pytest.mark.browser
ARTICLES = ("magnesium-brain", "elemental-magnesium")
LOOK = 3200  # milliseconds until a view counts


@pytest.fixture
def reader(
    demo_app: Flask,
    serve: Callable[..., Any],
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
) -> Iterator[tuple[Page, list[str]]]:
    """A reader's page in a shop that asks, and the addresses of two Dutch articles."""
    with writing():
        switches.switch(journeys.SWITCH, True)
    rows = db.session.execute(
        select(Article.code, ArticleText.slug)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .where(Article.code.in_(ARTICLES), ArticleText.lang == "nl")
    )
    slugs = {code: slug for code, slug in rows}  # noqa: C416
    live = serve(demo_app)
    flags = [f"--user-agent={BROWSER}", NO_ROBOT]
    options = browser_type_launch_args | {"args": [*browser_type_launch_args["args"], *flags]}
    browser = browser_type.launch(**options)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.clock.install()
    yield page, [f"{live.url}/nl/blog/{slugs[code]}" for code in ARTICLES]
    browser.close()


def kept(context: BrowserContext) -> str:
    """What the cookie says; "" without one."""
    values = [one for one in context.cookies() if one.get("name") == journeys.COOKIE]
    assert all((one.get("sameSite"), one.get("path")) == ("Lax", "/") for one in values)
    return values[0]["value"] if values else ""


def test_a_reader_says_yes_reads_on_and_changes_their_mind(reader: tuple[Page, list[str]]) -> None:
    page, (first, second) = reader
    context = page.context
    page.goto(first)
    bar = page.get_by_role("region", name="Mogen wij onthouden welke artikelen je leest?")
    expect(bar).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"]) for one in found] == []
    yes, no = bar.get_by_role("button").all()
    sizes = [button.bounding_box() for button in (yes, no)]
    assert all(sizes)
    assert len({(box["width"], box["height"]) for box in sizes if box}) == 1
    page.clock.fast_forward(LOOK)
    page.goto(second)
    assert context.cookies() == []
    yes.focus()
    page.keyboard.press("Enter")
    expect(bar).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "ARTICLE"
    assert kept(context) == "yes~elemental-magnesium:nl"
    page.goto(first)
    expect(bar).to_be_hidden()
    page.clock.fast_forward(LOOK)
    page.goto(second.rpartition("/")[0])  # the index: nothing to remember
    assert kept(context) == "yes~elemental-magnesium:nl~magnesium-brain:nl"
    assert journeys.note(kept(context)) == "elemental-magnesium:nl magnesium-brain:nl"
    page.get_by_role("contentinfo").get_by_role("link", name="Onthouden wat je leest").click()
    expect(page.get_by_role("status").filter(has_text="Je hebt ja gezegd")).to_be_visible()
    page.get_by_role("button", name="Nee, liever niet").click()
    expect(page.get_by_role("status").filter(has_text="Je hebt nee gezegd")).to_be_visible()
    assert kept(context) == "no"
    page.goto(first)
    expect(page.locator(".reading")).to_be_hidden()
    page.clock.fast_forward(LOOK)
    page.goto(second)
    assert kept(context) == "no"
    # the first article stays when there are too many
    many = ["first:nl", *(f"a{n}:nl" for n in range(19))]
    page.evaluate(f"document.cookie = 'articles_read=yes~{'~'.join(many)}; path=/; samesite=lax'")
    page.goto(first)
    page.clock.fast_forward(LOOK)
    page.goto(second)
    steps = journeys.note(kept(context)).split()
    assert (len(steps), steps[0], steps[1], steps[-1]) == (20, "first:nl", "a1:nl", "magnesium-brain:nl")
