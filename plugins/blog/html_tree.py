"""Clean HTML as a tree of elements and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

DEEPEST = 60  # elements within each other; deeper ones count as their surroundings


@dataclass(slots=True)
class Node:
    """An element, or words (without a tag)."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""

    @property
    def style(self) -> dict[str, str]:
        """Its style declarations."""
        pairs = (one.partition(":") for one in self.attributes.get("style", "").lower().split(";"))
        return {name.strip(): value.strip() for name, _colon, value in pairs}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("div")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self.open[-1]
        node = parent
        if len(self.open) < DEEPEST:
            node = Node(tag, {name: value or "" for name, value in attrs})
            parent.children.append(node)
        if tag not in ("br", "img", "hr"):
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(Node("", text=data))


def tree_of(clean: str) -> Node:
    """What nh3 wrote, which is well formed: every element that opens is closed."""
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.open[0]


def is_hidden(node: Node) -> bool:
    """Not meant to be read: hidden words, the sign of a list in Word, its comments."""
    style = node.style
    return (
        style.get("display") == "none"
        or style.get("mso-hide") == "all"
        or style.get("mso-list") == "ignore"
        or style.get("mso-element") == "comment-list"
    )


def within(node: Node) -> list[Node]:
    """All elements and words within an element."""
    return [found for child in node.children for found in (child, *within(child))]


def rows_of(table: Node) -> list[Node]:
    """The rows of a table, not those of tables within it."""
    rows = []
    for child in table.children:
        rows += (
            [child]
            if child.tag == "tr"
            else rows_of(child)
            if child.tag in ("thead", "tbody", "tfoot")
            else []
        )
    return rows


def words_in(node: Node) -> str:
    """All words within an element, as they stand."""
    return node.text + "".join(words_in(child) for child in node.children)
