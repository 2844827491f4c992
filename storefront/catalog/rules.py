"""What is true of products without asking the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from slugify import slugify

from storefront.money import half_up

STATES = ("draft", "published", "archived")
FORMS = ("capsules", "powder")
UNIT_PRICE_BASES = (100, 1000)
LONGEST_SLUG = 120
PRICE_WINDOW = timedelta(days=30)
WANTED = ("summary", "meta_description", "directions", "warnings")  # texts that a product should have


def slug_of(text: str) -> str:
    """The address word of a name: "Betaïne (TMG), capsules" → "betaine-tmg-capsules"."""
    return str(slugify(text, max_length=LONGEST_SLUG, word_boundary=True))


def missing(text: Any) -> tuple[str, ...]:
    """The names of WANTED that a product's text lacks. Advice: it can be sold without."""
    return tuple(name for name in WANTED if not getattr(text, name))


def nrv_percent(fact: Mapping[str, Any]) -> int | None:
    """The share of the nutrient reference value, in whole percent; None where there is no such value."""
    if not fact.get("nrv"):
        return None
    return half_up(Decimal(fact["amount"]) * 100 / Decimal(fact["nrv"]))


def lowest_price(history: Iterable[tuple[datetime, int]], now: datetime) -> int | None:
    """The lowest price that was asked in the last 30 days; None when none is known for the whole time.

    history: (since, cents) of one variant. A price lasts until the next one begins. A variant younger than
    30 days has no "from" price.
    """
    start = now - PRICE_WINDOW
    lowest: int | None = None
    known = False
    for since, cents in sorted(history):
        if since > now:
            break
        if since <= start:
            lowest, known = cents, True
        elif lowest is None or cents < lowest:
            lowest = cents
    return lowest if known else None
