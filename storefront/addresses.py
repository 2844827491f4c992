"""Addresses: paths for links on pages, absolute ones from BASE_URL for everything that leaves the page.

Works with and without a request (mails, sitemap, jobs): the map of the site is asked, never the Host header.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, has_request_context, request
from werkzeug.routing import MapAdapter

from storefront.config import Settings


def settings() -> Settings:
    """The settings of the running app."""
    found: Settings = current_app.extensions["storefront"]
    return found


def base_url() -> str:
    """Scheme, host and mount prefix, without a slash at the end: "https://shop.example/shop".

    BASE_URL decides. Without it (development only) the request's own origin stands in.
    """
    given = settings().base_url
    if given:
        return given
    if has_request_context():
        return request.host_url.rstrip("/") + request.script_root
    return "http://127.0.0.1:8000"


def url(endpoint: str, **values: object) -> str:
    """The path of a page with the mount prefix: "/shop/nl/products/nmn-capsules"."""
    return _prefix() + _adapter().build(endpoint, values, force_external=False)


def absolute(endpoint: str, **values: object) -> str:
    """The absolute address of a page."""
    return base_url() + _adapter().build(endpoint, values, force_external=False)


def absolute_path(path: str) -> str:
    """The absolute address of a path that `url` made (with the mount prefix)."""
    return base_url() + path.removeprefix(_prefix())


def _prefix() -> str:
    if has_request_context():
        return request.script_root
    return urlsplit(settings().base_url).path.rstrip("/")


def _adapter() -> MapAdapter:
    found: MapAdapter | None = current_app.extensions.get("url_adapter")
    if found is None:
        found = current_app.extensions["url_adapter"] = current_app.url_map.bind("localhost")
    return found
