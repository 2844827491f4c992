"""The lines at Stripe: no product's name, and together always exactly what is charged."""

from __future__ import annotations

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storefront.database import db
from storefront.money import shares
from storefront.orders import queries as orders
from storefront.payments import actions, conversation
from storefront.payments.models import Payment
from storefront.payments.providers import Item
from storefront.payments.stripe_gateway import line_items, session_params, units_of
from storefront.transactions import writing
from tests.orders.shelf import LARGE, SHAKER, SMALL, Shelf, new_order
from tests.payments.test_contract import SESSION, request
from tests.payments.till import placed
from tests.stripe_double.contract import checked

LINES = st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99_99)), min_size=1, max_size=30)


def said(**changes: object) -> list[tuple[str, int, int]]:
    """Name, quantity and cents of one, for each line that Stripe is told."""
    params = session_params(request(**changes))
    assert checked(*SESSION, dict(params)) == params
    lines = params["line_items"]
    assert isinstance(lines, list)
    return [
        (
            line["price_data"]["product_data"]["name"],
            line["quantity"],
            line["price_data"]["unit_amount"],
        )
        for line in lines
    ]


@settings(max_examples=1000)
@given(LINES, st.integers(0, 100))
def test_the_units_of_a_line_add_up_to_it(lines: list[tuple[int, int]], percent: int) -> None:
    gross = [quantity * cents for quantity, cents in lines]
    paid = shares(sum(gross) * (100 - percent) // 100, gross)
    for (quantity, _cents), cents in zip(lines, paid, strict=True):
        pairs = units_of(Item(quantity, cents))
        assert sum(number * one for number, one in pairs) == cents
        assert sum(number for number, _one in pairs) == quantity
        assert len(pairs) <= 2
        assert all(one >= 0 for _number, one in pairs)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.integers(0, 100), st.integers(0, 20_00))
def test_what_stripe_is_told_is_what_is_charged(
    app: Flask, lines: list[tuple[int, int]], percent: int, shipping_cents: int
) -> None:
    gross = [quantity * cents for quantity, cents in lines]
    goods = sum(gross) * (100 - percent) // 100
    paid = shares(goods, gross)
    items = tuple(Item(quantity, cents) for (quantity, _one), cents in zip(lines, paid, strict=True))
    asked = request(items=items, shipping_cents=shipping_cents, amount_cents=goods + shipping_cents)
    told = line_items(asked, "the whole order")
    assert "the whole order" not in str(told)
    charged = [line["quantity"] * line["price_data"]["unit_amount"] for line in told]
    assert sum(charged) == goods + shipping_cents


def test_lines_as_the_order_has_them(app: Flask) -> None:
    items = (Item(2, 6990), Item(1, 1250))
    assert said(items=items, shipping_cents=450, amount_cents=8690) == [
        ("Artikel 1", 2, 3495),
        ("Artikel 2", 1, 1250),
        ("Bezorging", 1, 450),
    ]
    assert said(items=items, amount_cents=8240, lang="en")[0] == ("Item 1", 2, 3495)


def test_a_discount_that_the_units_do_not_divide_is_split_exactly(app: Flask) -> None:
    assert said(items=(Item(3, 1000),), amount_cents=1000) == [("Artikel 1", 1, 334), ("Artikel 1", 2, 333)]


def test_lines_that_would_not_add_up_are_one(app: Flask) -> None:
    assert said(items=(Item(3, 1000),), amount_cents=999) == [("Bestelling 7F3K20MQ", 1, 999)]


def test_the_order_itself_gives_the_lines(shop: Shelf) -> None:
    from storefront.orders import actions as order_actions

    with writing():
        made = order_actions.place(
            new_order(shop, {SMALL: 2, LARGE: 1, SHAKER: 3}, cart_id="cart-lines-0123456789")
        )
    conversation.start_payment(made.id)
    order = orders.order_by_id(made.id)
    assert order is not None
    payment = db.session.query(Payment).filter_by(order_id=made.id).one()
    asked = actions.request_of(payment, order)
    assert asked.items == (Item(2, 6990), Item(1, 6295), Item(3, 3750))
    assert sum(item.paid_cents for item in asked.items) + asked.shipping_cents == order.total_cents


def test_no_name_of_a_product_is_among_them(shop: Shelf) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    order = orders.order_by_id(order_id)
    assert order is not None
    payment = db.session.query(Payment).filter_by(order_id=order_id).one()
    told = str(session_params(actions.request_of(payment, order)))
    for line in order.lines:
        assert line.name not in told
        assert line.sku not in told
