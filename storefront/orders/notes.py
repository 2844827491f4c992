"""Taking back what a plugin noted on orders: one buyer no longer agrees, or the plugin is purged."""

from __future__ import annotations

from sqlalchemy import Connection, String, cast, select, update

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


def forget_all(connection: Connection, plugin: str) -> None:
    """Take all notes of a plugin off, in the caller's transaction."""
    named = cast(Order.notes, String).contains(f'"{plugin}"', autoescape=True)
    for order_id, notes in connection.execute(select(Order.id, Order.notes).where(named)).all():
        left = {name: text for name, text in notes.items() if name != plugin}
        connection.execute(update(Order).where(Order.id == order_id).values(notes=left))
