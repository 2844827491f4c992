"""Narrowing a list: filters, facets with their counts, and order. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from storefront.catalog.search import fold
from storefront.locale import gettext as _


@dataclass(frozen=True, slots=True)
class ListFilters:
    """What a visitor wants to see. Prices are cents; an empty filter lets everything through."""

    ingredients: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    in_stock: bool = False
    price_min: int | None = None
    price_max: int | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet, and how many products it would leave with the other filters as they are."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What a list can be narrowed by. Options without a hit stay in; the two prices are those of the list."""

    ingredients: list[Option]
    forms: list[Option]
    in_stock: int
    price_low: int
    price_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A product as lists compare it: by the size that is offered first. unit_cents: per 100 g."""

    product_id: int
    code: str
    ingredient: str
    ingredient_name: str
    form: str
    name: str
    price_cents: int
    unit_cents: int
    in_stock: bool


SORTS: dict[str, Callable[[Sized], Any] | None] = {
    "position": None,
    "price": lambda item: item.price_cents,
    "price_desc": lambda item: -item.price_cents,
    "unit_price": lambda item: item.unit_cents,
    "name": lambda item: fold(item.name),
}


def narrowed(items: Sequence[Sized], filters: ListFilters, sort: str) -> tuple[list[Sized], Facets]:
    """What the filters leave, in order, and the facets of the whole list."""
    if filters.codes:
        items = [item for item in items if item.code in filters.codes]
    passes = {item.product_id: _passes(item, filters) for item in items}
    chosen = [item for item in items if all(passes[item.product_id].values())]
    key = SORTS.get(sort)
    if key is not None:
        chosen.sort(key=key)

    def left_by(group: str) -> list[Sized]:
        """What the filters of all other groups leave."""
        return [
            item for item in items if all(ok for name, ok in passes[item.product_id].items() if name != group)
        ]

    by_ingredient = Counter(item.ingredient for item in left_by("ingredient"))
    by_form = Counter(item.form for item in left_by("form"))
    ingredients = {item.ingredient: item.ingredient_name for item in items}
    prices = [item.price_cents for item in items]
    return chosen, Facets(
        ingredients=[Option(code, name, by_ingredient[code]) for code, name in ingredients.items()],
        forms=[
            Option(form, form_label(form), by_form[form]) for form in sorted({item.form for item in items})
        ],
        in_stock=sum(item.in_stock for item in left_by("stock")),
        price_low=min(prices, default=0),
        price_high=max(prices, default=0),
    )


def _passes(item: Sized, filters: ListFilters) -> dict[str, bool]:
    """Which groups of filters let a product through."""
    return {
        "ingredient": not filters.ingredients or item.ingredient in filters.ingredients,
        "form": not filters.forms or item.form in filters.forms,
        "stock": item.in_stock or not filters.in_stock,
        "price": (filters.price_min is None or item.price_cents >= filters.price_min)
        and (filters.price_max is None or item.price_cents <= filters.price_max),
    }


def form_label(form: str) -> str:
    """The word for a product's form."""
    return _("Capsules") if form == "capsules" else _("Powder")
