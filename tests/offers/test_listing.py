"""List pages: what the database filters, sorts and counts is what plain Python makes of the same products."""

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product as combinations
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront.catalog import actions as catalog
from storefront.catalog.collections import add_collection
from storefront.catalog.data import CollectionData, ProductData, TextData, VariantData
from storefront.catalog.models import Product, Variant
from storefront.catalog.search import fold
from storefront.database import db
from storefront.money import per
from storefront.offers.listing import Alike, ListFilters, counted
from storefront.offers.queries import list_page
from storefront.stock.models import StockLevel
from storefront.transactions import writing

INGREDIENTS = ("zinc", "iron", "nmn")  # iron has no Dutch name
NAMES = (
    "Zink",
    "Zink forte",
    "zink-forte",
    "Échinacea",
    "Echinacea",
    "IJzer, vloeibaar",
    "Ijzer poeder",
    "Été’s",
)
SORTS = ("position", "price", "price_desc", "unit_price", "name", "unheard")


@dataclass(frozen=True)
class Made:
    """A product as it was put into the shop; available: per size, None without a level."""

    id: int
    data: ProductData
    state: str
    available: tuple[int | None, ...]


def random_product(number: int, chance: Random) -> tuple[ProductData, str, tuple[int | None, ...]]:
    sizes = [
        VariantData(
            sku=f"P{number}-{size}",
            labels={"nl": "maat"},
            net_grams=Decimal(chance.choice(("62.4", "20.8", "0.16", "100", "250", "1000.00"))),
            days=30,
            price_cents=chance.choice((1495, 1989, 2000, 2001, 3433, 5000, 12345)),
            on_sale=chance.random() < 0.8,
        )
        for size in range(chance.randint(1, 4))
    ]
    langs = chance.choice((("nl", "en"), ("nl", "en"), ("nl",), ("nl",), ("en",), ()))
    text = TextData(name=chance.choice(NAMES), short_name=f"{chance.random()}", slug=f"p-{number}")
    data = ProductData(
        code=f"p-{number}",
        ingredient=chance.choice(INGREDIENTS),
        form=chance.choice(("capsules", "powder")),
        daily_units=Decimal(1),
        units={},
        texts=dict.fromkeys(langs, text),
        variants=sizes,
        collections=["first"] if chance.random() < 0.5 else [],
        position=chance.randint(-1, 5),
    )
    state = chance.choice(("published",) * 6 + ("draft", "archived"))
    return data, state, tuple(chance.choice((None, 0, 0, 1, 50)) for _ in sizes)


def filled(number: int, chance: Random) -> list[Made]:
    """A shop of random products."""
    made = []
    with writing():
        for code in INGREDIENTS:
            catalog.add_ingredient(
                code, {"en": code.title()} | ({} if code == "iron" else {"nl": code.upper()})
            )
        add_collection(CollectionData(code="first", texts={}))
        for each in range(number):
            data, state, available = random_product(each, chance)
            row = catalog.create_product(data, "An")
            row.state = state
            sizes = db.session.scalars(
                select(Variant.id).where(Variant.product_id == row.id).order_by(Variant.position)
            )
            for variant_id, units in zip(sizes, available, strict=True):
                if units is not None:
                    db.session.add(StockLevel(variant_id=variant_id, available=units))
            made.append(Made(row.id, data, state, available))
    return made


def expected(
    shop: list[Made], filters: ListFilters, sort: str, collection: str | None, search: str | None
) -> Any:
    """(codes in order, total, facets) of the Dutch list, the plain way."""
    rows = []
    for made in shop:
        data, text = made.data, made.data.texts.get("nl")
        sizes = [
            (size, units) for size, units in zip(data.variants, made.available, strict=True) if size.on_sale
        ]
        if made.state != "published" or text is None or not sizes:
            continue
        if collection is not None and collection not in data.collections:
            continue
        if search is not None and fold(search) not in fold(text.name):
            continue
        if filters.codes and data.code not in filters.codes:
            continue
        size, units = next((one for one in sizes if one[1]), sizes[0])
        rows.append((data.position, made.id, data, text.name, size, bool(units)))
    rows.sort(key=lambda row: row[:2])
    passed = [
        {
            "ingredient": not filters.ingredients or data.ingredient in filters.ingredients,
            "form": not filters.forms or data.form in filters.forms,
            "stock": in_stock or not filters.in_stock,
            "price": (filters.price_min or 0) <= size.price_cents <= (filters.price_max or 10**9),
        }
        for _, _, data, _, size, in_stock in rows
    ]

    def but(group: str) -> list[Any]:
        return [
            row
            for row, passes in zip(rows, passed, strict=True)
            if all(ok for name, ok in passes.items() if name != group)
        ]

    keys: dict[str, Any] = {
        "price": lambda row: row[4].price_cents,
        "price_desc": lambda row: -row[4].price_cents,
        "unit_price": lambda row: per(row[4].price_cents, row[4].net_grams, 100),
        "name": lambda row: fold(row[3]),
    }
    shown = sorted(but(""), key=keys.get(sort, lambda row: 0))
    by_ingredient = Counter(row[2].ingredient for row in but("ingredient"))
    by_form = Counter(row[2].form for row in but("form"))
    prices = [row[4].price_cents for row in rows] or [0]
    return (
        [row[2].code for row in shown],
        [(code, by_ingredient[code]) for code in dict.fromkeys(row[2].ingredient for row in rows)],
        [(form, by_form[form]) for form in sorted({row[2].form for row in rows})],
        sum(row[5] for row in but("stock")),
        (min(prices), max(prices)),
    )


def questions() -> list[tuple[ListFilters, str, str | None, str | None]]:
    """All filters together, each time in another order, and all orders of each list."""
    filters = [
        ListFilters(ingredients, forms, in_stock, low, high, codes)
        for ingredients, forms, in_stock, low, high, codes in combinations(
            ((), ("zinc",), ("iron", "nmn", "unheard")),
            ((), ("powder",)),
            (False, True),
            (None, 2000),
            (None, 5000),
            ((), tuple(f"p-{number}" for number in range(0, 80, 2))),
        )
    ]
    lists = ((None, None), ("first", None), ("unheard", None), (None, "zink"), (None, "nothing"))
    asked = [
        (one, SORTS[number % len(SORTS)], *lists[number % len(lists)]) for number, one in enumerate(filters)
    ]
    return asked + [(ListFilters(), sort, *one) for sort, one in combinations(SORTS, lists)]


def test_a_list_is_what_plain_python_makes_of_it(any_app: Flask) -> None:
    shop = filled(60, Random(1))
    per_page, found = 7, 0
    for filters, sort, collection, search in questions():
        codes, ingredients, forms, in_stock, prices = expected(shop, filters, sort, collection, search)
        for page in (1, 2):
            answer = list_page("nl", filters, sort, page, per_page, collection, search)
            about = (filters, sort, collection, search, page)
            assert [offer.code for offer in answer.offers] == codes[(page - 1) * per_page :][:per_page], about
            assert (answer.total, answer.pages) == (len(codes), -(-len(codes) // per_page)), about
            facets = answer.facets
            assert [(one.value, one.count) for one in facets.ingredients] == ingredients, about
            assert [(one.value, one.count) for one in facets.forms] == forms, about
            assert (facets.in_stock, (facets.price_low, facets.price_high)) == (in_stock, prices), about
        found += len(codes)
    assert found > 400


def test_an_ingredient_without_a_name_in_the_language_is_called_by_its_code(any_app: Flask) -> None:
    filled(20, Random(1))
    labels = {one.value: one.label for one in list_page("nl", ListFilters()).facets.ingredients}
    assert labels == {"zinc": "ZINC", "iron": "iron", "nmn": "NMN"}
    db.session.execute(update(Product).values(state="draft"))
    empty = list_page("nl", ListFilters())
    assert (empty.offers, empty.total, empty.pages, empty.facets.price_high) == ([], 0, 0, 0)


def test_half_a_cent_per_100_g_is_rounded_up_before_it_is_compared(any_demo_app: Flask) -> None:
    for sku, grams, cents in (("MGB-C-120", "100", 5688), ("NRC-C-60", "17.6", 1001)):  # 56.88, 56.875
        change = update(Variant).where(Variant.sku == sku)
        db.session.execute(change.values(net_grams=Decimal(grams), price_cents=cents))
    codes = [
        offer.code for offer in list_page("nl", ListFilters(codes=("mgb-c", "nrc-c")), "unit_price").offers
    ]
    assert codes == ["mgb-c", "nrc-c"]


ONE = Alike("nmn", "NMN", "powder", True, True, 2, 1000, 3000)
GROUPS = [
    ONE,
    replace(ONE, in_stock=False, number=3, lowest=500),
    replace(ONE, form="capsules", number=5),
    replace(ONE, ingredient="zinc", ingredient_name="Zink", number=7, highest=9000),
    replace(ONE, ingredient="zinc", ingredient_name="Zink", price_fits=False, number=11, highest=9900),
]


@pytest.mark.parametrize(
    ("filters", "total", "ingredients", "forms", "in_stock"),
    [
        (ListFilters(), 17, [10, 7], [5, 12], 14),
        (ListFilters(in_stock=True), 14, [7, 7], [5, 9], 14),
        (ListFilters(ingredients=("nmn",)), 10, [10, 7], [5, 5], 7),
        (ListFilters(ingredients=("nmn",), forms=("powder",)), 5, [5, 7], [5, 5], 2),
        (ListFilters(ingredients=("zinc",), forms=("capsules",), in_stock=True), 0, [5, 0], [0, 7], 0),
    ],
)
def test_counting(
    filters: ListFilters, total: int, ingredients: list[int], forms: list[int], in_stock: int
) -> None:
    number, facets = counted(GROUPS, filters)
    assert number == total
    assert [one.count for one in facets.ingredients] == ingredients
    assert [(one.value, one.count) for one in facets.forms] == list(
        zip(("capsules", "powder"), forms, strict=True)
    )
    assert facets.in_stock == in_stock
    assert (facets.price_low, facets.price_high) == (500, 9900)
