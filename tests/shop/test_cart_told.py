"""Plugins hear what was put into a cart from one of their places; their failures are not the buyer's."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from storefront import transactions
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.testing import Maker
from tests.orders import shelf
from tests.orders.shelf import SMALL
from tests.plugin_system.test_isolation import make_plugin

DRAWER = {"X-Fragment": "drawer"}


def jobs() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(text("SELECT name FROM job ORDER BY id")))


def add(app: Flask, headers: dict[str, str] | None = None, **more: str) -> int:
    values = {"sku": SMALL, "quantity": "2", **more}
    return app.test_client().post("/en/cart/add", data=values, headers=headers).status_code


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_it_is_told_once_after_the_cart_was_accepted_and_only_with_a_source(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch, queries, database: str
) -> None:
    def cart_added(sku: str, product_code: str, quantity: int, source: str, lang: str) -> None:
        enqueue(f"{sku} {product_code} {quantity} {source} {lang}", {})

    make_plugin(monkeypatch, "listens", cart_added=cart_added)
    app = make_app("empty", database, plugins=("listens",))
    with app.app_context():
        shelf.fill(10)
        assert add(app) == 303
        assert add(app, source="wish:7", quantity="11") == 409
        assert add(app, source="wish:7", sku="NO-SUCH") == 404
        assert add(app, source="x" * 121) == 400
        assert jobs() == []
        with queries(app) as seen:
            assert add(app, DRAWER, source="wish:7") == 200
        assert 0 < len(seen) <= 8, "\n".join(seen)
        assert jobs() == [f"{SMALL} mgt-c 2 wish:7 en"]
        db.session.remove()


def test_a_plugin_that_fails_costs_nothing_but_its_own_note(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sku: str) -> None:
        enqueue("half", {})
        raise ValueError("not today")

    make_plugin(monkeypatch, "angry", cart_added=fail)
    make_plugin(monkeypatch, "listens", cart_added=lambda: enqueue("noted", {}))
    app = make_app("empty", config={"RAISE_IN_HOOKS": False}, plugins=("angry", "listens"))
    with app.app_context():
        shelf.fill(10)
        assert add(app, source="wish:7") == 303
        assert jobs() == ["noted"]
        db.session.remove()


def test_a_locked_database_does_not_keep_anybody_from_buying(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_plugin(monkeypatch, "listens", cart_added=lambda: enqueue("noted", {}))
    app = make_app("empty", plugins=("listens",))
    with app.app_context():
        shelf.fill(10)
        with monkeypatch.context() as patched:
            patched.setattr(transactions.db.session, "connection", _refused)
            assert add(app, source="wish:7") == 303
        assert jobs() == []
        assert add(app, source="wish:7") == 303
        assert jobs() == ["noted"]
        db.session.remove()


def _refused(**_options: object) -> None:
    raise transactions.DBAPIError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
