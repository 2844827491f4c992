"""Two versions of a text, block by block and inside a block word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from . import blocks

WORD = re.compile(r"\S+\s*")


class Part(NamedTuple):
    """Words of a block: op is "" for those of both versions, "ins" for new and "del" for old ones."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A block of either version. kind: same, moved, changed, added, removed."""

    kind: str
    parts: list[Part]


def compared(old: str, new: str) -> list[Row]:
    """What became of an old text: the blocks of the new one in order, removed ones where they stood."""
    before, after = blocks.body_blocks(old), blocks.body_blocks(new)
    which = blocks.aligned(before, after)
    in_order = _in_order([which[n] for n in range(len(after)) if n in which])
    gone = [n for n in range(len(before)) if n not in which.values()]
    rows: list[Row] = []
    for number, piece in enumerate(after):
        at = which.get(number)
        if at is not None and at in in_order:
            rows += _removed(before, [n for n in gone if n < at])
            gone = [n for n in gone if n > at]
        rows.append(_row(before[at].source if at is not None else None, piece.source, at in in_order))
    return [*rows, *_removed(before, gone)]


def runs(rows: Sequence[Row]) -> list[tuple[bool, list[Row]]]:
    """The rows in runs, each with whether nothing changed in it: a page can fold a long one."""
    return [(same, list(run)) for same, run in groupby(rows, key=lambda row: row.kind == "same")]


def words(old: str, new: str) -> list[Part]:
    """What became of the words of one block."""
    before, after = WORD.findall(old), WORD.findall(new)
    bare = [word.strip() for word in before], [word.strip() for word in after]
    found: list[Part] = []
    for tag, a, b, c, d in SequenceMatcher(None, *bare, autojunk=False).get_opcodes():
        if tag == "equal":
            both = zip(after[c:d], before[a:b], strict=True)
            found.append(Part("", "".join(max(pair, key=len) for pair in both)))
            continue
        found += [Part("del", "".join(before[a:b]))] if b > a else []
        found += [Part("ins", "".join(after[c:d]))] if d > c else []
    return found


def _row(old: str | None, new: str, in_place: bool) -> Row:
    if old is None:
        return Row("added", [Part("ins", new)])
    if old != new:
        return Row("changed", words(old, new))
    return Row("same" if in_place else "moved", [Part("", new)])


def _removed(before: Sequence[blocks.Piece], numbers: Sequence[int]) -> Iterator[Row]:
    for number in numbers:
        yield Row("removed", [Part("del", before[number].source)])


def _in_order(places: Sequence[int]) -> set[int]:
    """The most of these places that follow on each other; the others moved."""
    chains: list[list[int]] = [[]]
    for place in places:
        longest = max((len(chain), chain) for chain in chains if not chain or chain[-1] < place)[1]
        chains.append([*longest, place])
    return set(max((len(chain), chain) for chain in chains)[1])
