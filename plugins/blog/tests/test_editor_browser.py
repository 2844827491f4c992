"""Writing in a real browser: keys, the menu at "/", pickers without a mouse, paste and drop, the preview."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from plugins.blog.tests.test_admin_browser import RULES, enter
from plugins.blog.tests.test_admin_input import png

pytestmark = pytest.mark.browser
STATIC = Path(__file__).parents[1] / "static"
OWN_SCRIPTS = ("blog_editor.js", "blog_writing.js", "blog_keeping.js")
GIVE = """([kind, values, file]) => {
    const data = new DataTransfer();
    for (const [type, value] of Object.entries(values)) data.setData(type, value);
    const bytes = Uint8Array.from(atob(file), (one) => one.charCodeAt(0));
    if (file) data.items.add(new File([bytes], 'a.png', { type: 'image/png' }));
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
    return !document.querySelector('#en-body').dispatchEvent(event);
}"""


@pytest.fixture
def shop(make_app: Any, serve: Callable[..., Any]) -> str:
    """The demo shop, served."""
    address: str = serve(make_app("demo")).url
    return address


@pytest.fixture
def page(browser: Browser, shop: str) -> Iterator[Page]:
    """The editor, with an empty English text that has the cursor; nothing may go wrong in its scripts."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    enter(page, shop)
    text(page).fill("")
    yield page
    context.close()
    assert errors == []


def text(page: Page) -> Any:
    """The English text."""
    return page.locator("#en-body")


def give(page: Page, kind: str, values: dict[str, str], file: str = "") -> bool:
    """Paste or drop into the text. True when the editor took it over from the browser."""
    taken: bool = page.evaluate(GIVE, [kind, values, file])
    return taken


def keys_write_the_signs(page: Page) -> None:
    area = text(page)
    area.press_sequentially("word")
    for keys, wanted in (
        ("Control+b", "**word**"),
        ("Control+b", "word"),
        ("Control+i", "*word*"),
        ("Control+Alt+Digit1", "## *word*"),
        ("Control+Alt+Digit2", "### *word*"),
        ("Control+Alt+Digit3", "*word*"),
    ):
        if "Alt" not in keys:
            page.evaluate("""() => {
                const area = document.querySelector('#en-body');
                const at = area.value.indexOf('word');
                area.setSelectionRange(at, at + 4);
            }""")
        area.press(keys)
        expect(area).to_have_value(wanted)
    area.fill("")
    area.press_sequentially("- one\ntwo\n\n1. a\nb\n\nend")
    expect(area).to_have_value("- one\n- two\n1. a\n2. b\nend")
    area.press("Control+k")
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    page.keyboard.press("Escape")
    expect(area).to_be_focused()
    area.press("Control+s")
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(area).to_have_value("- one\n- two\n1. a\n2. b\nend")


def the_menu_and_the_pickers_need_no_mouse(page: Page) -> None:
    area = text(page)
    menu = page.get_by_role("listbox", name="Put into the text")
    area.press_sequentially("First a/b.\n/so")
    expect(menu.get_by_role("option")).to_have_count(1)
    assert area.get_attribute("aria-activedescendant") == "slash-citation"
    area.press("Enter")
    search = page.get_by_role("combobox", name="Search")
    search.press_sequentially("slutsky")
    expect(page.get_by_role("listbox", name="Found").get_by_role("option")).to_have_count(1)
    search.press("Enter")
    expect(area).to_have_value("First a/b.\n[@slutsky2010]")
    expect(area).to_be_focused()
    area.press_sequentially("\n/")
    expect(menu.get_by_role("option")).to_have_count(10)
    area.press("Escape")
    expect(menu).to_be_hidden()
    area.press_sequentially("x")
    expect(menu).to_be_hidden()
    area.fill("")
    area.press_sequentially("/prod")
    area.press("Tab")
    found = page.get_by_role("listbox", name="Found").get_by_role("option")
    expect(found.filter(has_text="NMN, capsules")).to_be_visible()
    search.press("ArrowDown")
    second = found.nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    assert search.get_attribute("aria-activedescendant") == second.get_attribute("id")
    search.press("Enter")
    expect(area).to_have_value(re.compile(r"^:::product [a-z-]+\n\n$"))
    for typed, wanted in (
        ("coll", r":::order-now collection:[a-z-]+\n\n$"),
        ("one that", r"!\[[^\]]+\]\(media:[^)]+\)\n\n$"),
        ("another art", r"\[[^\]]+\]\(article:[a-z0-9-]+\)$"),
    ):
        area.fill("")
        area.press_sequentially("/" + typed.split()[0])
        menu.get_by_role("option").filter(has_text=typed).click()
        expect(found.first).to_be_visible()
        search.press("Enter")
        expect(area).to_have_value(re.compile(wanted))
    area.fill("")
    area.press_sequentially("/tab\n")
    expect(area).to_have_value("| … | … |\n| --- | --- |\n| … | … |\n\n")
    area.press_sequentially("/head\nWhy")
    expect(area).to_have_value(re.compile(r"\n\n## Why$"))


def what_is_pasted_becomes_clean_text(page: Page) -> None:
    area = text(page)
    area.press_sequentially("Before  after")
    for _ in " after":
        area.press("ArrowLeft")
    assert give(page, "paste", {"text/html": "<b>bold</b>", "text/plain": "bold"})
    expect(area).to_have_value("Before **bold** after")
    area.fill("")
    word = (Path(__file__).parent / "pasted" / "word.txt").read_text("utf-8")
    assert give(page, "paste", {"text/html": word, "text/plain": "Magnesium"})
    wanted = (Path(__file__).parent / "pasted" / "word.md").read_text("utf-8").strip()
    expect(area).to_have_value(re.compile(f"^{re.escape(wanted)}\\s*$"))
    assert not give(page, "paste", {"text/plain": "plain"})  # the browser's own paste, as with Ctrl+Shift+V
    area.fill("")
    page.route("**/admin/blog/clean", lambda route: route.abort())
    assert give(page, "paste", {"text/html": "<b>bold</b>", "text/plain": "as words"})
    expect(area).to_have_value("as words")


def a_picture_that_is_dropped_or_pasted_needs_words(page: Page) -> None:
    picture = base64.b64encode(png().getvalue()).decode()
    area = text(page)
    for kind in ("drop", "paste"):
        area.fill("")
        assert give(page, kind, {}, picture)
        described = page.get_by_role("textbox", name="Alternative text", exact=True)
        expect(described).to_be_focused()
        described.press("Enter")
        expect(page.locator("[data-wrong]")).to_contain_text("Describe the picture")
        expect(described).to_be_focused()
        described.fill("A green square")
        described.press("Enter")
        expect(area).to_have_value(
            re.compile(r"^!\[A green square\]\(media:[0-9a-f]{64}(-\d+)?\.\w+#40x40\)\n\n$")
        )
    shown = page.frame_locator(".side--en .preview")
    expect(shown.get_by_role("img", name="A green square")).to_be_visible()


def the_preview_is_the_page_and_scrolls_along(page: Page) -> None:
    area = text(page)
    area.fill("\n\n".join(f"## Part {n}\n\n{'Some words. ' * 40}" for n in range(12)))
    shown = page.frame_locator(".side--en .preview")
    expect(shown.locator(".site-head")).to_have_count(1)
    expect(shown.locator(".site-foot")).to_have_count(1)
    expect(shown.get_by_text("Written by")).to_have_count(1)
    last = shown.get_by_role("heading", name="Part 11")
    expect(last).to_have_count(1)
    area.press("Control+End")
    expect(last).to_be_in_viewport()
    area.press("Control+Home")
    expect(last).not_to_be_in_viewport()
    first = shown.get_by_role("heading", name="Part 0")
    expect(first).to_be_in_viewport()
    page.evaluate("document.querySelector('#en-body').scrollTop = 1e6")
    expect(last).to_be_in_viewport()


def both_languages_side_by_side(page: Page) -> None:
    page.get_by_label("Both").check(force=True)
    boxes = [page.locator(f"#{lang}-body").bounding_box() for lang in ("nl", "en")]
    assert boxes[0] and boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    page.locator("#nl-body").fill("Hallo")
    page.locator(".side--nl [data-pick=product]").click()
    page.get_by_role("listbox", name="Found").get_by_text("NMN, capsules").click()
    expect(page.locator("#nl-body")).to_have_value(re.compile(r"^Hallo\n\n:::product nmn-c"))
    text(page).fill("Words.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(page.get_by_label("Both")).to_be_checked()


def the_words_stand_exactly_on_their_colours(page: Page) -> None:
    """The colours are a copy of the text behind it: same size, same breaks, same scroll."""
    area = text(page)
    area.fill("## Head\n\nWords [@slutsky2010] and **bold** [link](article:x).\n\n:::product mgt-c\n" * 30)
    area.press("Control+End")
    sizes = page.evaluate("""() => ['textarea.source', '.shade'].map((one) => {
        const el = document.querySelector(`.side--en ${one}`);
        return [el.clientWidth, el.clientHeight, el.scrollHeight, el.scrollTop];
    })""")
    assert sizes[0][:2] == sizes[1][:2]
    assert abs(sizes[0][2] - sizes[1][2]) <= 1
    assert sizes[0][3] == sizes[1][3]
    for name, count in (("head", 30), ("cite", 30), ("bold", 30), ("link", 30), ("ours", 30)):
        expect(page.locator(f".side--en .shade .is-{name}")).to_have_count(count)
    assert page.locator(".side--en .shade").get_attribute("aria-hidden") == "true"


def test_writing(page: Page) -> None:
    """One window for all of it: each part empties the text first."""
    for part in (
        keys_write_the_signs,
        the_menu_and_the_pickers_need_no_mouse,
        what_is_pasted_becomes_clean_text,
        a_picture_that_is_dropped_or_pasted_needs_words,
        the_preview_is_the_page_and_scrolls_along,
        both_languages_side_by_side,
        the_words_stand_exactly_on_their_colours,
    ):
        text(page).fill("")
        part(page)


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (768, "dark"),
        (1440, "light"),
        *(
            pytest.param(*one, marks=pytest.mark.full)
            for one in ((768, "light"), (1440, "dark"), (390, "dark"))
        ),
    ],
)
def test_axe_finds_nothing_while_writing(browser: Browser, shop: str, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    enter(page, shop)

    def look(where: str) -> None:
        found = Axe().run(page, options=RULES).response["violations"]
        assert not found, (where, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where

    area = text(page)
    area.press("Control+End")
    area.press_sequentially("\n\n/")
    expect(page.get_by_role("listbox", name="Put into the text")).to_be_visible()
    look("menu")
    area.press("Enter")
    expect(page.get_by_role("listbox", name="Found")).to_be_visible()
    look("picker")
    page.keyboard.press("Escape")
    page.locator(".side--en [data-pick=new-picture]").click()
    page.get_by_role("button", name="Put in the picture").click()
    expect(page.locator("[data-wrong]")).to_be_visible()
    look("picture")
    page.keyboard.press("Escape")
    page.get_by_label("Both").check(force=True)
    look("both")
    context.close()


def test_the_editor_is_no_heavy_script() -> None:
    assert sum((STATIC / name).stat().st_size for name in OWN_SCRIPTS) <= 25_000
