"""The plugin taken out: no trace in the shop. Purged: no table. Put back on a copy: nothing is lost."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text

from plugins.blog.models import Event
from storefront import worker
from storefront.app import create_app
from storefront.database import db
from storefront.orders import actions
from storefront.orders.models import Order, OrderLine
from storefront.plugin_api import offers_by_code, sales, today, writing
from storefront.testing import CONFIG, FreshClient, Maker, entered_as
from tests.orders import shelf

SOURCE = "article:magnesium-brain:lead:en"
ADMIN = ("", "orders/", "products/", "products/mgt-c", "assortment/", "jobs/", "audit/", "pages/", "staff/")


def started(make_app: Maker, app: Flask, **changes: object) -> Flask:
    """Another start of the same shop."""
    again = create_app(replace(app.extensions["storefront"], **changes), CONFIG)  # type: ignore[arg-type]
    again.test_client_class = FreshClient
    make_app.apps.append(again)
    return again


def bought(client: FlaskClient, source: str) -> str:
    """Put a product into the cart from somewhere, order it, and give the address of the order's page."""
    sku = offers_by_code(["mgt-c"], "en")["mgt-c"].default.sku
    assert client.post("/en/cart/add", data={"sku": sku, "source": source}).status_code == 303
    assert shelf.checkout(client).status_code == 303
    db.session.rollback()
    order = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
    assert order is not None
    token = order.token
    with writing():
        assert actions.mark_paid(order.id, "test", {})
    return f"/en/orders/{token}"


def held() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the blog."""
    db.session.rollback()
    names = [name for name in inspect(db.engine).get_table_names() if "blog" in name]
    return {
        name: sorted(map(tuple, db.session.execute(text(f"SELECT * FROM {name}"))), key=repr)
        for name in names
    }


def copied(app: Flask, target: Path) -> str:
    """A copy of the database, as a backup makes one."""
    source = app.extensions["storefront"].database_url.removeprefix("sqlite:///")
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()
    return f"sqlite:///{target}"


def shown(app: Flask) -> list[str]:
    """Pages of the blog, and what articles earn, as they read."""
    client, staff = app.test_client(), entered_as(app, "admin")
    article = re.findall(r'href="(/en/blog/[\w-]*magnesium[\w-]*)"', client.get("/en/blog").text)[0]
    product = re.findall(r'href="(/en/products/[\w-]+)"', client.get(article).text)[0]
    pages = [client.get(path).text for path in (article, product, "/en/blog", "/sitemap.xml")]
    earned = staff.get("/admin/blog/performance").text
    return [*pages, re.sub(r'name="csrf_token"[^>]*', "", earned)]


def test_taken_out_purged_and_put_back_on_a_copy(make_app: Maker, tmp_path: Path) -> None:
    app = make_app("demo")
    with app.app_context():
        order = bought(app.test_client(), SOURCE)
        with writing():
            db.session.add(Event(day=today(), article_code="magnesium-brain", lang="en", kind="view"))
        worker.work(once=True)
        rows, sold, pages = held(), sales(today(), today()), shown(app)
        assert [line.source for line in sold] == [SOURCE]
        copy = copied(app, tmp_path / "copy.sqlite3")
        db.session.remove()

    without = started(make_app, app, plugins=("announcement",))
    with without.app_context():
        client, staff = without.test_client(), entered_as(without, "admin")
        number = db.session.scalars(select(Order.number)).one()
        public = (
            "/en/",
            "/nl/",
            "/en/products",
            "/en/search?q=magnesium",
            "/sitemap.xml",
            "/robots.txt",
            order,
        )
        private = (*(f"/admin/{path}" for path in ADMIN), f"/admin/orders/{number}")
        for browser, paths in ((client, public), (staff, private)):
            for path in paths:
                page = browser.get(path)
                assert page.status_code == 200, path
                assert not re.search("blog|article:|Artikelen", page.text.replace("shop.blog", "")), path
        bought(without.test_client(), SOURCE)
        worker.work(once=True)
        assert held() == rows, "who is not there changes nothing"
        db.session.remove()
        purged = without.test_cli_runner().invoke(args=["plugins", "purge", "blog", "--yes"])
        assert purged.exit_code == 0, purged.output
        assert held() == {}
        assert db.session.scalars(select(OrderLine.source)).all() == [SOURCE, SOURCE]
        assert client.get(order).status_code == 200
        db.session.remove()

    back = started(make_app, app, database_url=copy)
    with back.app_context():
        assert held() == rows
        assert sales(today(), today()) == sold
        for one, other in zip(shown(back), pages, strict=True):
            assert one.split("\n") == other.split("\n")
        db.session.remove()
