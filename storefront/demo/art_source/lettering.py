"""Lettering as outlines, so that a picture looks the same where no font is installed.

The outlines come from two fonts under the SIL Open Font License (Debian: fonts-sil-charis,
fonts-inter), read when the pictures are drawn. Only the few words land in the files.
"""

import functools
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from storefront.demo.art_source.canvas import INK, Point, join, short

SERIF = "Charis SIL:style=Regular"
SANS = "Inter:style=Regular"
BOLD = "Inter:style=Semi Bold"

Segment = tuple[str, tuple[Point, ...]]


class Face:
    """One font: the outline and the advance of each letter, and pair kerning."""

    def __init__(self, font: Any) -> None:
        """Keep what is needed of an opened font."""
        self.per_em: int = font["head"].unitsPerEm
        self._names: dict[int, str] = font.getBestCmap()
        self._glyphs = font.getGlyphSet()
        self._widths: dict[str, tuple[int, int]] = font["hmtx"].metrics
        self._pairs = list(_pair_tables(font))

    def name(self, letter: str) -> str:
        """The name of a letter's glyph."""
        return self._names[ord(letter)]

    def advance(self, letter: str, following: str = "") -> float:
        """How far the pen moves on, in ems, kerned against the next letter."""
        left = self.name(letter)
        move = self._widths[left][0]
        if following:
            move += next((k for k in (_kern(t, left, self.name(following)) for t in self._pairs) if k), 0)
        return move / self.per_em

    @functools.cache  # noqa: B019 - two faces live as long as the process
    def outline(self, letter: str) -> tuple[Segment, ...]:
        """The outline as simple segments: M, L, Q, C and Z, in ems, y downwards."""
        pen = import_module("fontTools.pens.recordingPen").DecomposingRecordingPen(self._glyphs)
        self._glyphs[self.name(letter)].draw(pen)
        return tuple(
            (kind, tuple((x / self.per_em, -y / self.per_em) for x, y in points))
            for kind, points in _simple(pen.value)
        )


def _pair_tables(font: Any) -> Iterator[Any]:
    """The pair adjustment tables of the font's kerning feature."""
    if "GPOS" not in font:
        return
    table = font["GPOS"].table
    wanted = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "kern"
        for index in record.Feature.LookupListIndex
    }
    for index in sorted(wanted):
        for sub in table.LookupList.Lookup[index].SubTable:
            inner = sub.ExtSubTable if sub.LookupType == 9 else sub
            if inner.LookupType == 2:
                yield inner


def _kern(table: Any, left: str, right: str) -> int:
    """What one table says about a pair of glyphs, in font units."""
    if left not in table.Coverage.glyphs:
        return 0
    if table.Format == 1:
        pairs = table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord
        value = next((pair.Value1 for pair in pairs if pair.SecondGlyph == right), None)
    else:
        first = table.ClassDef1.classDefs.get(left, 0)
        second = table.ClassDef2.classDefs.get(right, 0)
        value = table.Class1Record[first].Class2Record[second].Value1
    return int(getattr(value, "XAdvance", 0) or 0)


def _simple(recording: list[tuple[str, Any]]) -> Iterator[Segment]:
    """A recorded outline without the implied points of TrueType curves."""
    for kind, points in recording:
        if kind == "moveTo":
            yield "M", points
        elif kind == "lineTo":
            yield "L", points
        elif kind == "curveTo":
            yield "C", points
        elif kind == "qCurveTo":
            *controls, end = points
            for a, b in itertools.pairwise(controls):
                yield "Q", (a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
            yield "Q", (controls[-1], end)
        else:
            yield "Z", ()


@functools.cache
def face(pattern: str) -> Face:
    """Open an installed font by its fontconfig pattern."""
    finder = shutil.which("fc-match")
    if finder is None:
        raise SystemExit("Drawing needs fontconfig (Debian: apt-get install fontconfig)")
    found = subprocess.run(
        [finder, "-f", "%{family}\n%{file}", pattern], check=True, capture_output=True, text=True
    ).stdout
    families, file = found.split("\n")
    if pattern.split(":")[0] not in families.split(","):
        raise SystemExit(f"Font {pattern} is not installed (Debian: fonts-sil-charis, fonts-inter)")
    return Face(import_module("fontTools.ttLib").TTFont(file))


def text(
    x: float,
    y: float,
    body: str,
    size: float,
    font: str = SANS,
    fill: str = INK,
    anchor: str = "start",
    spacing: float = 0.0,
) -> str:
    """One line of lettering at a place, as a path; the anchor is start or end."""
    outlines = face(font)
    moves = [
        outlines.advance(letter, following) * size + spacing
        for letter, following in zip(body, [*body[1:], ""], strict=True)
    ]
    if anchor == "end":
        x -= sum(moves) - spacing
    path = ""
    for letter, move in zip(body, moves, strict=True):
        path += _placed(outlines.outline(letter), x, y, size)
        x += move
    return f'<path d="{path}" fill="{fill}"/>'


def _placed(outline: tuple[Segment, ...], x: float, y: float, size: float) -> str:
    """A glyph's outline as relative path steps at its place and size."""
    places = 1 if size >= 20 else 2
    grid = 10**places
    here = start = (0, 0)
    path = ""
    for kind, points in outline:
        if kind == "Z":
            path, here = path + "z", start
            continue
        grown = [(round((x + px * size) * grid), round((y + py * size) * grid)) for px, py in points]
        if kind == "M":
            start = grown[0]
            path += f"M{short(start[0] / grid, places)} {short(start[1] / grid, places)}"
        else:
            steps = [((px - here[0]) / grid, (py - here[1]) / grid) for px, py in grown]
            path += kind.lower() + join((value for step in steps for value in step), places)
        here = grown[-1]
    return path
