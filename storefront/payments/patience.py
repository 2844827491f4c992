"""How long a conversation with a provider may last, all its calls together: somebody may be waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 9_500  # milliseconds, as all here
LONGEST_RUN = (
    30_000  # of work through many things, for which nobody waits at a screen: mails have to go out too
)
TOO_LITTLE = 300  # with less than this left, nobody is asked any more

_ends: ContextVar[int | None] = ContextVar("patience_ends", default=None)
_stops: ContextVar[Callable[[], bool]] = ContextVar("patience_stops", default=lambda: False)


@contextmanager
def patience(longest: int = LONGEST) -> Iterator[None]:
    """All calls within share the time; within another block they have no more than that one has left.

    Also a decorator: `@patience()` gives each call of the function its own time.
    """
    outer, mine = _ends.get(), _now() + longest
    token = _ends.set(mine if outer is None else min(outer, mine))
    try:
        yield
    finally:
        _ends.reset(token)


@contextmanager
def until(stops: Callable[[], bool]) -> Iterator[None]:
    """Work through many things within begins no other one once `stops` says so: the process is to end."""
    token = _stops.set(stops)
    try:
        yield
    finally:
        _stops.reset(token)


def left() -> int | None:
    """What is left of the time; None when nobody set one."""
    ends = _ends.get()
    return None if ends is None else max(ends - _now(), 0)


def is_over() -> bool:
    """True when there is no time for another call."""
    ends = left()
    return ends is not None and ends < TOO_LITTLE


def is_spent() -> bool:
    """True when work through many things leaves the rest for its next run."""
    return is_over() or _stops.get()()


def _now() -> int:
    return time.monotonic_ns() // 1_000_000
