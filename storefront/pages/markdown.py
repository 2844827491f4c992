"""Markdown as safe HTML, for texts that staff write.

Raw HTML in the source stays text, and nh3 lets through only what is listed here. Links with a scheme of our
own ("page:returns", "batch:", "products:") are resolved by the caller.
"""

from __future__ import annotations

from collections.abc import Callable

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

OWN_SCHEMES = frozenset({"page", "batch", "products", "home", "search", "cart", "withdrawal"})
TAGS = {
    *("a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "img", "li", "ol", "p", "pre"),
    *("strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "width", "height"},
    "h2": {"id"},
    "h3": {"id"},
    "ol": {"start"},
    "th": {"scope"},
}

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render(source: str, resolve: Callable[[str, str], str | None] | None = None) -> Markup:
    """The HTML of a text. resolve(scheme, rest): the path for a link of our own, None leaves its words only.

    A heading of the first rank becomes one of the second: the page has its own.
    """
    tokens = _parser.parse(source)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"} and token.tag == "h1":
            token.tag = "h2"
        if token.type == "th_open":
            token.attrSet("scope", "col")
        for part in token.children or []:
            if part.type == "link_open":
                _resolve(part, resolve)
    html = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"}, link_rel=None
    )
    return Markup(clean)


def _resolve(link: Token, resolve: Callable[[str, str], str | None] | None) -> None:
    href = str(link.attrGet("href") or "")
    scheme, colon, rest = href.partition(":")
    if not colon:
        return
    if scheme in OWN_SCHEMES:
        path = resolve(scheme, rest) if resolve is not None else None
        if path is None:
            del link.attrs["href"]
        else:
            link.attrSet("href", path)
    elif scheme in {"http", "https"}:
        link.attrSet("rel", "noopener external")
