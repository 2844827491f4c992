"""A marketer at the article editor in a real browser, by mouse or by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

PICTURE = Path(__file__).parents[1] / "demo" / "pictures" / "art-capsule.jpg"
FAR = 150  # presses of Tab after which something cannot be reached


class Marketer:
    """Writes with the mouse, as most do."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.lang = "en"

    def enter(self, path: str = "/admin/blog/new") -> None:
        """Sign in and open a page, in English."""
        self.page.context.request.post(f"{self.address}/dev/enter/marketer")
        self.page.goto(f"{self.address}{path}")

    def saved(self, word: str) -> None:
        """What the page says after a save."""
        expect(self.page.get_by_role("status").filter(has_text=word)).to_be_visible()

    # --- what the mouse does ------------------------------------------------------------------------------
    def go_to(self, target: Locator) -> None:
        """Put the caret into a field."""
        target.click()

    def press(self, button: Locator) -> None:
        """Press a button."""
        button.click()

    def speak(self, lang: str) -> None:
        """Bring a language to the front."""
        self.lang = lang
        self.page.locator(f"label:has(#shown-{lang})").click()

    def pick(self, what: str) -> None:
        """Open a picker of the toolbar."""
        self.press(self.side.get_by_role("button", name=what, exact=True))

    def choose(self, search: str, name: str) -> None:
        """Find something in the picker and take it."""
        self.page.get_by_label("Search", exact=True).fill(search)
        self.page.locator("#found").get_by_role("option", name=re.compile(name)).click()

    def order_now(self, search: str, name: str, heading: str) -> None:
        """Put in a call to action for one product."""
        self.pick("Order-now block")
        self.page.get_by_label("Search", exact=True).fill(search)
        expect(self.page.locator("#insert").get_by_role("checkbox")).to_have_count(1)
        self.page.get_by_role("checkbox", name=re.compile(name)).check()
        self.page.get_by_label("Heading of the order-now block").fill(heading)
        self.press(self.page.get_by_role("button", name="Put in the order-now block"))

    def set(self, target: Locator, value: str) -> None:
        """Choose from a list, or type a day or an hour."""
        if target.evaluate("el => el.localName") == "select":
            target.select_option(label=value)
        else:
            target.fill(value)

    def make_heading(self) -> None:
        """Make a heading of the line at the caret."""
        self.press(self.side.get_by_role("button", name="Heading", exact=True))

    # --- what both do ---------------------------------------------------------------------------------------
    @property
    def side(self) -> Locator:
        """The language in front."""
        return self.page.locator(f".side[data-lang={self.lang}]")

    def field(self, name: str) -> Locator:
        """A field of the language in front."""
        return self.page.locator(f"#{self.lang}-{name}")

    @property
    def text(self) -> Locator:
        """The text of the language in front."""
        return self.field("body")

    def write(self, name: str, words: str) -> None:
        """Type into a field of the language in front."""
        self.go_to(self.field(name))
        self.page.keyboard.insert_text(words)

    def go_on(self, words: str) -> None:
        """Go on with the text, at its end."""
        self.go_to(self.text)
        self.page.keyboard.press("Control+End")
        self.page.keyboard.insert_text(words)

    def put(self, what: str, search: str, name: str) -> None:
        """Put something that is found by searching into the text, where the caret is."""
        self.pick(what)
        self.choose(search, name)
        expect(self.text).to_be_focused()

    def picture(self, alt: str) -> None:
        """Put in a picture from this device; without its description it is refused."""
        self.pick("Picture")
        dialog = self.page.locator("#insert-picture")
        dialog.locator("input[type=file]").set_input_files(PICTURE)
        take = dialog.get_by_role("button", name="Put in the picture")
        self.press(take)
        expect(dialog.locator("[data-wrong]")).to_be_visible()
        self.go_to(dialog.locator("#text_picture_alt"))
        self.page.keyboard.insert_text(alt)
        self.press(take)
        expect(self.text).to_have_value(re.compile(re.escape(f"![{alt}](")))

    def save(self) -> None:
        """Save."""
        self.press(self.page.get_by_role("button", name="Save", exact=True))

    def schedule(self, lang: str, day: str, hour: str) -> None:
        """Have a language published at a moment."""
        self.press(self.page.locator(f"details:has(#{lang}-publish_day) summary"))
        self.set(self.page.locator(f"#{lang}-publish_day"), day)
        self.set(self.page.locator(f"#{lang}-publish_hour"), hour)
        self.press(self.page.locator(f'button[name=do][value="schedule-{lang}"]'))


class ByKeyboard(Marketer):
    """The same without a mouse: Tab, arrows, Enter, shortcuts and the menu at "/"."""

    def go_to(self, target: Locator) -> None:
        for _ in range(FAR):
            if target.evaluate("el => el === document.activeElement"):
                return
            back = target.evaluate(
                "el => Boolean(el.compareDocumentPosition(document.activeElement) & 4)"  # it stands before
            )
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{target} cannot be reached by keyboard")

    def press(self, button: Locator) -> None:
        self.go_to(button)
        self.page.keyboard.press("Enter")

    def speak(self, lang: str) -> None:
        checked = self.page.locator("[name=shown]:checked")
        self.go_to(checked)
        for _ in range(3):
            if self.page.locator(f"#shown-{lang}").is_checked():
                break
            self.page.keyboard.press("ArrowRight")
        self.lang = lang
        expect(self.page.locator(f"#shown-{lang}")).to_be_checked()

    def pick(self, what: str) -> None:
        word = {"Picture": "New picture"}.get(what, what)
        self.go_to(self.text)
        self.page.keyboard.press("Control+End")
        self.page.keyboard.insert_text("\n")
        self.page.keyboard.type("/" + word.split()[0].lower())
        option = self.page.locator("#slash [aria-selected=true]")
        expect(option).to_contain_text(word)
        self.page.keyboard.press("Enter")

    def make_heading(self) -> None:
        self.page.keyboard.press("Control+Alt+1")

    def choose(self, search: str, name: str) -> None:
        self.page.keyboard.insert_text(search)
        found = self.page.locator("#found").get_by_role("option")
        expect(found).to_have_count(1)
        expect(found).to_contain_text(re.compile(name))
        self.page.keyboard.press("Enter")

    def order_now(self, search: str, name: str, heading: str) -> None:
        self.pick("Order-now block")
        self.page.keyboard.insert_text(search)
        box = self.page.get_by_role("checkbox", name=re.compile(name))
        expect(self.page.locator("#insert").get_by_role("checkbox")).to_have_count(1)
        self.page.keyboard.press("ArrowDown")
        expect(box).to_be_focused()
        self.page.keyboard.press("Space")
        self.go_to(self.page.get_by_label("Heading of the order-now block"))
        self.page.keyboard.insert_text(heading)
        self.page.keyboard.press("Enter")

    def set(self, target: Locator, value: str) -> None:
        self.go_to(target)
        kind: Any = target.evaluate("el => el.type")
        if kind == "date":
            year, month, day = value.split("-")
            self.page.keyboard.type(month + day + year)  # as an English browser orders it
            expect(target).to_have_value(value)
        else:
            self.page.keyboard.type(value)

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
