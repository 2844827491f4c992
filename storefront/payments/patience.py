"""How long a conversation with a provider may last, all its calls together: somebody may be waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 9_500  # milliseconds, as all here
TOO_LITTLE = 300  # with less than this left, nobody is asked any more

_ends: ContextVar[int | None] = ContextVar("patience_ends", default=None)


@contextmanager
def patience() -> Iterator[None]:
    """All calls within share the time; within another block they share what that one has left.

    Also a decorator: `@patience()` gives each call of the function its own time.
    """
    if _ends.get() is not None:
        yield
        return
    token = _ends.set(_now() + LONGEST)
    try:
        yield
    finally:
        _ends.reset(token)


def left() -> int | None:
    """What is left of the time; None when nobody set one."""
    ends = _ends.get()
    return None if ends is None else max(ends - _now(), 0)


def is_over() -> bool:
    """True when there is no time for another call."""
    ends = left()
    return ends is not None and ends < TOO_LITTLE


def _now() -> int:
    return time.monotonic_ns() // 1_000_000
