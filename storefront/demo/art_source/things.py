"""Article drawings of things: lattice, laboratory glass, molecule, capsule, balance."""

import math
import random

from storefront.demo.art_source.canvas import dots, join, line, short
from storefront.demo.art_source.frame import AMBER_LINE, Sheet, chromatogram

Cell = tuple[int, int, int]


def lattice() -> str:
    """A crystal lattice with one atom marked."""
    sheet = Sheet("#dde7ea", "Line drawing of a crystal lattice with one atom marked")
    places: dict[Cell, tuple[int, int]] = {
        (i, j, k): (600 + (i - j) * 80, 278 + (i + j) * 36 - k * 80)
        for i in range(6)
        for j in range(6)
        for k in range(4)
    }
    bonds: dict[int, str] = {}
    for (i, j, k), (x, y) in places.items():
        for step in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
            other = places.get((i + step[0], j + step[1], k + step[2]))
            if other:
                bonds[i + j] = bonds.get(i + j, "") + f"M{x} {y}L{other[0]} {other[1]}"
    for depth, path in sorted(bonds.items()):
        sheet.stroke(path, 1.3, 0.2 + 0.04 * depth)
    for (i, j, k), (x, y) in sorted(places.items(), key=lambda item: item[1][1]):
        if (i + j + k) % 2:
            sheet.disc(x, y, 7)
        else:
            sheet.disc(x, y, 12, "g")
            sheet.parts.append(f'<circle stroke-width="2" cx="{x}" cy="{y}" r="12"/>')
    x, y = places[5, 4, 2]
    sheet.disc(x, y, 20, "g")
    sheet.disc(x, y, 15, "b")
    sheet.parts.append(f'<circle{AMBER_LINE} stroke-width="2" cx="{x}" cy="{y}" r="30"/>')
    return sheet.file()


def glass() -> str:
    """A flask, a test tube and a chromatogram with one tall peak."""
    sheet = Sheet("#efe9dc", "Line drawing of a flask, a test tube and a chromatogram with one tall peak")
    sheet.begin('stroke-linecap="round"')
    sheet.stroke("M300 130h90M318 130v160L208 520q-12 40 28 40H454q40 0 28-40L372 290V130", 3)
    sheet.stroke("M247 440q98 22 196 0", 3)
    chance = random.Random(9)
    grains = []
    for _ in range(150):
        y = chance.uniform(452, 548)
        half = 96 + (y - 440) * 0.45
        grains.append((345 + chance.uniform(-half, half), y, chance.uniform(1.4, 3.4)))
    sheet.parts.append(dots(grains, ' opacity=".7"'))
    sheet.stroke("M560 150h80M572 150v370q0 40 28 40q28 0 28-40V150M572 330q28 12 56 0", 3)
    sheet.stroke("".join(f"M572 {200 + i * 36}h{20 if i % 2 else 28}" for i in range(9)), 2)
    sheet.stroke(chromatogram(720, 1090, 540, 360, ((0.52, 1), (0.24, 0.05), (0.76, 0.03))), 3, amber=True)
    sheet.stroke("M720 150v390h380" + "".join(f"M{720 + i * 50} 540v8" for i in range(8)), 2)
    sheet.end()
    return sheet.file()


def molecule() -> str:
    """A honeycomb of rings: the skeleton drawings of organic chemistry."""
    sheet = Sheet("#eee6d6", "Line drawing of a molecule: rings of atoms, two of them marked")
    r, wide = 62, 62 * math.sqrt(3)
    for row in range(-1, 7):
        for column in range(-1, 12):
            cx, cy = (column + (row % 2) / 2) * wide + 20, row * r * 1.5 + 60
            near = math.exp(-(((cx - 640) / 430) ** 2 + ((cy - 330) / 250) ** 2))
            if near < 0.12:
                continue
            angles = [math.tau * k / 6 for k in range(6)]
            ring = [(cx + r * 0.96 * math.sin(a), cy - r * 0.96 * math.cos(a)) for a in angles]
            marked = (row, column) in ((2, 5), (3, 5))
            sheet.stroke(line(ring, close=True), 3.2 if marked else 1 + near, 1 if marked else near, marked)
            if (row + column) % 2 == 0:
                sheet.disc(*ring[0], 8 if marked else 4, "b" if marked else "d", near)
    return sheet.file()


def _heap(x: float) -> float:
    return 590 - 150 * math.exp(-(((x - 690) / 160) ** 2))


def capsule() -> str:
    """An opened capsule that lets its powder go, beside a heap of the same."""
    sheet = Sheet("#f0e8d8", "Line drawing of an opened capsule and the powder that was inside it")
    half = "M{} -74H{}a74 74 0 0 {} 0 148H{}z"
    for turn, path, ribs, amber in (
        ("translate(330 250) rotate(-24)", half.format(90, -60, 0, 90), range(-110, 90, 12), False),
        ("translate(610 150) rotate(18)", half.format(-80, 70, 1, -80), range(-74, 118, 12), True),
    ):
        sheet.begin(f'transform="{turn}"')
        for x in ribs:
            beyond = max(0.0, -60 - x) if not amber else max(0.0, x - 70)
            tall = math.sqrt(max(0.0, 74**2 - beyond**2))
            sheet.stroke(f"M{x} {short(-tall)}v{short(2 * tall)}", 1.3, 0.45, amber)
        sheet.stroke(path, 3, amber=amber)
        sheet.end()
    chance = random.Random(12)
    fall, heap = [], []
    for _ in range(260):
        t = chance.random()
        aside, below = chance.gauss(0, 8 + t * 26), chance.gauss(0, 14)
        fall.append((452 + t * 150 + aside, 214 + t * 300 + below, chance.uniform(1, 3)))
    for _ in range(900):
        place = chance.gauss(690, 150)
        if 330 < place < 1050:
            depth = chance.random() ** 0.7 * (590 - _heap(place))
            heap.append((place, _heap(place) + depth, chance.uniform(1, 2.6)))
    sheet.begin('stroke-linecap="round"')
    sheet.parts.append(dots(fall, ' opacity=".75"'))
    sheet.parts.append(dots(heap, ' opacity=".55"'))
    sheet.stroke(line([(x, _heap(x)) for x in range(330, 1051, 12)]), 2)
    sheet.stroke("M190 592H1080", 3)
    sheet.end()
    return sheet.file()


def balance() -> str:
    """An apothecary's balance: powder on one pan, weights on the other."""
    sheet = Sheet("#e3e8e6", "Line drawing of a balance with powder on one pan and weights on the other")
    sheet.begin('stroke-linecap="round"')
    sheet.stroke("M600 150v400M520 560h160M490 578h220M520 560q60-10 80-44q20 34 80 44", 3)
    sheet.stroke("M300 206q150-44 300-44q150 0 300 44M300 206q150-22 300-30q150 8 300 30", 3)
    sheet.stroke("M600 176v96", 2.4, amber=True)
    scale = "".join(
        f"M{join((600 + 112 * math.sin(a), 176 + 112 * math.cos(a)))}"
        f"L{join((600 + 124 * math.sin(a), 176 + 124 * math.cos(a)))}"
        for a in (n * math.pi / 40 for n in range(-8, 9))
    )
    sheet.stroke(scale, 1.6)
    sheet.disc(600, 170, 13, "g")
    sheet.parts.append('<circle stroke-width="3" cx="600" cy="170" r="13"/>')
    for cx in (300, 900):
        for shift in range(-3, 4):
            sheet.stroke(f"M{cx} 206L{cx + shift * 43} 420", 1.3, 0.75)
        sheet.stroke(f"M{cx - 140} 420h280q-14 62-140 62q-126 0-140-62z", 3)
        for ring in range(1, 5):
            half = 140 - ring * 5
            sheet.stroke(f"M{cx - half} {420 + ring * 11}q{half} 18 {2 * half} 0", 1.2, 0.5)
    chance = random.Random(6)
    grains = []
    for _ in range(420):
        x = min(max(chance.gauss(300, 44), 196), 404)
        edge = 418 - 74 * math.exp(-(((x - 300) / 52) ** 2))
        grains.append((x, edge + chance.random() * (418 - edge), chance.uniform(1, 2.4)))
    sheet.parts.append(dots(grains, ' opacity=".7"'))
    for x, wide, tall, amber in ((846, 30, 46, False), (900, 40, 66, True), (956, 26, 36, False)):
        outline = f"M{x - wide / 2:g} 419v-{tall}h{wide}v{tall}z"
        sheet.cover(outline)
        sheet.stroke(f"{outline}M{x - 6} {419 - tall}v-8q6-8 12 0v8", 2.6, amber=amber)
    sheet.end()
    return sheet.file()
