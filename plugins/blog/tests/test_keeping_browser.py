"""Nothing that was written is lost, in a real browser: offline, signed out, and with two people."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from plugins.blog.tests.test_admin_browser import EDIT, RULES, enter

pytestmark = pytest.mark.browser
LEAD = "#en-lead"
SOON = 3_100  # milliseconds after which the draft is sent


@pytest.fixture
def shop(make_app: Any, serve: Callable[..., Any]) -> str:
    """The demo shop, served."""
    address: str = serve(make_app("demo")).url
    return address


def kept(page: Page) -> Any:
    """What is said about the draft."""
    return page.locator("[data-kept]")


def offer(page: Page) -> Any:
    """What is offered again."""
    return page.locator("[data-unsaved]")


def written(page: Page, text: str) -> None:
    """Type a new introduction and let the draft go to the server."""
    page.locator(LEAD).fill(text)
    page.clock.run_for(SOON)


def opened(page: Page, address: str) -> None:
    """Open the editor, and wait until the server knows of this window."""
    with page.expect_response(re.compile("/admin/blog/working$")):
        page.goto(address)


def press_save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_without_a_connection_and_after_a_reload_the_text_is_there(browser: Browser, shop: str) -> None:
    page = browser.new_context().new_page()
    page.clock.install()
    enter(page, shop)
    written(page, "Kept by the server.")
    expect(kept(page)).to_have_text(re.compile(r"^Draft saved \d\d:\d\d$"))
    page.context.set_offline(True)
    written(page, "Kept on this device.")
    expect(kept(page)).to_contain_text("No connection: what you type is kept on this device")
    press_save(page)
    expect(kept(page)).to_contain_text("No connection, so nothing was saved")
    expect(page.locator(LEAD)).to_have_value("Kept on this device.")
    page.context.set_offline(False)
    expect(kept(page)).to_have_text(re.compile("^Draft saved"))  # by itself
    page.context.set_offline(True)
    page.locator(LEAD).fill("Typed at the last moment.")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")  # as a closed laptop has it
    page.goto("about:blank")
    page.context.set_offline(False)
    opened(page, shop + EDIT)
    expect(page.locator(LEAD)).not_to_have_value(re.compile("Typed|Kept"))
    expect(offer(page)).to_contain_text("that was not saved")
    offer(page).get_by_role("link", name="Compare").click()
    expect(page.locator(".differing")).to_have_count(1)
    expect(page.locator(".differing")).to_contain_text("Typed at the last moment.")
    page.get_by_role("link", name="Take it").click()
    expect(page.locator(LEAD)).to_have_value("Typed at the last moment.")
    expect(offer(page)).to_have_count(0)
    press_save(page)
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    opened(page, shop + EDIT)
    expect(page.locator(LEAD)).to_have_value("Typed at the last moment.")
    expect(offer(page)).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('writing:'))") == []
    signed_out(page, shop)
    page.context.close()


def signed_out(page: Page, shop: str) -> None:
    """A session that ends in between: said at once, and what was typed comes back after signing in."""
    page.context.clear_cookies()
    written(page, "Typed when signed out.")
    expect(kept(page)).to_contain_text("You were signed out")
    press_save(page)
    expect(page.get_by_role("status")).to_have_count(1)
    page.get_by_role("button", name="Enter as marketer").click()
    expect(page.locator("#kept")).to_be_visible()
    expect(page.locator(LEAD)).to_have_value("Typed when signed out.")
    expect(kept(page)).to_have_text(re.compile("^Draft saved"))
    press_save(page)
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(page.locator(LEAD)).to_have_value("Typed when signed out.")


def test_of_two_people_the_second_sees_who_and_what(browser: Browser, shop: str) -> None:
    first, second = browser.new_context().new_page(), browser.new_context().new_page()
    for page in (first, second):
        page.clock.install()
    enter(first, shop)
    written(first, "Of the first.")
    expect(kept(first)).to_have_text(re.compile("^Draft saved"))
    second.context.request.post(f"{shop}/dev/enter/admin")
    second.goto(f"{shop}{EDIT}?shown=en")
    expect(second.locator("[data-present]")).to_contain_text("has had this article open since")
    expect(second.locator("[data-present]")).to_contain_text("The English text was changed")
    second.locator(LEAD).fill("Of the second.")
    press_save(second)
    expect(second.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    written(first, "Of the first, and more.")
    expect(first.locator("[data-overtaken]")).to_contain_text("saved this article at")
    press_save(first)
    conflict = first.locator("[data-conflict]")
    expect(conflict.locator(".differing")).to_have_count(1)
    expect(conflict).to_contain_text("second")
    expect(first.locator(LEAD)).to_have_value("Of the first, and more.")
    expect(first.locator("[data-present]")).to_be_visible()
    for width, scheme in ((768, "dark"), (1440, "light")):
        first.set_viewport_size({"width": width, "height": 900})
        first.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        first.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")  # of the colours
        found = Axe().run(first, options=RULES).response["violations"]
        assert not found, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
        assert first.evaluate("document.documentElement.scrollWidth <= innerWidth")
    first.get_by_role("button", name="Save mine in its place").click()
    expect(first.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(first.locator(LEAD)).to_have_value("Of the first, and more.")
    first.context.close()
    second.context.close()


def test_the_script_is_small() -> None:
    static = Path(__file__).parents[1] / "static"
    assert (static / "blog_keeping.js").stat().st_size <= 7_000
