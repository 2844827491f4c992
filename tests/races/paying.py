"""Orders that wait for their money, for the race tests."""

from __future__ import annotations

from typing import Any

from storefront.orders import actions as orders
from storefront.payments import conversation
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf, new_order
from tests.stripe_double.state import Double


def to_pay(shelf: Shelf, double: Double, count: int) -> list[dict[str, Any]]:
    """So many orders whose buyers have just paid at the provider; the sessions."""
    for number in range(count):
        with writing():
            order_id = orders.place(new_order(shelf, {SMALL: 1}, cart_id=f"race-cart-{number:08}")).id
        conversation.start_payment(order_id)
    return [double.pay(reference) for reference in list(double.sessions)]
