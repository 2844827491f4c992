"""The mails about an order, in the buyer's language, as text and as HTML with the same facts.

Subjects name no product: what somebody takes is nobody's business on a locked screen. A mail's key follows
from its job alone, so that a repeat of a mail that did arrive has the same Message-ID and can be recognised.
"""

from __future__ import annotations

from typing import Any

from storefront.addresses import absolute
from storefront.database import db
from storefront.locale import gettext as _
from storefront.locale import speaking
from storefront.mail import Message, render
from storefront.orders import invoices, withdrawal_queries, withdrawal_rules
from storefront.orders.models import Invoice, Order, Withdrawal

PAGES = ("terms", "returns", "contact")


def order_received(order_id: int) -> Message:
    """The order is in; the bank has yet to say that the money is there."""
    order = _order(order_id)
    with speaking(order.lang):
        return _message(
            order, "order_received", _("We have received your order %(number)s", number=order.number)
        )


def order_confirmation(order_id: int) -> Message:
    """Order and payment are in."""
    order = _order(order_id)
    with speaking(order.lang):
        subject = _("Your order %(number)s is in", number=order.number)
        return _message(order, "order_confirmation", subject, papers=[invoices.INVOICE])


def order_sent(order_id: int) -> Message:
    """The parcel is under way."""
    order = _order(order_id)
    with speaking(order.lang):
        subject = _("Your order %(number)s is on its way", number=order.number)
        return _message(order, "order_sent", subject, papers=[invoices.INVOICE])


def order_refunded(order_id: int, refunded_cents: int | None = None, credit: str | None = None) -> Message:
    """Money went back: all of it, or a part.

    refunded_cents: how much had gone back in all by then. credit: the code of the credit note.
    """
    order = _order(order_id)
    cents = order.refunded_cents if refunded_cents is None else refunded_cents
    with speaking(order.lang):
        subject = _("Refund for your order %(number)s", number=order.number)
        return _message(
            order, "order_refunded", subject, f"-{cents}", papers=[credit or ""], refunded_cents=cents
        )


def withdrawal_receipt(request_id: int) -> Message:
    """What was declared, with date and time: the receipt that the law asks for."""
    withdrawal = db.session.get_one(Withdrawal, request_id)
    order = db.session.get(Order, withdrawal.order_id) if withdrawal.order_id else None
    lang = withdrawal.lang
    with speaking(lang):
        values: dict[str, Any] = {
            "withdrawal": withdrawal,
            "order": order,
            "late": withdrawal_rules.is_late(withdrawal),
            "to_send": withdrawal_queries.still_out(withdrawal),
            "lang": lang,
            "subject": _("Receipt of your withdrawal from order %(number)s", number=withdrawal.order_number),
            "receipt_link": absolute("shop_withdrawal.receipt", lang=lang, token=withdrawal.token),
            **_links(lang),
        }
        return _written("withdrawal_receipt", withdrawal.email, f"withdrawal-{withdrawal.id}", values)


def withdrawal_closed(request_id: int) -> Message:
    """Staff closed a statement: nothing comes back for it, and why."""
    withdrawal = db.session.get_one(Withdrawal, request_id)
    lang = withdrawal.lang
    with speaking(lang):
        number = withdrawal.order_number
        values: dict[str, Any] = {
            "withdrawal": withdrawal,
            "lang": lang,
            "subject": _("Your withdrawal from order %(number)s is closed", number=number),
            "receipt_link": absolute("shop_withdrawal.receipt", lang=lang, token=withdrawal.token),
            **_links(lang),
        }
        key = f"withdrawal-closed-{withdrawal.id}"
        return _written("withdrawal_closed", withdrawal.email, key, values)


def _order(order_id: int) -> Order:
    return db.session.get_one(Order, order_id)


def _links(lang: str) -> dict[str, str]:
    return {f"{slug}_link": absolute("shop_pages.show", lang=lang, slug=slug) for slug in PAGES}


def _message(
    order: Order, what: str, subject: str, suffix: str = "", papers: list[str] | None = None, **more: Any
) -> Message:
    """papers: the series or the codes of the documents that the mail leads to."""
    wanted = papers or []
    values: dict[str, Any] = {
        "order": order,
        "lang": order.lang,
        "subject": subject,
        "first_name": order.name.split()[0] if order.name.split() else order.name,
        "order_link": absolute("shop_orders.show", lang=order.lang, token=order.token),
        "withdrawal_link": absolute("shop_withdrawal.of_order", lang=order.lang, token=order.token),
        "batch_links": {
            line.id: absolute("shop_batch.show", lang=order.lang, code=line.lot_code)
            for line in order.lines
            if line.lot_code
        },
        "pictures": {
            line.id: absolute("media.serve", name=line.raster) for line in order.lines if line.raster
        },
        "papers": [
            (one.code, _paper_link(order, one))
            for one in invoices.documents_of(order.id)
            if one.series in wanted or one.code in wanted
        ],
        **_links(order.lang),
        **more,
    }
    return _written(what, order.email, f"{what}-{order.number}{suffix}".replace("_", "-"), values)


def _paper_link(order: Order, document: Invoice) -> str:
    return absolute("shop_invoices.show", lang=order.lang, token=order.token, code=document.code)


def _written(what: str, to: str, key: str, values: dict[str, Any]) -> Message:
    return Message(
        to=to,
        subject=values["subject"],
        text=render(f"mail/{what}.txt", **values).strip() + "\n",
        html=render(f"mail/{what}.html", **values),
        key=key,
    )
