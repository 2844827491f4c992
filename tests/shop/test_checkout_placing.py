"""What placing an order asks and writes: one transaction, few statements, nothing old."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront import clock
from storefront.orders import queries as orders
from storefront.payments import conversation
from storefront.pricing.actions import set_vat_rate
from storefront.stock.actions import set_level
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POSTED, SMALL, Shelf
from tests.orders.shelf import checkout as post
from tests.shop.conftest import seen

Queries = Callable[[Flask], AbstractContextManager[list[str]]]


def test_an_order_whose_payment_cannot_be_written_down_is_not_there(
    buyer: FlaskClient, shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_order_id: int) -> None:
        raise LookupError("the disk")

    monkeypatch.setattr(conversation, "begin", broken)
    with pytest.raises(LookupError):
        post(buyer)
    assert (shelf.orders(), shop.left(SMALL)) == ([], 10)


def test_what_an_order_keeps_of_the_content_is_never_old(
    buyer: FlaskClient, shop: Shelf, queries: Queries
) -> None:
    """VAT and delivery are not asked for by each order; yet a new rate counts for the next one."""
    with writing():
        set_level(shop.ids[SMALL], 100, "test")  # far from where pages say how many are left
    assert post(buyer).status_code == 303
    again = buyer.application.test_client()
    again.post("/en/cart/add", data={"sku": SMALL})
    page = seen(again.get("/en/checkout").text)
    with queries(buyer.application) as counted:
        assert again.post("/en/checkout", data=POSTED | {"seen": page, "email": "second@example.nl"}).location
    assert not [said for said in counted if "FROM vat_rate \nWHERE vat_rate.valid_from" in said]
    with writing():
        set_vat_rate("NL", "reduced", 1000, clock.today())
    third = buyer.application.test_client()
    third.post("/en/cart/add", data={"sku": SMALL})
    page = seen(third.get("/en/checkout").text)
    assert third.post("/en/checkout", data=POSTED | {"seen": page, "email": "third@example.nl"}).location
    found = {order.email: order.vat[0]["rate_bp"] for order in shelf.orders()}
    assert (found["second@example.nl"], found["third@example.nl"]) == (900, 1000)


def test_an_order_of_three_lines_takes_few_statements(any_demo_app: Flask, queries: Queries) -> None:
    client = any_demo_app.test_client()
    for sku in ("MGT-C-90", "NMN-C-60", "NMN-P-50"):
        client.post("/en/cart/add", data={"sku": sku})
    page = client.get("/en/checkout").text
    with queries(any_demo_app) as counted:
        answer = client.post("/en/checkout", data=POSTED | {"seen": seen(page)})
    assert answer.status_code == 303
    assert len(counted) <= 23, f"{len(counted)}\n" + "\n".join(counted)
    assert orders.counts_by_state()["placed"] == 1
