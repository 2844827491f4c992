"""The days and the language that the pages about earnings show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import abort

from storefront.plugin_api import LANGUAGES, today

from .blueprint import asked

DAYS = ("30", "7", "90", "365")  # the first is shown when none is asked for
DEFAULT = int(DAYS[0])


@dataclass(frozen=True)
class Period:
    """Which days and which language are shown."""

    days: int
    lang: str  # "" for all
    since: date
    until: date

    @property
    def before(self) -> tuple[date, date]:
        """As many days before."""
        return self.since - timedelta(days=self.days), self.since - timedelta(days=1)


def last_days(days: int = DEFAULT, lang: str = "") -> Period:
    """The last days, today included."""
    until = today()
    return Period(days, lang, until - timedelta(days=days - 1), until)


def asked_period() -> Period:
    """The period of the address; 404 for one that no page of ours links."""
    days, lang = asked("days") or DAYS[0], asked("lang")
    if days not in DAYS or lang not in ("", *LANGUAGES):
        abort(404)
    return last_days(int(days), lang)
