"""What plugins read of an order: values, and nothing of who bought it."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask

from storefront import clock
from storefront.orders import actions
from storefront.plugin_api import order_summary
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import BUYER, LARGE, SHAKER, new_order


def test_an_order_is_read_as_values_in_two_queries(any_app: Flask, queries) -> None:
    shop = shelf.fill(10)
    with writing():
        order_id = actions.place(new_order(shop, {LARGE: 2, SHAKER: 1})).id
    with queries(any_app) as statements:
        order = order_summary(order_id)
    assert order is not None
    assert len([text for text in statements if text.startswith("SELECT")]) == 2
    (placed,) = shelf.orders()
    assert (order.number, order.lang, order.state, order.country) == (placed.number, "nl", "placed", "NL")
    assert (order.total_cents, order.refunded_cents) == (2 * 6295 + 1250, 0)
    assert order.placed_at <= clock.now()
    assert [(line.product_code, line.sku, line.quantity, line.line_cents) for line in order.lines] == [
        (LARGE.lower(), LARGE, 2, 12590),
        (SHAKER.lower(), SHAKER, 1, 1250),
    ]
    assert [line.vat_cents for line in order.lines] == [1040, 217]
    with pytest.raises(dataclasses.FrozenInstanceError):
        order.state = "paid"  # type: ignore[misc]


def test_nothing_in_it_says_who_bought(any_app: Flask) -> None:
    shop = shelf.fill(10)
    with writing():
        order_id = actions.place(new_order(shop, {LARGE: 1})).id
    told = str(order_summary(order_id))
    for secret in (BUYER.email, BUYER.name, BUYER.street, BUYER.postcode):
        assert secret not in told
    assert {"token", "email", "name", "cart_id"}.isdisjoint(dataclasses.asdict(order_summary(order_id)))  # type: ignore[arg-type]


def test_an_order_that_is_not_there_is_none(any_app: Flask) -> None:
    assert order_summary(999) is None


def test_a_line_tells_what_was_paid_for_it(any_app: Flask) -> None:
    """A plugin that adds up what was earned must not count what a discount took off."""
    shop = shelf.fill(10)
    tenth = shelf.tenth_off()
    with writing():
        order_id = actions.place(new_order(shop, {LARGE: 2, SHAKER: 1}, reductions=(tenth,))).id
    order = order_summary(order_id)
    assert order is not None
    assert [line.line_cents for line in order.lines] == [2 * (6295 - 630), 1250 - 125]
    assert sum(line.line_cents for line in order.lines) == order.total_cents
