"""The only clock: now in UTC, and today in the shop's time zone.

In development staff can look at the shop as on another date; that date moves ``today`` only, for one
request, so that badges fall and return. Orders, jobs and sign-in keep the real time.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_shown_date: ContextVar[date | None] = ContextVar("shown_date", default=None)
SHOP_ZONE = ZoneInfo("Europe/Amsterdam")
_zone: ContextVar[ZoneInfo] = ContextVar("zone", default=SHOP_ZONE)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date in the shop's time zone, or the date that staff chose to look at (development only)."""
    return _shown_date.get() or now().astimezone(_zone.get()).date()


def is_moved() -> bool:
    """True while somebody looks at the shop as on another date."""
    return _shown_date.get() is not None


def local(moment: datetime) -> datetime:
    """A moment in the shop's time zone, for pages."""
    return moment.astimezone(_zone.get())


def use_zone(zone: ZoneInfo) -> None:
    """Set the shop's time zone for this context (each request, job or command)."""
    _zone.set(zone)


def show_date(shown: date | None) -> None:
    """Set or clear the looked-at date for the rest of this context (one request)."""
    _shown_date.set(shown)
