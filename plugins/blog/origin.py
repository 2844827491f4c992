"""The word that travels from a buy form to the order line: article, place in it, language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storefront.plugin_api import LANGUAGES

from .rules import PLACEMENTS

_WORD = re.compile(r"article:([a-z0-9][a-z0-9._-]{0,59}):([a-z-]+)(?::([a-z]{2}))?", re.ASCII)
_OLD = {"order-now": "end"}  # before 24 November 2026 there was no language, and only one such place


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in an article."""

    article: str
    placement: str  # see rules.PLACEMENTS
    lang: str

    @property
    def word(self) -> str:
        """As a form carries it."""
        return f"article:{self.article}:{self.placement}:{self.lang}"


def read(source: str, lang: str) -> Origin | None:
    """What a source says; None when it is no article's. lang: for old words, which have none."""
    found = _WORD.fullmatch(source)
    if found is None:
        return None
    code, placement, said = found.groups()
    placement = placement if said else _OLD.get(placement, placement)
    told = said or lang
    return Origin(code, placement, told) if placement in PLACEMENTS and told in LANGUAGES else None
