"""Follows every link of the site, and keeps what was answered."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin

from tests.journeys.document import Document

BASE = "https://helder.example"


@dataclass
class Answer:
    """What an address answered."""

    status: int
    headers: dict[str, str]
    text: str
    document: Document | None


@dataclass
class Site:
    """All that was reached: answers by path, and who links where."""

    answers: dict[str, Answer] = field(default_factory=dict)
    linked_from: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)  # (page, tag, href as written)
    targets: set[tuple[str, str, str]] = field(default_factory=set)  # (page, path, fragment)

    @property
    def pages(self) -> dict[str, Answer]:
        """The HTML pages, without errors."""
        return {path: answer for path, answer in self.answers.items() if answer.document}


def crawl(app) -> Site:
    """Follow every link of our host from /nl/ and /en/, pictures and styles included."""
    site, client = Site(), app.test_client()
    waiting = deque(["/nl/", "/en/", "/sitemap.xml", "/robots.txt"])
    site.linked_from = dict.fromkeys(waiting, "")
    while waiting:
        path = waiting.popleft()
        client.delete_cookie("cart")
        response = client.get(path, base_url=BASE)
        is_page = response.mimetype == "text/html"
        document = Document.of(response.text) if is_page else None
        body = response.text if response.mimetype.startswith("text/") or "xml" in response.mimetype else ""
        site.answers[path] = Answer(response.status_code, dict(response.headers), body, document)
        response.close()
        for tag, href in hrefs(document, body, response.mimetype):
            site.links.append((path, tag, href))
            address, fragment = urldefrag(urljoin(BASE + path, href))
            if not address.startswith(f"{BASE}/") or (tag == "form" and is_post(document, href)):
                continue
            target = address.removeprefix(BASE)
            site.targets.add((path, target, fragment))
            if target not in site.linked_from:
                site.linked_from[target] = path
                waiting.append(target)
    return site


def hrefs(document, body, mimetype) -> list[tuple[str, str]]:
    """(tag, address) of every link of a page; of a map of the site its addresses."""
    if document:
        return [(link.tag, link.href) for link in document.links]
    if "xml" in mimetype and "svg" not in mimetype:
        return [("loc", href) for href in re.findall(r"<loc>([^<]+)</loc>", body)]
    return []


def is_post(document, href) -> bool:
    """True for the address of a form that posts."""
    return any(
        link.tag == "form" and link.href == href and link.attributes.get("method") == "post"
        for link in document.links
    )


def leads_home(path, answer) -> bool:
    """An empty cart cannot be checked out: that address leads to the cart."""
    return path.endswith("/checkout") and answer.status == 303


def shop_pages(site) -> dict[str, Answer]:
    """The pages of shoppers, by path."""
    return {path: one for path, one in site.pages.items() if re.match("/(nl|en)/", path)}
