"""The shop's own pages: how we test, delivery, returns, terms and the like. Markdown is their source."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from storefront.pages import markdown, queries
from storefront.responses import gone_or_moved, public_page
from storefront.shop.frame import breadcrumbs, frame, set_alternates
from storefront.shop.paths import paths

blueprint = Blueprint("shop_pages", __name__)


@blueprint.get("/pages/<slug>")
def show(lang: str, slug: str) -> Response:
    """One of the shop's own pages; its code instead of its slug leads there too."""
    page = queries.page(slug, lang)
    if page is None:
        return gone_or_moved(frame().path_of_page(slug))
    places = page.slugs.items()
    set_alternates({code: url_for("shop_pages.show", lang=code, slug=own) for code, own in places})
    breadcrumbs((page.title, url_for("shop_pages.show", lang=lang, slug=page.slug)))
    body = markdown.render(page.body, place_of)
    return public_page(render_template("shop/page.html", text=page, body=body))


def place_of(scheme: str, rest: str) -> str | None:
    """The path of a link in a text: "page:returns", "batch:26-0412", "products:"."""
    to = paths()
    if scheme == "page":
        return frame().path_of_page(rest)
    if scheme == "batch":
        return f"{to.batch}/{rest}" if rest else to.batch
    own = {"home": to.home, "products": to.products, "search": to.search, "cart": to.cart}
    return (own | {"withdrawal": to.withdrawal}).get(scheme)
