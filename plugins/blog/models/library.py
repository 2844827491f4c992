"""People, topics and the library of references."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storefront.plugin_api import LocalText, Model


class Author(Model):
    """A person who writes or reviews."""

    __tablename__ = "plugin_blog_author"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[LocalText]
    bios: Mapped[LocalText]
    # {"file", "raster", "width", "height"}, or {}
    picture: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    # other pages of theirs
    same_as: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    # {"file", "raster", "width", "height"}, or {}


class Topic(Model):
    """What articles are about; the first topic of an article is its main one."""

    __tablename__ = "plugin_blog_topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("plugin_blog_topic.id"), index=True)
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


class TopicSlugHistory(Model):
    """An address that a topic once had; it answers 301 to the one of now."""

    __tablename__ = "plugin_blog_topic_slug_history"
    __table_args__ = (UniqueConstraint("lang", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lang: Mapped[str] = mapped_column(String(2))
    slug: Mapped[str] = mapped_column(String(120))
    topic_id: Mapped[int] = mapped_column(ForeignKey("plugin_blog_topic.id", ondelete="CASCADE"), index=True)


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
    # species, population, dose, duration, design, funding, result: LocalText or None; n: number or None
    study: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    # unchecked, verified, mismatch, corrected, retracted, not_found, unreachable
    state: Mapped[str] = mapped_column(String(12), default="unchecked", server_default=text("'unchecked'"))
    # of `checking.Problem`
    problems: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=text("'[]'"))
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str] = mapped_column(String(120), default="", server_default="")  # who compared it
    kept_because: Mapped[str] = mapped_column(String(300), default="", server_default="")
    updates: Mapped[list[ReferenceUpdate]] = relationship(
        order_by="ReferenceUpdate.id", lazy="selectin", cascade="all, delete-orphan"
    )

    answers: Mapped[list[ReferenceAnswer]] = relationship(
        order_by="ReferenceAnswer.register", lazy="selectin", cascade="all, delete-orphan"
    )


class ReferenceUpdate(Model):
    """What was published about a work later: an erratum, an expression of concern, a retraction."""

    __tablename__ = "plugin_blog_reference_update"
    __table_args__ = (UniqueConstraint("reference_id", "kind", "doi"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_reference.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(12))  # see checking.UPDATES
    doi: Mapped[str] = mapped_column(String(200), default="")  # of the notice
    noted_on: Mapped[date]
    notes: Mapped[LocalText] = mapped_column(default=dict)


class ReferenceAnswer(Model):
    """The last answer of a register about a work: what it told, with the hash of what it sent."""

    __tablename__ = "plugin_blog_reference_answer"
    affects_pages = False

    reference_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_reference.id", ondelete="CASCADE"), primary_key=True
    )
    register: Mapped[str] = mapped_column(String(20), primary_key=True)  # Crossref, PubMed
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))  # found, not_found, unreachable
    sha256: Mapped[str] = mapped_column(String(64), default="")
    record: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of checking.Work


class Correction(Model):
    """A dated note on an article that leaned on a work when something was published about it later."""

    __tablename__ = "plugin_blog_correction"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article.id", ondelete="CASCADE"), primary_key=True
    )
    update_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_reference_update.id", ondelete="CASCADE"), primary_key=True, index=True
    )
