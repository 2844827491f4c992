"""An article's page made of what is typed and not saved, for the preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from storefront.plugin_api import db, now
from storefront.plugin_api import gettext as _

from . import excerpts
from .markdown import Rendered
from .models import Article, ArticleText, Author, Topic, TopicText
from .queries import ArticlePage, Person

NOBODY = "nobody"  # in place of the key of an author who is not chosen yet


@dataclass(frozen=True)
class Typed:
    """What the editor holds of one language's page; people and topic by their keys."""

    code: str
    title: str
    lead: str
    body: str
    image_alt: str
    author: str
    reviewer: str
    topic: str
    picture: Mapping[str, Any]


def page_of(typed: Typed, rendered: Rendered, lang: str) -> ArticlePage:
    """The page as it would be if this were saved, in the language of now."""
    article = db.session.scalar(select(Article).where(Article.code == typed.code)) if typed.code else None
    of_lang = select(ArticleText).where(ArticleText.article_id == (article.id if article else 0))
    text = db.session.scalar(of_lang.where(ArticleText.lang == lang))
    people = _people([typed.author, typed.reviewer], lang)
    return ArticlePage(
        id=article.id if article else 0,
        code=typed.code,
        lang=lang,
        slug="",
        slugs={},
        title=typed.title or _("Without a title yet"),
        lead=typed.lead,
        description=excerpts.description(rendered.plain),
        image_alt=typed.image_alt,
        picture=dict(typed.picture),
        blocks=rendered.blocks,
        toc=rendered.toc,
        links=rendered.links,
        sources=[],
        corrections=text.corrections if text else [],
        minutes=excerpts.minutes(rendered.words),
        published_at=(text.published_at if text else None) or now(),
        updated_at=now(),
        reviewed_on=article.reviewed_on if article else None,
        ingredients=[],
        author=people.get(typed.author) or Person(NOBODY, _("Nobody yet"), ""),
        reviewer=people.get(typed.reviewer),
        topics=_way(typed.topic, lang),
    )


def _people(keys: list[str], lang: str) -> dict[str, Person]:
    query = select(Author.key, Author.name, Author.roles).where(Author.key.in_([key for key in keys if key]))
    return {key: Person(key, name, roles.get(lang, "")) for key, name, roles in db.session.execute(query)}


def _way(key: str, lang: str) -> list[tuple[str, str]]:
    """The topic behind the one above it: (name, slug)."""
    parent = aliased(TopicText)
    query = (
        select(parent.name, parent.slug, TopicText.name, TopicText.slug)
        .join(Topic, Topic.id == TopicText.topic_id)
        .outerjoin(parent, (parent.topic_id == Topic.parent_id) & (parent.lang == lang))
        .where(Topic.key == key, TopicText.lang == lang)
    )
    row = db.session.execute(query).first() if key else None
    return [(row[n], row[n + 1]) for n in (0, 2) if row[n + 1]] if row else []
