"""Narrowing a list: its filters, and its facets with their counts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Alike:
    """Products that filters cannot tell apart: how many, and their lowest and highest price."""

    ingredient: str
    ingredient_name: str
    form: str
    in_stock: bool
    price_fits: bool
    number: int
    lowest: int
    highest: int


def counted(groups: Sequence[Alike], filters: ListFilters) -> tuple[int, Facets]:
    """How many products the filters leave, and the facets of the whole list, ingredients in its order."""
    total = in_stock = 0
    by_ingredient: Counter[str] = Counter()
    by_form: Counter[str] = Counter()
    for group in groups:
        if not group.price_fits:
            continue
        ingredient = not filters.ingredients or group.ingredient in filters.ingredients
        form = not filters.forms or group.form in filters.forms
        stock = group.in_stock or not filters.in_stock
        total += group.number * (ingredient and form and stock)
        by_ingredient[group.ingredient] += group.number * (form and stock)
        by_form[group.form] += group.number * (ingredient and stock)
        in_stock += group.number * (ingredient and form and group.in_stock)
    names = {group.ingredient: group.ingredient_name for group in groups}
    return total, Facets(
        ingredients=[Option(code, name, by_ingredient[code]) for code, name in names.items()],
        forms=[
            Option(form, form_label(form), by_form[form]) for form in sorted({group.form for group in groups})
        ],
        in_stock=in_stock,
        price_low=min((group.lowest for group in groups), default=0),
        price_high=max((group.highest for group in groups), default=0),
    )


def form_label(form: str) -> str:
    """The word for a product's form."""
    return _("Capsules") if form == "capsules" else _("Powder")
