"""How many statements reach the driver for a page, with 9 and with 500 products; and what GETs write."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, insert, select

from storefront.app import create_app
from storefront.catalog.models import (
    CollectionProduct,
    PriceHistory,
    Product,
    ProductText,
    Variant,
)
from storefront.database import db
from storefront.quality.models import BioavailabilityReference, LabReport, TestResult
from storefront.stock.models import Lot, StockLevel
from storefront.transactions import writing
from tests.journeys.buying import BUYER, add, order
from tests.journeys.shopper import article

PAGE, CART, ADD, PLACE = 8, 8, 8, 23
APART = 100_000  # between the keys of one copy and those of the next
PRODUCTS = {"9": 9, "500": 500}
PAGES = {
    "home": "",
    "list": "products",
    "filtered list": "products?ingredient=magnesium&form=capsules&in_stock=1&sort=unit_price",
    "collection": "collections/magnesium",
    "product": "products/magnesium-l-threonate-capsules",
    "product without articles": "products/nicotinamide-riboside-capsules",
    "moved or unknown product": "products/no-such-product",
    "search": "search?q=magnesium",
    "batch form": "batch",
    "batch": "batch/{batch}",
    "shop page": "pages/how-we-test",
    "blog": "blog",
    "topic": "blog/topics/magnesium",
    "article": "blog/{article}",
    "article with a collection": "blog/{collected}",
    "feed": "blog/feed.xml",
    "feed of a topic": "blog/topics/magnesium/feed.xml",
    "moved or unknown topic": "blog/topics/no-such-topic",
    "author": "blog/authors/daan-ouwehand",
}
FOR_MACHINES = ["/sitemap.xml", "/robots.txt", "/healthz", "/readyz"]
KEYS = {  # table: its columns that refer to a copied row, and those that must be unique
    Product: (["id"], ["code"]),
    ProductText: (["id", "product_id"], ["slug"]),
    Variant: (["id", "product_id"], ["sku"]),
    PriceHistory: (["id", "variant_id"], []),
    StockLevel: (["variant_id"], []),
    CollectionProduct: (["product_id"], []),
    Lot: (["id", "variant_id"], ["code", "search_code"]),
    LabReport: (["id", "lot_id"], ["report_number"]),
    TestResult: (["id", "report_id"], []),
    BioavailabilityReference: (["product_id"], []),
}


def multiply(app, wanted):
    """Copy the demo's products with their texts, sizes, stock and evidence until there are so many."""
    with app.app_context(), writing():
        present = db.session.scalar(select(func.count()).select_from(Product))
        for model, (keys, unique) in KEYS.items():
            rows = [dict(row) for row in db.session.execute(select(model.__table__)).mappings()]
            copies = [
                row
                | {key: row[key] + number * APART for key in keys}
                | {name: f"{row[name]}-{number}" for name in unique}
                for number in range(1, -(-wanted // present))
                for row in rows
            ]
            for start in range(0, len(copies), 2000):
                db.session.execute(insert(model.__table__), copies[start : start + 2000])


@pytest.fixture(scope="module", params=PRODUCTS)
def shop_app(request, journey_apps) -> Flask:
    """The demo shop with so many products."""
    app = journey_apps("demo")
    multiply(app, PRODUCTS[request.param])
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Product)) >= PRODUCTS[request.param]
        db.session.remove()
    return app


@pytest.fixture
def fresh(shop_app, journey_apps) -> FlaskClient:
    """A client of a new app on that shop, that has shown one other page (terms) before."""
    config = {"TESTING": True, "RAISE_IN_HOOKS": True, "RATELIMIT_ENABLED": False}
    app = create_app(shop_app.extensions["storefront"], config)
    journey_apps.apps.append(app)
    client = app.test_client()
    assert client.get("/en/pages/terms").status_code == 200
    return client


def filled(client, path) -> str:
    """A path with a batch and articles of the demo filled in."""
    batch = ""
    if "{batch}" in path:
        batch = re.search(r"/en/batch/([\w-]+)", client.get("/en/products/nmn-capsules").text)[1]
    return "/en/" + path.format(
        batch=batch,
        article=article("magnesium-brain", "en", "slug"),
        collected=article("nmn-capsules-powder", "en", "slug"),
    )


@pytest.mark.parametrize("place", PAGES)
def test_a_page_asks_little(fresh, queries, place):
    path = filled(fresh, PAGES[place])
    with queries(fresh.application) as seen:
        response = fresh.get(path)
    assert response.status_code == (404 if "no-such" in path else 200)
    assert len(seen) <= PAGE, "\n".join(seen)
    assert seen or place == "batch form"


def test_a_second_page_asks_little(fresh, queries):
    with queries(fresh.application) as seen:
        response = fresh.get("/en/products?sort=name&page=2")
    assert response.status_code in {200, 302}  # nine products have no second page
    assert 0 < len(seen) <= PAGE, "\n".join(seen)


def test_the_cart_and_the_checkout_ask_little(fresh, queries):
    for sku in ("NMN-C-60", "MGT-C-90", "CRM-P-500"):
        add(fresh, sku)
    for path in ("/en/cart", "/en/checkout"):
        with queries(fresh.application) as seen:
            assert fresh.get(path).status_code == 200
        assert len(seen) <= CART, "\n".join(seen)


@pytest.mark.parametrize("headers", [{}, {"X-Fragment": "drawer"}], ids=["page", "drawer"])
def test_adding_to_the_cart_asks_little(fresh, queries, headers):
    add(fresh, "MGB-C-120")
    with queries(fresh.application) as seen:
        response = fresh.post("/en/cart/add", data={"sku": "NMN-C-60", "quantity": "2"}, headers=headers)
    assert response.status_code == (200 if headers else 303)
    assert 0 < len(seen) <= ADD, "\n".join(seen)
    with queries(fresh.application) as seen:
        from_article = {"sku": "CRM-P-500", "source": "article:magnesium-brain:card:en"}
        fresh.post("/en/cart/add", data=from_article, headers=headers)
    assert any("plugin_blog_event" in statement for statement in seen)
    assert len(seen) <= ADD, "\n".join(seen)


def test_placing_an_order_of_three_lines_asks_little(fresh, queries):
    for sku in ("NMN-C-60", "MGT-C-90", "CRM-P-500"):
        add(fresh, sku)
    seen_total = re.search(r'name="seen" value="([^"]*)"', fresh.get("/en/checkout").text)[1]
    with queries(fresh.application) as seen:
        response = fresh.post("/en/checkout", data=BUYER | {"seen": seen_total, "email": "three@example.com"})
    assert response.status_code == 303
    assert "/payment/" in response.location
    assert 0 < len(seen) <= PLACE, "\n".join(seen)


def test_no_anonymous_get_writes(fresh):
    add(fresh, "NMN-C-60")
    placed = order(fresh, email="get@example.com")
    found = []

    def note(_connection, _cursor, statement, *_rest):
        reads = statement.lstrip("( ").startswith(("SELECT", "BEGIN", "PRAGMA", "WITH"))
        if not reads or "IMMEDIATE" in statement:
            found.append(statement)

    with fresh.application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        for path in PAGES.values():
            fresh.get(filled(fresh, path))
        for path in ["/", "/en/cart", "/en/checkout", placed.location, *FOR_MACHINES]:
            assert fresh.get(path).status_code in {200, 302}, path
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert found == []


def test_the_counter_counts(fresh, queries):
    with queries(fresh.application) as seen, fresh.application.app_context():
        db.session.scalar(select(func.count()).select_from(Product))
        db.session.remove()
    assert len(seen) == 1
