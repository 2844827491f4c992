"""What shoppers read of one article and of topics; where articles stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, distinct, func, or_, select
from sqlalchemy.orm import aliased

from storefront.plugin_api import LANGUAGES, db, fetch

from .models import (
    Article,
    ArticleIngredient,
    ArticleSlugHistory,
    ArticleText,
    ArticleTopic,
    Author,
    Topic,
    TopicSlugHistory,
    TopicText,
)


@dataclass(frozen=True, slots=True)
class TopicLink:
    """A topic with the number of its published articles in one language."""

    id: int
    key: str
    slug: str
    name: str
    intro: str
    collection_code: str
    order_heading: str
    count: int  # with those of the topics below it
    changed: datetime
    parent_id: int | None
    slugs: dict[str, str]  # its address in each language in which it has an article


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or reviewed."""

    key: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article in one language."""

    id: int
    code: str
    lang: str
    slug: str
    slugs: dict[str, str]  # every language in which it is published
    title: str
    lead: str
    description: str
    image_alt: str
    picture: dict[str, Any]
    blocks: list[dict[str, Any]]
    toc: list[dict[str, Any]]
    links: dict[str, list[str]]
    sources: list[dict[str, Any]]
    corrections: list[dict[str, Any]]
    minutes: int
    published_at: datetime
    updated_at: datetime
    reviewed_on: date | None
    ingredients: list[str]
    author: Person
    reviewer: Person | None
    topics: list[tuple[str, str]]  # the main topic, behind the one above it: (name, slug)

    @property
    def topic(self) -> str:
        """The name of the main topic."""
        return self.topics[-1][0] if self.topics else ""


_everything = (
    select(func.count())
    .select_from(ArticleText)
    .where(ArticleText.lang == bindparam("lang"), ArticleText.state == "published")
    .scalar_subquery()
)
_under, _parent = aliased(Topic), aliased(TopicText)
_TOPICS = (
    select(
        Topic.id,
        Topic.key,
        TopicText.slug,
        TopicText.name,
        TopicText.intro,
        Topic.collection_code,
        TopicText.order_heading,
        func.count(distinct(ArticleText.id)),
        func.max(ArticleText.updated_at).label("changed"),
        Topic.parent_id,
        TopicText.lang,
        _everything.label("everything"),
    )
    .join(TopicText, TopicText.topic_id == Topic.id)
    .join(_under, or_(_under.id == Topic.id, _under.parent_id == Topic.id))
    .join(ArticleTopic, ArticleTopic.topic_id == _under.id)
    .join(
        ArticleText,
        (ArticleText.article_id == ArticleTopic.article_id) & (ArticleText.lang == TopicText.lang),
    )
    .where(ArticleText.state == "published")
    .group_by(Topic.id, TopicText.topic_id, TopicText.lang)
    .order_by(Topic.position, Topic.id)
)


def topics(lang: str) -> tuple[list[TopicLink], int]:
    """The topics that have articles in this language, and the number of all its articles: one query.

    A topic without a page in this language is not there, and what lies below it stands on the first level.
    """
    rows = fetch(_TOPICS, {"lang": lang})
    slugs: dict[int, dict[str, str]] = {}
    for row in rows:
        slugs.setdefault(row.id, {})[row.lang] = row.slug
    there = {row.id for row in rows if row.lang == lang}
    columns: list[list[Any]] = [
        [*row[:9], row.parent_id if row.parent_id in there else None, slugs[row.id]]
        for row in rows
        if row.lang == lang
    ]
    found = [TopicLink(*values) for values in columns]
    return found, rows[0].everything if rows else 0


def topic_addresses() -> list[tuple[dict[str, str], datetime]]:
    """Every topic with articles for the sitemap: its slug per language, and when an article last changed."""
    found: dict[int, tuple[dict[str, str], list[datetime]]] = {}
    for row in fetch(_TOPICS, {"lang": LANGUAGES[0]}):
        slugs, moments = found.setdefault(row.id, ({}, []))
        slugs[row.lang] = row.slug
        moments.append(row.changed)
    return [(slugs, max(moments)) for slugs, moments in found.values()]


def moved_topic(lang: str, slug: str) -> str | None:
    """The address of now of a topic that once had this one, when an article stands under it."""
    known, _total = topics(lang)
    query = select(TopicSlugHistory.topic_id).where(
        TopicSlugHistory.lang == lang, TopicSlugHistory.slug == slug
    )
    topic_id = db.session.scalar(query)
    return next((topic.slug for topic in known if topic.id == topic_id), None)


@cache
def _article(lang: str) -> Select[*tuple[Any, ...]]:
    """The statement for one article in a language, with its people, topic and other languages."""
    author, reviewer = aliased(Author), aliased(Author)
    others = {other: aliased(ArticleText) for other in LANGUAGES if other != lang}
    people = [
        column.label(f"{who}_{column.key}")
        for who, person in (("author", author), ("reviewer", reviewer))
        for column in (person.key, person.name, person.roles)
    ]
    query = (
        select(
            Article.id,
            Article.code,
            Article.picture,
            ArticleText.published_at,
            Article.reviewed_on,
            _INGREDIENTS.label("ingredients"),
            *(getattr(ArticleText, name) for name in _OF_TEXT),
            *people,
            TopicText.name.label("topic"),
            TopicText.slug.label("topic_slug"),
            _parent.name.label("parent"),
            _parent.slug.label("parent_slug"),
            *(text.slug.label(f"slug_{other}") for other, text in others.items()),
        )
        .join(ArticleText, ArticleText.article_id == Article.id)
        .join(author, author.id == Article.author_id)
        .outerjoin(reviewer, reviewer.id == Article.reviewer_id)
        .outerjoin(ArticleTopic, (ArticleTopic.article_id == Article.id) & (ArticleTopic.position == 0))
        .outerjoin(TopicText, (TopicText.topic_id == ArticleTopic.topic_id) & (TopicText.lang == lang))
        .outerjoin(Topic, Topic.id == ArticleTopic.topic_id)
        .outerjoin(_parent, (_parent.topic_id == Topic.parent_id) & (_parent.lang == lang))
        .where(
            ArticleText.lang == lang, ArticleText.slug == bindparam("slug"), ArticleText.state == "published"
        )
    )
    for other, text in others.items():
        same = (text.article_id == Article.id) & (text.lang == other) & (text.state == "published")
        query = query.outerjoin(text, same)
    return query


_INGREDIENTS = (
    select(func.aggregate_strings(ArticleIngredient.ingredient_code, ","))
    .where(ArticleIngredient.article_id == Article.id)
    .scalar_subquery()
)
_OF_TEXT = (
    *("slug", "title", "lead", "description", "image_alt"),
    *("blocks", "toc", "links", "sources", "corrections", "minutes", "updated_at"),
)


def article(lang: str, slug: str) -> ArticlePage | None:
    """A published article with its people, topic and other languages: one query."""
    rows = fetch(_article(lang), {"slug": slug})
    if not rows:
        return None
    found = rows[0]._asdict()
    slugs = {other: found.get(f"slug_{other}") for other in LANGUAGES} | {lang: slug}
    return ArticlePage(
        **{name: found[name] for name in (*_OF_TEXT, "id", "code", "picture", "published_at", "reviewed_on")},
        lang=lang,
        slugs={other: word for other, word in slugs.items() if word},
        author=_person(found, "author", lang),
        reviewer=_person(found, "reviewer", lang) if found["reviewer_name"] else None,
        ingredients=sorted((found["ingredients"] or "").split(",")) if found["ingredients"] else [],
        topics=[
            (found[name], found[f"{name}_slug"]) for name in ("parent", "topic") if found[f"{name}_slug"]
        ],
    )


def _person(row: dict[str, Any], who: str, lang: str) -> Person:
    return Person(row[f"{who}_key"], row[f"{who}_name"], row[f"{who}_roles"].get(lang, ""))


def moved_slug(lang: str, slug: str) -> str | None:
    """The address of now of an article that once had this one, when it is published."""
    query = (
        select(ArticleText.slug)
        .join(ArticleSlugHistory, ArticleSlugHistory.article_id == ArticleText.article_id)
        .where(ArticleSlugHistory.lang == lang, ArticleSlugHistory.slug == slug)
        .where(ArticleText.lang == lang, ArticleText.state == "published")
    )
    return db.session.scalar(query)


def slugs_of(codes: Collection[str], lang: str) -> dict[str, str]:
    """The address of each published article with one of these codes."""
    if not codes:
        return {}
    query = (
        select(Article.code, ArticleText.slug)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .where(Article.code.in_(codes), ArticleText.lang == lang, ArticleText.state == "published")
    )
    return {row.code: row.slug for row in db.session.execute(query)}


def addresses() -> list[tuple[str, dict[str, str], datetime]]:
    """Every published article for the sitemap: its code, its slug per language, and when it last changed."""
    query = (
        select(Article.code, ArticleText.lang, ArticleText.slug, ArticleText.updated_at)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .where(ArticleText.state == "published")
        .order_by(Article.id, ArticleText.lang)
    )
    found: dict[str, tuple[dict[str, str], list[datetime]]] = {}
    for code, lang, slug, changed in db.session.execute(query):
        slugs, moments = found.setdefault(code, ({}, []))
        slugs[lang] = slug or ""
        moments.append(changed)
    return [(code, slugs, max(moments)) for code, (slugs, moments) in found.items()]
