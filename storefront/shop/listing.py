"""What a product list's address means: filters, order and page. What makes no sense is ignored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from storefront.locale import current, gettext
from storefront.money import format_money, parse_money
from storefront.offers.listing import Facets, ListFilters, form_label

SORTS = ("position", "price", "price_desc", "unit_price", "name")
FORMS = ("capsules", "powder")
MOST_PAGES = 1000
MOST_CODES = 30


@dataclass(frozen=True)
class Asked:
    """A list as an address asks for it."""

    filters: ListFilters
    sort: str = SORTS[0]
    page: int = 1

    def query(self, page: int = 1) -> str:
        """The query of the address with these filters: "?form=powder&sort=price", empty without any."""
        pairs = [*filter_pairs(self.filters)]
        if self.sort != SORTS[0]:
            pairs.append(("sort", self.sort))
        if page > 1:
            pairs.append(("page", str(page)))
        return f"?{urlencode(pairs)}" if pairs else ""


@dataclass(frozen=True)
class Chip:
    """An active filter, and the query of the list without it."""

    label: str
    query: str


def asked_for(args: MultiDict[str, str]) -> Asked:
    """Read the query of an address. Unknown sorts, words for prices, pages below one: as if not given."""
    low, high = cents_of(args.get("min", "")), cents_of(args.get("max", ""))
    if low is not None and high is not None and low > high:
        low, high = high, low
    filters = ListFilters(
        ingredients=clean(args.getlist("ingredient")),
        forms=tuple(form for form in clean(args.getlist("form")) if form in FORMS),
        in_stock=args.get("stock", "") == "1",
        price_min=low,
        price_max=high,
        codes=clean(args.get("codes", "").split(",")),
    )
    sort = args.get("sort", "")
    page = args.get("page", "")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    return Asked(filters, sort if sort in SORTS else SORTS[0], min(max(number, 1), MOST_PAGES))


def clean(values: Iterable[str]) -> tuple[str, ...]:
    """Codes without repeats; what cannot be a code is left out."""
    codes = (value.strip() for value in values)
    kept = dict.fromkeys(
        code for code in codes if code and len(code) <= 40 and code.replace("-", "").isalnum()
    )
    return tuple(kept)[:MOST_CODES]


def cents_of(text: str) -> int | None:
    """An amount in cents from what was typed, None when it is none."""
    try:
        return parse_money(text) if text else None
    except ValueError:
        return None


def filter_pairs(filters: ListFilters) -> list[tuple[str, str]]:
    """Filters as they stand in an address."""
    pairs = [("ingredient", code) for code in filters.ingredients]
    pairs += [("form", form) for form in filters.forms]
    if filters.in_stock:
        pairs.append(("stock", "1"))
    for name, cents in (("min", filters.price_min), ("max", filters.price_max)):
        if cents is not None:
            pairs.append((name, amount(cents)))
    if filters.codes:
        pairs.append(("codes", ",".join(filters.codes)))
    return pairs


def amount(cents: int | None) -> str:
    """An amount for a field: "14", "14,50" (in Dutch), empty for None."""
    if cents is None:
        return ""
    text = f"{cents // 100}.{cents % 100:02d}".removesuffix(".00")
    return text.replace(".", ",") if current() == "nl" else text


def chips(asked: Asked, facets: Facets) -> list[Chip]:
    """The active filters, each with the address without it."""
    filters = asked.filters
    names = {option.value: option.label for option in facets.ingredients}
    found = [
        (names.get(code, code), replace(filters, ingredients=without(filters.ingredients, code)))
        for code in filters.ingredients
    ]
    found += [
        (form_label(form), replace(filters, forms=without(filters.forms, form))) for form in filters.forms
    ]
    if filters.in_stock:
        found.append((gettext("In stock"), replace(filters, in_stock=False)))
    if filters.price_min is not None:
        label = gettext("from %(price)s", price=format_money(filters.price_min, current()))
        found.append((label, replace(filters, price_min=None)))
    if filters.price_max is not None:
        label = gettext("up to %(price)s", price=format_money(filters.price_max, current()))
        found.append((label, replace(filters, price_max=None)))
    if filters.codes:
        found.append((gettext("From the article"), replace(filters, codes=())))
    return [Chip(label, Asked(rest, asked.sort).query()) for label, rest in found]


def without(values: tuple[str, ...], one: str) -> tuple[str, ...]:
    """The values but this one."""
    return tuple(value for value in values if value != one)
