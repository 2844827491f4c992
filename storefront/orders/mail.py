"""The mails about an order, in the buyer's language, as text and as HTML with the same facts.

Subjects name no product: what somebody takes is nobody's business on a locked screen.
"""

from __future__ import annotations

from typing import Any

from storefront.addresses import absolute
from storefront.database import db
from storefront.locale import gettext as _
from storefront.locale import speaking
from storefront.mail import Message, render
from storefront.orders.models import Order


def order_confirmation(order_id: int) -> Message:
    """Order and payment are in."""
    order = _order(order_id)
    with speaking(order.lang):
        return _message(order, "order_confirmation", _("Your order %(number)s is in", number=order.number))


def order_sent(order_id: int) -> Message:
    """The parcel is under way."""
    order = _order(order_id)
    with speaking(order.lang):
        return _message(order, "order_sent", _("Your order %(number)s is on its way", number=order.number))


def order_refunded(order_id: int) -> Message:
    """Money went back: all of it, or a part."""
    order = _order(order_id)
    with speaking(order.lang):
        subject = _("Refund for your order %(number)s", number=order.number)
        return _message(order, "order_refunded", subject, f"-{order.refunded_cents}")


def _order(order_id: int) -> Order:
    return db.session.get_one(Order, order_id)


def _message(order: Order, what: str, subject: str, suffix: str = "") -> Message:
    values: dict[str, Any] = {
        "order": order,
        "lang": order.lang,
        "subject": subject,
        "first_name": order.name.split()[0] if order.name.split() else order.name,
        "order_link": absolute("shop_orders.show", lang=order.lang, token=order.token),
        "terms_link": absolute("shop_pages.show", lang=order.lang, slug="terms"),
        "returns_link": absolute("shop_pages.show", lang=order.lang, slug="returns"),
        "contact_link": absolute("shop_pages.show", lang=order.lang, slug="contact"),
        "batch_links": {
            line.id: absolute("shop_batch.show", lang=order.lang, code=line.lot_code)
            for line in order.lines
            if line.lot_code
        },
        "pictures": {
            line.id: absolute("media.serve", name=line.raster) for line in order.lines if line.raster
        },
    }
    return Message(
        to=order.email,
        subject=subject,
        text=render(f"mail/{what}.txt", **values).strip() + "\n",
        html=render(f"mail/{what}.html", **values),
        key=f"{what}-{order.number}{suffix}".replace("_", "-"),
    )
