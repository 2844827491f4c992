"""When a job comes again, when it is given up, and when a worker counts as missing."""

from __future__ import annotations

from datetime import datetime, timedelta

LEASE = timedelta(seconds=60)  # renewed while its worker lives
GIVE_UP_AFTER = timedelta(days=3)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=2)
MISSING_AFTER = timedelta(seconds=90)


def pause(attempts: int) -> timedelta:
    """How long a job waits after so many attempts: 10 s, then doubling, at most two hours."""
    doublings = min(max(attempts, 1) - 1, 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def is_given_up(first_tried_at: datetime | None, moment: datetime) -> bool:
    """True for a job that failed and was first tried three days ago: somebody has to look at it."""
    return first_tried_at is not None and moment - first_tried_at >= GIVE_UP_AFTER


def is_missing(seen_at: datetime | None, moment: datetime) -> bool:
    """True when no worker has shown itself for a while, or ever."""
    return seen_at is None or moment - seen_at > MISSING_AFTER
