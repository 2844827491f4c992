"""Every hook that a plugin can implement, one function each. docs/hooks.md is held to this file by a test.

A hook carries ids and plain values, never models. A hook about a list gets the whole list in one call. What
returns HTML returns Markup. Hooks that build a page only read; hooks about money run in the worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pluggy
from flask import Blueprint
from markupsafe import Markup

hookspec = pluggy.HookspecMarker("storefront")
hookimpl = pluggy.HookimplMarker("storefront")


@dataclass(frozen=True)
class MenuItem:
    """A link in a menu. `label` is shown as it is, so it is translated by who gives it."""

    label: str
    path: str
    icon: str = "book"
    permission: str = ""  # admin_menu only: shown to those who have it
    endpoint_prefix: str = ""  # the item is the current one on endpoints that begin so
    position: int = 100


@dataclass(frozen=True)
class Permission:
    """Something that staff may do. Admins can do all; marketers what is marked so."""

    name: str
    title: str
    marketer: bool = False


@dataclass(frozen=True)
class SitemapEntry:
    """A page in the sitemap: absolute path per language, and when it last changed."""

    paths: dict[str, str]  # lang -> path, only the languages that exist
    changed: datetime | None = None


@dataclass(frozen=True)
class SearchResult:
    """A found page of a plugin."""

    title: str
    path: str
    excerpt: str
    kind: str  # the word shown beside it: "Article"


@dataclass(frozen=True)
class Panel:
    """A part of an admin page that a plugin fills."""

    title: str
    body: Markup
    permission: str = ""  # admin_dashboard_panels only: shown to those who have it


@dataclass(frozen=True)
class Job:
    """What the worker does with a payload. `network`: it talks to somebody, so it gets no transaction."""

    function: Callable[[dict[str, Any]], None]
    network: bool = False


@dataclass(frozen=True)
class Periodic:
    """Work that comes again and again. It runs without a transaction and may end in the middle."""

    every: timedelta
    function: Callable[[], object]


@dataclass(frozen=True)
class Touched:
    """A page that changes when a product leaves the shop: where staff edit it, and how it speaks of it."""

    title: str
    path: str
    detail: str = ""


class Specs:
    """The hooks. Each docstring says when it is called and what comes back."""

    @hookspec
    def blueprints(self) -> Iterable[tuple[Blueprint, str]]:
        """At start: the plugin's blueprints with their URL prefix ("/<lang:lang>/reviews", "/admin/x")."""

    @hookspec
    def permissions(self) -> Iterable[Permission]:
        """At start: what staff may do in this plugin."""

    @hookspec
    def jobs(self) -> dict[str, Callable[[dict[str, Any]], None] | Job]:
        """In the worker: name -> function(payload), or a Job. Names begin with the plugin's and a dot."""

    @hookspec
    def periodic_jobs(self) -> dict[str, Periodic]:
        """In the worker: name -> work that comes again and again. Names begin with the plugin's and a dot."""

    @hookspec
    def navigation_links(self, lang: str) -> Iterable[MenuItem]:
        """On every shop page: links for the main navigation."""

    @hookspec
    def footer_links(self, lang: str) -> Iterable[MenuItem]:
        """On every shop page: links for the footer's column about evidence."""

    @hookspec
    def page_top(self, lang: str) -> Markup | str:
        """On every shop page: HTML above the header (a dated notice)."""

    @hookspec
    def head_tags(self, lang: str) -> Markup | str:
        """On every shop page: tags for the head, such as a stylesheet or a feed."""

    @hookspec
    def home_sections(self, lang: str) -> Markup | str:
        """On the home page: a section below the products."""

    @hookspec
    def product_page_below(self, product_id: int, product_code: str, lang: str) -> Markup | str:
        """On a product's page: a section below the facts."""

    @hookspec
    def product_structured_data(self, product_code: str, lang: str) -> dict[str, Any]:
        """On a product's page: properties of its JSON-LD beside those of the shop, which stay."""

    @hookspec
    def product_list_extras(self, product_ids: list[int], lang: str) -> dict[int, Markup]:
        """On product lists: for some of the products a short piece of HTML on the card."""

    @hookspec
    def admin_menu(self) -> Iterable[MenuItem]:
        """On every admin page: links in the rail."""

    @hookspec
    def admin_dashboard_panels(self) -> Iterable[Panel]:
        """On the dashboard of the admin: panels, each shown to those who have its permission."""

    @hookspec
    def admin_product_panels(self, product_id: int, product_code: str) -> Iterable[Panel]:
        """In the product editor: panels below the core's own."""

    @hookspec
    def touched_pages(
        self, product_codes: list[str], collection_codes: list[str], lang: str
    ) -> Iterable[Touched]:
        """In the product editor: pages that change when these cannot be bought any more, titles in `lang`."""

    @hookspec
    def sitemap_entries(self) -> Iterable[SitemapEntry]:
        """When the sitemap is asked for: the plugin's public pages."""

    @hookspec
    def search_results(self, text: str, lang: str) -> Iterable[SearchResult]:
        """On the search page: found pages, best first, at most 20."""

    @hookspec
    def cart_added(self, sku: str, product_code: str, quantity: int, source: str, lang: str) -> None:
        """After something was put into a cart by a form that says where it stands; in a transaction."""

    @hookspec
    def order_notes(self) -> str:
        """In the checkout, just before an order is placed: a text that the plugin finds again with it."""

    @hookspec
    def order_placed(self, order_id: int) -> None:
        """By the worker, after an order was placed; at least once per order, so it must bear a repeat."""

    @hookspec
    def order_paid(self, order_id: int) -> None:
        """By the worker, after an order was paid; at least once per order, so it must bear a repeat."""

    @hookspec
    def demo_data(self, today: date) -> None:
        """While the demo shop is loaded, inside its transaction: the plugin's share of it."""
