"""What readers do, without who they are; and the switches of the blog."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storefront.plugin_api import Model


class Event(Model):
    """A page that was read or a cart that was filled from it; a job adds these up and deletes them."""

    __tablename__ = "plugin_blog_event"
    affects_pages = False

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]  # in the shop's time zone
    article_code: Mapped[str] = mapped_column(String(60))
    lang: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(4))  # view, cart
    depth: Mapped[int] = mapped_column(default=0)  # a view: how far it was read, in percent
    placements: Mapped[str] = mapped_column(
        String(40), default=""
    )  # a view: what was in sight; a cart: its place


class DaySum(Model):
    """How often something happened on a day: views, how far they were read, what was seen, carts."""

    __tablename__ = "plugin_blog_day"
    affects_pages = False

    day: Mapped[date] = mapped_column(primary_key=True)
    article_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    lang: Mapped[str] = mapped_column(String(2), primary_key=True)
    measure: Mapped[str] = mapped_column(
        String(16), primary_key=True
    )  # view, read25 … read100, seen:card, cart:card
    count: Mapped[int]


class Setting(Model):
    """A switch of the blog: "lookup" (ask Crossref and PubMed)."""

    __tablename__ = "plugin_blog_setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[dict[str, Any]]
