"""A small shop for tests of cart, checkout and payment: two products, delivery to two countries, VAT."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from storefront import clock
from storefront.catalog.actions import add_ingredient, create_product, set_state
from storefront.catalog.data import ProductData, TextData, VariantData
from storefront.catalog.models import Variant
from storefront.database import db
from storefront.orders.models import Order
from storefront.orders.rules import Buyer, NewLine, NewOrder
from storefront.pricing.actions import set_vat_rate
from storefront.pricing.models import Discount
from storefront.pricing.reductions import PERCENT, Reduction
from storefront.pricing.shipping import add_shipping_method
from storefront.stock.actions import open_level
from storefront.stock.models import StockLevel, StockMovement
from storefront.transactions import writing

SMALL, LARGE, POWDER, SHAKER = "MGT-C-90", "MGT-C-180", "NMN-P-50", "SHAKER"
PRICES = {SMALL: 3495, LARGE: 6295, POWDER: 7995, SHAKER: 1250}
BUYER = Buyer(
    "lotte.jansen@example.nl", "Lotte Jansen", "Oude Ebbingestraat 18", "9711 LM", "Groningen", "NL"
)
POSTED = {
    "email": "lotte.jansen@example.nl",
    "phone": "",
    "name": "Lotte Jansen",
    "street": "Oude Ebbingestraat 18",
    "postcode": "9711 lm",
    "city": "Groningen",
    "country": "NL",
    "shipping": "standard",
    "payment": "ideal",
    "terms": "y",
}


@dataclass(frozen=True)
class Shelf:
    """The variants' ids by SKU."""

    ids: dict[str, int]

    def left(self, sku: str) -> int:
        """How many can be bought now."""
        db.session.rollback()
        return db.session.scalars(
            select(StockLevel.available).where(StockLevel.variant_id == self.ids[sku])
        ).one()

    def moved(self, sku: str) -> int:
        """What all movements add up to."""
        statement = select(func.sum(StockMovement.quantity)).where(StockMovement.variant_id == self.ids[sku])
        return int(db.session.scalar(statement) or 0)


def fill(available: int = 10) -> Shelf:
    """Put the products on sale, each size with so many units, with delivery and VAT."""
    with writing():
        first = date(2020, 1, 1)
        for country, reduced in (("NL", 900), ("BE", 600)):
            set_vat_rate(country, "reduced", reduced, first)
            set_vat_rate(country, "standard", 2100, first)
        _ways_of_delivery()
    return add_products(available)


def add_products(available: int) -> Shelf:
    """The products alone, for a shop that has its ways of delivery and VAT rates."""
    with writing():
        for code in ("magnesium", "nmn", "none"):
            add_ingredient(code, {"nl": code, "en": code})
        _product("mgt-c", "magnesium", "Magnesium L-threonate", [(SMALL, "90"), (LARGE, "180")])
        _product("nmn-p", "nmn", "NMN", [(POWDER, "50")])
        _product("shaker", "none", "Shaker", [(SHAKER, "1")], vat_class="standard")
        ids = {row.sku: row.id for row in db.session.execute(select(Variant.sku, Variant.id))}
        levels = set(db.session.scalars(select(StockLevel.variant_id)))
        for variant_id in ids.values():
            if variant_id in levels:
                level = db.session.get_one(StockLevel, variant_id)
                db.session.delete(level)
                db.session.flush()
            open_level(variant_id, available)
    return Shelf(ids)


def _ways_of_delivery() -> None:
    for country, code, price, free_from in (
        ("NL", "standard", 450, 5000),
        ("NL", "evening", 695, None),
        ("BE", "standard", 695, 7500),
        ("BE", "pickup", 495, None),
    ):
        add_shipping_method(
            country, code, {"nl": f"{code} nl", "en": f"{code} en"}, {"nl": "", "en": ""}, price, free_from
        )


def _product(
    code: str, ingredient: str, name: str, sizes: list[tuple[str, str]], vat_class: str = "reduced"
) -> None:
    create_product(
        ProductData(
            code=code,
            ingredient=ingredient,
            form="capsules",
            daily_units=Decimal(1),
            units={"nl": "capsules", "en": "capsules"},
            texts={
                "nl": TextData(name=f"{name} (nl)", short_name=name, slug=f"{code}-nl"),
                "en": TextData(name=f"{name} (en)", short_name=name, slug=f"{code}-en"),
            },
            variants=[
                VariantData(
                    sku=sku,
                    labels={"nl": f"{size} stuks", "en": f"{size} pieces"},
                    net_grams=Decimal(size),
                    days=30,
                    price_cents=PRICES[sku],
                )
                for sku, size in sizes
            ],
            vat_class=vat_class,
        ),
        "test",
    )
    set_state(code, "published")


def checkout(client: FlaskClient, lang: str = "en", **changes: str | None) -> TestResponse:
    """Send the checkout's form with the totals that stand on it. None takes a field away."""
    found = re.search(r'name="seen" value="([^"]*)"', client.get(f"/{lang}/checkout").text)
    data = POSTED | {"seen": found[1] if found else ""} | changes
    given = {name: value for name, value in data.items() if value is not None}
    return client.post(f"/{lang}/checkout", data=given)


def new_order(
    shelf: Shelf, quantities: dict[str, int], cart_id: str = "cart-0123456789abcdef", **changes: object
) -> NewOrder:
    """An order for so many of each SKU."""
    lines = tuple(
        NewLine(
            variant_id=shelf.ids[sku],
            product_code=sku.lower(),
            product_slug=sku.lower(),
            sku=sku,
            name=f"Name of {sku}",
            label="90 pieces",
            picture="",
            raster="",
            lot_code="26-0412",
            quantity=quantity,
            unit_cents=PRICES[sku],
            vat_class="standard" if sku == SHAKER else "reduced",
        )
        for sku, quantity in quantities.items()
    )
    values: dict[str, object] = {
        "cart_id": cart_id,
        "lang": "nl",
        "buyer": BUYER,
        "lines": lines,
        "shipping_code": "standard",
        "shipping_name": "PostNL",
        "shipping_cents": 0,
        "payment_method": "ideal",
        "payment_name": "iDEAL | Wero",
    }
    return NewOrder(**(values | changes))  # type: ignore[arg-type]


def tenth_off() -> Reduction:
    """A discount code that takes a tenth off everything."""
    names = {"nl": "Een tiende", "en": "A tenth"}
    with writing():
        row = Discount(
            code="TENTH",
            names=names,
            kind=PERCENT,
            value=1000,
            products=[],
            collections=[],
            starts_on=date(2020, 1, 1),
            created_at=clock.now(),
        )
        db.session.add(row)
    return Reduction(row.id, "TENTH", names, PERCENT, 1000)


def orders() -> list[Order]:
    """All orders, as the database has them."""
    db.session.rollback()
    return list(db.session.scalars(select(Order).order_by(Order.id)))
