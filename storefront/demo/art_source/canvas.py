"""What every drawing shares: short numbers, paths, colours, the mark and the frame."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

INK = "#14261f"
SOFT_INK = "#4a5a52"
PAPER = "#fbf8f1"

Point = tuple[float, float]


class Way(NamedTuple):
    """The colourway of one ingredient: band on the label, deep (caps, pouch), tint."""

    band: str
    deep: str
    tint: str


WAYS = {
    "mg": Way("#2f6b57", "#173d32", "#dfe9df"),
    "mgb": Way("#3c6c7c", "#1d3f4b", "#dde7ea"),
    "nmn": Way("#a8620f", "#4e2f0c", "#f3e6cd"),
    "cr": Way("#46607f", "#22344a", "#e0e6ee"),
    "tmg": Way("#6f4a66", "#3b2436", "#ecdfe9"),
    "nr": Way("#93432f", "#4a1f14", "#f2dfd6"),
}


def short(value: float, places: int = 1) -> str:
    """A number as a path wants it: rounded, without needless zeros."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def join(numbers: Iterable[float], places: int = 1) -> str:
    """Numbers in a row, with a space only where it is needed."""
    out = ""
    for number in numbers:
        text = short(number, places)
        out += text if not out or text.startswith("-") else f" {text}"
    return out


def line(points: Sequence[Point], close: bool = False, places: int = 1) -> str:
    """A polyline as relative steps; roundings do not add up."""
    grid = 10**places
    steps = [(round(x * grid), round(y * grid)) for x, y in points]
    start, path = steps[0], ""
    here = start
    for x, y in steps[1:]:
        step = join(((x - here[0]) / grid, (y - here[1]) / grid), places)
        path += step if not path or step.startswith("-") else f" {step}"
        here = (x, y)
    return f"M{join((start[0] / grid, start[1] / grid), places)}l{path}{'z' if close else ''}"


def dots(points: Iterable[tuple[float, float, float]], attributes: str = "") -> str:
    """Many dots (x, y, radius) as few paths: a round line cap at each place, one path per size."""
    sizes: dict[float, list[Point]] = defaultdict(list)
    for x, y, radius in points:
        sizes[max(0.5, round(radius * 2) / 2)].append((x, y))
    out = ""
    for radius, places in sorted(sizes.items()):
        path = "".join(f"M{join(place)}h0" for place in places)
        out += f'<path stroke-linecap="round" stroke-width="{short(2 * radius)}"{attributes} d="{path}"/>'
    return out


def mark(cx: float, cy: float, r: float, colour: str) -> str:
    """The Helder mark: a round vessel, filled to a level meniscus."""
    level = r * 0.72
    return (
        f'<circle cx="{short(cx)}" cy="{short(cy)}" r="{short(r)}" fill="none" stroke="{colour}" '
        f'stroke-width="{short(r * 0.14, 2)}"/>'
        f'<path d="M{join((cx - level, cy + r * 0.08))}q{join((level, r * 0.2, 2 * level, 0))}'
        f'a{join((level, level))} 0 0 1{short(-2 * level)} 0z" fill="{colour}"/>'
    )


def svg(width: int, height: int, body: str, title: str, style: str = "") -> str:
    """A whole file."""
    sheet = f"<style>{style}</style>" if style else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img"><title>{title}</title>{sheet}{body}</svg>\n'
    )
