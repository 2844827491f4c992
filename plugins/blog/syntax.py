"""The signs of ours in Markdown, as rules of the parser: citations, products, order-now; and what is mended.

After parsing, headings get levels and ids, citations numbers, links their rel, tables a frame; pictures from
elsewhere and links that lead nowhere become plain text.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import escape
from slugify import slugify

from storefront.plugin_api import gettext as _

from .citations import without_tracking

CITATION = re.compile(r"\[@([\w.-]+(?:\s*[;,]\s*@[\w.-]+)*)\]")
CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
EMBED = re.compile(r":::(product|order-now)(?:[ \t]+(.*))?[ \t]*")
STYLES = ("deep", "light", "line")  # of a call to action
MEDIA = re.compile(r"media:([0-9a-f]{64}(?:-\d+)?\.[a-z]{3,4})#(\d{1,5})x(\d{1,5})")
SCHEMES = {"http", "https", "mailto", "tel", "media"}
SCHEMES |= {"article", "product", "collection", "page", "batch"}  # ours: the code of what they lead to
Block = dict[str, Any]


def order_now(text: str) -> Block | None:
    """What an order-now line asks for, or None when it names nothing that a shop could sell.

    ``<codes or collection:x> [else:<code>] [style:<word>] | <wording> | <why this one>``
    """
    targets, heading, reason = [part.strip() for part in f"{text}||".split("|", 2)]
    named: dict[str, list[str]] = {kind: [] for kind in ("", "collection", "else", "style")}
    for word in targets.replace(",", " ").split():
        kind, _colon, code = word.rpartition(":")
        if kind not in named or not CODE.fullmatch(code) or word.startswith(":"):
            return None
        if code not in named[kind]:
            named[kind].append(code)
    styles, substitutes = named["style"], named["else"]
    if not (named[""] or named["collection"]) or len(substitutes) > 1:
        return None
    if len(styles) > 1 or not set(styles) <= set(STYLES):
        return None
    more = {"substitute": "".join(substitutes), "style": "".join(styles), "reason": reason.strip("| ")}
    asked = {"codes": named[""], "collections": named["collection"], "heading": heading}
    return asked | {name: value for name, value in more.items() if value}


def product(text: str) -> Block | None:
    """What a product line asks for: a code, and why this product stands there."""
    code, _bar, reason = [part.strip() for part in text.partition("|")]
    if not CODE.fullmatch(code):
        return None
    return {"product": code, "reason": reason} if reason else {"product": code}


def _citation(state: StateInline, silent: bool) -> bool:
    found = CITATION.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        for key in re.split(r"\s*[;,]\s*@", found.group(1)):
            state.push("citation", "", 0).meta = {"key": key}
    state.pos = found.end()
    return True


def _embed_rule(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    if state.level or state.blkIndent or state.is_code_block(start):
        return False
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    found = EMBED.fullmatch(line)
    if not found:
        return False
    rest = (found.group(2) or "").strip()
    if found.group(1) == "product":
        content = product(rest)
    else:
        asked = order_now(rest)
        content = {"order_now": asked} if asked else None
    if content is None:
        return False
    if not silent:
        token = state.push("embed", "", 0)
        token.meta = content
        token.map = [start, start + 1]
        state.line = start + 1
    return True


def _finish(state: Any) -> None:
    """After parsing: heading levels and ids, citation numbers, link and picture attributes, key paragraph."""
    tokens: list[Token] = state.tokens
    if tokens and tokens[0].type == "blockquote_open":
        closing = next(token for token in tokens if token.type == "blockquote_close" and token.level == 0)
        tokens[0].tag = closing.tag = "div"
        tokens[0].attrSet("class", "key")
    under_h2 = False
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            token.tag = "h3" if under_h2 and token.tag not in ("h1", "h2") else "h2"
            under_h2 = True
            token.attrSet("id", _unique_id(words_of(tokens[position + 1]), state.env["ids"]))
        elif token.type == "heading_close":
            token.tag = next(t.tag for t in reversed(tokens[:position]) if t.type == "heading_open")
        elif token.type in ("th_open", "td_open"):
            _cell(token)
        elif token.type == "inline":
            token.children = _inline(token.children or [], state.env)
            _figure(tokens, position)


def _inline(children: list[Token], env: dict[str, Any]) -> list[Token]:
    kept: list[Token] = []
    dropped_links = 0
    for token in children:
        if token.type == "link_open":
            if not _mend_link(token):
                dropped_links += 1
                continue
        elif token.type == "link_close" and dropped_links:
            dropped_links -= 1
            continue
        elif token.type == "image":
            token = _picture(token)
        elif token.type == "citation":
            _number(token, env)
        kept.append(token)
    return kept


def _number(token: Token, env: dict[str, Any]) -> None:
    key = token.meta["key"]
    if env["known"] is not None and key not in env["known"]:
        token.meta["ordinal"] = 0
        return
    cited: dict[str, int] = env["cited"]
    cited[key] = cited.get(key, 0) + 1
    token.meta["ordinal"] = list(cited).index(key) + 1
    token.meta["letter"] = letters(cited[key])
    token.meta["level"] = env["levels"].get(key, "")


def _mend_link(token: Token) -> bool:
    """Give an external link its rel. False for a link that leads nowhere: only its text is kept."""
    href = str(token.attrGet("href") or "")
    if href.startswith("//"):
        href = "https:" + href
    if href in ("", "#") or (
        ":" in href.partition("/")[0] and href.partition(":")[0].lower() not in SCHEMES - {"media"}
    ):
        return False
    if href.lower().startswith(("http://", "https://")):
        href = without_tracking(href)
        token.attrSet("rel", "noopener external")
    token.attrSet("href", href)
    return True


def _picture(token: Token) -> Token:
    """A stored picture with its size; any other picture becomes its text: no page fetches from elsewhere."""
    found = MEDIA.fullmatch(str(token.attrGet("src") or ""))
    if not found:
        text = Token("text", "", 0)
        text.content = token.content
        return text
    token.attrs = {
        "src": f"media:{found.group(1)}",
        "width": found.group(2),
        "height": found.group(3),
        "alt": "",
    }
    token.attrSet("loading", "lazy")
    return token


def _figure(tokens: list[Token], position: int) -> None:
    children = tokens[position].children or []
    if len(children) == 1 and children[0].type == "image" and tokens[position - 1].type == "paragraph_open":
        tokens[position - 1].tag = tokens[position + 1].tag = "figure"


def _cell(token: Token) -> None:
    style = str(token.attrGet("style") or "")
    token.attrs = {"scope": "col"} if token.tag == "th" else {}
    if "right" in style:
        token.attrSet("class", "r")


def _unique_id(heading: str, taken: set[str]) -> str:
    """An id for a heading; "s-" keeps it apart from the ids of the page around it."""
    stem = "s-" + (slugify(heading, max_length=60, word_boundary=True) or "part")
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    taken.add(name)
    return name


def letters(number: int) -> str:
    """1 → a, 26 → z, 27 → aa: tells the citations of one reference apart."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(97 + rest) + text
    return text


def _render_citation(_self: Any, tokens: list[Token], index: int, _options: Any, _env: Any) -> str:
    meta = tokens[index].meta
    if not meta["ordinal"]:
        return f"<mark>[@{escape(meta['key'])}]</mark>"
    number = meta["ordinal"]
    label, title = _("Source %(number)s", number=number), ""
    if meta["level"]:
        label, title = f"{label}, {meta['level']}", f' title="{escape(meta["level"])}"'
    follows = index > 0 and tokens[index - 1].type == "citation"  # a comma stands between these two only
    classes = "cite cite--next" if follows else "cite"
    return (
        f'<a class="{classes}" id="c{number}{meta["letter"]}" href="#r{number}" role="doc-noteref"'
        f' aria-label="{escape(label)}"{title}>{number}</a>'
    )


def _render_table_open(self: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    label = escape(tokens[index].meta.get("label", ""))
    tokens[index].attrSet("class", "table")
    opened: str = self.renderToken(tokens, index, options, env)
    return f'<div class="table-box" role="region" tabindex="0" aria-label="{label}">{opened}'


def _render_table_close(self: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    closed: str = self.renderToken(tokens, index, options, env)
    return closed + "</div>"


def words_of(token: Token) -> str:
    """The words of an inline token, without citations."""
    parts = [
        " " if child.type in ("softbreak", "hardbreak") else child.content for child in token.children or []
    ]
    return "".join(parts).strip()


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("link", "citation", _citation)
    parser.block.ruler.before(
        "fence", "embed", _embed_rule, {"alt": ["paragraph", "blockquote", "list", "table"]}
    )
    parser.core.ruler.push("finish", _finish)
    parser.add_render_rule("citation", _render_citation)
    parser.add_render_rule("table_open", _render_table_open)
    parser.add_render_rule("table_close", _render_table_close)
    return parser


PARSER = _make_parser()
