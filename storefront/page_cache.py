"""Pages that are the same for everybody, kept in this process and exact: docs/decisions/0017.

Only what a view gave as `public_page` is kept: before it comes back, nothing but the frame of the request has
run, no guard of a blueprint and no view. It is kept with the token of the content (read before anything else
of the page), the day and the minute. When one differs, the page is made anew: a change is on every page with
the next request, in every process, and what begins at a moment (a scheduled article, the end of an offer)
begins with its minute. Nothing is ever thrown away by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache
from flask import Flask, Response, current_app, g, request

from storefront import clock, content_version
from storefront.addresses import settings
from storefront.locale import LANGUAGES
from storefront.responses import PublicPage
from storefront.web_security import has_session

FILTERS = {"page", "sort", "sku", "ingredient", "form", "in_stock", "stock"}
CAMPAIGNS = {"gclid", "fbclid", "msclkid", "mc_cid", "mc_eid"}  # and utm_…: read by no page
LONGEST = {"path": 200, "query": 200, "encoding": 60}
ENTRY = 8 * 1024  # bytes of the key, the headers and Python's objects of one page, at most
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


class Wanted(NamedTuple):
    """What to keep the answer of this request under, and what the browser said that it has."""

    key: Key
    stamp: Stamp
    etag: str | None


class PageCache:
    """The pages of one process, those used longest ago forgotten first."""

    def __init__(self, size: int) -> None:
        self._pages: LRUCache[Key, Page] = LRUCache(size, getsizeof=lambda page: len(page.body) + ENTRY)
        self._largest = min(LARGEST, size // 8)
        self._lock = Lock()
        self._personal: dict[str | None, int] = {}  # endpoint -> the minute in which it gave no public page

    def find(self) -> Response | None:
        """Before the view: the page that is kept for this request, if it is still right."""
        minute = int(clock.now().timestamp() // 60)
        if request.method != "GET" or self._personal.get(request.endpoint) == minute or _is_guarded():
            return None
        key = _key()
        if key is None:
            return None
        token, day = content_version.read()
        stamp = Stamp(token, day, minute)
        with self._lock:
            page = self._pages.get(key)
        if page is not None and page.stamp == stamp:
            return Response(page.body, headers=page.headers)
        if token:
            # The whole page is wanted now, to be kept; whether the browser has it is asked afterwards.
            g.to_keep = Wanted(key, stamp, request.environ.pop("HTTP_IF_NONE_MATCH", None))
        return None

    def keep(self, response: Response) -> Response:
        """After everything else: keep this page, when it was looked for and is for everybody."""
        wanted: Wanted | None = g.pop("to_keep", None)
        if wanted is None:
            return response
        if isinstance(response, PublicPage) and _is_for_everybody(response):
            body = response.get_data()
            if len(body) <= self._largest and not g.get("not_to_keep"):
                with self._lock:
                    self._pages[wanted.key] = Page(wanted.stamp, body, list(response.headers))
        elif response.status_code == 200:
            self._personal[request.endpoint] = wanted.stamp.minute
        if wanted.etag is not None:
            request.environ["HTTP_IF_NONE_MATCH"] = wanted.etag
            if response.status_code == 200 and response.get_etag()[0]:
                response.make_conditional(request.environ)
        return response


def do_not_keep() -> None:
    """Say that the page of this request lacks something that the next one may have."""
    g.not_to_keep = True


def init_app(app: Flask, megabytes: int) -> None:
    """Switch it on; 0 leaves it off. Called last: it looks after all others have prepared the request.

    In debug mode it is off: there templates change without a change of content.
    """
    if megabytes == 0 or app.debug:
        return
    cache = app.extensions["page_cache"] = PageCache(megabytes * 1024 * 1024)
    app.before_request(cache.find)
    app.after_request_funcs.setdefault(None, []).insert(0, cache.keep)  # the first of the list runs last


def _is_guarded() -> bool:
    """True where somebody is known, or something is checked before the view."""
    guards = current_app.before_request_funcs
    return (
        clock.is_moved()
        or has_session(request.path)
        or "Authorization" in request.headers
        or any(guards.get(blueprint) for blueprint in request.blueprints)
    )


def _is_for_everybody(response: Response) -> bool:
    return (
        response.status_code == 200
        and response.headers.get("Cache-Control", "").startswith("public")
        and "Set-Cookie" not in response.headers
        and {name.casefold() for name in response.vary} <= {"accept-encoding"}
    )


def _key() -> Key | None:
    """What a page depends on besides content and time; None for addresses that nobody keeps."""
    if (request.view_args or {}).get("lang") not in LANGUAGES:
        return None
    encoding = request.headers.get("Accept-Encoding", "")
    lengths = {"path": len(request.path), "query": len(request.query_string), "encoding": len(encoding)}
    if any(length > LONGEST[name] for name, length in lengths.items()):
        return None
    asked = []
    for name, value in request.args.items(multi=True):
        if name in FILTERS:
            asked.append((name, value))
        elif name not in CAMPAIGNS and not name.startswith("utm_"):
            return None
    origin = request.script_root if settings().base_url else request.root_url
    return origin, request.path, encoding, tuple(asked)
