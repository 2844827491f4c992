"""Hostile Markdown in a real browser: the sanitiser holds, also alone; without it, script runs.

The texts stand in a real article's page, with the shop's scripts and styles, each made as a preview is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import select

from plugins.blog import composing, markdown, syntax
from plugins.blog.models import Author
from storefront.plugin_api import db

from . import hostile

pytestmark = pytest.mark.browser
SEED = 20261124
SHOP = "http://shop.example"
SCHEMES = ["http:", "https:", "mailto:", "tel:"]
BODY = '{% from "blog/parts/body.html" import body %}{{ body(sections) }}'
# Calls every handler, follows what is no link to a page, and lists what may not stand there.
POKE = r"""(schemes) => {
  const area = document.querySelector('#hostile'), wrong = [];
  const never = /^(script|iframe|object|embed|base|meta|link|style|template|math)$/i;
  const events = 'click mouseover focus toggle error load animationstart pointerenter'.split(' ');
  for (const el of area.querySelectorAll('*')) {
    if (never.test(el.tagName)) wrong.push(el.tagName);
    for (const {name} of el.attributes)
      if (name.startsWith('on') || name === 'srcdoc') wrong.push(`${el.tagName} ${name}`);
    if (el.tagName === 'FORM' && !/\/(cart\/add|back-in-stock)$/.test(el.action)) wrong.push(el.outerHTML);
    for (const name of events) el.dispatchEvent(new Event(name));
    if (el.tagName === 'A' && el.hasAttribute('href') && !schemes.includes(el.protocol)) {
      wrong.push(el.href);
      el.click();
    }
  }
  return wrong;
}"""


@dataclass
class Seen:
    """What happened on a page."""

    hit: bool = False
    dialogs: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # of other hosts
    left: list[str] = field(default_factory=list)  # pages that it went to
    wrong: list[str] = field(default_factory=list)  # what may not stand there
    sections: int = 0

    @property
    def quiet(self) -> bool:
        """True when nothing ran, nothing was asked of others, and nothing stands there that may not."""
        return not (self.hit or self.dialogs or self.asked or self.left or self.wrong)


Look = Callable[..., Seen]


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """One page for all tests of this file."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def look(demo_app: Flask, write: Callable[..., str], window: Page) -> Look:
    """look(texts, policy=True): texts in an article's page, with the shop's policy or none, poked at."""
    client = demo_app.test_client()
    author = db.session.scalar(select(Author.key).order_by(Author.id))
    inner = "<img src=x onerror=window.hit=1> {name} \"'><script>window.hit=1</script>"
    title = f"Hostile {inner}"
    write(title, lead=inner, body=f"## {inner}\n\n## Part\n\n{inner}", slug="hostile", author=author)

    def shown(texts: list[str]) -> str:
        with demo_app.test_request_context("/en/blog/hostile"):
            made = [composing.preview(text, "en").sections for text in texts]
            parts = [f"<section>{render_template_string(BODY, sections=one)}</section>" for one in made]
        page = client.get("/en/blog/hostile")
        assert page.status_code == 200
        return page.text.replace("</article>", f'</article><div id="hostile">{"".join(parts)}</div>', 1)

    def see(texts: list[str], policy: bool = True, schemes: list[str] = SCHEMES) -> Seen:
        html, seen = shown(texts), Seen()
        served = client.get("/en/blog/hostile").headers

        def answer(route: Route) -> None:
            address = urlsplit(route.request.url)
            if f"{address.scheme}://{address.netloc}" != SHOP:
                seen.asked.append(route.request.url)
                route.abort()
            elif route.request.is_navigation_request() and address.path == "/en/blog/hostile":
                rules = {"Content-Security-Policy": served["Content-Security-Policy"]} if policy else {}
                route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=rules)
            elif route.request.is_navigation_request():
                seen.left.append(route.request.url)
                route.abort()
            else:
                with client.get(route.request.url.removeprefix(SHOP)) as own:
                    route.fulfill(status=own.status_code, body=own.data, content_type=own.content_type)

        def dismiss(dialog: Any) -> None:
            seen.dialogs.append(dialog.message)
            dialog.dismiss()

        window.route("**/*", answer)
        window.on("dialog", dismiss)
        try:
            window.goto(f"{SHOP}/en/blog/hostile", wait_until="load")
            seen.wrong = window.evaluate(POKE, schemes)
            window.wait_for_timeout(300)
            seen.hit = window.evaluate("window.hit !== undefined")
            seen.sections = window.locator("#hostile > section").count()
        finally:
            window.remove_listener("dialog", dismiss)
            window.unroute("**/*")
        return seen

    return see


@pytest.fixture(params=[100, pytest.param(3_000, marks=pytest.mark.full)])
def texts(request: pytest.FixtureRequest) -> list[str]:
    """So many hostile texts."""
    return [hostile.text(Random(f"{SEED}-{number}")) for number in range(request.param)]


def let_html_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser as it must not be: HTML is HTML, and links lead wherever they say."""
    monkeypatch.setitem(syntax.PARSER.options, "html", True)
    monkeypatch.setattr(syntax.PARSER, "validateLink", lambda _address: True)
    monkeypatch.setattr(syntax, "_mend_link", lambda _token: True)


def test_hostile_markdown_runs_no_script(
    look: Look, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for policy in (True, False):
        seen = look(texts, policy)
        assert seen.quiet, seen
        assert seen.sections == len(texts)
    let_html_through(monkeypatch)
    seen = look(texts, policy=False, schemes=[*SCHEMES, *(f"{ours}:" for ours in syntax.SCHEMES)])
    assert seen.quiet, f"the sanitiser alone: {seen}"
    assert seen.sections == len(texts)

    monkeypatch.setattr(markdown, "cleaned", lambda html: html)  # the control
    seen = look(texts, policy=False)
    assert seen.hit
    assert seen.dialogs
    assert seen.asked
    assert seen.wrong
