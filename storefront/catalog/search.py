"""Words as they are compared: without case, accents, apostrophes and punctuation.

"Alzheimer’s" and "alzheimers" fold to the same, and so do "L‑threonaat" and "l-threonaat". The folded words
of a product are stored beside its text, so that a search is the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

APOSTROPHES = frozenset("'`´ʼ’‘′＇")
MOST_WORDS = 8
LONGEST = 200


def fold(text: str) -> str:
    """Lower-case letters and digits only, words parted by one space."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (sign for sign in plain if not unicodedata.combining(sign) and sign not in APOSTROPHES)
    return " ".join("".join(sign if sign.isalnum() else " " for sign in kept).split())


def words(text: str) -> list[str]:
    """The folded words that a search asks for, each once."""
    return list(dict.fromkeys(fold(text[:LONGEST]).split()))[:MOST_WORDS]


def folded(texts: Iterable[str]) -> str:
    """Several texts folded into one line of words, to be stored."""
    return " ".join(filter(None, (fold(text) for text in texts)))
