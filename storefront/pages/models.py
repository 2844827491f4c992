"""The pages that a shop must have: about, delivery, returns, terms and the like."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.database import Model


class Page(Model):
    """A page of fixed purpose, known to the code by `code` (returns, terms, …)."""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(default=100)


class PageText(Model):
    """A page's text in one language; Markdown is the source."""

    __tablename__ = "page_text"
    __table_args__ = (UniqueConstraint("page_id", "lang"), UniqueConstraint("lang", "slug"))

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(2))
    slug: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(160))
    meta_description: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime]
