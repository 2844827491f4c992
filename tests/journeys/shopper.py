"""A person in a browser who finds everything by role and name, in one language."""

from __future__ import annotations

import email
import email.policy
import json
import re
import uuid
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from storefront.database import db
from storefront.orders.models import Order
from storefront.testing import Live
from tests.journeys.names import name

FIRST_NAME = "Kim"


def of_demo(path: Path, key: str) -> str:
    """A line of the head of one of the demo's articles: its title or slug."""
    found = re.search(rf"^{key}: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, (path, key)
    return str(json.loads(found[1])) if found[1].startswith('"') else found[1]


ARTICLES = Path(__file__).parents[2] / "plugins" / "blog" / "demo" / "articles"


def article(code: str, lang: str, key: str = "title") -> str:
    """The title of one of the demo's articles."""
    return of_demo(ARTICLES / f"{code}.{lang}.md", key)


class Shopper:
    """Drives a page. `email` is this shopper's own, so that orders and mails can be told apart."""

    def __init__(self, page: Page, live: Live, lang: str, script: bool) -> None:
        self.page, self.live, self.lang, self.script = page, live, lang, script
        self.email = f"kim.{uuid.uuid4().hex[:10]}@example.com"

    def say(self, what: str, **values: object) -> str:
        """What a control is called in this shopper's language."""
        return name(what, self.lang, **values)

    def go(self, path: str = "") -> None:
        """Go to a page in this shopper's language."""
        answer = self.page.goto(f"{self.live.url}/{self.lang}/{path}")
        assert answer is not None
        assert answer.ok, (path, answer.status)

    def button(self, what: str, **values: object) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=self.say(what, **values), exact=True)

    def link(self, what: str, **values: object) -> Locator:
        """A link by its name."""
        return self.page.get_by_role("link", name=self.say(what, **values), exact=True)

    def heading(self, what: str, **values: object) -> Locator:
        """A heading by its text."""
        return self.page.get_by_role("heading", name=self.say(what, **values), exact=True)

    def read_article(self, code: str) -> None:
        """From the home page to an article, by way of the blog when the home page does not show it."""
        title = article(code, self.lang)
        link = self.page.get_by_role("main").get_by_role("link", name=title, exact=True)
        if not link.count():
            self.page.goto(f"{self.live.url}/{self.lang}/blog")
        link.click()
        expect(self.page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()

    def press_call_to_action(self) -> None:
        """Press "order now" in the call to action of one product."""
        self.page.get_by_role("main").get_by_role("button", name=self.say("order now"), exact=True).click()

    def open_checkout(self) -> None:
        """From the drawer, or from the cart page without script, to the checkout."""
        where: Page | Locator = self.page
        if self.script:
            where = self.page.get_by_role("dialog", name=self.say("your cart"))
        else:
            expect(self.heading("your cart")).to_be_visible()
        where.get_by_role("link", name=self.say("checkout"), exact=True).click()
        self.sees("checkout title")

    def fill_in(self, **other: str) -> None:
        """Fill in the checkout."""
        values = {
            "e-mail": self.email,
            "name": f"{FIRST_NAME} de Boer",
            "postcode": "9711 LM",
            "street": "Dorpsstraat 1",
            "city": "Groningen",
        } | other
        for what, value in values.items():
            self.page.get_by_role("textbox", name=self.say(what), exact=True).fill(value)
        self.page.get_by_role("checkbox", name=re.compile("^" + self.say("consent"))).check()

    def place_order(self) -> None:
        """Fill in the checkout and press the button."""
        self.fill_in()
        self.button("order and pay").click()

    def put_in(self, path: str) -> None:
        """Put the product of a page into the cart, and go to the checkout."""
        self.go(path)
        main = self.page.get_by_role("main")
        main.get_by_role("button", name=self.say("add to cart"), exact=True).first.click()
        self.open_checkout()

    def sees(self, what: str, **values: object) -> None:
        """A heading of level 1 stands on the page."""
        heading = self.page.get_by_role("heading", level=1, name=self.say(what, **values), exact=True)
        expect(heading).to_be_visible()

    def is_thanked(self) -> None:
        """The order page says that the order is in."""
        self.sees("thanks", name=FIRST_NAME)

    def orders(self) -> list[Any]:
        """This shopper's orders, oldest first."""
        return orders_of(self.live.app, self.email)

    def lines(self) -> list[Any]:
        """The lines of this shopper's one order."""
        (order,) = self.orders()
        return list(order.lines)

    def mails(self) -> list[EmailMessage]:
        """This shopper's mails, after the jobs that are due were done."""
        self.live.work()
        folder = self.live.app.extensions["storefront"].instance_path / "mail"
        read = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(folder.glob("*.eml"))
        ]
        return [mail for mail in read if isinstance(mail, EmailMessage) and mail["To"] == self.email]


def orders_of(app: Flask, address: str) -> list[Any]:
    """The orders of an e-mail address, oldest first."""
    with app.app_context():
        whole = select(Order).options(selectinload(Order.lines), selectinload(Order.events))
        found = list(db.session.scalars(whole.where(Order.email == address).order_by(Order.id)))
        db.session.remove()
        return found
