"""The pictures that articles show, to be found again and used once more."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import or_, select

from storefront.plugin_api import db

from .excerpts import folded
from .models import Article, ArticleText

IN_TEXT = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(media:([0-9a-f]{64}(?:-\d+)?\.[a-z]{3,4}#\d{1,5}x\d{1,5})\)")


@dataclass(frozen=True, slots=True)
class Used:
    """A picture of an article: `target` is its file and size as a text names it, `alt` describes it."""

    target: str
    alt: str

    @property
    def file(self) -> str:
        """The stored file."""
        return self.target.partition("#")[0]

    @property
    def markdown(self) -> str:
        """What shows it in a text."""
        return f"![{self.alt}](media:{self.target})"


def used(text: str, lang: str) -> list[Used]:
    """Pictures whose description has all the words, the newest article's first; described in `lang` if so."""
    query = (
        select(ArticleText.lang, ArticleText.body, ArticleText.image_alt, Article.picture)
        .join(Article, Article.id == ArticleText.article_id)
        .where(or_(ArticleText.body.contains("](media:"), ArticleText.image_alt != ""))
        .order_by(ArticleText.updated_at.desc(), ArticleText.id.desc())
    )
    found: dict[str, dict[str, str]] = {}
    for of, body, image_alt, picture in db.session.execute(query):
        if picture and image_alt:
            target = f"{picture['file']}#{picture['width']}x{picture['height']}"
            found.setdefault(target, {}).setdefault(of, image_alt)
        for alt, target in IN_TEXT.findall(body):
            found.setdefault(target, {}).setdefault(of, alt)
    words = folded(text).split()
    return [
        Used(target, alts.get(lang) or next(iter(alts.values())))
        for target, alts in found.items()
        if all(word in folded(" ".join(alts.values())) for word in words)
    ]
