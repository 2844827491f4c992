"""The two statements of a list page, built once for each shape of list: its counts, and the offers of a page.

A product is compared by the size that is offered first: the first one in stock, else the first one. The
shape is what narrows and orders the list; all values are parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, Select, Text, and_, bindparam, func, select
from sqlalchemy import cast as as_type
from sqlalchemy import literal_column as written
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storefront.catalog.models import Ingredient, Product, ProductText, Variant
from storefront.database import undecoded
from storefront.offers.reading import LANG, OFFERS, ORDER, PUBLISHED, named
from storefront.stock.models import StockLevel


class FirstLine(FunctionElement[str]):
    """SQL: the first line of a text, ordered by its signs alone, as SQLite and Python do it."""

    inherit_cache = True
    type = Text()


@compiles(FirstLine)
def _on_sqlite(element: FirstLine, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"substr({text}, 1, instr({text} || char(10), char(10)) - 1)"


@compiles(FirstLine, "postgresql")
def _on_postgresql(element: FirstLine, compiler: SQLCompiler, **options: Any) -> str:
    return f'split_part({compiler.process(element.clauses, **options)}, chr(10), 1) COLLATE "C"'


_size, _level = aliased(Variant), aliased(StockLevel)
_first_size = (
    select(_size.id)
    .outerjoin(_level, _level.variant_id == _size.id)
    .where(_size.product_id == Product.id, _size.on_sale)
    .order_by((func.coalesce(_level.available, 0) > 0).desc(), _size.position, _size.id)
    .limit(1)
    .correlate(Product)
    .scalar_subquery()
)
_in_stock = func.coalesce(StockLevel.available, 0) > 0
_price_fits = Variant.price_cents.between(bindparam("price_min"), bindparam("price_max"))
_NARROWED: dict[str, ColumnElement[bool]] = {
    "ingredients": Ingredient.code.in_(bindparam("ingredients", expanding=True)),
    "forms": Product.form.in_(bindparam("forms", expanding=True)),
    "in_stock": _in_stock,
}
# "100.0" is exact on PostgreSQL and no whole number on SQLite; the tiny part makes a half there a half again.
_per_100_g = func.round(
    Variant.price_cents * written("100.0") / as_type(Variant.net_grams, Numeric) + written("0.000000001")
)
_SORTED: dict[str, Any] = {
    "price": Variant.price_cents,
    "price_desc": -Variant.price_cents,
    "unit_price": _per_100_g,
    "name": FirstLine(ProductText.search_text),
}


def _listed(statement: Select[*tuple[Any, ...]], kinds: Iterable[str]) -> Select[*tuple[Any, ...]]:
    """Published products that each of these kinds names, with the size that is offered first."""
    return (
        statement.select_from(Product)
        .join(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == LANG))
        .join(Ingredient, Ingredient.id == Product.ingredient_id)
        .join(Variant, Variant.id == _first_size)
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .where(PUBLISHED, *(condition for kind in kinds for condition in named([kind])))
    )


@lru_cache(maxsize=8)
def counts(kinds: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """How many products there are of each ingredient, form, stock and fit of the price, and their prices.

    In the order in which the list shows the first of each.
    """
    place = as_type(Product.position, BigInteger) * 2**32 + Product.id
    statement: Select[*tuple[Any, ...]] = select(
        Ingredient.code.label("ingredient"),
        undecoded(Ingredient.names),
        Product.form,
        _in_stock.label("in_stock"),
        _price_fits.label("price_fits"),
        func.count().label("number"),
        func.min(Variant.price_cents).label("lowest"),
        func.max(Variant.price_cents).label("highest"),
    )
    return (
        _listed(statement, kinds)
        .group_by(Ingredient.id, Product.form, written("in_stock"), written("price_fits"))
        .order_by(func.min(place))
    )


@lru_cache(maxsize=256)
def page_of_list(kinds: tuple[str, ...], narrowed: tuple[str, ...], sort: str) -> Select[*tuple[Any, ...]]:
    """A page's offers in its order; parameters: the shape's, price_min, price_max, most and skipped."""
    key = _SORTED.get(sort)
    keys = [] if key is None else [key.label("key")]
    page = (
        _listed(select(Product.id, *keys), kinds)
        .where(_price_fits, *(_NARROWED[group] for group in narrowed))
        .order_by(*keys, Product.position, Product.id)
        .limit(bindparam("most"))
        .offset(bindparam("skipped"))
        .subquery()
    )
    order = [] if key is None else [page.c.key]
    return OFFERS.join(page, page.c.id == Product.id).order_by(*order, *ORDER)
