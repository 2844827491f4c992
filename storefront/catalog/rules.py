"""What is true of products without asking the database."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from slugify import slugify

from storefront.money import half_up

STATES = ("draft", "published", "archived")
FORMS = ("capsules", "powder")
UNIT_PRICE_BASES = (100, 1000)
LONGEST_SLUG = 120
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
