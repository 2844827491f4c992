"""What the audit log and an order's history keep, as people say it: "price: €34.95 → €29.95".

The log keeps English keys and bare values; what is not known here, such as a plugin's, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storefront.locale import LANGUAGES, current, gettext
from storefront.locale import lazy_gettext as _
from storefront.money import format_money

LONGEST = 80  # of a text; a longer one only says that it changed
NOTHING: tuple[object, ...] = (None, "", [], {})
MONEY = frozenset({"cents", "total_cents", "wanted_cents", "price", "price_cents"})
KINDS = {
    "order": _("order"),
    "product": _("product"),
    "batch": _("batch"),
    "report": _("report"),
    "certificate": _("certificate"),
    "laboratory": _("laboratory"),
    "page": _("page"),
    "staff": _("staff member"),
    "job": _("job"),
    "ingredient": _("ingredient"),
    "collection": _("collection"),
    "delivery": _("delivery"),
    "zone": _("zone"),
    "withdrawal": _("withdrawal"),
    "discount": _("discount"),
    "VAT": _("VAT of"),
}
LABELS = {
    # of products and collections, as in their editors
    "state": _("State"),
    "position": _("Place in lists"),
    "ingredient": _("Ingredient"),
    "collections": _("Collections"),
    "form": _("Form"),
    "unit_price_base_grams": _("Unit price"),
    "daily_units": _("Units in the daily portion"),
    "units": _("Word for one portion's unit"),
    "main_analyte": _("Substance of the purity badge"),
    "adults_only": _("For adults only"),
    "sealed": _("Sealed: cannot be returned once opened"),
    "vat_class": _("VAT"),
    "origins": _("Origin"),
    "pictures": _("Pictures"),
    "facts": _("Supplement facts"),
    "name": _("Name"),
    "names": _("Name"),
    "short_name": _("Short name"),
    "slug": _("Web address"),
    "summary": _("Short text"),
    "intro": _("Introduction"),
    "meta_description": _("Description for search engines"),
    "legal_name": _("Legal name"),
    "directions": _("Directions"),
    "ingredients": _("Ingredients"),
    "warnings": _("Warnings"),
    "storage": _("Storage"),
    "limit_note": _("Limit per day"),
    "what_is_in_it": _("What is in it"),
    "questions": _("Questions"),
    "sku": _("Article number"),
    "gtin": _("Barcode (GTIN)"),
    "labels": _("Size"),
    "pieces": _("Pieces"),
    "net_grams": _("Net weight in grams"),
    "shipping_grams": _("Weight with its packing in grams"),
    "days": _("Days that it lasts"),
    "on_sale": _("On sale"),
    "price": _("Price"),
    "stock": _("Stock"),
    # of what else staff do
    "from": _("From"),
    "free from": _("Free from"),
    "percent": _("Percent"),
    "countries": _("Countries"),
    "doi": _("DOI"),
    "languages": _("Language"),
    "role": _("Role"),
    # of orders and payments
    "tracking_code": _("Tracking code"),
    "restocked": _("Back into stock"),
    "cents": _("Sum"),
    "total_cents": _("Total"),
    "wanted_cents": _("Expected"),
    "currency": _("Currency"),
    "provider": _("Payment provider"),
    "attempt": _("Attempt"),
    "reason": _("Reason"),
    "how": _("How"),
    # of jobs
    "job": _("Job"),
    "count": _("Number"),
    "outcome": _("Outcome"),
}
WORDS = {
    "state": {
        "draft": _("Draft"),
        "published": _("On sale"),
        "archived": _("Archived"),
    },
    "form": {"capsules": _("Capsules"), "powder": _("Powder")},
    "vat_class": {"reduced": _("Reduced rate"), "standard": _("Standard rate")},
    "unit_price_base_grams": {"100": _("per 100 g"), "1000": _("per kg")},
    "role": {"admin": _("Admin"), "marketer": _("Marketer")},
    "reason": {
        "amount": _("another amount than was asked"),
        "closed": _("the order was closed or paid already"),
        "late": _("it came after the reservation had ended"),
    },
    "outcome": {"won": _("won"), "lost": _("lost")},
}


def target_words(target: str) -> str:
    """ "order K7M2" as people say it."""
    kind, space, name = target.partition(" ")
    return f"{KINDS[kind]} {name}" if space and kind in KINDS else target


def detail_words(details: Mapping[str, Any]) -> list[str]:
    """Each detail as a line; those that say nothing are left out."""
    return [line for key, value in details.items() if value not in NOTHING for line in _line(key, value)]


def _line(key: str, value: Any) -> Iterator[str]:
    of, name = _split(key)
    label = str(LABELS[name]) if name in LABELS else key
    if of:
        label = f"{of}, {label[0].lower()}{label[1:]}"
    if not _is_change(name, value):
        said = value if isinstance(value, list) else [value]
        yield f"{label}: {', '.join(_said(name, one) for one in said)}"
        return
    before, after = value
    if (before in NOTHING and after in NOTHING) or max(len(str(before)), len(str(after))) > LONGEST:
        yield gettext("%(what)s changed", what=label)
        return
    yield f"{label}: {_said(name, before)} → {_said(name, after)}"


def _split(key: str) -> tuple[str, str]:
    """ "MGT-C-90 price" → ("MGT-C-90", "price"); "nl slug" → ("NL", "slug")."""
    of, _space, name = key.rpartition(" ")
    if key in LABELS or name not in LABELS:
        return "", key
    return of.upper() if of in LANGUAGES else of, name


def _is_change(name: str, value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and name != "languages"


def _said(name: str, value: Any) -> str:
    """One value, with its word or its sign."""
    if value in NOTHING:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name in MONEY and isinstance(value, int):
        return format_money(value, current())
    if name == "languages":
        return str(value).upper()
    return str(WORDS.get(name, {}).get(str(value), value))
