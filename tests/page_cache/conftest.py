"""A page is kept for a minute at most: these tests stand still at the beginning of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine


@pytest.fixture(autouse=True)
def in_one_minute() -> Iterator[time_machine.Traveller]:
    """Now, at the beginning of the minute."""
    with time_machine.travel(datetime.now(UTC).replace(second=0, microsecond=0), tick=False) as now:
        yield now
