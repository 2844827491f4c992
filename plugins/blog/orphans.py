"""What nothing leads to: articles that no published text links, and products on sale without an article.

Related articles and lists of topics do not count as links: they come and go by themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from storefront.plugin_api import db, search_products, url

from .models import Article, ArticleIngredient, ArticleLink, ArticleProduct, ArticleText, ArticleTopic

MOST_PRODUCTS = 10_000
PROPOSED = 3


@dataclass(frozen=True)
class Task:
    """A published article that no other one of its language links, or a product that none shows or links."""

    name: str
    path: str  # of the article's editor, or of the product's page
    proposed: list[tuple[str, str]]  # articles about the same that could link it: (title, path of the editor)


@dataclass(frozen=True)
class Orphans:
    """What nothing leads to in one language."""

    lang: str
    articles: list[Task]
    products: list[Task]

    @property
    def count(self) -> int:
        """How many tasks that makes."""
        return len(self.articles) + len(self.products)


def orphans(lang: str) -> Orphans:
    """What nothing leads to in a language, whatever the number of articles and products: some queries."""
    published = (ArticleText.lang == lang) & (ArticleText.state == "published")
    rows = db.session.execute(
        select(Article.id, Article.code, ArticleText.title)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .where(published)
        .order_by(ArticleText.title, Article.id)
    ).all()
    links = db.session.execute(
        select(Article.code, ArticleLink.target_code)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .join(ArticleLink, ArticleLink.text_id == ArticleText.id)
        .where(published)
    )
    linked = {target for code, target in links if target != code}
    subjects = _subjects()
    alone = []
    for row in rows:
        if row.code not in linked:
            shared = {it: len(subjects[it.id] & subjects[row.id]) for it in rows if it.code != row.code}
            near = sorted((it for it in shared if shared[it]), key=lambda it: -shared[it])
            alone.append(Task(row.title, _editor(row.code), _proposed(near)))
    shown = set(
        db.session.scalars(
            select(ArticleProduct.product_code)
            .join(ArticleText, ArticleText.id == ArticleProduct.text_id)
            .where(published)
        )
    )
    products = []
    for offer in search_products("", lang, limit=MOST_PRODUCTS):
        if offer.code not in shown:
            about = [it for it in rows if offer.ingredient_code in subjects[it.id]]
            path = url("shop_products.show", lang=lang, slug=offer.slug)
            products.append(Task(offer.name, path, _proposed(about)))
    return Orphans(lang, alone, products)


def _proposed(articles: Sequence[Any]) -> list[tuple[str, str]]:
    return [(row.title, _editor(row.code)) for row in articles[:PROPOSED]]


def _editor(code: str) -> str:
    return url("blog_admin.edit", code=code)


def _subjects() -> dict[int, set[str]]:
    """What each article is about: its topics and ingredients."""
    found: dict[int, set[str]] = defaultdict(set)
    for article_id, topic_id in db.session.execute(select(ArticleTopic.article_id, ArticleTopic.topic_id)):
        found[article_id].add(f"topic {topic_id}")
    of = select(ArticleIngredient.article_id, ArticleIngredient.ingredient_code)
    for article_id, code in db.session.execute(of):
        found[article_id].add(code)
    return found
