"""The mails about money that did not come, or fitted no order and goes back, in the buyer's language."""

from __future__ import annotations

from typing import Any

from storefront.addresses import absolute
from storefront.database import db
from storefront.locale import gettext as _
from storefront.locale import speaking
from storefront.mail import Message, render
from storefront.orders import rules as order_rules
from storefront.orders.models import Order
from storefront.payments.models import Payment, Refund


def money_returned(refund_id: int) -> Message:
    """A payment came too late, twice, or with another amount than was asked: it goes back."""
    refund = db.session.get_one(Refund, refund_id)
    payment = db.session.get_one(Payment, refund.payment_id)
    order = db.session.get_one(Order, payment.order_id)
    with speaking(order.lang):
        subject = _("We are refunding your payment for order %(number)s", number=order.number)
        values: dict[str, Any] = {
            "order": order,
            "lang": order.lang,
            "subject": subject,
            "amount_cents": refund.amount_cents,
            "why": _why(payment, order),
            "order_link": absolute("shop_orders.show", lang=order.lang, token=order.token),
            "contact_link": absolute("shop_pages.show", lang=order.lang, slug="contact"),
        }
        return Message(
            to=order.email,
            subject=subject,
            text=render("mail/money_returned.txt", **values).strip() + "\n",
            html=render("mail/money_returned.html", **values),
            key=f"money-returned-{refund.key}",
        )


def payment_failed(order_id: int) -> Message:
    """A bank that was asked for the money said no, days later or never: the order has ended."""
    order = db.session.get_one(Order, order_id)
    with speaking(order.lang):
        subject = _("The payment of your order %(number)s did not succeed", number=order.number)
        values: dict[str, Any] = {
            "order": order,
            "lang": order.lang,
            "subject": subject,
            "order_link": absolute("shop_orders.show", lang=order.lang, token=order.token),
            "shop_link": absolute("shop_products.index", lang=order.lang),
            "contact_link": absolute("shop_pages.show", lang=order.lang, slug="contact"),
        }
        return Message(
            to=order.email,
            subject=subject,
            text=render("mail/payment_failed.txt", **values).strip() + "\n",
            html=render("mail/payment_failed.html", **values),
            key=f"payment-failed-{order.number}",
        )


def _why(payment: Payment, order: Order) -> str:
    if payment.received_cents != payment.amount_cents:
        return _("It was another amount than your order costs.")
    if order.state in order_rules.BOUGHT:
        return _("Your order had been paid already; nothing changes for it.")
    return _("It came when your order had ended, so nothing will be sent to you.")
