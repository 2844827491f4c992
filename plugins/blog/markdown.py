"""Article text: Markdown with three signs of our own, turned into blocks of safe HTML.

``[@key]`` cites a reference, ``:::product <code>`` shows a product, and ``:::order-now <codes or
collection:<code>> | <heading>`` sets the call to action. Links may lead to ``article:<code>``,
``product:<code>``, ``collection:<code>``, ``page:<code>`` or ``batch:<code>``; pictures come from
``media:<file>#<width>x<height>`` only. These stay in the stored HTML and are turned into addresses when the
page is made, since slugs change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import nh3
from markdown_it.token import Token
from markupsafe import Markup, escape

from storefront.plugin_api import gettext as _

from . import rules
from .syntax import PARSER, SCHEMES, Block, words_of

OURS = re.compile(
    r'<a (?:[^>]*? )?href="(article|product|collection|page|batch):([^"]*)"[^>]*>(.*?)</a>', re.DOTALL
)
LINKED = ("article", "product", "collection", "page")
OWN_PICTURE = re.compile(r"media:[\w.-]+")
MEDIA_SOURCE = re.compile(r'src="media:([^"]+)"')
ROOTED = re.compile(r'href="/(?!/)')

TAGS = {
    "a",
    "p",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "s",
    "code",
    "pre",
    "blockquote",
    "hr",
    "br",
    "mark",
} | {"table", "thead", "tbody", "tr", "th", "td", "div", "figure", "figcaption", "img", "span"}
ATTRIBUTES = {
    "*": {"data-b"},  # the line of the text where a block begins; only previews have it
    "a": {"href", "rel", "title", "class", "id", "role", "aria-label"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "img": {"src", "alt", "width", "height", "loading"},
    "h2": {"id"},
    "h3": {"id"},
    "ol": {"start"},
    "table": {"class"},
    "th": {"scope", "class"},
    "td": {"class"},
}


@dataclass
class Rendered:
    """What a text holds: blocks to show, and everything that is derived from it."""

    blocks: list[Block] = field(default_factory=list)
    toc: list[dict[str, str]] = field(default_factory=list)
    cited: dict[str, int] = field(default_factory=dict)  # key -> how often, in order of the first citing
    links: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in LINKED})
    words: int = 0
    plain: str = ""

    @property
    def products(self) -> list[tuple[str, str]]:
        """Every product with the place where it stands, see `rules.PLACEMENTS`; links are the last."""
        blocks = []
        for block, place in zip(self.blocks, rules.placed(self.blocks), strict=True):
            if "product" in block:
                blocks.append((block["product"], place))
            elif "order_now" in block:
                blocks += [(code, place) for code in block["order_now"]["codes"]]
                blocks += [(code, "substitute") for code in [block["order_now"].get("substitute")] if code]
        return [*blocks, *((code, "link") for code in self.links["product"])]

    @property
    def product_codes(self) -> list[str]:
        """Every product that the text shows, offers or links, once."""
        return list(dict.fromkeys(code for code, _place in self.products))

    @property
    def collections(self) -> list[tuple[str, str]]:
        """The collections that order-now blocks offer, each with its place."""
        places = zip(self.blocks, rules.placed(self.blocks), strict=True)
        orders = [(block["order_now"], place) for block, place in places if "order_now" in block]
        return [(code, place) for order, place in orders for code in order["collections"]]

    @property
    def collection_codes(self) -> list[str]:
        """The collections that the text offers."""
        return [code for code, _place in self.collections]


def render(
    text: str,
    known: Collection[str] | None = None,
    levels: Mapping[str, str] | None = None,
    lines: bool = False,
) -> Rendered:
    """Turn an article's Markdown into blocks, in the language that is spoken now.

    known: keys of the library; a citation of any other key is marked in the text instead of numbered.
    levels: how much a cited work can show, in words, by its key; the citation says so.
    lines: mark each block with the line on which it begins, for a preview that scrolls along.
    """
    tokens, env = _parsed(text, known, levels)
    found = Rendered(cited=env["cited"])
    heading = ""
    run: list[Token] = []
    for position, token in enumerate(tokens):
        if lines and not token.level and token.nesting >= 0 and token.map:
            token.attrSet("data-b", str(token.map[0]))
        if token.type == "heading_open":
            heading = words_of(tokens[position + 1])
            if token.tag == "h2":
                found.toc.append({"id": str(token.attrs["id"]), "text": heading})
        elif token.type == "inline":
            _note(token, found)
        if token.type == "table_open":
            token.meta["label"] = f"{_('Table')}: {heading}" if heading else _("Table")
        if token.type == "embed":
            _flush(run, env, found.blocks)
            run = []
            found.blocks.append(_embed(token, level=3 if found.toc else 2))
        else:
            run.append(token)
    _flush(run, env, found.blocks)
    return found


def keys_in(text: str) -> list[str]:
    """The keys that a text cites, in order of the first citing."""
    _tokens, env = _parsed(text, None)
    return list(env["cited"])


def tokens_of(text: str) -> list[Token]:
    """The parsed text."""
    tokens, _env = _parsed(text, None)
    return tokens


def paragraphs(text: str) -> list[str]:
    """The words of each paragraph, heading, point and cell of a text."""
    tokens, _env = _parsed(text, None)
    return [words for token in tokens if token.type == "inline" and (words := words_of(token))]


def _parsed(
    text: str, known: Collection[str] | None, levels: Mapping[str, str] | None = None
) -> tuple[list[Token], dict[str, Any]]:
    """The tokens of a text, and what was noted on the way: what it cites."""
    env: dict[str, Any] = {"known": known, "levels": levels or {}, "cited": {}, "ids": set()}
    return PARSER.parse(text, env), env


def resolved(
    html: str, address: Callable[[str, str], str | None], media: Callable[[str], str], root: str = ""
) -> str:
    """Stored HTML with our links turned into addresses. A link whose target is gone becomes plain text.

    root: where the shop is mounted; typed paths ("/nl/pages/contact") get it in front.
    """

    def link(found: re.Match[str]) -> str:
        code, rest = split_code(Markup(found.group(2)).unescape())
        target = address(found.group(1), code)
        return f'<a href="{escape(target + rest)}">{found.group(3)}</a>' if target else found.group(3)

    if root:
        html = ROOTED.sub(f'href="{root}/', html)
    html = OURS.sub(link, html)
    return MEDIA_SOURCE.sub(lambda found: f'src="{escape(media(found.group(1)))}"', html)


def split_code(target: str) -> tuple[str, str]:
    """The code of a link of ours, and what follows it: "nmn-c", "?sku=X#evidence"."""
    code = re.split(r"[?#]", target, maxsplit=1)[0]
    return code, target.removeprefix(code)


def _flush(run: list[Token], env: dict[str, Any], blocks: list[Block]) -> None:
    html = cleaned(PARSER.renderer.render(run, PARSER.options, env)).strip() if run else ""
    if html:
        blocks.append({"html": html})


def cleaned(html: str) -> str:
    """HTML with only what articles need: no style, no script, no handler, no picture from elsewhere."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=SCHEMES,
        link_rel=None,
    )


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """An attribute's value, or None for the address of a picture that the shop does not keep."""
    is_address = (tag, attribute) == ("img", "src")
    return None if is_address and not OWN_PICTURE.fullmatch(value) else value


def _embed(token: Token, level: int) -> Block:
    block = dict(token.meta)
    if "product" in block:
        block["level"] = level
    return block


def _note(token: Token, found: Rendered) -> None:
    text = words_of(token)
    found.words += len(text.split())
    found.plain = f"{found.plain} {text}".strip()
    for child in token.children or []:
        if child.type == "link_open":
            kind, _colon, target = str(child.attrGet("href")).partition(":")
            code, _rest = split_code(target)
            if kind in found.links and code not in found.links[kind]:
                found.links[kind].append(code)
