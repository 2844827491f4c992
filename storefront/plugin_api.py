"""The only module that a plugin imports. What is here is stable; see docs/writing-a-plugin.md.

``API_VERSION`` rises by a minor number when something is added; something is removed only after a minor
release that warns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask import current_app, render_template

from storefront.accounts.actions import audit
from storefront.addresses import absolute, absolute_path, url
from storefront.admin.frame import guard as needs
from storefront.admin.frame import staff_name
from storefront.catalog.queries import CollectionLink, collections_by_code, ingredient_choices, pick_products
from storefront.clock import local, now, today
from storefront.database import ExactDecimal, LocalText, UtcDateTime, db
from storefront.forms import LongTextField, MoneyField, PublicForm, StaffForm, TextField, given, required, within
from storefront.jobs.actions import enqueue
from storefront.locale import LANGUAGES, format_date, gettext, in_language, lazy_gettext, ngettext, speaking
from storefront.locale import current as current_language
from storefront.media.actions import store_drawing, store_picture
from storefront.offers.queries import Offer, VariantOffer, offers_by_code, offers_by_id
from storefront.plugin_system.hookspecs import (
    MenuItem,
    Panel,
    Permission,
    SearchResult,
    SitemapEntry,
    hookimpl,
)
from storefront.plugin_system.loader import API_VERSION, Plugin
from storefront.refusals import Refused
from storefront.responses import gone_or_moved, public_page
from storefront.shop.frame import breadcrumbs, set_alternates
from storefront.transactions import writing

alternates: Callable[[dict[str, str]], None] = set_alternates
"""Tell the language switch where this page is in each language: {"nl": path, "en": path}."""


def setting(name: str) -> Any:
    """A setting of the shop by its name in storefront/config.py ("base_url", "media_dir")."""
    return getattr(current_app.extensions["storefront"], name)


__all__ = [
    "API_VERSION",
    "LANGUAGES",
    "CollectionLink",
    "ExactDecimal",
    "LocalText",
    "LongTextField",
    "MenuItem",
    "MoneyField",
    "Offer",
    "Panel",
    "Permission",
    "Plugin",
    "PublicForm",
    "Refused",
    "SearchResult",
    "SitemapEntry",
    "StaffForm",
    "TextField",
    "UtcDateTime",
    "VariantOffer",
    "absolute",
    "absolute_path",
    "alternates",
    "audit",
    "breadcrumbs",
    "collections_by_code",
    "current_language",
    "db",
    "enqueue",
    "format_date",
    "gettext",
    "given",
    "gone_or_moved",
    "hookimpl",
    "in_language",
    "ingredient_choices",
    "lazy_gettext",
    "local",
    "needs",
    "ngettext",
    "now",
    "offers_by_code",
    "offers_by_id",
    "pick_products",
    "public_page",
    "render_template",
    "required",
    "setting",
    "speaking",
    "staff_name",
    "store_drawing",
    "store_picture",
    "today",
    "url",
    "within",
    "writing",
]
