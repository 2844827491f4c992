"""Taking back what a plugin noted on an order, when the buyer no longer agrees."""

from __future__ import annotations

from sqlalchemy import select

from storefront.database import db
from storefront.orders.models import Order


def forget_note(number: str, plugin: str) -> bool:
    """Take a plugin's note off an order, in the caller's transaction. False when the order has none."""
    order = db.session.scalar(select(Order).where(Order.number == number.upper()).with_for_update())
    if order is None or plugin not in order.notes:
        return False
    order.notes = {name: text for name, text in order.notes.items() if name != plugin}
    db.session.flush()
    return True
