"""More views of the packs: two together, the back label, the capsules, the powder."""

import math
import random

from storefront.demo.art_source.canvas import INK, SOFT_INK, Way, dots, join, short, svg
from storefront.demo.art_source.catalogue import Pack
from storefront.demo.art_source.lettering import BOLD, SERIF, text
from storefront.demo.art_source.packs import GLASS, defs, glass, glass_body, shaded, shadow, stroke

FACTS = (("Magnesium L-threonate", "2,000 mg", "–"), ("of which magnesium", "144 mg", "38%*"))


def duo(left: Pack, right: Pack) -> str:
    """Two bottles in one picture, the right one in front."""
    return svg(
        800,
        1000,
        f'{defs(GLASS)}<g transform="translate(-156 36) scale(.94)">{glass_body(left)}</g>'
        f'<g transform="translate(130 0)">{glass_body(right)}</g>',
        f"{' '.join(left.name)} and {' '.join(right.name)}, capsules, in Helder packaging",
    )


def back(pack: Pack) -> str:
    """The back of a bottle: supplement facts, and the frame where the batch number is printed."""
    x, y, w, h = 230, 390, 340, 428
    left, right = x + 34, x + w - 34
    out = [
        text(left, y + 50, "Supplement facts", 22, SERIF),
        text(left, y + 76, "per daily portion, 3 capsules", 12, fill=SOFT_INK),
        f'<path d="M{left} {y + 94}H{right}" stroke="{INK}" stroke-width="4"/>',
    ]
    for row, (what, amount, share) in enumerate(FACTS):
        line = y + 128 + row * 40
        out += [
            text(left, line, what, 12.5),
            text(right - 52, line, amount, 12.5, BOLD, anchor="end"),
            text(right, line, share, 12.5, anchor="end"),
            f'<path d="M{left} {line + 14}H{right}" stroke="{INK}" stroke-opacity=".25"/>',
        ]
    out += [
        text(left, y + 218, "* Reference intake (NRV), EU 1169/2011", 10, fill=SOFT_INK),
        _batch_frame(left, y + h - 122, right - left),
    ]
    return glass(pack, "".join(out), "Back label with supplement facts and a frame for the batch number")


def _batch_frame(x: float, y: float, w: float) -> str:
    """An empty frame with one box per digit: every batch prints its own number here."""
    frame = f"M{join((x, y))}h{short(w)}v90h{short(-w)}z"
    out = f'<path d="{frame}" fill="none" stroke="{INK}" stroke-width="1.6"/>'
    for row, (label, groups) in enumerate((("Batch", (2, 4)), ("Best before", (2, 4)))):
        line = y + 14 + row * 36
        out += text(x + 14, line + 18, label, 14, BOLD)
        boxes, at = "", x + w - 14 - 6 * 18 - 14
        for group, digits in enumerate(groups):
            boxes += "".join(f"M{join((at + i * 18, line))}h14v24h-14z" for i in range(digits))
            at += digits * 18
            if not group:
                boxes += f"M{join((at, line + 12))}h10"
                at += 14
        out += f'<path d="{boxes}" fill="none" stroke="{INK}" stroke-opacity=".55" stroke-width="1.2"/>'
    return out


def capsules(way: Way) -> str:
    """A handful of capsules, half of each shell in the colour of the ingredient."""
    chance = random.Random(4)
    spots = []
    for i in range(22):
        reach = math.sqrt(i / 21)
        spots.append((400 + 172 * math.cos(2.4 * i) * reach, 560 + 120 * math.sin(2.4 * i) * reach))
    shell = '<rect x="-70" y="-26" width="140" height="52" rx="26" {}/>'
    one = (
        '<g id="k"><ellipse cx="4" cy="24" rx="66" ry="12" fill="#1d1407" opacity=".2" filter="url(#g)"/>'
        + shell.format('fill="#fffdf6"')
        + f'<path d="M6-27H44a27 27 0 0 1 0 54H6z" fill="{way.tint}"/>'
        + f'<path d="M6-27v54" stroke="{way.deep}" stroke-opacity=".3"/>'
        + shell.format('fill="url(#v)"')
        + shell.format(f'fill="none" stroke="{way.deep}" stroke-opacity=".22"')
        + stroke("M-46-14h90", "#fff", 0.8, 5)
        + "</g>"
    )
    out = [defs(), f"<defs>{one}</defs>", shadow(400, 700, 190)]
    for x, y in sorted(spots, key=lambda spot: spot[1]):
        turn = short(chance.uniform(-75, 75))
        out.append(f'<use href="#k" transform="translate({join((x, y))}) rotate({turn})"/>')
    return svg(800, 1000, "".join(out), "A handful of capsules with off-white and tinted halves")


def powder(way: Way) -> str:
    """A measure of powder: grains that settle into a heap, and a scoop."""
    chance = random.Random(7)
    grains: dict[float, list[tuple[float, float, float]]] = {0.1: [], 0.18: [], 0.26: []}
    for _ in range(900):
        x = chance.gauss(410, 118)
        edge = 742 - 216 * math.exp(-(((x - 405) / 118) ** 2))
        y = edge + chance.random() ** 0.6 * (742 - edge)
        if 130 < x < 680 and y < 742:
            grains[chance.choice(list(grains))].append((x, y, chance.uniform(0.8, 2.2)))
    heap = "M120 742C230 728 300 560 392 520C470 500 560 690 690 742z"
    bowl = "M402 372H560v58q0 56-79 56q-79 0-79-56z"
    out = [defs(), '<g transform="translate(0 -50)">', shadow(400, 742, 240), shaded(heap, "#fffefa")]
    out.append(f'<g opacity=".5">{shaded(heap, "url(#v)")}</g>')
    out += [dots(some, f' stroke="{way.deep}" opacity="{short(alpha, 2)}"') for alpha, some in grains.items()]
    out += [
        '<g transform="rotate(-24 520 470)">',
        '<rect x="540" y="408" width="230" height="26" rx="13" fill="#e9e3d5"/>',
        shaded(bowl, way.band),
        '<path d="M402 372H560v20H402z" fill="#fffefa"/>',
        shaded(bowl, "url(#s)"),
        "</g></g>",
    ]
    return svg(800, 1000, "".join(out), "A heap of white powder with a measuring scoop")
