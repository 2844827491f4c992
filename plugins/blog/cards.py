"""Cards: published articles in lists, what is related to an article, and search.

The statements are built once, with the language as a parameter; a call adds its conditions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import g
from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from storefront.plugin_api import fetch, url

from .excerpts import folded
from .models import (
    Article,
    ArticleCitation,
    ArticleIngredient,
    ArticleProduct,
    ArticleRelated,
    ArticleText,
    ArticleTopic,
    Author,
    Topic,
    TopicText,
)

PER_PAGE = 10
RELATED = 3
FOUND_AT_MOST = 20
MOST_WORDS = 8
MOST = 1_000  # behind every place that an editor can choose


class Card(NamedTuple):
    """A published article in a list, with its path."""

    code: str
    slug: str
    title: str
    teaser: str
    minutes: int
    picture: dict[str, Any]
    published_at: datetime
    updated_at: datetime
    reviewed_on: date | None
    topic: str
    author: str
    reviewer: str
    author_key: str
    path: str


_lang: Any = bindparam("lang")
_this: Any = bindparam("article_id")
_author, _reviewer = aliased(Author), aliased(Author)
# A text that was published first in the other language has a day of its own.
_CARDS: Select[*tuple[Any, ...]] = (
    select(
        Article.code,
        ArticleText.slug,
        ArticleText.title,
        ArticleText.teaser,
        ArticleText.minutes,
        Article.picture,
        ArticleText.published_at,
        ArticleText.updated_at,
        Article.reviewed_on,
        func.coalesce(TopicText.name, "").label("topic"),
        _author.name.label("author"),
        func.coalesce(_reviewer.name, "").label("reviewer"),
        _author.key.label("author_key"),
    )
    .select_from(Article)
    .join(ArticleText, ArticleText.article_id == Article.id)
    .join(_author, _author.id == Article.author_id)
    .outerjoin(_reviewer, _reviewer.id == Article.reviewer_id)
    .outerjoin(ArticleTopic, (ArticleTopic.article_id == Article.id) & (ArticleTopic.position == 0))
    .outerjoin(TopicText, (TopicText.topic_id == ArticleTopic.topic_id) & (TopicText.lang == _lang))
    .where(ArticleText.lang == _lang, ArticleText.state == "published")
)
_NEWEST = (ArticleText.published_at.desc(), Article.id.desc())


def _neighbours() -> Select[*tuple[Any, ...]]:
    """Every other article with its place: what an editor chose, then by nearness, then the newest."""
    chosen = (
        select(ArticleRelated.position)
        .where(ArticleRelated.article_id == _this, ArticleRelated.related_id == Article.id)
        .scalar_subquery()
    )
    place = func.row_number().over(order_by=(func.coalesce(chosen, MOST), _nearness(), *_NEWEST))
    columns = (place.label("place"), chosen.is_not(None).label("chosen"))
    ranked = _CARDS.add_columns(*columns).where(Article.id != _this).subquery()
    linked = ranked.c.code.in_(bindparam("codes", expanding=True))
    shown = or_(ranked.c.place <= RELATED, ranked.c.chosen, linked)
    return select(ranked).where(shown).order_by(ranked.c.place)


def _nearness() -> ColumnElement[int]:
    """0 for the same main topic, then a shared topic, a shared ingredient, a shared source; 4 for nothing."""
    mine, about, holding = aliased(ArticleTopic), aliased(ArticleTopic), aliased(ArticleIngredient)
    my_topics = select(mine.topic_id).where(mine.article_id == _this)
    my_ingredients = select(ArticleIngredient.ingredient_code).where(ArticleIngredient.article_id == _this)
    text = aliased(ArticleText)
    my_sources = (
        select(ArticleCitation.reference_id)
        .join(text, text.id == ArticleCitation.text_id)
        .where(text.article_id == _this, text.lang == _lang)
    )
    citing = aliased(ArticleCitation)
    same = select(1).where(about.article_id == Article.id)
    main = same.where(about.position == 0, about.topic_id.in_(my_topics.where(mine.position == 0)))
    topic = same.where(about.topic_id.in_(my_topics))
    ingredient = select(1).where(
        holding.article_id == Article.id, holding.ingredient_code.in_(my_ingredients)
    )
    source = select(1).where(citing.text_id == ArticleText.id, citing.reference_id.in_(my_sources))
    ways = (main, topic, ingredient, source)
    return case(*[(way.exists(), number) for number, way in enumerate(ways)], else_=len(ways))


_NEIGHBOURS = _neighbours()
_LINKING = (
    _CARDS.where(
        select(1)
        .where(ArticleProduct.text_id == ArticleText.id, ArticleProduct.product_code == bindparam("product"))
        .exists()
    )
    .order_by(*_NEWEST)
    .limit(bindparam("most"))
)
_PAGE = (
    _CARDS.add_columns(func.count().over().label("total"))
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_INDEX = _PAGE.order_by(Article.featured.desc(), *_NEWEST)
_UNDER_TOPIC = Article.id.in_(  # the articles of a topic, and of the topics below it
    select(ArticleTopic.article_id)
    .join(Topic, Topic.id == ArticleTopic.topic_id)
    .where(or_(Topic.id == bindparam("topic"), Topic.parent_id == bindparam("topic")))
)
_TOPIC = _PAGE.where(_UNDER_TOPIC).order_by(*_NEWEST)
_PERSON = _PAGE.where(
    or_(Article.author_id == bindparam("person"), Article.reviewer_id == bindparam("person"))
).order_by(case((Article.author_id == bindparam("person"), 0), else_=1), *_NEWEST)
_FIRST = _CARDS.order_by(*_NEWEST).limit(bindparam("most"))
_FIRST_OF_TOPIC = _FIRST.where(_UNDER_TOPIC)


def _cards(rows: Iterable[Any], lang: str) -> list[Card]:
    start = url("blog.article", lang=lang, slug="-").removesuffix("-")
    return [Card._make([*row[:13], start + row.slug]) for row in rows]


def listing(lang: str, topic_id: int | None = None, page: int = 1) -> tuple[list[Card], int]:
    """One page of the index and the number of articles in all; the featured article comes first."""
    values = {"lang": lang, "most": PER_PAGE, "skipped": (page - 1) * PER_PAGE, "topic": topic_id}
    rows = fetch(_INDEX, values) if topic_id is None else fetch(_TOPIC, values)
    return _cards(rows, lang), rows[0].total if rows else 0


def of_person(lang: str, person_id: int, page: int = 1) -> tuple[list[Card], int]:
    """One page of what a person wrote and then of what they reviewed, and the number of all that."""
    values = {"lang": lang, "most": PER_PAGE, "skipped": (page - 1) * PER_PAGE, "person": person_id}
    rows = fetch(_PERSON, values)
    return _cards(rows, lang), rows[0].total if rows else 0


def newest(lang: str, limit: int, topic_id: int | None = None) -> list[Card]:
    """The newest articles, of all or of a topic with those below it."""
    values = {"lang": lang, "most": limit, "topic": topic_id}
    return _cards(fetch(_FIRST if topic_id is None else _FIRST_OF_TOPIC, values), lang)


def leading(lang: str, limit: int) -> list[Card]:
    """The featured article, then the newest."""
    return _cards(fetch(_INDEX, {"lang": lang, "most": limit, "skipped": 0}), lang)


def neighbours(article_id: int, lang: str, codes: Collection[str]) -> tuple[list[Card], dict[str, str]]:
    """Related articles, and the addresses of those that the text links (by code): one query.

    Related is what an editor chose, then the same main topic, another shared topic, a shared ingredient, a
    shared source, and at last the newest: three, or all that were chosen. Never itself, and none twice.
    """
    values = {"article_id": article_id, "lang": lang, "codes": list(codes)}
    rows = fetch(_NEIGHBOURS, values)
    related = [row for row in rows if row.place <= RELATED or row.chosen]
    return _cards(related, lang), {row.code: row.slug for row in rows}


def linking(product_code: str, lang: str, limit: int = 4) -> list[Card]:
    """The articles that show or link a product, newest first; asked once in a request."""
    found: dict[tuple[str, str], list[Card]] = g.setdefault("articles_linking", {})
    if (product_code, lang) not in found:
        values = {"product": product_code, "lang": lang, "most": limit}
        found[product_code, lang] = _cards(fetch(_LINKING, values), lang)
    return found[product_code, lang]


def search(text: str, lang: str) -> list[Card]:
    """Published articles with all the words, in any case, accents and apostrophes; found in titles first."""
    words = folded(text).split()[:MOST_WORDS]
    if not words:
        return []
    query = _CARDS.where(*[ArticleText.search_text.contains(word, autoescape=True) for word in words])
    query = query.order_by(*_NEWEST).limit(FOUND_AT_MOST)
    cards = _cards(fetch(query, {"lang": lang}), lang)
    return sorted(cards, key=lambda card: not all(word in folded(card.title) for word in words))
