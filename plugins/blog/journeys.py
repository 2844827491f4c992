"""The articles that came before an order, where the shop asks for it and the reader agreed. Pure.

A cookie of the reader's browser holds them, `yes~code:lang~code:lang`, the newest last; `no` when the reader
did not agree. The script of an article's page writes it, never the server. Reading an article twice in a row
counts once; when there are too many the second one is dropped, so that the first stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from storefront.plugin_api import LANGUAGES, SoldLine, local
from storefront.plugin_api import lazy_gettext as _

from .report import Figures

SWITCH = "journeys"
COOKIE = "articles_read"
PLUGIN = "blog"  # under this name the note of an order is found
FIRST, LAST, ASSISTED = ROLES = ("first", "last", "assisted")
_STEP = rf"[a-z0-9][a-z0-9._-]{{0,59}}:(?:{'|'.join(LANGUAGES)})"
_AGREED = re.compile(rf"yes((?:~{_STEP}){{1,20}})", re.ASCII)
RULE = (
    _("Readers are asked whether the shop may remember which articles they read; only who agrees counts."),
    _("Remembered are the articles that were in sight for three seconds, in this browser, for thirty days."),
    _("First is the article that was read first before an order, last the one that was read last."),
    _("Assisted are all others in between, each once. First and last can be the same article."),
    _("Each of them stands with the revenue of the whole order, after refunds and without VAT."),
    _("So first, last and assisted of all articles must not be added up, and not to the direct revenue."),
)
"""How journeys are counted. The pages print it where the switch is on, and so do the docs."""


class Step(NamedTuple):
    """An article that was read."""

    article: str
    lang: str


@dataclass(frozen=True, slots=True)
class Journey:
    """What was read before an order, and what the order brought: cents, net of refunds and VAT."""

    order: str
    day: date  # of the payment, in the shop's time zone
    net_cents: int
    steps: tuple[Step, ...]

    def articles(self, role: str, lang: str = "") -> list[str]:
        """The articles in this role, each once; lang: only those that were read in this language."""
        ends = {FIRST: self.steps[:1], LAST: self.steps[-1:]}
        steps = ends.get(role, self.steps)
        if role == ASSISTED:
            apart = {self.steps[0].article, self.steps[-1].article}
            steps = tuple(step for step in steps if step.article not in apart)
        return list(dict.fromkeys(step.article for step in steps if lang in ("", step.lang)))


def note(cookie: str) -> str:
    """What is kept with an order of the cookie: its steps; "" for a no, for none, and for nonsense."""
    found = _AGREED.fullmatch(cookie)
    return found[1].replace("~", " ").strip() if found else ""


def journeys(lines: Iterable[SoldLine]) -> list[Journey]:
    """The journey of each order that has one."""
    found: dict[str, Journey] = {}
    for line in lines:
        steps = read(line.notes.get(PLUGIN, ""))
        if steps and line.order not in found:
            day = local(line.paid_at).date()
            found[line.order] = Journey(line.order, day, line.order_net_cents, steps)
    return list(found.values())


def read(noted: str) -> tuple[Step, ...]:
    """The steps of a note."""
    return tuple(Step(*word.split(":")) for word in noted.split() if re.fullmatch(_STEP, word, re.ASCII))


def by_role(found: Iterable[Journey], role: str, lang: str = "") -> dict[str, Figures]:
    """The orders and the revenue of each article in a role."""
    figures: dict[str, Figures] = {}
    for journey in found:
        for article in journey.articles(role, lang):
            figures.setdefault(article, Figures()).earn(journey.order, journey.net_cents)
    return figures
