"""Helpers for tests of payments: orders to pay, and how they stand."""

from __future__ import annotations

from storefront.database import db
from storefront.orders import actions as order_actions
from storefront.orders import queries as orders
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf, new_order


def placed(shop: Shelf, quantity: int = 2, **changes: object) -> int:
    """A placed order for so many of one product."""
    with writing():
        return order_actions.place(new_order(shop, {SMALL: quantity}, **changes)).id  # type: ignore[arg-type]


def opened(order_id: int) -> int:
    """The id of the order's newest attempt, open at the provider."""
    conversation.start_payment(order_id)
    payment = payments.latest_payment(order_id)
    assert payment is not None
    return payment.id


def state(order_id: int) -> str:
    """The order's state, as the database has it."""
    db.session.rollback()
    return orders.state_of(order_id)


def attempts(order_id: int) -> list[str]:
    """The states of the attempts to pay the order."""
    db.session.rollback()
    return [payment.state for payment in payments.payments_of(order_id)]


def kinds(order_id: int) -> list[str]:
    """What happened to the order."""
    db.session.rollback()
    return [event.kind for event in orders.events(order_id)]
