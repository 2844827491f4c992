"""A line of days as a drawing: where each point, mark and word stands. Whole numbers only, and pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LEFT, RIGHT, TOP, BOTTOM = 44, 628, 12, 202
MOST_DAYS_NAMED = 5
ROWS = 4


@dataclass(frozen=True)
class Chart:
    """Points as "x,y x,y"; `before` are the days before, dashed."""

    now: str
    before: str
    rows: list[tuple[int, int]]  # y, and the number there
    days: list[tuple[int, date]]  # x, and the day there
    last: tuple[int, int]


def chart(now: Sequence[int], before: Sequence[int], since: date) -> Chart:
    """The drawing of numbers per day from `since` on, above the same number of days before."""
    step = step_for(max([0, *now, *before]))
    top = step * ROWS
    count = len(now)
    every = -(-count // MOST_DAYS_NAMED)
    return Chart(
        now=_points(now, top),
        before=_points(before, top),
        rows=[(_y(step * n, top), step * n) for n in range(ROWS + 1)],
        days=[(_x(n, count), since + timedelta(days=n)) for n in range(0, count, every)],
        last=(_x(count - 1, count), _y(now[-1], top)),
    )


def step_for(most: int) -> int:
    """1, 2, 5, 10, 20, 50, …: the smallest of which four steps reach the most."""
    size = 1
    while True:
        for first in (1, 2, 5):
            if first * size * ROWS >= most:
                return first * size
        size *= 10


def _points(values: Sequence[int], top: int) -> str:
    return " ".join(f"{_x(n, len(values))},{_y(value, top)}" for n, value in enumerate(values))


def _x(number: int, count: int) -> int:
    return LEFT + (RIGHT - LEFT) * number // max(1, count - 1)


def _y(value: int, top: int) -> int:
    return BOTTOM - (BOTTOM - TOP) * value // top
