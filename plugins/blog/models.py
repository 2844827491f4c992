"""Articles, their texts per language, authors, topics and the library of references.

What a marketer typed and what is derived from it stand apart: derived columns and tables are written by
``actions`` on each save and by nobody else.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.plugin_api import LocalText, Model


class Author(Model):
    """A person who writes or reviews."""

    __tablename__ = "plugin_blog_author"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[LocalText]
    bios: Mapped[LocalText]


class Topic(Model):
    """What articles are about; the first topic of an article is its main one."""

    __tablename__ = "plugin_blog_topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    position: Mapped[int] = mapped_column(default=100)
    collection_code: Mapped[str] = mapped_column(String(40), default="")  # sold at the foot of its list


class TopicText(Model):
    """A topic's name and address in one language."""

    __tablename__ = "plugin_blog_topic_text"
    __table_args__ = (UniqueConstraint("lang", "slug"),)

    topic_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_topic.id", ondelete="CASCADE"), primary_key=True
    )
    lang: Mapped[str] = mapped_column(String(2), primary_key=True)
    slug: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    intro: Mapped[str] = mapped_column(Text, default="")
    order_heading: Mapped[str] = mapped_column(String(200), default="")  # over its call to action


class Reference(Model):
    """A publication in the library. What readers see is made from these fields, never typed."""

    __tablename__ = "plugin_blog_reference"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(20), default="article")  # article, opinion
    authors: Mapped[list[str]]  # "Slutsky I"
    more_authors: Mapped[bool] = mapped_column(default=False)  # the paper has more than are listed
    title: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(5), default="en")  # the language of the title
    journal: Mapped[str] = mapped_column(String(200), default="")
    journal_abbr: Mapped[str] = mapped_column(String(120), default="")
    year: Mapped[int]
    volume: Mapped[str] = mapped_column(String(20), default="")
    issue: Mapped[str] = mapped_column(String(20), default="")
    pages: Mapped[str] = mapped_column(String(40), default="")
    article_no: Mapped[str] = mapped_column(String(40), default="")
    published: Mapped[str] = mapped_column(String(10), default="")  # 2026, 2026-01 or 2026-01-12
    doi: Mapped[str | None] = mapped_column(String(200), unique=True)
    pmid: Mapped[str | None] = mapped_column(String(8), unique=True)
    pmcid: Mapped[str | None] = mapped_column(String(12), unique=True)
    erratum_doi: Mapped[str] = mapped_column(String(200), default="")
    # species, population, dose, duration, design, funding, result: LocalText or None; n: number or None
    study: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class Article(Model):
    """An article in any number of languages. `code` never changes."""

    __tablename__ = "plugin_blog_article"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("plugin_blog_author.id"), index=True)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("plugin_blog_author.id"), index=True)
    # {"file": "<hash>.svg", "raster": "<hash>.jpg", "width": 1200, "height": 675}
    picture: Mapped[dict[str, Any]]
    featured: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    reviewed_on: Mapped[date | None]
    review_due: Mapped[date | None]
    updated_at: Mapped[datetime]


class ArticleTopic(Model):
    """The topics of an article, in order."""

    __tablename__ = "plugin_blog_article_topic"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article.id", ondelete="CASCADE"), primary_key=True
    )
    topic_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_topic.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)


class ArticleIngredient(Model):
    """The ingredients that an article is about, by the shop's code."""

    __tablename__ = "plugin_blog_article_ingredient"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article.id", ondelete="CASCADE"), primary_key=True
    )
    ingredient_code: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class ArticleText(Model):
    """An article in one language: Markdown is the source, the rest of the second half is derived."""

    __tablename__ = "plugin_blog_article_text"
    __table_args__ = (UniqueConstraint("article_id", "lang"), UniqueConstraint("lang", "slug"))

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("plugin_blog_article.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(10), default="draft")  # draft, published
    slug: Mapped[str | None] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200), default="")
    lead: Mapped[str] = mapped_column(Text, default="")
    excerpt: Mapped[str] = mapped_column(Text, default="")
    meta_description: Mapped[str] = mapped_column(String(200), default="")
    image_alt: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]

    # Derived on save.
    teaser: Mapped[str] = mapped_column(Text, default="")  # the excerpt, or the first 30 words
    description: Mapped[str] = mapped_column(
        String(300), default=""
    )  # the meta description, or first sentences
    # {"html": …} | {"product": code, "level": 3} | {"order_now": {"codes", "collections", "heading"}}
    blocks: Mapped[list[dict[str, Any]]]
    toc: Mapped[list[dict[str, Any]]]  # {"id": …, "text": …}
    links: Mapped[dict[str, Any]]  # {"article": [codes], "product": [codes]}
    sources: Mapped[list[dict[str, Any]]]  # in order of citing, as `references.as_dict` gives them
    minutes: Mapped[int] = mapped_column(default=1)
    search_text: Mapped[str] = mapped_column(Text, default="")


class ArticleSlugHistory(Model):
    """An address that an article once had; it answers 301 to the one of now."""

    __tablename__ = "plugin_blog_slug_history"
    __table_args__ = (UniqueConstraint("lang", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lang: Mapped[str] = mapped_column(String(2))
    slug: Mapped[str] = mapped_column(String(120))
    article_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article.id", ondelete="CASCADE"), index=True
    )


class ArticleProduct(Model):
    """A product that a text shows or links. Derived on save; a block that stays keeps its id."""

    __tablename__ = "plugin_blog_article_product"
    __table_args__ = (Index("ix_plugin_blog_article_product_code", "product_code", "text_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article_text.id", ondelete="CASCADE"), index=True
    )
    product_code: Mapped[str] = mapped_column(String(40))
    placement: Mapped[str] = mapped_column(String(10))  # card, order_now, link
    position: Mapped[int]


class ArticleCollection(Model):
    """A collection that a text offers in an order-now block. Derived on save."""

    __tablename__ = "plugin_blog_article_collection"

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article_text.id", ondelete="CASCADE"), index=True
    )
    collection_code: Mapped[str] = mapped_column(String(40), index=True)
    position: Mapped[int]


class ArticleCitation(Model):
    """A reference that a text cites: its number there and how often. Derived on save."""

    __tablename__ = "plugin_blog_article_citation"

    text_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article_text.id", ondelete="CASCADE"), primary_key=True
    )
    reference_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_reference.id"), primary_key=True, index=True
    )
    ordinal: Mapped[int]
    count: Mapped[int]
