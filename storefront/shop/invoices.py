"""The invoice and credit notes of an order, behind the order's unguessable address."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, url_for

from storefront import printing
from storefront.orders import invoices
from storefront.orders import queries as orders
from storefront.orders.models import Invoice
from storefront.shop.orders import for_one_person

blueprint = Blueprint("shop_invoices", __name__)


@blueprint.get("/orders/<token>/papers/<code>")
def show(lang: str, token: str, code: str) -> Response:
    """A document as a page to be printed, in the language in which it was made."""
    document = _document(token, code)
    html = invoices.page(
        document,
        back=url_for("shop_orders.show", token=token),
        pdf=url_for("shop_invoices.pdf", token=token, code=code) if printing.can_make_pdf() else None,
    )
    return for_one_person(make_response(html))


@blueprint.get("/orders/<token>/papers/<code>.pdf")
def pdf(lang: str, token: str, code: str) -> Response:
    """The same as a file; where the shop cannot make one it says what to do instead."""
    document = _document(token, code)
    return for_one_person(printing.file_answer(invoices.pdf(document), f"{document.code}.pdf"))


def _document(token: str, code: str) -> Invoice:
    order = orders.order_by_token(token)
    document = invoices.document(order.id, code) if order else None
    if document is None:
        abort(404)
    return document
