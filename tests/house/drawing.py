"""Draws the house from its import contracts: `python -m tests.house.drawing` draws it anew."""

from __future__ import annotations

from html import escape
from textwrap import wrap
from typing import Any

from tests.house.tree import ROOT, contracts, floors

PICTURE = ROOT / "docs" / "pictures" / "house.svg"
STOREYS = ("starting", "views", "features", "tools")
COLOURS = {"starting": "#ece7f6", "views": "#e3eefb", "features": "#e2f3e6", "tools": "#f3f0e6"}
WIDTH, LEFT, NOTES, RIGHT = 880, 100, 400, 680
ROW, GAP, EDGE, LETTER = 24, 5, 8, 7.3
NOTE_LETTERS = 34
FONT = 'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12" fill="#1d2433"'


def storey(floor: list[str]) -> str:
    """The part of the house in which a floor lies: views and tools are known by one of their rooms."""
    order = floors()
    views, tools = (next(n for n, rooms in enumerate(order) if room in rooms) for room in ("shop", "forms"))
    number = order.index(floor)
    return STOREYS[(number >= views) + (number > views) + (number >= tools)]


def rows() -> dict[str, int]:
    """The upper edge of each room's row."""
    found, y, before = {}, EDGE, storey(floors()[0])
    for floor in floors():
        y += 2 * EDGE + GAP if storey(floor) != before else 0
        before = storey(floor)
        found |= dict.fromkeys(floor, y + EDGE)
        y += ROW + GAP
    return found


def drawing() -> str:
    """The house as SVG: floors from the layers, and beside them what the other contracts say."""
    top = rows()
    height = max(top.values()) + ROW + 2 * EDGE
    marker = (
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}">',
            "<title>The rooms of the shop, floor by floor; each imports only from lower ones</title>",
            f'<defs>{marker}<path d="M0 0 8 4 0 8z" fill="#1d2433"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<path d="M14 {EDGE} V{height - EDGE}" stroke="#1d2433" marker-end="url(#tip)"/>',
            *(line for name in STOREYS for line in _storey(name, top)),
            *(line for floor in floors() for line in _rooms(floor, top[floor[0]])),
            *(line for contract in contracts().values() for line in _beside(contract, top)),
            "</svg>\n",
        ]
    )


def _storey(name: str, top: dict[str, int]) -> list[str]:
    heights = [top[floor[0]] for floor in floors() if storey(floor) == name]
    y, height = heights[0] - EDGE, heights[-1] - heights[0] + ROW + 2 * EDGE
    return [
        f'<rect x="24" y="{y}" width="{RIGHT - 36}" height="{height}" rx="8" fill="{COLOURS[name]}"/>',
        _text(32, y + EDGE + 16, name, "bold"),
    ]


def _rooms(floor: list[str], y: int) -> list[str]:
    lines, x = [], LEFT
    for room in floor:
        lines += _box(x, y, room)
        x += _width(room) + 6
    return lines


def _beside(contract: dict[str, Any], top: dict[str, int]) -> list[str]:
    """Plugins at their door, what a storey never imports, and who alone imports something from outside."""
    if contract["type"] == "protected":
        outside = [one for one in contract["protected_modules"] if not one.startswith("storefront.")]
        allowed = [_short(one) for one in contract["allowed_importers"]]
        return [
            line for what in outside for who in allowed for line in _arrow(top, who, [f"{what}: only", who])
        ]
    if contract["type"] != "forbidden" or contract["source_modules"] == ["storefront"]:
        return []
    if "ignore_imports" in contract:
        (door,) = [_short(line.split(" -> ")[1]) for line in contract["ignore_imports"]]
        return _arrow(top, door, ["plugins: only", door], inwards=True)
    upper = min(top[_short(module)] for module in contract["source_modules"] if _short(module) in top)
    said = wrap("never " + ", ".join(_short(one) for one in contract["forbidden_modules"]), NOTE_LETTERS)
    y = upper + 16 if len(said) == 1 else upper + 16 + ROW + GAP  # the first row may have an arrow
    return [_text(NOTES, y + 16 * number, line) for number, line in enumerate(said)]


def _arrow(top: dict[str, int], room: str, words: list[str], inwards: bool = False) -> list[str]:
    """An arrow between the boxes of a row and something outside."""
    row = next(floor for floor in floors() if room.split(".")[0] in floor)
    y = top[row[0]] + ROW // 2
    ends = LEFT + sum(_width(one) + 6 for one in row), RIGHT - 6
    start, end = reversed(ends) if inwards else ends
    return [
        f'<path d="M{start} {y} H{end}" stroke="#1d2433" marker-end="url(#tip)"/>',
        *(_text(RIGHT, y + 4 + 15 * number, line) for number, line in enumerate(words)),
    ]


def _box(x: int, y: int, words: str) -> list[str]:
    shape = f'x="{x}" y="{y}" width="{_width(words)}" height="{ROW}" rx="4"'
    return [f'<rect {shape} fill="#ffffff" stroke="#8a94a8"/>', _text(x + 7, y + 16, words)]


def _text(x: int, y: int, words: str, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" font-weight="{weight}" xml:space="preserve" {FONT}>{escape(words)}</text>'


def _width(words: str) -> int:
    return round(len(words) * LETTER) + 14


def _short(module: str) -> str:
    return module.removeprefix("storefront.")


if __name__ == "__main__":
    PICTURE.write_text(drawing())
