"""The blocks of a text: which one is which after an edit, and which translates which. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, Protocol

from markdown_it.token import Token

from . import markdown

LIKE = 50  # percent: from this likeness on, two blocks are the same one, edited
MOST_PAIRS = 2_500  # more are not compared by likeness: a text that was replaced
LINE_END = re.compile(r"\r\n?|\n")
KINDS = {
    "heading_open": "h3",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quote",
    "table_open": "table",
    "embed": "embed",
    "hr": "line",
    "fence": "code",
    "code_block": "code",
}


class Piece(NamedTuple):
    """One block: its kind (title, lead, alt, h2, h3, p, list, table, picture, embed, …) and its Markdown."""

    kind: str
    source: str


class Written(Protocol):
    """A text as it is typed or saved."""

    @property
    def title(self) -> str: ...
    @property
    def lead(self) -> str: ...
    @property
    def image_alt(self) -> str: ...
    @property
    def body(self) -> str: ...


def blocks_of(text: Written) -> list[Piece]:
    """The blocks of a text in their order: title, introduction, the picture's words, then its Markdown."""
    head = [Piece("title", text.title), Piece("lead", text.lead), Piece("alt", text.image_alt)]
    return [*(piece for piece in head if piece.source), *body_blocks(text.body)]


def body_blocks(body: str) -> list[Piece]:
    """The blocks of a Markdown text; lines that make none (addresses of links) are one of their own."""
    lines = LINE_END.split(body)
    found: list[Piece] = []
    at = 0
    for token in markdown.tokens_of(body):
        if token.level or token.nesting < 0 or not token.map:
            continue
        start, end = token.map
        _add(found, "p", lines[at:start])
        _add(found, _kind(token), lines[start:end])
        at = max(at, end)
    _add(found, "p", lines[at:])
    return found


def _add(found: list[Piece], kind: str, lines: list[str]) -> None:
    if source := "\n".join(line.rstrip() for line in lines).strip():
        found.append(Piece(kind, source))


def _kind(token: Token) -> str:
    by_tag = {"h2": "h2", "figure": "picture"}
    return by_tag.get(token.tag) or KINDS.get(token.type, "p")


def aligned(old: Sequence[Piece], new: Sequence[Piece]) -> dict[int, int]:
    """Which old block each new one is (new → old index); what is in neither side was added or removed.

    Equal blocks first, where they stand and where they moved to; between them the edited ones, by kind and
    likeness; then what is left of a place by kind and order.
    """
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    same = {b + n: a + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    gaps = [(range(a, b), range(c, d)) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    found = same | _moved(old, new, same)
    for before, after in gaps:
        taken = set(found.values())
        free = [n for n in before if n not in taken], [n for n in after if n not in found]
        found |= _edited(old, new, *free)
    left = set(range(len(old))) - set(found.values()), set(range(len(new))) - set(found)
    return found | _alike(old, new, sorted(left[0]), sorted(left[1]))


def _moved(old: Sequence[Piece], new: Sequence[Piece], same: dict[int, int]) -> dict[int, int]:
    """Equal blocks that stand elsewhere."""
    places: dict[Piece, list[int]] = defaultdict(list)
    for index in sorted(set(range(len(old))) - set(same.values()), reverse=True):
        places[old[index]].append(index)
    return {
        index: places[piece].pop()
        for index, piece in enumerate(new)
        if index not in same and places.get(piece)
    }


def _edited(
    old: Sequence[Piece], new: Sequence[Piece], before: list[int], after: list[int]
) -> dict[int, int]:
    """The blocks of one place: the likest pairs of one kind, then those of one kind in their order."""
    found = _alike(old, new, before, after)
    left = [n for n in before if n not in found.values()]
    for index in after:
        if index not in found:
            fitting = [n for n in left if old[n].kind == new[index].kind]
            if fitting:
                found[index] = fitting[0]
                left.remove(fitting[0])
    return found


def _alike(old: Sequence[Piece], new: Sequence[Piece], before: list[int], after: list[int]) -> dict[int, int]:
    """Pairs of one kind that are alike, the likest first."""
    if len(before) * len(after) > MOST_PAIRS:
        return {}
    ranked = [
        (-likeness(old[a].source, new[b].source), a, b)
        for b in after
        for a in before
        if old[a].kind == new[b].kind
    ]
    found: dict[int, int] = {}
    for unlike, a, b in sorted(ranked):
        if -unlike >= LIKE and b not in found and a not in found.values():
            found[b] = a
    return found


def likeness(one: str, other: str) -> int:
    """How many words two texts have in common, in percent."""
    words, others = one.split(), other.split()
    return 200 * (Counter(words) & Counter(others)).total() // max(len(words) + len(others), 1)


def paired(source: Sequence[str], translation: Sequence[str]) -> dict[int, int]:
    """Which block of the source each block of a translation translates (translation → source index).

    The languages have no words in common, so signs and their order decide.
    """
    matcher = SequenceMatcher(None, source, translation, autojunk=False)
    return {b + n: a + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}


def sign(piece: Piece) -> str:
    """What a block has in common with its translation: its kind, and the products that it shows."""
    return piece.source.partition("|")[0].strip() if piece.kind == "embed" else piece.kind
