"""Money: whole cents, rounded half up, and how an amount is written in each language."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

CURRENCY = "EUR"
LARGEST_CENTS = 100_000_00


def half_up(value: Decimal) -> int:
    """A decimal to the nearest whole number, halves up (8.975 in cents 897.5 becomes 898)."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def per(cents: int, amount: Decimal, base: Decimal | int) -> int:
    """Cents per `base` when `amount` costs `cents` (both in one unit), half up."""
    return half_up(Decimal(cents) * Decimal(base) / amount)


def shares(total: int, weights: list[int]) -> list[int]:
    """Split whole cents over weights by largest remainder; the parts add up to the total.

    Ties go to the earlier part. Negative totals split like positive ones. No weights: no parts; all
    weights zero: everything on the first part.
    """
    if not weights:
        return []
    if total < 0:
        return [-part for part in shares(-total, weights)]
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


@lru_cache(maxsize=8192)
def format_money(cents: int, lang: str) -> str:
    """An amount in euro as people write it: "€ 34,95" in Dutch, "€34.95" in English."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    if lang == "nl":
        return f"{sign}€\u00a0{f'{euros:,}'.replace(',', '.')},{rest:02d}"
    return f"{sign}€{euros:,}.{rest:02d}"


def format_number(value: Decimal | int | str, lang: str) -> str:
    """A number with the language's marks, all its digits kept: 2000 → "2.000" (nl), "2,000" (en)."""
    return _written(str(value), lang)


@lru_cache(maxsize=8192)
def _written(value: str, lang: str) -> str:
    text = f"{Decimal(value):,f}"
    if lang == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return text


def plain(cents: int) -> str:
    """An amount for machines (JSON-LD, feeds): "34.95"."""
    return f"{cents // 100}.{cents % 100:02d}"


def parse_money(text: str) -> int:
    """Cents from what a person types: "34,95", "34.95", "€ 1.234,50", "35".

    Raises ValueError for anything else, and for negative amounts.
    """
    cleaned = text.strip().replace("€", "").replace("\u00a0", "").replace(" ", "")
    last = max(cleaned.rfind(","), cleaned.rfind("."))
    if last >= 0 and len(cleaned) - last - 1 in (1, 2):
        cleaned = cleaned[:last].replace(",", "").replace(".", "") + "." + cleaned[last + 1 :]
    else:
        cleaned = cleaned.replace(",", "").replace(".", "")
    if not cleaned or not cleaned.replace(".", "").isdecimal() or not cleaned.isascii():
        raise ValueError(text)
    cents = int(Decimal(cleaned) * 100)
    if cents > LARGEST_CENTS:
        raise ValueError(text)
    return cents
