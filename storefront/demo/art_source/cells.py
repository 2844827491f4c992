"""Article drawings of what happens in the body: synapse, mitochondrion, fibre, waves."""

import math
import random

from storefront.demo.art_source.canvas import Point, dots, join, line, short
from storefront.demo.art_source.frame import AMBER_LINE, Sheet, blob


def synapse() -> str:
    """Two cell endings and the messengers between them."""
    chance = random.Random(3)
    sheet = Sheet("#dfe9df", "Line drawing of a synapse: two cell endings and the messengers between them")
    for i in range(17):
        width, opacity = (1.6 if i else 3), 1 - i * 0.045
        sheet.stroke(blob(330 - i * 9, 330 + i * 3, 300 - i * 17, 0.045, 0.6 + i * 0.05), width, opacity)
        sheet.stroke(blob(1008 + i * 9, 350 - i * 2, 290 - i * 16, 0.05, 2.2 - i * 0.04), width, opacity)
    for _ in range(64):
        across = (chance.random() - 0.5) * 62
        down = 330 + chance.gauss(0, 86)
        sheet.disc(674 + across, down, chance.uniform(2.4, 6.2), "b", chance.uniform(0.5, 1))
    return sheet.file()


def mitochondrion() -> str:
    """The power station of a cell, with its folded inner membrane."""
    sheet = Sheet("#f3e6cd", "Line drawing of a mitochondrion with folded inner membrane")
    sheet.begin('transform="rotate(-9 600 340)"')
    for grow in (0, 16):
        round_end = 175 + grow
        sheet.parts.append(
            f'<rect stroke-width="{3 if grow else 2}" x="{190 - grow}" y="{160 - grow}" '
            f'width="{820 + 2 * grow}" height="{2 * round_end}" rx="{round_end}"/>'
        )
    for k in range(5):
        fold: list[Point] = []
        for t in range(101):
            depth = (128 - k * 9) * math.tanh(2.6 * math.sin(t * 0.2)) * (1 - ((t - 50) / 62) ** 4)
            fold.append((250 + t * 7 + k * 2, 335 + depth))
        sheet.stroke(line(fold), 2.6 - k * 0.35, 1 - k * 0.17)
    chance = random.Random(11)
    for _ in range(46):
        along = chance.uniform(4, 96)
        sheet.disc(250 + along * 7, 335 + chance.uniform(-120, 120), chance.uniform(2, 5), "b", 0.85)
    sheet.end()
    return sheet.file()


def _fibre_level(x: float, bundle: int) -> float:
    return 16 * math.sin(x / 210 + bundle * 0.7) + 5 * math.sin(x / 57 + bundle)


def fibre() -> str:
    """Bundled muscle fibres with their striations; a stretch of one is at work."""
    sheet = Sheet("#e0e6ee", "Line drawing of bundled muscle fibres with their striations")
    for bundle in range(7):
        top = 70 + bundle * 88
        for strand in range(9):
            points = [(x, top + strand * 7 + _fibre_level(x, bundle)) for x in range(-10, 1211, 24)]
            sheet.stroke(line(points), 1.2, 0.9 - abs(strand - 4) * 0.13)
        bars = {True: "", False: ""}
        for n in range(26):
            x = n * 48 + (bundle % 2) * 24
            bars[bundle == 3 and 9 <= n <= 15] += f"M{x} {short(top + _fibre_level(x, bundle) + 3)}v50"
        sheet.stroke(bars[False], 2.4, 0.55)
        if bars[True]:
            sheet.stroke(bars[True], 6, amber=True)
    return sheet.file()


def wave() -> str:
    """Brain waves that slow down from top to bottom."""
    chance = random.Random(5)
    sheet = Sheet("#e4e6e0", "Line drawing of brain waves that slow down from top to bottom")
    for row in range(13):
        shift, slow, marked = chance.random() * 6, row / 12, row == 6
        points: list[Point] = []
        for i in range(201):
            t = i / 200
            fast = (1 - slow) * 9 * math.sin(t * 150 + shift)
            deep = slow * 58 * math.sin(t * 34 + shift) * (0.6 + 0.4 * math.sin(t * 9))
            level = math.exp(-(((t - 0.52) / 0.3) ** 2)) * (fast + deep)
            if marked:
                level += 30 * math.exp(-(((t - 0.5) / 0.06) ** 2)) * math.sin(t * 300)
            points.append((60 + t * 1080, 100 + row * 40 - level))
        sheet.stroke(line(points), 3 if marked else 1.7, amber=marked)
    return sheet.file()


def beet() -> str:
    """A beet in section: the plant that gave betaine its name."""
    chance = random.Random(8)
    sheet = Sheet("#ecdfe9", "Line drawing of a beet in section, with its rings and leaves")
    for lean in (-2.3, -1.3, -0.45, 0.45, 1.3, 2.3):
        reach, rise = 128 * lean, 205 - abs(lean) * 34
        for vein in range(7):
            bend = (vein - 3) * 15 * (1.25 - abs(lean) * 0.12)
            path = f"M{short(600 + lean * 12)} 262q{join((reach * 0.25 + bend, -rise * 0.75, reach, -rise))}"
            sheet.stroke(path, 2.4 if vein == 3 else 1.2, 1 if vein == 3 else 0.6)
    for ring in range(12):
        shrink = 1 - ring * 0.083
        sheet.stroke(_beet_outline(shrink), {0: 3, 5: 2.4}.get(ring, 1.4), 1 - ring * 0.05, amber=ring == 5)
    grains = []
    for _ in range(70):
        angle, reach = chance.random() * math.tau, math.sqrt(chance.random()) * 0.9
        grains.append((600 + 176 * reach * math.cos(angle), 392 + 118 * reach * math.sin(angle), 1.5))
    sheet.parts.append(dots(grains, f'{AMBER_LINE} opacity=".7"'))
    return sheet.file()


def _beet_outline(scale: float) -> str:
    """The outline of the root: round above, with a long tail below."""
    points: list[Point] = []
    for i in range(96):
        angle = math.tau * i / 96
        x, y = 205 * math.sin(angle), -138 * math.cos(angle)
        if y > 0:
            y += 102 * max(0.0, -math.cos(angle)) ** 9 * scale
            x *= 1 - 0.1 * max(0.0, -math.cos(angle))
        points.append((600 + x * scale, 392 + y * scale))
    return line(points, close=True)
