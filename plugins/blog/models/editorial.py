"""The life of a text: revisions, and what is being written just now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.plugin_api import Model


class Revision(Model):
    """A text as it was saved. Never changed."""

    __tablename__ = "plugin_blog_revision"
    __table_args__ = (UniqueConstraint("article_id", "lang", "number"),)
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("plugin_blog_article.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    deed: Mapped[str] = mapped_column(
        String(12)
    )  # saved, published, scheduled, archived, restored, imported, …
    fields: Mapped[dict[str, Any]]  # of drafts.TextDraft


class WorkingCopy(Model):
    """What somebody is writing and has not saved: one per window, gone when it is saved.

    It is there as soon as somebody opens the editor, so that others see it: without fields, then.
    """

    __tablename__ = "plugin_blog_working_copy"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)  # 128 random bits, in the form
    article_code: Mapped[str] = mapped_column(String(60), default="", index=True)  # "" for a new article
    actor: Mapped[str] = mapped_column(String(120))
    based_on: Mapped[datetime | None]  # Article.updated_at when the editor was opened
    fields: Mapped[dict[str, Any]]  # name of the form field -> what stands in it
    opened_at: Mapped[datetime]
    saved_at: Mapped[datetime]  # when the fields were last taken in
    seen_at: Mapped[datetime] = mapped_column(index=True)  # when the window was last heard of
