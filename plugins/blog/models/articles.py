"""Articles and their texts. What is derived is written by ``actions`` on each save, and by nobody else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storefront.plugin_api import Model


class Article(Model):
    """An article in any number of languages. `code` never changes."""

    __tablename__ = "plugin_blog_article"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    source_lang: Mapped[str] = mapped_column(String(2), default="nl", server_default=text("'nl'"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("plugin_blog_author.id"), index=True)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("plugin_blog_author.id"), index=True)
    # {"file": "<hash>.svg", "raster": "<hash>.jpg", "width": 1200, "height": 675}
    picture: Mapped[dict[str, Any]]
    featured: Mapped[bool] = mapped_column(default=False)
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
    state: Mapped[str] = mapped_column(String(10), default="draft")  # see rules.STATES
    slug: Mapped[str | None] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200), default="")
    lead: Mapped[str] = mapped_column(Text, default="")
    excerpt: Mapped[str] = mapped_column(Text, default="")
    meta_description: Mapped[str] = mapped_column(String(200), default="")
    image_alt: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)  # the first time, in this language
    publish_at: Mapped[datetime | None]  # when it is scheduled

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
    # {"on": "2026-11-24", "kind", "name", "doi", "note"}, newest first; see `citing`
    corrections: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=text("'[]'"))
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


class ArticleRelated(Model):
    """What an editor wants shown beside an article, in order, before what is found by itself."""

    __tablename__ = "plugin_blog_article_related"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article.id", ondelete="CASCADE"), primary_key=True
    )
    related_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
