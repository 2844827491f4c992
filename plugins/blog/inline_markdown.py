"""Words with their looks, written as a line of Markdown that reads back as the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from markdown_it import MarkdownIt

READER = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
MARKS = {"bold": "**", "italic": "*", "strike": "~~"}
SIGNS = re.compile(
    r"[\\*`]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|<(?=[A-Za-z/!?]|$)|&(?=#?\w+;)|\[(?=[@^]|$|[^\]]*\][(\[:])"
)
AT_START = re.compile(
    r"^(\d{1,9})(?=[.)](?:\s|$))|^(?=#{1,6}(?:\s|$)|[-+](?:\s|$)|>|=+\s*$|:?-{2}|:::|~~~)", re.M
)
EDGES = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)
TIGHT = re.compile(r"^([\W_]*)(.*?)([\W_]*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and how they look. A line break is "\\n"; other white space is a space."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    href: str = ""
    raw: bool = False  # Markdown already: a picture


def line(pieces: Sequence[Piece]) -> str:
    """The words as Markdown. Where signs would be read as words, the looks go and the words stay."""
    pieces = _collapsed(pieces)
    words = "".join(piece.text for piece in pieces if not piece.raw)
    plain = [replace(piece, bold=False, italic=False, strike=False) for piece in pieces]
    tries = ((pieces, EDGES), (pieces, TIGHT), (plain, EDGES))
    for tried, edges in tries:
        made = _marked(tried, ("href", *MARKS), edges)
        if _read(made) == words.split():
            return _escaped_start(made)
    return _escaped_start("".join(piece.text if piece.raw else _all_escaped(piece.text) for piece in pieces))


def _escaped_start(made: str) -> str:
    """What would begin a heading, a list or one of our blocks stays words."""
    return AT_START.sub(lambda found: (found.group(1) or "") + "\\", made)


def _all_escaped(text: str) -> str:
    return re.sub(r"[\\*_`~<>&!\[\]()]", lambda sign: "\\" + sign.group(), text).replace("\n", "  \n")


def _read(made: str) -> list[str]:
    found = READER.parseInline(made)[0].children or []
    return "".join(
        "\n" if one.type.endswith("break") else one.content for one in found if one.type != "image"
    ).split()


def _collapsed(pieces: Sequence[Piece]) -> list[Piece]:
    """One space between words, none at the ends and around line breaks; no-break spaces stay."""
    kept: list[Piece] = []
    last = "\n"
    for piece in pieces:
        text = re.sub(r" *\n *", "\n", re.sub(r"[ \t\u00a0]{2,}|\t", " ", piece.text))
        if not piece.raw and last in " \n":
            text = text.lstrip(" " if last == " " else " \n")
        if text.startswith("\n") and kept and not kept[-1].raw:
            kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(" "))
        if text:
            kept.append(replace(piece, text=text))
            last = "." if piece.raw else text[-1]
    while kept and not kept[-1].raw and not kept[-1].text.strip():
        kept.pop()
    if kept and not kept[-1].raw:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return kept


def _marked(pieces: Sequence[Piece], marks: Sequence[str], edges: re.Pattern[str]) -> str:
    if not marks:
        return "".join(escaped(piece) for piece in pieces)
    made = ""
    for value, run in groupby(pieces, key=lambda piece: getattr(piece, marks[0])):
        inner = _marked(list(run), marks[1:], edges)
        found = EDGES.match(inner) if marks[0] == "href" else edges.match(inner)
        before, core, after = found.groups() if found else ("", inner, "")
        if not value or not core:
            made += inner
        elif marks[0] == "href":
            safe = re.sub(r"(?<!\\)[\[\]]", lambda sign: "\\" + sign.group(), core)
            safe = "\\" + safe if safe.startswith("@") else safe  # or it would cite
            made = (made[:-1] + "\\!" if made.endswith("!") and not before else made) + before
            made += f"[{safe}]({value}){after}"
        else:
            made += before + MARKS[marks[0]] + core + MARKS[marks[0]] + after
    return made


def escaped(piece: Piece) -> str:
    """Words without anything that Markdown would read as a sign."""
    if piece.raw:
        return piece.text
    return SIGNS.sub(lambda sign: "\\" + sign.group(), piece.text).replace("\n", "  \n")
