"""The script that tells how far an article was read, in a real browser: once, and without a cookie."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserType, Page
from sqlalchemy import select

from plugins.blog.models import Article, ArticleText, Event
from plugins.blog.tests.visits import BROWSER
from storefront.plugin_api import db

SCRIPT = Path(__file__).parents[1] / "static" / "blog_reader.js"
NO_ROBOT = "--disable-blink-features=AutomationControlled"  # navigator.webdriver is false, as with a reader


def test_the_script_is_small() -> None:
    assert len(SCRIPT.read_bytes()) <= 3000


@pytest.fixture
def opened(
    demo_app: Flask,
    serve: Callable[..., Any],
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
) -> Iterator[Callable[..., Page]]:
    """opened(): the Dutch magnesium article, as a reader's browser shows it; robot=True: as a robot's.

    The agent is that of the whole browser: one of a page is no longer there when the page is left.
    """
    slug = (
        select(ArticleText.slug)
        .join(Article)
        .where(Article.code == "magnesium-brain", ArticleText.lang == "nl")
    )
    path = f"/nl/blog/{db.session.scalar(slug)}"
    live = serve(demo_app)
    browsers = []

    def open_(robot: bool = False) -> Page:
        flags = [f"--user-agent={BROWSER}", *([] if robot else [NO_ROBOT])]
        options = browser_type_launch_args | {"args": [*browser_type_launch_args["args"], *flags]}
        browsers.append(browser_type.launch(**options))
        page = browsers[-1].new_page(viewport={"width": 390, "height": 800})
        page.goto(live.url + path)
        return page

    yield open_
    for browser in browsers:
        browser.close()


def views(at_least: int = 0) -> list[tuple[str, int, str]]:
    """What was noted, waited for a little."""
    for _turn in range(40):
        db.session.rollback()
        found = db.session.execute(select(Event.kind, Event.depth, Event.placements).order_by(Event.id))
        rows = [(kind, depth, places) for kind, depth, places in found]
        if len(rows) >= at_least:
            return rows
        time.sleep(0.1)
    return rows


@pytest.mark.browser
def test_a_view_is_told_once_with_depth_and_what_was_in_sight(opened: Callable[..., Page]) -> None:
    page = opened()
    page.wait_for_timeout(3200)
    page.locator(".cta").last.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    cookies = page.context.cookies()
    page.goto(page.url.rpartition("/")[0])
    [(kind, depth, places)] = views(1)
    assert kind == "view"
    assert 25 <= depth < 100
    assert "end" in places.split()
    assert cookies == []
    page.go_back()
    page.wait_for_timeout(300)
    page.goto("about:blank")
    assert len(views()) == 1


@pytest.mark.browser
def test_a_glance_and_a_robot_are_not_told(opened: Callable[..., Page]) -> None:
    page = opened()
    page.wait_for_timeout(300)
    page.goto("about:blank")
    robot = opened(robot=True)
    robot.wait_for_timeout(3200)
    robot.goto("about:blank")
    time.sleep(0.5)
    assert views() == []
