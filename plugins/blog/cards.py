"""Cards: published articles in lists, what is related to an article, and search.

The statements are built once, with the language as a parameter; a call adds its conditions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from storefront.plugin_api import fetch, url

from .excerpts import folded
from .models import Article, ArticleIngredient, ArticleProduct, ArticleText, ArticleTopic, Author, TopicText

PER_PAGE = 10
RELATED = 3
FOUND_AT_MOST = 20
MOST_WORDS = 8


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
    path: str


_lang: Any = bindparam("lang")
_this: Any = bindparam("article_id")
_author, _reviewer = aliased(Author), aliased(Author)
_CARDS: Select[*tuple[Any, ...]] = (
    select(
        Article.code,
        ArticleText.slug,
        ArticleText.title,
        ArticleText.teaser,
        ArticleText.minutes,
        Article.picture,
        Article.published_at,
        ArticleText.updated_at,
        Article.reviewed_on,
        func.coalesce(TopicText.name, "").label("topic"),
        _author.name.label("author"),
        func.coalesce(_reviewer.name, "").label("reviewer"),
    )
    .select_from(Article)
    .join(ArticleText, ArticleText.article_id == Article.id)
    .join(_author, _author.id == Article.author_id)
    .outerjoin(_reviewer, _reviewer.id == Article.reviewer_id)
    .outerjoin(ArticleTopic, (ArticleTopic.article_id == Article.id) & (ArticleTopic.position == 0))
    .outerjoin(TopicText, (TopicText.topic_id == ArticleTopic.topic_id) & (TopicText.lang == _lang))
    .where(ArticleText.lang == _lang, ArticleText.state == "published")
)
_NEWEST = (Article.published_at.desc(), Article.id.desc())


def _neighbours() -> Select[*tuple[Any, ...]]:
    """Every other article with its place: a shared topic first, then a shared ingredient, then the newest."""
    my_topics = select(ArticleTopic.topic_id).where(ArticleTopic.article_id == _this)
    my_ingredients = select(ArticleIngredient.ingredient_code).where(ArticleIngredient.article_id == _this)
    about, holding = aliased(ArticleTopic), aliased(ArticleIngredient)
    topic = select(1).where(about.article_id == Article.id, about.topic_id.in_(my_topics))
    ingredient = select(1).where(
        holding.article_id == Article.id, holding.ingredient_code.in_(my_ingredients)
    )
    nearness = case((topic.exists(), 0), (ingredient.exists(), 1), else_=2)
    place = func.row_number().over(order_by=(nearness, *_NEWEST)).label("place")
    ranked = _CARDS.add_columns(place).where(Article.id != _this).subquery()
    linked = ranked.c.code.in_(bindparam("codes", expanding=True))
    return select(ranked).where(or_(ranked.c.place <= RELATED, linked)).order_by(ranked.c.place)


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
_about = aliased(ArticleTopic)
_PAGE = (
    _CARDS.add_columns(func.count().over().label("total"))
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_INDEX = _PAGE.order_by(Article.featured.desc(), *_NEWEST)
_TOPIC = (
    _PAGE.join(_about, _about.article_id == Article.id)
    .where(_about.topic_id == bindparam("topic"))
    .order_by(*_NEWEST)
)
_FIRST = _CARDS.order_by(*_NEWEST).limit(bindparam("most"))


def _cards(rows: Iterable[Any], lang: str) -> list[Card]:
    start = url("blog.article", lang=lang, slug="-").removesuffix("-")
    return [Card._make([*row[:12], start + row.slug]) for row in rows]


def listing(lang: str, topic_id: int | None = None, page: int = 1) -> tuple[list[Card], int]:
    """One page of the index and the number of articles in all; the featured article comes first."""
    values = {"lang": lang, "most": PER_PAGE, "skipped": (page - 1) * PER_PAGE, "topic": topic_id}
    rows = fetch(_INDEX, values) if topic_id is None else fetch(_TOPIC, values)
    return _cards(rows, lang), rows[0].total if rows else 0


def newest(lang: str, limit: int) -> list[Card]:
    """The newest articles."""
    return _cards(fetch(_FIRST, {"lang": lang, "most": limit}), lang)


def leading(lang: str, limit: int) -> list[Card]:
    """The featured article, then the newest."""
    return _cards(fetch(_INDEX, {"lang": lang, "most": limit, "skipped": 0}), lang)


def neighbours(article_id: int, lang: str, codes: Collection[str]) -> tuple[list[Card], dict[str, str]]:
    """Related articles, and the addresses of those that the text links (by code): one query.

    Related is: a shared topic first, then a shared ingredient, then the newest; never the article itself.
    """
    values = {"article_id": article_id, "lang": lang, "codes": list(codes)}
    rows = fetch(_NEIGHBOURS, values)
    return _cards((row for row in rows if row.place <= RELATED), lang), {row.code: row.slug for row in rows}


def linking(product_code: str, lang: str, limit: int = 4) -> list[Card]:
    """The articles that show or link a product, newest first."""
    values = {"product": product_code, "lang": lang, "most": limit}
    return _cards(fetch(_LINKING, values), lang)


def search(text: str, lang: str) -> list[Card]:
    """Published articles with all the words, in any case, accents and apostrophes; found in titles first."""
    words = folded(text).split()[:MOST_WORDS]
    if not words:
        return []
    query = _CARDS.where(*[ArticleText.search_text.contains(word, autoescape=True) for word in words])
    query = query.order_by(*_NEWEST).limit(FOUND_AT_MOST)
    cards = _cards(fetch(query, {"lang": lang}), lang)
    return sorted(cards, key=lambda card: not all(word in folded(card.title) for word in words))
