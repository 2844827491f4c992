"""Articles from elsewhere: what was handed in, and the addresses that they had there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storefront.plugin_api import Model


class Import(Model):
    """What somebody handed in to be imported, and what would happen to each row of it."""

    __tablename__ = "plugin_blog_import"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # shopify, markdown
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(12), default="looked_at")  # looked_at, waiting, done
    # how it was read: {"lang"}, and of a Shopify blog its language, and the people and topics chosen for it
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    rows: Mapped[list[dict[str, Any]]]  # of exchange.planning.Row
    data: Mapped[bytes | None] = mapped_column(LargeBinary)  # the file, until it is done


class OldAddress(Model):
    """Where an imported article stood before; it answers 301."""

    __tablename__ = "plugin_blog_old_address"

    path: Mapped[str] = mapped_column(String(300), primary_key=True)  # "/blogs/news/creatine"
    lang: Mapped[str] = mapped_column(String(2))
    article_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article.id", ondelete="CASCADE"), index=True
    )
