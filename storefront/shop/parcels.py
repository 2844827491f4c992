"""What the parcel of a cart weighs, and which ways of delivery carry it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from storefront.cart.priced import PricedCart
from storefront.locale import country_name, current
from storefront.locale import gettext as _
from storefront.money import format_number
from storefront.offers.queries import VariantOffer
from storefront.pricing.countries import HOME
from storefront.pricing.queries import Method


def grams(of: PricedCart[VariantOffer]) -> int:
    """What everything in the cart that can be had weighs with its packing."""
    return sum(
        line.variant.shipping_grams * line.quantity
        for line in of.lines
        if line.counts and line.variant is not None
    )


def first_carrying(of: PricedCart[VariantOffer], methods: Iterable[Method]) -> Method | None:
    """The way of delivery whose price the cart shows: the first one at home, else to another country."""
    weight = grams(of)
    carrying = [one for one in methods if one.price_for(of.goods_cents, weight) is not None]
    return next((one for one in carrying if one.country == HOME), carrying[0] if carrying else None)


def too_heavy(of: PricedCart[VariantOffer], methods: Sequence[Method]) -> str:
    """What to say when none of the ways of delivery carries the cart; empty when one does."""
    weight = grams(of)
    if not methods or any(one.price_for(of.goods_cents, weight) is not None for one in methods):
        return ""
    most = max(one.most_grams or 0 for one in methods)
    return _(
        "Your cart weighs %(weight)s kg with its packing, and a parcel may weigh %(most)s kg. "
        "Take something out, or order it in two parts.",
        weight=_kilograms(weight),
        most=_kilograms(most),
    )


def not_to(of: PricedCart[VariantOffer], lands: Iterable[Sequence[Method]]) -> list[str]:
    """Which countries cannot be chosen because of the weight, and why; one sentence per limit.

    lands: the ways of delivery of each country.
    """
    weight = grams(of)
    by_limit: dict[int, list[str]] = {}
    for methods in lands:
        if all(one.price_for(of.goods_cents, weight) is None for one in methods):
            most = max(one.most_grams or 0 for one in methods)
            by_limit.setdefault(most, []).append(country_name(methods[0].country))
    return [
        _(
            "Not to %(countries)s: your cart weighs %(weight)s kg with its packing, "
            "and a parcel may weigh %(most)s kg.",
            countries=", ".join(names),
            weight=_kilograms(weight),
            most=_kilograms(most),
        )
        for most, names in by_limit.items()
    ]


def _kilograms(weight: int) -> str:
    return format_number((Decimal(weight) / 1000).normalize(), current())
