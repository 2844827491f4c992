"""The packs: a bottle, a jar, a tub and a pouch, 800 x 1000 on a transparent ground."""

import math

from storefront.demo.art_source.canvas import INK, PAPER, SOFT_INK, join, mark, short, svg
from storefront.demo.art_source.catalogue import Pack
from storefront.demo.art_source.lettering import BOLD, SANS, SERIF, text

GLASS = (
    (0, "#3a1e08"), (0.08, "#6d3d12"), (0.22, "#a4662a"), (0.34, "#7a4718"),
    (0.7, "#5a3110"), (0.9, "#7c4a1b"), (1, "#331a07"),
)  # fmt: skip
MATTE = ((0, "#cfcabd"), (0.1, "#ebe7dc"), (0.35, "#fffdf8"), (0.7, "#f1ede3"), (1, "#c6c0b2"))
SHADE = (
    (0, "#2a1a08", 0.34), (0.14, "#2a1a08", 0.06), (0.36, "#fff", 0.18),
    (0.72, "#2a1a08", 0.03), (1, "#2a1a08", 0.3),
)  # fmt: skip
FALL = ((0, "#fff", 0.22), (0.3, "#fff", 0), (1, "#1a1208", 0.16))


def _stops(stops: tuple[tuple[float, str, float], ...]) -> str:
    return "".join(
        f'<stop offset="{short(at, 2)}" stop-color="{colour}"'
        + (f' stop-opacity="{short(alpha, 2)}"/>' if alpha < 1 else "/>")
        for at, colour, alpha in stops
    )


def defs(body: tuple[tuple[float, str], ...] = MATTE) -> str:
    """Shading for a round body (b), its sides (s), its height (v), and two soft shadows (f, g)."""
    opaque = tuple((at, colour, 1.0) for at, colour in body)
    blur = (
        '<filter id="{}" x="-40%" y="-200%" width="180%" height="500%">'
        '<feGaussianBlur stdDeviation="{}"/></filter>'
    )
    return (
        f'<defs><linearGradient id="b">{_stops(opaque)}</linearGradient>'
        f'<linearGradient id="s">{_stops(SHADE)}</linearGradient>'
        f'<linearGradient id="v" x2="0" y2="1">{_stops(FALL)}</linearGradient>'
        f"{blur.format('f', 22)}{blur.format('g', 6)}</defs>"
    )


def shadow(cx: float, y: float, rx: float) -> str:
    """Where a pack stands: a wide soft shadow and a narrow dark one."""
    return (
        f'<ellipse cx="{short(cx + 26)}" cy="{short(y + 4)}" rx="{rx * 1.08:.0f}" ry="24" fill="#1d1407" '
        f'opacity=".26" filter="url(#f)"/>'
        f'<ellipse cx="{short(cx + 4)}" cy="{short(y - 4)}" rx="{rx * 0.94:.0f}" ry="9" fill="#1d1407" '
        f'opacity=".42" filter="url(#g)"/>'
    )


def shaded(path: str, *fills: str) -> str:
    """One outline, filled several times over; a fill may carry more attributes."""
    return "".join(f'<path d="{path}" fill="{fill}"/>' for fill in fills)


def stroke(path: str, colour: str, opacity: float, width: float = 2) -> str:
    """A half-transparent line."""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-opacity="{short(opacity, 2)}" '
        f'stroke-width="{short(width)}" stroke-linecap="round"/>'
    )


def print_label(x: float, y: float, w: float, h: float, pack: Pack, dark: bool = False) -> str:
    """What stands on every pack: mark, code, name, kind, content, net weight, days."""
    ink, soft = (PAPER, "#e9e2d2") if dark else (INK, SOFT_INK)
    band, on_band = (pack.way.tint, pack.way.deep) if dark else (pack.way.band, PAPER)
    left, right, unit = x + w * 0.085, x + w * 0.915, w / 420
    stripe = y + h - 92 * unit
    out = [
        mark(left + 14 * unit, y + 46 * unit, 13 * unit, ink),
        text(left + 36 * unit, y + 55 * unit, "Helder", 28 * unit, SERIF, ink),
        text(right, y + 53 * unit, f"Nº {pack.number}", 15 * unit, SANS, soft, "end", 0.6),
        f'<path d="M{join((left, y + 78 * unit))}H{short(right)}" stroke="{ink}" stroke-width="1.2"/>',
        text(left - 4 * unit, y + 170 * unit, pack.code, 98 * unit, SERIF, band, spacing=-2),
    ]
    for row, words in enumerate(pack.name):
        out.append(text(left, y + (231 + row * 37) * unit, words, 33 * unit, SERIF, ink))
    out += [
        f'<path d="M{join((x, stripe))}h{short(w)}v{short(34 * unit)}h{short(-w)}z" fill="{band}"/>',
        text(left, stripe + 23 * unit, "Food supplement", 15.5 * unit, BOLD, on_band, spacing=0.2),
        text(right, stripe + 23 * unit, pack.content, 15.5 * unit, BOLD, on_band, "end", 0.2),
        text(left, y + h - 24 * unit, pack.net, 19 * unit, BOLD, ink),
        text(right, y + h - 24 * unit, pack.lasts, 15.5 * unit, SANS, soft, "end"),
    ]
    return "".join(out)


def _bowed(x: float, y: float, w: float, h: float, bow: float) -> str:
    """A label around a cylinder."""
    return f"M{join((x, y))}q{join((w / 2, bow, w, 0))}v{short(h)}q{join((-w / 2, bow, -w, 0))}z"


def _ribs(x0: float, x1: float, y0: float, y1: float, count: int) -> str:
    """Grip lines on a cap, closer together towards the edges."""
    middle, half = (x0 + x1) / 2, (x1 - x0) / 2
    xs = [middle + half * math.sin(-math.pi / 2 + math.pi * (i + 0.5) / count) for i in range(count)]
    dark = "".join(f"M{join((x, y0))}V{short(y1)}" for x in xs)
    light = "".join(f"M{join((x + 2, y0))}V{short(y1)}" for x in xs)
    return stroke(dark, "#000", 0.28) + stroke(light, "#fff", 0.1, 1.5)


def glass_body(pack: Pack, label: str = "") -> str:
    """An amber bottle (capsules) or jar (powder), without the shared shading of defs()."""
    tall = pack.shape == "bottle"
    x, w, top, bottom, sh = (230, 340, 240, 880, 96) if tall else (180, 440, 264, 844, 46)
    cx, cap = x + w / 2, w * (0.33 if tall else 0.45)
    cx0, cx1, cap_top = cx - cap, cx + cap, top - (118 if tall else 108)
    body = (
        f"M{join((cx0 + 12, top))}H{short(cx1 - 12)}v22"
        f"C{join((cx1 - 8, top + 44, x + w, top + sh / 2, x + w, top + sh + 34))}V{bottom - 36}"
        f"q0 36-40 36H{x + 40}q-40 0-40-36V{top + sh + 34}"
        f"C{join((x, top + sh / 2, cx0 + 8, top + 44, cx0 + 12, top + 22))}z"
    )
    lid = (
        f"M{join((cx0, cap_top + 14))}q0-14 16-14H{short(cx1 - 16)}q16 0 16 14V{top - 2}"
        f"Q{join((cx, top + 12, cx0, top - 2))}z"
    )
    ly = top + sh + (54 if tall else 66)
    lh = bottom - 62 - ly
    paper = _bowed(x, ly, w, lh, 14)
    return "".join([
        shadow(cx, bottom, w / 2),
        shaded(body, "url(#b)", "url(#v)"),
        stroke(f"M{x + 26} {top + sh + 40}V{ly + 20}", "#ffe2b0", 0.35, 9),
        shaded(lid, pack.way.deep, "url(#s)"),
        _ribs(cx0, cx1, cap_top + 26, top - 6, 34),
        stroke(f"M{join((cx0 + 4, cap_top + 20))}H{short(cx1 - 4)}", "#fff", 0.2),
        shaded(paper, PAPER),
        f'<g transform="translate(0 8)">{label or print_label(x, ly, w, lh, pack)}</g>',
        shaded(paper, "url(#s)"),
    ])  # fmt: skip


def glass(pack: Pack, label: str = "", title: str = "") -> str:
    """A bottle or a jar, with the front label or another one."""
    return svg(800, 1000, defs(GLASS) + glass_body(pack, label), title or pack.title)


def tub(pack: Pack) -> str:
    """A wide matte tub with a coloured lid."""
    x, w, top, bottom = 150, 500, 272, 852
    body = f"M{x + 10} {top}H{x + w - 10}l10 30V{bottom - 40}q0 40-44 40H{x + 44}q-44 0-44-40V{top + 30}z"
    lid = f"M{x - 10} {top - 104}q0-20 22-20H{x + w - 12}q22 0 22 20v106q-260 16-520 0z"
    out = [
        defs(),
        shadow(x + w / 2, bottom, w / 2),
        shaded(body, "url(#b)"),
        shaded(lid, pack.way.deep, "url(#s)"),
        _ribs(x - 8, x + w + 8, top - 92, top - 4, 44),
        f'<g transform="translate(0 10)">{print_label(x, top + 46, w, 490, pack)}</g>',
        f'<g opacity=".7">{shaded(body, "url(#v)")}</g><g opacity=".35">{shaded(body, "url(#s)")}</g>',
    ]
    return svg(800, 1000, "".join(out), pack.title)


def pouch(pack: Pack) -> str:
    """A stand-up pouch in the deep colour of the ingredient."""
    x, w, top, bottom = 170, 460, 120, 890
    body = (
        f"M{x + 14} {top}H{x + w - 14}l4 70c18 230 20 500 4 678"
        f"Q{x + w // 2} {bottom + 34} {x + 6} {bottom - 22}c-16-178-14-448 4-678z"
    )
    out = [
        defs(),
        shadow(x + w / 2, bottom + 2, w / 2),
        shaded(body, pack.way.deep),
        stroke(f"M{x + 12} {top + 46}H{x + w - 12}", "#000", 0.35),
        stroke(f"M{x + 10} {top + 84}H{x + w - 10}m{20 - w} 8h{w - 20}", "#fff", 0.18),
        f'<circle cx="{x + w // 2}" cy="{top + 24}" r="11" fill="#000" opacity=".35"/>',
        f'<g transform="translate(8 0)">{print_label(x + 6, top + 190, w - 28, 500, pack, dark=True)}</g>',
        stroke(f"M{x + 8} {bottom - 60}q{w // 2 - 8} 54 {w - 16} 0", "#000", 0.3),
        f'{shaded(body, "url(#s)")}<g opacity=".6">{shaded(body, "url(#v)")}</g>',
        stroke(f"M{x + 46} {top + 120}c-16 200-12 390 0 560", "#fff", 0.1, 16),
    ]
    return svg(800, 1000, "".join(out), pack.title)


def draw(pack: Pack) -> str:
    """The picture of a pack, by its shape."""
    if pack.shape == "tub":
        return tub(pack)
    if pack.shape == "pouch":
        return pouch(pack)
    return glass(pack)
