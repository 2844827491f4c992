"""The shop's own pages: how we test, delivery, returns, terms and the like. Markdown is their source."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from werkzeug.wrappers import Response

from storefront.pages import queries
from storefront.responses import gone_or_moved
from storefront.shop.frame import breadcrumbs, frame, set_alternates

blueprint = Blueprint("shop_pages", __name__)

markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@blueprint.get("/pages/<slug>")
def show(lang: str, slug: str) -> str | Response:
    """One of the shop's own pages; its code instead of its slug leads there too."""
    page = queries.page(slug, lang)
    if page is None:
        return gone_or_moved(frame().path_of_page(slug))
    set_alternates(
        {code: url_for("shop_pages.show", lang=code, slug=own) for code, own in page.slugs.items()}
    )
    breadcrumbs((page.title, url_for("shop_pages.show", lang=lang, slug=page.slug)))
    return render_template("shop/page.html", text=page, body=rendered(page.body))


def rendered(source: str) -> Markup:
    """Markdown as HTML. Raw HTML stays text; "page:returns", "batch:" and "products:" become paths."""
    tokens = markdown.parse(source)
    for token in tokens:
        for part in token.children or []:
            if part.type == "link_open":
                _resolve(part)
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))


def _resolve(link: Token) -> None:
    kind, _, rest = str(link.attrGet("href")).partition(":")
    site = frame()
    if kind == "page":
        link.attrSet("href", site.page(rest))
    elif kind in {"products", "batch", "search", "home", "cart"} and not rest:
        link.attrSet("href", getattr(site, kind))
    elif kind in {"http", "https"}:
        link.attrSet("rel", "noopener external")
