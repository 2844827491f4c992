"""Shortened texts that are never cut inside a word, and the text that search reads."""

from __future__ import annotations

import math
import re
import unicodedata

EXCERPT_WORDS = 30
DESCRIPTION_CHARACTERS = 155
WORDS_A_MINUTE = 200
ELLIPSIS = "\u2026"
APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u2032`\u00b4]")
SENTENCE_END = re.compile(r"[.!?][\"'\u2019\u201d)]?(?=\s)")


def first_words(text: str, most: int = EXCERPT_WORDS) -> str:
    """The first words of a text. Cut at the end of a word and ended with "…", or unchanged when short enough.

    A word is what stands between white space, so "double-blind" is one.
    """
    words = list(re.finditer(r"\S+", text))
    if len(words) <= most:
        return text.strip()
    return text[words[0].start() : words[most - 1].end()].rstrip(",;:.\u2013\u2014-") + ELLIPSIS


def description(text: str, most: int = DESCRIPTION_CHARACTERS) -> str:
    """The first whole sentences that fit, for search engines; a too long first one is cut at a word."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    ends = [found.end() for found in SENTENCE_END.finditer(text) if found.end() <= most]
    if ends:
        return text[: ends[-1]]
    cut = text[: most - 1].rsplit(" ", 1)[0]
    return cut.rstrip(",;:.\u2013\u2014-") + ELLIPSIS


def minutes(words: int) -> int:
    """Reading time in whole minutes, at least one."""
    return max(1, math.ceil(words / WORDS_A_MINUTE))


def folded(text: str) -> str:
    """A text as search compares it: letters and digits in small, without accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text).casefold())
    kept = (sign for sign in plain if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in kept).split())
