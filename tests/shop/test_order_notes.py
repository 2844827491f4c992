"""What plugins note on an order is found again with what was sold; their failures are not the buyer's."""

from __future__ import annotations

import pytest
from flask import request
from sqlalchemy import select

from storefront.clock import today
from storefront.database import db
from storefront.orders import actions
from storefront.orders.models import Order
from storefront.orders.sales import sales
from storefront.shop.order_notes import LONGEST
from storefront.testing import Maker
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL
from tests.plugin_system.test_isolation import make_plugin


def test_notes_are_kept_by_plugin_and_a_bad_one_costs_only_itself(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise ValueError("not today")

    notes = {
        "reads": lambda: request.cookies.get("seen", ""),
        "longest": lambda: "é" * LONGEST,
        "longer": lambda: "x" * (LONGEST + 1),
        "silent": lambda: None,
        "number": lambda: 7,
        "angry": fail,
    }
    for name, note in notes.items():
        make_plugin(monkeypatch, name, order_notes=note)
    app = make_app("empty", config={"RAISE_IN_HOOKS": False}, plugins=tuple(notes))
    with app.app_context():
        shelf.fill(10)
        for seen in ("", "a b"):
            client = app.test_client()
            client.set_cookie("seen", seen)
            assert client.post("/en/cart/add", data={"sku": SMALL}).status_code == 303
            assert shelf.checkout(client, "en").status_code == 303
        db.session.rollback()
        orders = list(db.session.scalars(select(Order).order_by(Order.id)))
        with writing():
            assert actions.mark_paid(orders[-1].id, "test", {})
        long = {"longest": "é" * LONGEST}
        assert [order.notes for order in orders] == [long, long | {"reads": "a b"}]
        assert [line.notes for line in sales(today(), today())] == [long | {"reads": "a b"}]
        db.session.rollback()
        done = app.test_cli_runner().invoke(args=["plugins", "purge", "longest", "--yes"])
        assert done.exit_code == 0, done.output
        assert list(db.session.scalars(select(Order.notes).order_by(Order.id))) == [{}, {"reads": "a b"}]
        db.session.remove()
