"""What follows from a text: what it sells, links and cites, and its blocks. Written on each save."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storefront.plugin_api import Model


class ArticleProduct(Model):
    """A product that a text shows or links. Derived on save; a block that stays keeps its id."""

    __tablename__ = "plugin_blog_article_product"
    __table_args__ = (Index("ix_plugin_blog_article_product_code", "product_code", "text_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article_text.id", ondelete="CASCADE"), index=True
    )
    product_code: Mapped[str] = mapped_column(String(40))
    placement: Mapped[str] = mapped_column(String(10))  # see rules.PLACEMENTS
    position: Mapped[int]


class ArticleCollection(Model):
    """A collection that a text offers in an order-now block. Derived on save."""

    __tablename__ = "plugin_blog_article_collection"

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article_text.id", ondelete="CASCADE"), index=True
    )
    collection_code: Mapped[str] = mapped_column(String(40), index=True)
    placement: Mapped[str] = mapped_column(String(10), default="end", server_default=text("'end'"))
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


class ArticleLink(Model):
    """Another article that a text links, by its code (which may not be there yet, or no more)."""

    __tablename__ = "plugin_blog_article_link"

    text_id: Mapped[int] = mapped_column(
        ForeignKey("plugin_blog_article_text.id", ondelete="CASCADE"), primary_key=True
    )
    target_code: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class TextBlock(Model):
    """A block of a text as it was last saved, and the block of the other language that it translates.

    A block that changes keeps its row and gets a higher version. It is stale when the block it translates
    has a higher version than `of_version`.
    """

    __tablename__ = "plugin_blog_block"
    __table_args__ = (Index("ix_plugin_blog_block_text", "text_id", "position"),)
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("plugin_blog_article_text.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(
        String(12)
    )  # title, lead, alt, h2, h3, p, list, quote, table, picture, embed
    source: Mapped[str] = mapped_column(Text)  # its Markdown
    version: Mapped[int] = mapped_column(default=1)
    of_id: Mapped[int | None] = mapped_column(
        ForeignKey("plugin_blog_block.id", ondelete="SET NULL"), index=True
    )
    of_version: Mapped[int | None]  # kept when that block is gone, until somebody looked
    of_source: Mapped[str] = mapped_column(Text, default="")  # the words that it was made of
    alone: Mapped[int | None]  # the version of which somebody said that the other language leaves it out
