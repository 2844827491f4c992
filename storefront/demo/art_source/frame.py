"""The frame of an article drawing: 1200 x 675, its own ground, light and dark.

The light colours are plain attributes; a style sheet inside the file changes them in the dark,
so a reader that ignores the sheet still shows the light drawing.
"""

import math

from storefront.demo.art_source.canvas import Point, line, short, svg

GREEN = "#1e4d3f"
AMBER = "#b06a14"
DARK = (
    "@media(prefers-color-scheme:dark){.g{fill:#1a2823}.l{stroke:#9fd0bb}.d{fill:#9fd0bb}"
    ".a{stroke:#e2a95a}.b{fill:#e2a95a}}"
)
AMBER_LINE = f' class="a" stroke="{AMBER}"'


class Sheet:
    """Collects lines, discs and grains on one ground."""

    def __init__(self, ground: str, title: str) -> None:
        """Begin with an empty ground."""
        self.ground, self.title = ground, title
        self.parts: list[str] = []

    def stroke(self, path: str, width: float, opacity: float = 1, amber: bool = False) -> None:
        """A line in green, or the one marked in amber."""
        fade = f' opacity="{short(opacity, 2)}"' if opacity < 1 else ""
        accent = AMBER_LINE if amber else ""
        self.parts.append(f'<path{accent} stroke-width="{short(width, 2)}"{fade} d="{path}"/>')

    def disc(self, x: float, y: float, r: float, kind: str = "d", opacity: float = 1) -> None:
        """A filled disc: d green, b amber, g the ground (hides what lies behind)."""
        colour = {"d": GREEN, "b": AMBER, "g": self.ground}[kind]
        fade = f' opacity="{short(opacity, 2)}"' if opacity < 1 else ""
        self.parts.append(
            f'<circle class="{kind}" cx="{short(x)}" cy="{short(y)}" r="{short(r)}" fill="{colour}" '
            f'stroke="none"{fade}/>'
        )

    def cover(self, path: str) -> None:
        """Hide what lies behind an outline."""
        self.parts.append(f'<path class="g" fill="{self.ground}" stroke="none" d="{path}"/>')

    def begin(self, attributes: str) -> None:
        """Open a group with attributes of its own."""
        self.parts.append(f"<g {attributes}>")

    def end(self) -> None:
        """Close the group."""
        self.parts.append("</g>")

    def file(self) -> str:
        """The whole drawing."""
        body = (
            f'<path class="g" fill="{self.ground}" d="M0 0H1200V675H0z"/>'
            f'<g class="l" fill="none" stroke="{GREEN}" stroke-linejoin="round">{"".join(self.parts)}</g>'
        )
        return svg(1200, 675, body, self.title, DARK)


def blob(cx: float, cy: float, r: float, wobble: float, phase: float) -> str:
    """A closed outline that swells and shrinks, like a cell."""
    points: list[Point] = []
    for i in range(80):
        angle = math.tau * i / 80
        reach = r * (1 + wobble * math.sin(3 * angle + phase) + wobble * 0.5 * math.sin(5 * angle - phase))
        points.append((cx + reach * math.cos(angle), cy + reach * math.sin(angle)))
    return line(points, close=True)


def chromatogram(x0: float, x1: float, base: float, height: float, peaks: tuple[Point, ...]) -> str:
    """A trace with peaks (place, height) on a slightly restless base line."""
    points: list[Point] = []
    for i in range(241):
        t = i / 240
        level = sum(tall * math.exp(-(((t - place) / 0.026) ** 2)) for place, tall in peaks)
        level += 0.004 * math.sin(i * 1.7) + 0.003 * math.sin(i * 0.53)
        points.append((x0 + (x1 - x0) * t, base - height * level))
    return line(points)
