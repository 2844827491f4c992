"""Who writes and reviews, as readers see them. A person has a page where a published text names them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, func, or_, select

from storefront.plugin_api import fetch

from .models import Article, ArticleText, Author

# The address of another page of somebody, as readers may follow it.
PAGE = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/[^\s\"<>]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person in one language."""

    id: int
    key: str
    name: str
    role: str
    bio: str
    picture: dict[str, Any]
    same_as: list[str]
    langs: list[str]  # in which a published text names them
    changed: datetime  # the last change of one of those

    @property
    def links(self) -> list[tuple[str, str]]:
        """Other pages of theirs: (host, address)."""
        return [(urlsplit(one).hostname or one, one) for one in self.same_as]


_NAMED = (
    select(Author.id, ArticleText.lang, func.max(ArticleText.updated_at).label("changed"))
    .join(Article, or_(Article.author_id == Author.id, Article.reviewer_id == Author.id))
    .join(ArticleText, ArticleText.article_id == Article.id)
    .where(ArticleText.state == "published")
    .group_by(Author.id, ArticleText.lang)
    .subquery()
)
_EVERYBODY = (
    select(
        Author.id,
        Author.key,
        Author.name,
        Author.roles,
        Author.bios,
        Author.picture,
        Author.same_as,
        _NAMED.c.lang,
        _NAMED.c.changed,
    )
    .join(_NAMED, _NAMED.c.id == Author.id)
    .order_by(Author.id, _NAMED.c.lang.desc())
)
_ONE = _EVERYBODY.where(Author.key == bindparam("key"))


def person(key: str, lang: str) -> PersonPage | None:
    """A person whom a published text in this language names: one query."""
    rows = fetch(_ONE, {"key": key})
    if lang not in [row.lang for row in rows]:
        return None
    first = rows[0]
    return PersonPage(
        id=first.id,
        key=first.key,
        name=first.name,
        role=first.roles.get(lang, ""),
        bio=first.bios.get(lang, ""),
        picture=first.picture,
        same_as=first.same_as,
        langs=[row.lang for row in rows],
        changed=max(row.changed for row in rows),
    )


def addresses() -> list[tuple[str, list[str], datetime]]:
    """Everybody with a page, for the sitemap: key, languages, and when a text of theirs last changed."""
    found: dict[str, tuple[list[str], list[datetime]]] = {}
    for row in fetch(_EVERYBODY):
        langs, moments = found.setdefault(row.key, ([], []))
        langs.append(row.lang)
        moments.append(row.changed)
    return [(key, langs, max(moments)) for key, (langs, moments) in found.items()]
