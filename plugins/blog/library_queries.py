"""Who writes, topics and references, as the admin reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from storefront.plugin_api import db

from .citations import Identifiers
from .excerpts import folded
from .models import (
    Article,
    ArticleCitation,
    ArticleText,
    ArticleTopic,
    Author,
    Reference,
    Topic,
    TopicText,
)
from .rules import title_for


def author_choices() -> list[tuple[str, str]]:
    """Who can write or review: (key, name)."""
    query = select(Author.key, Author.name).order_by(Author.name)
    return [(key, name) for key, name in db.session.execute(query)]


def topic_choices(lang: str) -> list[tuple[str, str]]:
    """The topics in their order: (key, name)."""
    query = (
        select(Topic.key, func.coalesce(TopicText.name, Topic.key))
        .outerjoin(TopicText, (TopicText.topic_id == Topic.id) & (TopicText.lang == lang))
        .order_by(Topic.position, Topic.id)
    )
    return [(key, name) for key, name in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class AuthorRow:
    """A person, with the number of articles that they wrote or reviewed."""

    key: str
    name: str
    roles: dict[str, str]
    articles: int


def author_rows() -> list[AuthorRow]:
    """Everybody who writes or reviews, by name."""
    named = (Article.author_id == Author.id) | (Article.reviewer_id == Author.id)
    count = select(func.count(Article.id)).where(named).correlate(Author).scalar_subquery()
    query = select(Author.key, Author.name, Author.roles, count).order_by(Author.name, Author.id)
    return [AuthorRow(*row) for row in db.session.execute(query)]


def author_to_edit(key: str) -> tuple[Author, int] | None:
    """A person by their key, with the number of articles that name them."""
    author = db.session.scalar(select(Author).where(Author.key == key))
    if author is None:
        return None
    named = (Article.author_id == author.id) | (Article.reviewer_id == author.id)
    return author, db.session.scalar(select(func.count(Article.id)).where(named)) or 0


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic with its texts by language and the number of articles under it."""

    topic: Topic
    texts: dict[str, TopicText]
    articles: int

    def name(self, lang: str) -> str:
        """Its name in this language, else in another."""
        return title_for({one: text.name for one, text in self.texts.items()}, lang) or self.topic.key


def topic_rows(key: str = "") -> list[TopicRow]:
    """The topics in their order, each followed by those below it; with a key, only that one."""
    query = select(Topic).order_by(Topic.position, Topic.id)
    topics = list(db.session.scalars(query.where(Topic.key == key) if key else query))
    texts: dict[int, dict[str, TopicText]] = defaultdict(dict)
    for text in db.session.scalars(select(TopicText)):
        texts[text.topic_id][text.lang] = text
    counted = select(ArticleTopic.topic_id, func.count()).group_by(ArticleTopic.topic_id)
    articles = {row[0]: row[1] for row in db.session.execute(counted)}
    if not key:
        places = {topic.id: place for place, topic in enumerate(topics)}
        topics.sort(
            key=lambda one: (places[one.parent_id or one.id], one.parent_id is not None, places[one.id])
        )
    return [TopicRow(topic, texts[topic.id], articles.get(topic.id, 0)) for topic in topics]


def parent_choices(key: str, lang: str) -> list[tuple[str, str]]:
    """Under which topics the topic with this key can stand: (key, name)."""
    first = {topic.key: topic.parent_id is None for topic in db.session.scalars(select(Topic))}
    return [(one, name) for one, name in topic_choices(lang) if first[one] and one != key]


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """A publication in the library, with the number of articles that cite it."""

    reference: Reference
    articles: int


def reference_rows(text: str = "") -> list[ReferenceRow]:
    """The library, newest publication first; with words, only what holds them all."""
    articles = func.count(func.distinct(ArticleText.article_id)).label("articles")
    counts = (
        select(ArticleCitation.reference_id, articles)
        .join(ArticleText, ArticleText.id == ArticleCitation.text_id)
        .group_by(ArticleCitation.reference_id)
        .subquery()
    )
    query = (
        select(Reference, func.coalesce(counts.c.articles, 0))
        .outerjoin(counts, counts.c.reference_id == Reference.id)
        .order_by(Reference.year.desc(), Reference.key)
    )
    words = folded(text).split()
    rows = [ReferenceRow(reference, count) for reference, count in db.session.execute(query)]
    return [row for row in rows if all(word in _hay(row.reference) for word in words)]


def _hay(reference: Reference) -> str:
    """What a search in the library reads."""
    names = [reference.key, *reference.authors, reference.title, reference.journal, reference.journal_abbr]
    numbers = [str(reference.year), reference.doi or "", reference.pmid or "", reference.pmcid or ""]
    return folded(" ".join(names + numbers))


def reference_by_key(key: str) -> Reference | None:
    """A publication by its key."""
    return db.session.scalar(select(Reference).where(Reference.key == key))


def reference_by_number(numbers: Identifiers) -> Reference | None:
    """A publication by one of its numbers."""
    tests: list[Any] = []
    if numbers.doi:
        tests.append(func.lower(Reference.doi) == numbers.doi.lower())
    if numbers.pmid:
        tests.append(Reference.pmid == numbers.pmid)
    if numbers.pmcid:
        tests.append(Reference.pmcid == numbers.pmcid)
    return db.session.scalars(select(Reference).where(or_(*tests))).first() if tests else None


def references_by_key(keys: Collection[str]) -> dict[str, Reference]:
    """Publications by their keys."""
    query = select(Reference).where(Reference.key.in_(keys))
    return {reference.key: reference for reference in db.session.scalars(query)} if keys else {}


def citing_articles(reference: Reference, lang: str) -> list[tuple[str, str]]:
    """The articles that cite a publication: (code, title)."""
    query = (
        select(Article.code, ArticleText.title, ArticleText.lang)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .join(ArticleCitation, ArticleCitation.text_id == ArticleText.id)
        .where(ArticleCitation.reference_id == reference.id)
        .order_by(Article.id, ArticleText.lang)
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, title, of in db.session.execute(query):
        found[code][of] = title
    return [(code, title_for(titles, lang) or code) for code, titles in found.items()]
