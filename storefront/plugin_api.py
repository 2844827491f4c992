"""The only module that a plugin imports. What is here is stable; see docs/writing-a-plugin.md.

``API_VERSION`` rises by a minor number when something is added; something is removed only after a minor
release that warns.
"""

from __future__ import annotations

from typing import Any

from flask import current_app
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
)

from storefront.accounts.actions import audit
from storefront.addresses import absolute, absolute_path, url
from storefront.admin.frame import actor
from storefront.admin.frame import allowed as may
from storefront.admin.frame import guard as requires
from storefront.catalog.editing import product_states
from storefront.catalog.queries import CollectionLink, collection_links
from storefront.clock import local, now, today
from storefront.config import SHOP_NAME
from storefront.content_version import kept
from storefront.database import ExactDecimal, LocalText, Model, UtcDateTime, db, fetch
from storefront.forms import (
    DayField,
    LongTextField,
    MoneyField,
    PublicForm,
    StaffForm,
    TextField,
    WholeField,
    given,
    required,
    within,
)
from storefront.jobs.actions import enqueue
from storefront.locale import (
    LANGUAGES,
    format_date,
    format_month,
    gettext,
    in_language,
    lazy_gettext,
    ngettext,
    speaking,
)
from storefront.locale import current as language
from storefront.media.actions import store_drawing, store_picture
from storefront.media.queries import srcset
from storefront.money import format_money, format_number
from storefront.offers.queries import Offer, VariantOffer, offers_by_code, offers_by_id, search_offers
from storefront.orders.notes import forget_note
from storefront.orders.sales import SoldLine, sales
from storefront.orders.summary import OrderSummary, SummaryLine, order_summary
from storefront.plugin_system.hookspecs import (
    Job,
    MenuItem,
    Panel,
    Periodic,
    Permission,
    SearchResult,
    SitemapEntry,
    Touched,
    hookimpl,
)
from storefront.plugin_system.loader import API_VERSION, Plugin
from storefront.refusals import Refused
from storefront.responses import gone_or_moved, public_page
from storefront.shop.frame import breadcrumbs, media_path, set_alternates, set_canonical, shop_page
from storefront.shop.targets import code_of_path, ingredient_names, shop_path
from storefront.shop.wording import badge_title, unit_price
from storefront.templating import piece
from storefront.transactions import writing
from storefront.web_security import UPLOAD_BYTES

alternates = set_alternates
search_products = search_offers
collections = collection_links
ingredients = ingredient_names
media_url = media_path


def setting(name: str) -> Any:
    """A setting of the shop by its name in storefront/config.py, such as "base_url"."""
    return getattr(current_app.extensions["storefront"], name)


__all__ = [
    "API_VERSION",
    "LANGUAGES",
    "SHOP_NAME",
    "UPLOAD_BYTES",
    "BooleanField",
    "CollectionLink",
    "DayField",
    "ExactDecimal",
    "FieldList",
    "FileField",
    "FormField",
    "HiddenField",
    "Job",
    "LocalText",
    "LongTextField",
    "MenuItem",
    "Model",
    "MoneyField",
    "Offer",
    "OrderSummary",
    "Panel",
    "Periodic",
    "Permission",
    "Plugin",
    "PublicForm",
    "Refused",
    "SearchResult",
    "SelectField",
    "SelectMultipleField",
    "SitemapEntry",
    "SoldLine",
    "StaffForm",
    "SummaryLine",
    "TextField",
    "Touched",
    "UtcDateTime",
    "VariantOffer",
    "WholeField",
    "absolute",
    "absolute_path",
    "actor",
    "alternates",
    "audit",
    "badge_title",
    "breadcrumbs",
    "code_of_path",
    "collections",
    "db",
    "enqueue",
    "fetch",
    "forget_note",
    "format_date",
    "format_money",
    "format_month",
    "format_number",
    "gettext",
    "given",
    "gone_or_moved",
    "hookimpl",
    "in_language",
    "ingredients",
    "kept",
    "language",
    "lazy_gettext",
    "local",
    "may",
    "media_url",
    "ngettext",
    "now",
    "offers_by_code",
    "offers_by_id",
    "order_summary",
    "piece",
    "product_states",
    "public_page",
    "required",
    "requires",
    "sales",
    "search_products",
    "set_canonical",
    "setting",
    "shop_page",
    "shop_path",
    "speaking",
    "srcset",
    "store_drawing",
    "store_picture",
    "today",
    "unit_price",
    "url",
    "within",
    "writing",
]
