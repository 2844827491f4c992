"""How an answer travels: ETag and 304, Cache-Control of public pages, compression."""

from __future__ import annotations

from hashlib import sha256

from flask import Flask, Response, abort, redirect, request
from flask_compress import Compress
from werkzeug.wrappers import Response as WerkzeugResponse

from storefront.addresses import settings

SMALL_FILES = {"text/css", "text/javascript", "image/svg+xml"}
PRIVATE_PATHS = ("/admin", "/dev/", "/webhooks/")

compress = Compress()


def init_app(app: Flask) -> None:
    """Switch it on. What is registered last runs first: the ETag is of the body before compression."""
    app.config.setdefault("COMPRESS_ALGORITHM", ["br", "gzip"])
    app.config.setdefault("COMPRESS_BR_LEVEL", 5)
    compress.init_app(app)
    app.after_request(finish)


def finish(response: Response) -> Response:
    """Give an answer its Cache-Control, and a page its ETag; answer 304 to who has that page already.

    A page that is somebody's own says so itself with ``Cache-Control: no-store`` and is left alone.
    """
    if response.is_streamed and response.mimetype in SMALL_FILES:
        response.direct_passthrough = False
        response.make_sequence()  # what is streamed cannot be compressed by gzip
    if request.method not in ("GET", "HEAD"):
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = page_life(response)
    if response.status_code != 200 or response.is_streamed or not _may_be_kept(response):
        return response
    if not response.get_etag()[0]:
        response.set_etag(sha256(response.get_data()).hexdigest()[:24], weak=True)
    response.make_conditional(request)
    return response


def page_life(response: Response) -> str:
    """The Cache-Control of an answer that did not set one: public pages may be kept, but ask each time."""
    if request.path.startswith(PRIVATE_PATHS) or "Set-Cookie" in response.headers:
        return "no-store"
    if response.status_code >= 400:
        return "no-cache"
    edge = settings().edge_seconds
    return f"public, max-age=0, s-maxage={edge}, must-revalidate" if edge else "public, no-cache"


class PublicPage(Response):
    """A page that may come from the page cache the next time, without its view."""


def public_page(body: str | bytes, content_type: str = "text/html; charset=utf-8") -> Response:
    """A page or feed that is the same for everybody, made of tables, language, date and address alone.

    `finish` gives it its ETag; the next visitor may get it without the view having run.
    """
    return PublicPage(body, content_type=content_type)


def gone_or_moved(path: str | None) -> WerkzeugResponse:
    """Answer 301 to the path where a page stands now, or 404 when there is none."""
    if path is None:
        abort(404)
    return redirect(path, 301)


def _may_be_kept(response: Response) -> bool:
    return "no-store" not in response.headers["Cache-Control"] and "Set-Cookie" not in response.headers
