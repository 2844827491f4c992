"""Search over products and the pages of plugins together."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from storefront.catalog import queries as catalog
from storefront.locale import gettext
from storefront.offers.queries import Offer, offers
from storefront.plugin_system.calling import call_lists
from storefront.plugin_system.hookspecs import SearchResult
from storefront.shop.frame import breadcrumbs
from storefront.shop.paths import paths

blueprint = Blueprint("shop_search", __name__)

LONGEST = 80
MOST_PRODUCTS = 24
SUGGESTED = 4


@blueprint.get("/search")
def show(lang: str) -> str:
    """Found products as cards and found articles as a list; a friendly page when nothing was found.

    When no product has all the words, those that have some of them are shown and called so.
    """
    text = asked_for()
    ids = catalog.search(text, lang)[:MOST_PRODUCTS] if text else []
    some_words = not ids and bool(text)
    if some_words:
        ids = catalog.search_any(text, lang, MOST_PRODUCTS)
    found = in_order(ids, lang)
    results: list[SearchResult] = call_lists("search_results", text=text, lang=lang) if text else []
    suggested = [] if found else offers(lang, limit=SUGGESTED)
    breadcrumbs((gettext("Search"), paths().search))
    return render_template(
        "shop/search.html",
        text=text,
        found=found,
        some_words=some_words,
        results=results,
        suggested=suggested,
        total=len(results) + (0 if some_words else len(found)),
    )


def in_order(ids: list[int], lang: str) -> list[Offer]:
    """The offers with these ids, best match first."""
    if not ids:
        return []
    by_id = {offer.product_id: offer for offer in offers(lang, ids=ids)}
    return [by_id[one] for one in ids if one in by_id]


def asked_for() -> str:
    """What was typed, cut to a sensible length; a NUL byte is not a letter."""
    return request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
