"""What search engines ask for: sitemap.xml with every page in its languages, and robots.txt."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from flask import Blueprint, Response, render_template, request, url_for

from storefront import addresses
from storefront.catalog import queries as catalog
from storefront.locale import LANGUAGES
from storefront.pages import queries as pages
from storefront.plugin_system.calling import call_lists
from storefront.plugin_system.hookspecs import SitemapEntry

blueprint = Blueprint("machines_sitemap", __name__)

SAME_EVERYWHERE = ("shop_home.show", "shop_products.index", "shop_batch.show", "shop_withdrawal.show")
ENDPOINTS = {
    "product": "shop_products.show",
    "collection": "shop_products.collection",
    "page": "shop_pages.show",
}
PRIVATE = (
    "/admin/",
    "/dev/",
    "/webhooks/",
    "/*/cart",
    "/*/checkout",
    "/*/payment/",
    "/*/orders/",
    "/*/search",
)


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every public page with its twin in the other language and the day of its last change."""
    entries = [*fixed_entries(), *own_entries(), *call_lists("sitemap_entries")]
    xml = render_template("machines/sitemap.xml", entries=entries, absolute=addresses.absolute_path)
    return Response(xml, mimetype="application/xml")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What robots may leave alone, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {request.script_root}{path}" for path in PRIVATE), ""]
    lines.append(f"Sitemap: {addresses.absolute_path(url_for('machines_sitemap.sitemap'))}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def fixed_entries() -> list[SitemapEntry]:
    """The pages that every shop has in every language."""
    return [
        SitemapEntry({lang: url_for(endpoint, lang=lang) for lang in LANGUAGES})
        for endpoint in SAME_EVERYWHERE
    ]


def own_entries() -> list[SitemapEntry]:
    """Products, collections and the shop's own pages."""
    paths: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    changed: dict[tuple[str, str], datetime | None] = {}
    rows: list[catalog.Address | pages.PageAddress] = [*catalog.sitemap(), *pages.sitemap()]
    for row in rows:
        key = (row.kind, row.code)
        paths[key][row.lang] = url_for(ENDPOINTS[row.kind], lang=row.lang, slug=row.slug)
        known = changed.get(key)
        changed[key] = row.updated_at if known is None else max(known, row.updated_at or known)
    return [SitemapEntry(paths[key], changed[key]) for key in paths]
