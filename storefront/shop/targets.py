"""Between codes and addresses of the shop's pages, for texts that keep a link by its code."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException

from storefront.addresses import base_url
from storefront.catalog import queries as catalog
from storefront.pages import queries as pages
from storefront.shop.frame import links_in
from storefront.shop.paths import paths

KINDS = {
    "shop_products.show": "product",
    "shop_products.collection": "collection",
    "shop_pages.show": "page",
}


def shop_path(kind: str, code: str, lang: str) -> str | None:
    """Where a "collection" or a "page" of the shop stands in a language; None when it has nothing to show.

    It asks what the frame of a page asks anyway, so it costs no query there. Products: see `offers_by_code`.
    """
    to = paths(lang)
    make = {"collection": to.collection, "page": to.page}[kind]
    return next((make(row.slug) for row in links_in(lang) if (row.kind, row.code) == (kind, code)), None)


def ingredient_names(lang: str) -> dict[str, str]:
    """Names of all ingredients by code; like `shop_path` it costs no query on a page."""
    return catalog.ingredient_names(links_in(lang), lang)


def code_of_path(path: str) -> tuple[str, str] | None:
    """What stands at an address of ours: ("product", "collection" or "page", its code); None for others.

    The address may be absolute, in any language, of the past, and have a query. Two queries at most.
    """
    own = base_url()
    if path.startswith(f"{own}/"):
        path = path.removeprefix(own)
    else:
        mount = urlsplit(own).path
        path = path.removeprefix(mount) if mount and path.startswith(f"{mount}/") else path
    if not path.startswith("/") or path.startswith("//"):
        return None
    path = urlsplit(path).path
    try:
        endpoint, values = current_app.url_map.bind("").match(path)
    except HTTPException:
        return None
    kind = KINDS.get(endpoint)
    if kind is None:
        return None
    lang, slug = values["lang"], values["slug"]
    code = pages.code_of(lang, slug) if kind == "page" else catalog.code_of(kind, lang, slug)
    return (kind, code) if code else None
