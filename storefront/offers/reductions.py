"""The discounts that could count now, each with the products that it speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select

from storefront import clock
from storefront.catalog import models as catalog
from storefront.catalog.models import CollectionProduct, Product
from storefront.database import db
from storefront.pricing import discounts
from storefront.pricing.models import Discount
from storefront.pricing.totals import Reduction


def reductions(code: str = "", own: Collection[int] = ()) -> tuple[tuple[Reduction, ...], str]:
    """What could reduce a cart today, and why the code does not, see `pricing.discounts.possible`."""
    found, problem = discounts.possible(clock.today(), code, own)
    return resolved(found), problem


def resolved(found: Iterable[Discount]) -> tuple[Reduction, ...]:
    """Discounts with the products of their collections; one query when there are any."""
    found = list(found)
    wanted = {code for one in found for code in one.collections}
    members = members_of(wanted) if wanted else {}
    return tuple(
        Reduction(
            id=one.id,
            code=one.code or "",
            names=one.names,
            kind=one.kind,
            value=one.value,
            minimum_cents=one.minimum_cents,
            products=_products(one, members),
        )
        for one in found
    )


def _products(one: Discount, members: dict[str, set[str]]) -> frozenset[str] | None:
    if not one.products and not one.collections:
        return None
    return frozenset(one.products).union(*(members.get(code, set()) for code in one.collections))


def members_of(collections: Collection[str]) -> dict[str, set[str]]:
    """The products of each collection, by code."""
    rows = db.session.execute(
        select(catalog.Collection.code, Product.code)
        .join(CollectionProduct, CollectionProduct.collection_id == catalog.Collection.id)
        .join(Product, Product.id == CollectionProduct.product_id)
        .where(catalog.Collection.code.in_(collections))
    )
    found: dict[str, set[str]] = {}
    for collection, product in rows:
        found.setdefault(collection, set()).add(product)
    return found
