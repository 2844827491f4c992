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
SHORTEST = 3  # of a word that finds something by itself
# Words that stand in every text, and so find everything.
LITTLE_DUTCH = (
    "aan als bij dan dat deze die dit een het hoe met mijn naar niet ook over per tot van veel voor "
    "wat welke zijn "
)
LITTLE_ENGLISH = "and any are best for from how much not that the this what which with you your "
LITTLE = frozenset((LITTLE_DUTCH + LITTLE_ENGLISH).split())


def fold(text: str) -> str:
    """Lower-case letters and digits only, words parted by one space."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (sign for sign in plain if not unicodedata.combining(sign) and sign not in APOSTROPHES)
    return " ".join("".join(sign if sign.isalnum() else " " for sign in kept).split())


def words(text: str) -> list[str]:
    """The folded words that a search asks for, each once."""
    return list(dict.fromkeys(fold(text[:LONGEST]).split()))[:MOST_WORDS]


def telling(asked: Iterable[str]) -> list[str]:
    """Of the words of a search, those that say what is looked for, so that one of them is enough."""
    return [word for word in asked if len(word) >= SHORTEST and word not in LITTLE]


def folded(texts: Iterable[str]) -> str:
    """Several texts folded into words, one line each, to be stored."""
    return "\n".join(map(fold, texts))
