"""HTML from elsewhere (Word, Google Docs, LibreOffice, an old shop) as clean Markdown.

Kept are words, headings, bold, italic, struck text, links, lists, tables, quotes and pictures that the caller
takes; nothing else. What looks like a sign of Markdown in the words is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import parse_qs, urlsplit

import nh3

from . import inline_markdown
from .citations import without_tracking
from .html_tree import Node, is_hidden, rows_of, tree_of, within, words_in
from .inline_markdown import Piece

Picture = Callable[[str, str], str | None]

HEADINGS = {"h1": "##", "h2": "##", "h3": "###", "h4": "###", "h5": "###", "h6": "###"}
BLOCKS = {"p", "div", "section", "article", "aside", "header", "footer", "main", "figure", "figcaption", "hr"}
BLOCKS |= {
    "dl",
    "dt",
    "dd",
    "center",
    "pre",
    "caption",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "blockquote",
    *HEADINGS,
}
INLINE = {
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "sub",
    "sup",
    "span",
    "font",
    "br",
    "img",
    "code",
}
PARTS = {"thead", "tbody", "tfoot", "th", "td"}
WITHOUT_WORDS = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "select",
}
ATTRIBUTES = {"*": {"style", "class"}, "a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}}
ATTRIBUTES |= {"td": {"colspan"}, "th": {"colspan"}}
SMALL = {
    "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
    "sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
}
SPACES = re.compile(r"[ \t\r\n\f]+")
NUMBERED = re.compile(r"\s*(?:\d+|[a-z]{1,5})[.)]", re.IGNORECASE)
MOST_COLUMNS = 40


def markdown_of(html: str, picture: Picture = lambda _src, _alt: None) -> str:
    """The text as Markdown. `picture` gets address and description of a picture and gives its Markdown."""
    clean = nh3.clean(
        html.replace("\x00", ""),
        tags=BLOCKS | INLINE | PARTS,
        clean_content_tags=WITHOUT_WORDS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    return "\n\n".join(_Writer(picture).blocks_of(tree_of(clean)))


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list, however deep."""

    level: int
    number: int  # of an ordered list's first; 0 in others
    body: str


class _Writer:
    """Writes one element's contents as blocks; what stands within an item or a quote has its own writer."""

    def __init__(self, picture: Picture, headings: bool = True) -> None:
        self.picture = picture
        self.headings = headings
        self.blocks: list[str] = []
        self.run: list[Piece] = []
        self.items: list[Item] = []

    def blocks_of(self, node: Node, look: Piece | None = None) -> list[str]:
        """The blocks within an element."""
        self._all(node, look or Piece(""))
        self._end()
        return self.blocks

    def _all(self, node: Node, look: Piece) -> None:
        for child in node.children:
            self._one(child, look)

    def _one(self, node: Node, look: Piece) -> None:
        if not node.tag:
            self.run.append(replace(look, text=SPACES.sub(" ", node.text)))
        elif is_hidden(node):
            return
        elif node.tag == "br":
            self._break()
        elif node.tag == "img":
            self._put(self._image(node))
        elif node.tag == "pre":
            self._paragraph()
            for number, words in enumerate(words_in(node).splitlines()):
                self.run += [Piece("\n")] * bool(number) + [replace(look, text=words)]
            self._paragraph()
        elif node.tag in BLOCKS:
            self._block(node, look)
        else:
            self._inline(node, look)

    def _inline(self, node: Node, look: Piece) -> None:
        words = words_in(node) if node.tag in SMALL else ""
        small = words.translate(SMALL[node.tag]) if words else ""
        if small and not re.search(r"[^₀-₉₊₋⁰¹²³⁴-⁹⁺⁻ ]", small):
            self.run.append(replace(look, text=small))
        else:
            self._all(node, _look(node, look))

    def _break(self) -> None:
        if self.run and self.run[-1].text == "\n":
            self._paragraph()
        else:
            self.run.append(Piece("\n"))

    def _block(self, node: Node, look: Piece) -> None:
        level = re.search(r"level(\d)", node.style.get("mso-list", ""))
        if node.tag in ("p", "div") and level:
            self._word_item(node, look, int(level.group(1)))
            return
        self._paragraph()
        if node.tag in ("ul", "ol"):
            self.items += self._items(node, look, 1)
            return
        self._list()
        if node.tag in HEADINGS or "MsoTitle" in node.attributes.get("class", ""):
            self._heading(node)
        elif node.tag == "blockquote":
            inner = self._within(node.children, look)
            if inner:
                self.blocks.append(_indented(inner, "> ", "> ").replace("\n> \n", "\n>\n"))
        elif node.tag == "table":
            self._table(node)
        else:
            self._all(node, look)
            self._paragraph()

    def _heading(self, node: Node) -> None:
        pieces = self._pieces(node, Piece(""))
        mark = HEADINGS.get(node.tag, "##") + " " if self.headings else ""
        words = inline_markdown.line([replace(one, bold=False) for one in pieces])
        if words:
            self.blocks.append(mark + words)

    def _table(self, node: Node) -> None:
        rows = [self._cells(row) for row in rows_of(node)]
        rows = [row for row in rows if any(row)]
        width = max(map(len, rows), default=0)
        if width < 2:  # a frame around a text
            for row in rows_of(node):
                for cell in row.children:
                    self._all(cell, Piece(""))
                    self._end()
            return
        lines = [row + [""] * (width - len(row)) for row in rows]
        lines.insert(1, ["---"] * width)
        self.blocks.append("\n".join(f"| {' | '.join(row)} |" for row in lines))

    def _cells(self, row: Node) -> list[str]:
        cells: list[str] = []
        for cell in row.children:
            if cell.tag in ("td", "th"):
                pieces = self._pieces(cell, Piece(""), pictures=True)
                if cell.tag == "th":
                    pieces = [replace(one, bold=False) for one in pieces]
                cells.append(inline_markdown.line(pieces).replace("|", "\\|"))
                span = cell.attributes.get("colspan", "")
                cells += [""] * (min(int(span), MOST_COLUMNS) - 1 if re.fullmatch(r"\d{1,2}", span) else 0)
        return cells[:MOST_COLUMNS]

    def _items(self, node: Node, look: Piece, level: int) -> list[Item]:
        start = node.attributes.get("start", "")
        first = int(start) if re.fullmatch(r"\d{1,6}", start) and int(start) else 1
        items: list[Item] = []
        for child in node.children:
            if child.tag in ("ul", "ol"):  # Google Docs puts a list beside the item that it belongs to
                items += self._items(child, look, level + bool(items))
            elif not is_hidden(child):
                parts = child.children if child.tag else [child]
                within_it = 0
                for is_list, run in groupby(parts, key=lambda part: part.tag in ("ul", "ol")):
                    if is_list:
                        for inner in run:
                            items += self._items(inner, _look(child, look), level + within_it)
                    elif body := self._within(list(run), _look(child, look)):
                        items.append(Item(level, first if node.tag == "ol" else 0, body))
                        within_it = 1
        return items

    def _within(self, nodes: list[Node], look: Piece) -> str:
        """What stands in an item or a quote: blocks without headings."""
        return "\n\n".join(_Writer(self.picture, headings=False).blocks_of(Node("div", children=nodes), look))

    def _word_item(self, node: Node, look: Piece, level: int) -> None:
        """An item of Word: a paragraph that says its level, with its sign in words."""
        self._paragraph()
        sign = next((one for one in within(node) if one.style.get("mso-list") == "ignore"), None)
        numbered = bool(sign and NUMBERED.match(words_in(sign)))
        body = inline_markdown.line(self._pieces(node, look))
        if body:
            self.items.append(Item(level, 1 if numbered else 0, body))

    def _pieces(self, node: Node, look: Piece, pictures: bool = False) -> list[Piece]:
        """All words within an element as one line."""
        pieces: list[Piece] = []
        for child in node.children:
            if not child.tag:
                pieces.append(replace(look, text=SPACES.sub(" ", child.text)))
            elif child.tag == "img" and pictures:
                pieces.append(Piece(self._image(child), raw=True))
            elif child.tag == "br":
                pieces.append(Piece(" "))
            elif not is_hidden(child):
                gap = [Piece(" ")] if child.tag in BLOCKS | PARTS else []
                pieces += [*gap, *self._pieces(child, _look(child, look), pictures), *gap]
        return pieces

    def _image(self, node: Node) -> str:
        src = node.attributes.get("src", "")
        alt = " ".join(node.attributes.get("alt", "").split())
        return (self.picture("https:" + src if src.startswith("//") else src, alt) or "") if src else ""

    def _put(self, markdown: str) -> None:
        """A picture stands for itself."""
        if markdown:
            self._end()
            self.blocks.append(markdown)

    def _paragraph(self) -> None:
        words = inline_markdown.line(self.run)
        self.run = []
        if words:
            self._list()
            self.blocks.append(words)

    def _list(self) -> None:
        if self.items:
            self.blocks.append(_list_of(self.items))
            self.items = []

    def _end(self) -> None:
        self._paragraph()
        self._list()


def _list_of(items: list[Item]) -> str:
    """A list of any depth."""
    lines: list[str] = []
    above: list[tuple[int, int, int]] = []  # level, first number, width of the sign; of the open lists
    count: dict[int, int] = {}
    for item in items:
        while above and above[-1][0] > item.level:
            above.pop()
        new = not above or above[-1][0] < item.level or above[-1][1] != item.number
        if above and above[-1][0] == item.level:
            above.pop()
        count[item.level] = item.number if new else count[item.level] + 1
        sign = f"{count[item.level]}. " if item.number else "- "
        if new and lines and (item.number > 1 or not above):
            lines.append("")  # or it would be read as more words of the item before
        indent = " " * sum(width for _level, _first, width in above)
        above.append((item.level, item.number, len(sign)))
        lines.append(_indented(item.body, indent + sign, indent + " " * len(sign)))
    return "\n".join(lines)


def _indented(text: str, first: str, others: str) -> str:
    head, *rest = text.split("\n")
    return "\n".join([first + head, *(others + one if one or others.strip() else "" for one in rest)])


def _look(node: Node, look: Piece) -> Piece:
    """How words within an element look."""
    style = node.style
    if node.tag in ("b", "strong"):
        look = replace(look, bold=True)
    if node.tag in ("i", "em"):
        look = replace(look, italic=True)
    if node.tag in ("s", "strike", "del") or "line-through" in style.get("text-decoration", ""):
        look = replace(look, strike=True)
    weight = style.get("font-weight", "")
    if weight:
        look = replace(look, bold=weight in ("bold", "bolder") or bool(re.fullmatch(r"[6-9]00", weight)))
    if style.get("font-style"):
        look = replace(look, italic=style["font-style"] in ("italic", "oblique"))
    if node.tag == "a":
        look = replace(look, href=_address(node.attributes.get("href", "")))
    return look


def _address(href: str) -> str:
    """Where a link leads, without what follows readers; "" for a place within the old page."""
    href = "https:" + href if href.startswith("//") else href.strip()
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    if parts.netloc.endswith("google.com") and parts.path == "/url":
        return _address("".join(parse_qs(parts.query).get("q", [])[:1]))
    if parts.scheme not in ("http", "https", "mailto", "tel") and not href.startswith("/"):
        return ""
    clean = without_tracking(href) if parts.scheme in ("http", "https") else href
    return re.sub(r"[\s()<>\\\"]", lambda sign: f"%{ord(sign.group()):02X}", clean)
