"""The lowest price of the 30 days before a reduction: the only price that an offer may name as its "from"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storefront.pricing.reductions import Reduction

WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PastOffer:
    """An automatic offer and when it held; the end is outside."""

    begin: datetime
    end: datetime
    reduction: Reduction


def lowest_before(
    begin: datetime, history: Sequence[tuple[datetime, int]], past: Sequence[PastOffer] = ()
) -> int | None:
    """The lowest price at which something stood in the shop in the 30 days before a moment.

    history: since when each price held, the first one first. past: other offers that spoke of it. None when
    it had no price then.
    """
    first = begin - WINDOW
    found = []
    for number, (since, cents) in enumerate(history):
        until = history[number + 1][0] if number + 1 < len(history) else begin
        start, end = max(since, first), min(until, begin)
        if start >= end:
            continue
        offs = [one.reduction.off_a_piece(cents) for one in past if max(start, one.begin) < min(end, one.end)]
        found.append(cents - max(offs, default=0))
    return min(found, default=None)
