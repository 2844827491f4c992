"""authors.json and topics.json: who writes, and what articles are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from storefront.plugin_api import LANGUAGES
from storefront.plugin_api import gettext as _

from ..people import PAGE

KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
AUTHOR = {"name": 120, "role": 120, "bio": 4_000}
TOPIC = {"name": 120, "slug": 120, "intro": 4_000, "order_heading": 200}
LONGEST_PAGE = 1_000
Wrong = list[tuple[str, str]]


def read_authors(items: Iterable[Any], wrong: Wrong) -> Iterator[dict[str, Any]]:
    """The people: key, name, role and bio in each language, picture (a file's name), same_as."""
    for item in items:
        found = _item(item, AUTHOR)
        name = item.get("name") if isinstance(item, dict) else None
        if found is None or not isinstance(name, str) or not 0 < len(name) <= AUTHOR["name"]:
            wrong.append(("authors.json", _("A person needs a key and a name.")))
            continue
        same_as = item.get("same_as")
        pages = [one for one in same_as if _is_page(one)] if isinstance(same_as, list) else []
        kept = {"picture": _word(item, "picture"), "same_as": pages}
        yield found | {"name": name.strip()} | {key: value for key, value in kept.items() if value}


def read_topics(items: Iterable[Any], wrong: Wrong) -> Iterator[dict[str, Any]]:
    """The topics, those of the first level first: key, texts in each language, collection, parent."""
    numbered = list(enumerate(items, 1))
    for number, item in sorted(numbered, key=lambda one: isinstance(one[1], dict) and "parent" in one[1]):
        found = _item(item, TOPIC)
        if found is None or not found.get("name"):
            wrong.append(("topics.json", _("A topic needs a key and a name.")))
            continue
        position = item.get("position")
        place = position if isinstance(position, int) and 0 < position < 1_000_000 else number
        kept = {
            "collection": _word(item, "collection"),
            "parent": _word(item, "parent"),
            "old_slugs": _old_slugs(item.get("old_slugs")),
        }
        yield found | {"position": place} | {key: value for key, value in kept.items() if value}


def _old_slugs(given: Any) -> dict[str, list[str]]:
    """Address words that a topic once had, by language."""
    lists = given if isinstance(given, dict) else {}
    words = {
        lang: [word for word in lists[lang] if isinstance(word, str) and 0 < len(word) <= TOPIC["slug"]]
        for lang in LANGUAGES
        if isinstance(lists.get(lang), list)
    }
    return {lang: found for lang, found in words.items() if found}


def _item(item: Any, texts: dict[str, int]) -> dict[str, Any] | None:
    """The key, and what it says in each language, without what is empty; None when it has no key."""
    if not isinstance(item, dict) or not KEY.fullmatch(str(item.get("key"))):
        return None
    found: dict[str, Any] = {"key": item["key"]}
    for name, most in texts.items():
        given = item.get(name)
        if isinstance(given, dict):
            words = {lang: given[lang] for lang in LANGUAGES if isinstance(given.get(lang), str)}
            found[name] = {lang: text[:most].strip() for lang, text in words.items() if text.strip()}
    return {name: value for name, value in found.items() if value}


def _is_page(address: Any) -> bool:
    return isinstance(address, str) and len(address) <= LONGEST_PAGE and bool(PAGE.fullmatch(address))


def _word(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) and len(value) <= 120 else ""
