"""The days and the language that the pages about earnings show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import abort

from storefront.plugin_api import LANGUAGES, today

from ..report_queries import LATELY
from .blueprint import asked

DAYS = (str(LATELY), "7", "90", "365")  # the first is shown when none is asked for


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


def asked_period() -> Period:
    """The period of the address; 404 for one that no page of ours links."""
    days, lang = asked("days") or DAYS[0], asked("lang")
    if days not in DAYS or lang not in ("", *LANGUAGES):
        abort(404)
    until = today()
    return Period(int(days), lang, until - timedelta(days=int(days) - 1), until)
