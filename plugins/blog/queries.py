"""What shoppers read: cards of published articles, one article with everything around it, topics, search."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import aliased

from storefront.plugin_api import LANGUAGES, db

from .excerpts import folded
from .models import (
    Article,
    ArticleIngredient,
    ArticleProduct,
    ArticleSlugHistory,
    ArticleText,
    ArticleTopic,
    Author,
    Reference,
    Topic,
    TopicText,
)

PER_PAGE = 10
RELATED = 3
FOUND_AT_MOST = 20
IN_FEED = 20


@dataclass(frozen=True, slots=True)
class Card:
    """A published article in a list."""

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
    count: int
    slugs: dict[str, str]  # its address in each language in which it has an article


@dataclass(frozen=True, slots=True)
class StaffLink:
    """An article in the product editor."""

    code: str
    title: str
    langs: str  # "NL, EN"


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or reviewed."""

    name: str
    role: str
    bio: str


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
    minutes: int
    published_at: datetime
    updated_at: datetime
    reviewed_on: date | None
    author: Person
    reviewer: Person | None
    topic: str
    topic_slug: str


def _published(lang: str) -> Select[Any]:
    """The columns of a card for every published article in a language."""
    author, reviewer = aliased(Author), aliased(Author)
    return (
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
            author.name.label("author"),
            func.coalesce(reviewer.name, "").label("reviewer"),
        )
        .select_from(Article)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .join(author, author.id == Article.author_id)
        .outerjoin(reviewer, reviewer.id == Article.reviewer_id)
        .outerjoin(ArticleTopic, (ArticleTopic.article_id == Article.id) & (ArticleTopic.position == 0))
        .outerjoin(TopicText, (TopicText.topic_id == ArticleTopic.topic_id) & (TopicText.lang == lang))
        .where(ArticleText.lang == lang, ArticleText.state == "published")
    )


def _card(row: Any) -> Card:
    return Card(*row[:12])


NEWEST = (Article.published_at.desc(), Article.id.desc())


def listing(lang: str, topic_id: int | None = None, page: int = 1) -> tuple[list[Card], int]:
    """One page of the index and the number of articles in all; the featured article comes first."""
    query = _published(lang).add_columns(func.count().over().label("total"))
    if topic_id is not None:
        about = aliased(ArticleTopic)
        query = (
            query.join(about, about.article_id == Article.id)
            .where(about.topic_id == topic_id)
            .order_by(*NEWEST)
        )
    else:
        query = query.order_by(Article.featured.desc(), *NEWEST)
    rows = db.session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return [_card(row) for row in rows], rows[0].total if rows else 0


def newest(lang: str, limit: int) -> list[Card]:
    """The newest articles."""
    return [_card(row) for row in db.session.execute(_published(lang).order_by(*NEWEST).limit(limit))]


def topics(lang: str) -> tuple[list[TopicLink], int]:
    """The topics that have articles in this language, and the number of all its articles: one query."""
    mine = (ArticleText.lang == lang, ArticleText.state == "published")
    everything = select(func.count()).select_from(ArticleText).where(*mine).scalar_subquery()
    query = (
        select(Topic, TopicText, func.count(ArticleText.id).label("count"), everything.label("everything"))
        .join(TopicText, TopicText.topic_id == Topic.id)
        .join(ArticleTopic, ArticleTopic.topic_id == Topic.id)
        .join(
            ArticleText,
            (ArticleText.article_id == ArticleTopic.article_id) & (ArticleText.lang == TopicText.lang),
        )
        .where(ArticleText.state == "published")
        .group_by(Topic.id, TopicText.topic_id, TopicText.lang)
        .order_by(Topic.position, Topic.id)
    )
    rows = db.session.execute(query).all()
    slugs: dict[int, dict[str, str]] = {}
    for topic, text, _count, _everything in rows:
        slugs.setdefault(topic.id, {})[text.lang] = text.slug
    found = [
        TopicLink(
            topic.id,
            topic.key,
            text.slug,
            text.name,
            text.intro,
            topic.collection_code,
            text.order_heading,
            count,
            slugs[topic.id],
        )
        for topic, text, count, _everything in rows
        if text.lang == lang
    ]
    return found, rows[0].everything if rows else 0


def article(lang: str, slug: str) -> ArticlePage | None:
    """A published article with its people, topic and other languages: one query."""
    author, reviewer = aliased(Author), aliased(Author)
    others = {other: aliased(ArticleText) for other in LANGUAGES if other != lang}
    query = (
        select(Article, ArticleText, author, reviewer, TopicText.name, TopicText.slug)
        .add_columns(*[text.slug.label(f"slug_{other}") for other, text in others.items()])
        .join(ArticleText, ArticleText.article_id == Article.id)
        .join(author, author.id == Article.author_id)
        .outerjoin(reviewer, reviewer.id == Article.reviewer_id)
        .outerjoin(ArticleTopic, (ArticleTopic.article_id == Article.id) & (ArticleTopic.position == 0))
        .outerjoin(TopicText, (TopicText.topic_id == ArticleTopic.topic_id) & (TopicText.lang == lang))
        .where(ArticleText.lang == lang, ArticleText.slug == slug, ArticleText.state == "published")
    )
    for other, text in others.items():
        same = (text.article_id == Article.id) & (text.lang == other) & (text.state == "published")
        query = query.outerjoin(text, same)
    row = db.session.execute(query).first()
    if row is None:
        return None
    slugs = {lang: slug} | {other: row[6 + n] for n, other in enumerate(others) if row[6 + n]}
    return _page(row, lang, slugs)


def _page(row: Any, lang: str, slugs: dict[str, str]) -> ArticlePage:
    main, text, author, reviewer, topic, topic_slug = row[:6]
    return ArticlePage(
        id=main.id,
        code=main.code,
        lang=lang,
        slug=text.slug,
        slugs=slugs,
        title=text.title,
        lead=text.lead,
        description=text.description,
        image_alt=text.image_alt,
        picture=main.picture,
        blocks=text.blocks,
        toc=text.toc,
        links=text.links,
        sources=text.sources,
        minutes=text.minutes,
        published_at=main.published_at,
        updated_at=text.updated_at,
        reviewed_on=main.reviewed_on,
        author=_person(author, lang),
        reviewer=_person(reviewer, lang) if reviewer else None,
        topic=topic or "",
        topic_slug=topic_slug or "",
    )


def _person(author: Author, lang: str) -> Person:
    return Person(author.name, author.roles.get(lang, ""), author.bios.get(lang, ""))


def moved_slug(lang: str, slug: str) -> str | None:
    """The address of now of an article that once had this one, when it is published."""
    query = (
        select(ArticleText.slug)
        .join(ArticleSlugHistory, ArticleSlugHistory.article_id == ArticleText.article_id)
        .where(ArticleSlugHistory.lang == lang, ArticleSlugHistory.slug == slug)
        .where(ArticleText.lang == lang, ArticleText.state == "published")
    )
    return db.session.scalar(query)


def neighbours(article_id: int, lang: str, codes: Collection[str]) -> tuple[list[Card], dict[str, str]]:
    """Related articles, and the addresses of those that the text links: one query.

    Related is: a shared topic first, then a shared ingredient, then the newest; never the article itself.
    """
    my_topics = select(ArticleTopic.topic_id).where(ArticleTopic.article_id == article_id)
    my_ingredients = select(ArticleIngredient.ingredient_code).where(
        ArticleIngredient.article_id == article_id
    )
    about, holding = aliased(ArticleTopic), aliased(ArticleIngredient)
    shares_topic = select(1).where(about.article_id == Article.id, about.topic_id.in_(my_topics)).exists()
    shares_ingredient = (
        select(1)
        .where(holding.article_id == Article.id, holding.ingredient_code.in_(my_ingredients))
        .exists()
    )
    nearness = case((shares_topic, 0), (shares_ingredient, 1), else_=2)
    place = func.row_number().over(order_by=(nearness, *NEWEST)).label("place")
    ranked = _published(lang).add_columns(place).where(Article.id != article_id).subquery()
    wanted = or_(ranked.c.place <= RELATED, ranked.c.code.in_(codes)) if codes else ranked.c.place <= RELATED
    rows = db.session.execute(select(ranked).where(wanted).order_by(ranked.c.place)).all()
    return [_card(row) for row in rows if row.place <= RELATED], {row.code: row.slug for row in rows}


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


def references_by_key(keys: Collection[str]) -> dict[str, Reference]:
    """The publications of the library with these keys."""
    if not keys:
        return {}
    return {
        found.key: found for found in db.session.scalars(select(Reference).where(Reference.key.in_(keys)))
    }


def linking(product_code: str, lang: str, limit: int = 4) -> list[Card]:
    """The articles that show or link a product, newest first."""
    with_product = select(1).where(
        ArticleProduct.text_id == ArticleText.id, ArticleProduct.product_code == product_code
    )
    query = _published(lang).where(with_product.exists()).order_by(*NEWEST).limit(limit)
    return [_card(row) for row in db.session.execute(query)]


def linking_for_staff(product_code: str) -> list[StaffLink]:
    """The articles that link a product in any language, drafts too."""
    with_product = select(1).where(
        ArticleProduct.text_id == ArticleText.id, ArticleProduct.product_code == product_code
    )
    query = (
        select(Article.code, ArticleText.title, ArticleText.lang)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .where(with_product.exists())
        .order_by(Article.id, ArticleText.lang.desc())
    )
    found: dict[str, tuple[str, list[str]]] = {}
    for code, title, lang in db.session.execute(query):
        found.setdefault(code, (title, []))[1].append(lang.upper())
    return [StaffLink(code, title, ", ".join(langs)) for code, (title, langs) in found.items()]


def search(text: str, lang: str) -> list[Card]:
    """Published articles with all the words, in any case, accents and apostrophes; found in titles first."""
    words = folded(text).split()[:8]
    if not words:
        return []
    query = _published(lang).where(
        *[ArticleText.search_text.contains(word, autoescape=True) for word in words]
    )
    cards = [_card(row) for row in db.session.execute(query.order_by(*NEWEST).limit(FOUND_AT_MOST))]
    return sorted(cards, key=lambda card: not all(word in folded(card.title) for word in words))


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
