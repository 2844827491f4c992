"""The editor in a real browser: toolbar, picker at the cursor, live preview; and the same without script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from plugins.blog.tests.test_admin_input import png

pytestmark = pytest.mark.browser
EDIT = "/admin/blog/edit/magnesium-brain"
LISTS = (
    *(
        "references",
        "references/slutsky2010",
        "references/xu2024",
        "authors",
        "authors/edit/sanne-hoekstra",
        "authors/new",
    ),
    *("topics", "topics/edit/magnesium", "topics/new"),
)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture
def shop(make_app: Any, serve: Callable[..., Any]) -> str:
    """The demo shop, served."""
    address: str = serve(make_app("demo")).url
    return address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window of its own."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def enter(page: Page, shop: str, path: str = EDIT, lang: str = "en") -> None:
    """Sign in as marketer and open a page in a language."""
    page.context.request.post(f"{shop}/dev/enter/marketer")
    page.goto(f"{shop}/admin/blog/")
    page.locator(f".top button[value={lang}]").click()
    page.goto(shop + path)


def writing(page: Page) -> Any:
    """The text in front, emptied."""
    area = page.locator("#en-body")
    area.fill("")
    return area


def found(page: Page, words: str) -> Any:
    """What the picker found, by some of its words."""
    return page.get_by_role("listbox", name="Found").get_by_role("option", name=re.compile(words))


def test_the_picker_puts_things_at_the_cursor_and_the_preview_follows(page: Page, shop: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    enter(page, shop)
    area = writing(page)
    area.press_sequentially("First and last.")
    for _ in " and last.":
        area.press("ArrowLeft")
    page.get_by_role("button", name="Source", exact=True).first.click()
    page.get_by_role("combobox", name="Search").fill("10.3233/JAD-150538")
    found(page, "Liu 2016").click()
    expect(area).to_have_value("First[@liu2016] and last.")
    expect(area).to_be_focused()
    area.press("Control+End")
    page.get_by_role("button", name="Product card").first.click()
    page.get_by_role("combobox", name="Search").fill("threonate")
    found(page, "threonate, capsules").click()
    expect(area).to_have_value(re.compile(r"^First\[@liu2016\] and last\.\n\n:::product mgt-c\s*$"))
    page.get_by_role("button", name="Order-now block").first.click()
    page.get_by_role("checkbox", name=re.compile("threonate, capsules")).check()
    page.get_by_role("checkbox", name=re.compile("bisglycinate")).check()
    page.get_by_label("Heading of the order-now block").fill("Pick one")
    page.get_by_role("button", name="Put in the order-now block").click()
    expect(area).to_have_value(re.compile(r":::order-now mgt-c mgb-c \| Pick one\s*$"))
    shown = page.frame_locator(".side--en .preview")
    expect(shown.locator("p").filter(has_text="First1 and last.")).to_be_visible()
    expect(shown.locator(".inline-product")).to_have_count(1)
    expect(shown.get_by_role("heading", name="Pick one")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert errors == []


def test_the_picker_puts_things_at_the_end_when_there_was_no_cursor(page: Page, shop: str) -> None:
    enter(page, shop)
    before = page.locator("#en-body").input_value()
    page.get_by_role("button", name="Product card").first.click()
    found(page, "threonate, capsules").click()
    expect(page.locator("#en-body")).to_have_value(re.compile(r":::product mgt-c\s*$"))
    assert page.locator("#en-body").input_value().startswith(before)


def test_the_toolbar_marks_what_is_selected(page: Page, shop: str) -> None:
    enter(page, shop)
    area = writing(page)
    area.press_sequentially("word")
    area.press("Control+A")
    page.get_by_role("button", name="Bold").first.click()
    expect(area).to_have_value("**word**")
    page.get_by_role("button", name="List").first.click()
    expect(area).to_have_value("- **word**")
    area.press("Control+Z")
    expect(area).to_have_value("**word**")


def test_a_new_title_proposes_an_address(page: Page, shop: str) -> None:
    enter(page, shop, "/admin/blog/new")
    page.locator("#en-title").fill("What is élémentary magnesium?")
    expect(page.locator("#en-slug")).to_have_value("what-is-elementary-magnesium")
    page.locator("#en-slug").fill("my-own")
    page.locator("#en-title").fill("Another")
    expect(page.locator("#en-slug")).to_have_value("my-own")


def test_a_message_in_the_other_language_is_in_sight(page: Page, shop: str) -> None:
    enter(page, shop)
    page.get_by_label("Nederlands").first.check(force=True)
    page.locator("#nl-title").fill("")
    page.get_by_label("English").first.check(force=True)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#nl-title-error")).to_be_visible()
    expect(page.locator(".error-summary")).to_be_focused()


def test_everything_works_without_script(browser: Browser, shop: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(page, shop)
    page.locator("#en-body").fill("Only words.")
    page.get_by_label("What", exact=True).select_option("product")
    page.get_by_role("searchbox", name="Search").fill("threonate")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name=re.compile("threonate, capsules")).click()
    expect(page.locator("#en-body")).to_have_value("Only words.\n\n:::product mgt-c")
    shown = page.frame_locator(".side--en .preview")
    expect(shown.locator(".inline-product")).to_have_count(1)
    expect(shown.locator(".site-head")).to_have_count(1)
    for kind, words, wanted in (
        ("citation", "slutsky", r"\[@slutsky2010\]$"),
        ("collection", "nmn", r"\n\n:::order-now collection:nmn$"),
        ("article", "what three", r"\[[^\]]+\]\(article:nmn-trials\)$"),
        ("picture", "", r"\n\n!\[[^\]]+\]\(media:[^)]+\)$"),
    ):
        page.get_by_label("What", exact=True).select_option(kind)
        page.get_by_role("searchbox", name="Search").fill(words)
        page.get_by_role("button", name="Find").click()
        page.locator("#insert .found__item").first.click()
        expect(page.locator("#en-body")).to_have_value(re.compile(wanted))
    page.get_by_label("Picture for the text").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": png().getvalue()}
    )
    page.get_by_role("button", name="Put in the picture").click()
    expect(page.locator("#text_picture_alt-error")).to_be_visible()
    page.locator("label:has(#shown-both)").click()
    expect(page.locator("#nl-title")).to_be_visible()
    expect(page.locator("#en-title")).to_be_visible()
    page.locator("label", has_text="Nederlands").first.click()
    expect(page.locator("#nl-title")).to_be_visible()
    expect(page.locator("#en-title")).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (390, "light"),
        (1440, "dark"),
        *(pytest.param(*one, marks=pytest.mark.full) for one in ((390, "dark"), (1440, "light"))),
    ],
)
def test_axe_finds_nothing(browser: Browser, shop: str, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    for lang in ("nl", "en"):
        for path in ("/admin/blog/", EDIT, *(f"/admin/blog/{place}" for place in LISTS)):
            enter(page, shop, path, lang)
            if path == EDIT:
                page.locator(".side:visible [data-pick=order_now]").first.click()
                expect(page.locator(".found__item").first).to_be_visible()
            found = Axe().run(page, options=RULES).response["violations"]
            assert not found, (
                path,
                lang,
                [(one["id"], [node["html"] for node in one["nodes"]]) for one in found],
            )
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
