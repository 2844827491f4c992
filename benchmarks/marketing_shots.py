"""`make shots`, second half: the pictures of docs/marketing.md, a marketer's pages in the demo shop."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from PIL import Image
from playwright.sync_api import Page

from benchmarks.shots import ARTICLE, Shots, demo_shop, element, enter, opened, order_and_pay, ready, save
from plugins.blog import counting
from storefront import worker
from storefront.transactions import writing

WIDTH, HEIGHT = 1280, 900
EDITOR = "admin/blog/edit/magnesium-brain"
SCALED = 1000
READERS = {"magnesium-brain": 412, "nmn-trials": 267, "creatine-scoop": 188, "elemental-magnesium": 96}


def editor(shots: Shots, page: Page) -> None:
    """The editor with the real page beside the text."""
    shots.go(page, EDITOR)
    page.locator(".side--en textarea.source").scroll_into_view_if_needed()


def boxed(path: str, heading: str) -> Callable[[Shots, Page], Image.Image]:
    """One box of a page of the admin, by the id of its heading."""

    def shot(shots: Shots, page: Page) -> Image.Image:
        shots.go(page, path)
        return element(page, page.locator(f"section[aria-labelledby={heading}]"), 560)

    return shot


def whole(path: str) -> Callable[[Shots, Page], Image.Image]:
    """The upper part of a page."""

    def shot(shots: Shots, page: Page) -> Image.Image:
        shots.go(page, path)
        return screen(page)

    return shot


def screen(page: Page) -> Image.Image:
    """What stands on the screen, in a width for docs."""
    picture = opened(page.screenshot())
    return picture.resize((SCALED, picture.height * SCALED // picture.width), Image.Resampling.LANCZOS)


def written(shots: Shots, page: Page) -> Image.Image:
    """The text, its toolbar and the real page beside it."""
    editor(shots, page)
    ready(page)
    return screen(page)


def slash(shots: Shots, page: Page) -> Image.Image:
    """The menu at the slash."""
    editor(shots, page)
    source = page.locator(".side--en textarea.source")
    source.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\n/")
    page.locator("#slash").wait_for()
    return screen(page)


def picker(shots: Shots, page: Page) -> Image.Image:
    """The picker of products, searched by typing."""
    slash(shots, page)
    page.keyboard.press("Enter")
    page.locator("dialog[open]").wait_for()
    page.keyboard.type("bisglyc")
    page.locator("dialog[open] [role=option]", has_text="NMN").first.wait_for(state="detached")
    return screen(page)


def compared(shots: Shots, page: Page) -> Image.Image:
    """What a save changed, word by word."""
    shots.go(page, EDITOR)
    lead = page.locator("#en-lead")
    lead.fill(lead.input_value().replace("three small trials", "three trials"))
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    ready(page)
    shots.go(page, f"{EDITOR}/versions")
    page.locator("main a[href*=compare]").first.click()
    ready(page)
    return screen(page)


def read_and_bought(app: Flask, shots: Shots) -> None:
    """What the page about earnings shows: readers, and two orders out of one article."""
    for _order in range(2):
        with shots.page() as page:
            shots.go(page, ARTICLE["en"])
            page.locator("article form[action$='/cart/add'] button").last.click()
            page.locator("#cart-drawer[open]").wait_for()
            order_and_pay(shots, page)
    with app.app_context():
        with writing():
            for code, times in READERS.items():
                for number in range(times):
                    depth, seen = (number * 37) % 101, ("card", "end")[: number % 3]
                    counting.note_view(code, ("nl", "en")[number % 2], depth, seen)
        counting.fold_all()
        worker.Pulse(worker.new_holder()).beat()


PICTURES: dict[str, Callable[[Shots, Page], Image.Image]] = {
    "marketing-editor.png": written,
    "marketing-slash.png": slash,
    "marketing-picker.png": picker,
    "marketing-cta.png": boxed(EDITOR, "cta-h"),
    "marketing-publish.png": boxed(EDITOR, "publish-h"),
    "marketing-languages.png": boxed("admin/blog/edit/creatine-scoop", "languages-h"),
    "marketing-sources.png": whole("admin/blog/references"),
    "marketing-earned.png": whole("admin/blog/performance"),
    "marketing-orphans.png": whole("admin/blog/orphans"),
    "marketing-moving.png": whole("admin/blog/moving"),
    "marketing-versions.png": compared,
}


def main() -> None:
    """Renew them all."""
    with demo_shop() as (app, shots):
        read_and_bought(app, shots)
        with shots.page(WIDTH, HEIGHT) as page:
            enter(shots, page)
            for name, shot in PICTURES.items():
                save(shot(shots, page), name)


if __name__ == "__main__":
    main()
