"""The invoice and credit notes of an order, for staff: the same papers as the buyer has."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from storefront import printing
from storefront.accounts.rules import ORDERS
from storefront.admin.frame import guard
from storefront.orders import invoices, queries
from storefront.orders.models import Invoice

blueprint = Blueprint("admin_invoices", __name__)


@blueprint.get("/<number>/papers/<code>")
@guard(ORDERS)
def show(number: str, code: str) -> ResponseReturnValue:
    """A document as a page to be printed, in the buyer's language."""
    document = _document(number, code)
    return invoices.page(
        document,
        back=url_for("admin_orders.show", number=number),
        pdf=url_for("admin_invoices.pdf", number=number, code=code) if printing.can_make_pdf() else None,
    )


@blueprint.get("/<number>/papers/<code>.pdf")
@guard(ORDERS)
def pdf(number: str, code: str) -> ResponseReturnValue:
    """The same as a file."""
    document = _document(number, code)
    return printing.file_answer(invoices.pdf(document), f"{document.code}.pdf")


def _document(number: str, code: str) -> Invoice:
    order = queries.order_by_number(number)
    document = invoices.document(order.id, code) if order else None
    if document is None:
        abort(404)
    return document
