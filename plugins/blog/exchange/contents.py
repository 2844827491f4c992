"""What goes out and comes in, as plain values: people, topics, works, articles and their pictures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..drafts import ArticleDraft
from .csl import Work

STORED = re.compile(r"([0-9a-f]{64})(-\d+)?\.[a-z]{3,4}")


@dataclass(frozen=True)
class Entry:
    """An article. Its draft names no picture: `picture` is the name of a file among the pictures."""

    code: str
    draft: ArticleDraft
    source_lang: str = "nl"
    picture: str = ""
    related: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()  # "<key of the work> <kind> <DOI of the notice>"
    old_slugs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # lang -> address words of before
    old_addresses: tuple[str, ...] = ()  # "nl /blogs/news/creatine"


@dataclass(frozen=True)
class Contents:
    """A whole blog, or a part of one."""

    authors: tuple[dict[str, Any], ...] = ()
    topics: tuple[dict[str, Any], ...] = ()
    works: tuple[Work, ...] = ()
    entries: tuple[Entry, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # name -> file
    wrong: tuple[tuple[str, str], ...] = ()  # files that could not be read: name, why


def hash_of(name: str, pictures: Mapping[str, bytes]) -> str:
    """Which picture a name means: the hash that stored files begin with; "" when there is none."""
    if name in pictures:
        return hashlib.sha256(pictures[name]).hexdigest()
    stored = STORED.fullmatch(name)
    return stored[1] if stored else ""
