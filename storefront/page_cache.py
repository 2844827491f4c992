"""Pages that are the same for everybody, kept in this process and exact: docs/decisions/0017.

A page is kept with the token of the content (read before anything else of the page), the day and the minute.
When one differs, the page is made anew: a change is on every page with the next request, in every process,
and what begins at a moment (a scheduled article, the end of an offer) begins with its minute. Nothing is
ever thrown away by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache
from flask import Flask, Response, g, request

from storefront import clock, content_version
from storefront.addresses import settings
from storefront.locale import LANGUAGES

FILTERS = {"page", "sort", "sku", "ingredient", "form", "in_stock", "stock"}
CAMPAIGNS = {"gclid", "fbclid", "msclkid", "mc_cid", "mc_eid"}  # and utm_…: read by no page
LARGEST = 1024 * 1024
Key = tuple[str, str, str, tuple[tuple[str, str], ...]]


class Stamp(NamedTuple):
    """When a page was right."""

    token: str
    day: date
    minute: int


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as it went out, compressed or not."""

    stamp: Stamp
    body: bytes
    headers: list[tuple[str, str]]


class PageCache:
    """The pages of one process, those used longest ago forgotten first."""

    def __init__(self, size: int) -> None:
        self._pages: LRUCache[Key, Page] = LRUCache(size, getsizeof=lambda page: len(page.body) + 2048)
        self._lock = Lock()
        self._personal: set[str | None] = set()  # endpoints whose answers nobody may keep

    def find(self) -> Response | None:
        """Before the view: the page that is kept for this request, if it is still right."""
        if request.method != "GET" or request.endpoint in self._personal or clock.is_moved():
            return None
        key = _key()
        if key is None:
            return None
        stamp = Stamp(content_version.read(), clock.today(), int(clock.now().timestamp() // 60))
        with self._lock:
            page = self._pages.get(key)
        if page is None or page.stamp != stamp:
            g.to_keep = key, stamp
            return None
        return Response(page.body, headers=page.headers)

    def keep(self, response: Response) -> Response:
        """After everything else: keep this page, when it was looked for and is for everybody."""
        if "to_keep" not in g:
            return response
        key, stamp = g.to_keep
        life = response.headers.get("Cache-Control", "")
        if "no-store" in life:
            self._personal.add(request.endpoint)
        elif response.status_code == 200 and life.startswith("public") and not response.is_streamed:
            body = response.get_data()
            if len(body) <= LARGEST and "Set-Cookie" not in response.headers:
                with self._lock:
                    self._pages[key] = Page(stamp, body, list(response.headers))
        return response


def init_app(app: Flask, megabytes: int) -> None:
    """Switch it on; 0 leaves it off. Called last: it looks after all others have prepared the request."""
    if megabytes == 0:
        return
    cache = PageCache(megabytes * 1024 * 1024)
    app.before_request(cache.find)
    app.after_request_funcs.setdefault(None, []).insert(0, cache.keep)  # the first of the list runs last


def _key() -> Key | None:
    """What a page depends on besides content and time; None for addresses that nobody keeps."""
    if (request.view_args or {}).get("lang") not in LANGUAGES:
        return None
    asked = []
    for name, value in request.args.items(multi=True):
        if name in FILTERS:
            asked.append((name, value))
        elif name not in CAMPAIGNS and not name.startswith("utm_"):
            return None
    origin = request.script_root if settings().base_url else request.root_url
    return origin, request.path, request.headers.get("Accept-Encoding", ""), tuple(asked)
