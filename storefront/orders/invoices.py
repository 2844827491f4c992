"""Invoices and credit notes: numbered without a gap, and frozen when they are made.

A number is given in the transaction that marks the order paid (or its money given back), from a counter per
series and year whose row stays locked until that transaction ends. So a document that is not committed takes
no number, and of two at once one waits for the other. The counter is the last thing that is locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from email.utils import parseaddr
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError

from storefront import clock, printing
from storefront.addresses import settings
from storefront.database import db
from storefront.locale import speaking
from storefront.money import shares
from storefront.orders.models import DocumentCounter, Invoice, Order

INVOICE, CREDIT = "invoice", "credit"
PREFIX = {INVOICE: "", CREDIT: "C"}
SELLER = ("seller_name", "seller_address", "seller_vat_id", "seller_register_id")
Part = Mapping[str, Any]


def issue(order_id: int) -> Invoice:
    """Make the invoice of an order that is being marked as paid, in the caller's transaction."""
    order = db.session.get_one(Order, order_id)
    invoice = _document(INVOICE, order)
    invoice.lines = [
        {
            "sku": line.sku,
            "name": line.name,
            "label": line.label,
            "quantity": line.quantity,
            "unit_cents": line.unit_cents,
            "line_cents": line.line_cents,
            "rate_bp": line.rate_bp,
        }
        for line in order.lines
    ]
    invoice.goods_cents, invoice.shipping_cents = order.goods_cents, order.shipping_cents
    invoice.discounts = [dict(one) for one in order.discounts]
    invoice.total_cents, invoice.vat = order.total_cents, [dict(part) for part in order.vat]
    return _numbered(invoice)


def without_invoice() -> list[int]:
    """The orders that were paid and have no invoice, as they were paid: from before the shop made any."""
    has_one = exists().where(Invoice.order_id == Order.id, Invoice.series == INVOICE)
    statement = select(Order.id).where(Order.paid_at.is_not(None), ~has_one)
    return list(db.session.scalars(statement.order_by(Order.paid_at, Order.id)))


def issue_late(order_id: int) -> bool:
    """Make the invoice that a paid order lacks, of today, and credit what went back. False: it has one."""
    db.session.execute(select(Order.id).where(Order.id == order_id).with_for_update())
    if order_id not in without_invoice():
        return False
    issue(order_id)
    credit(order_id)
    return True


def credit(order_id: int) -> Invoice | None:
    """Make a credit note of what was given back since the last one, in the caller's transaction.

    None when there is nothing new, and for an order that was paid before the shop made invoices (see
    `issue_late`). The caller has locked the order, so that of two refunds each is credited once.
    """
    order = db.session.get_one(Order, order_id)
    documents = documents_of(order_id)
    invoice = next((one for one in documents if one.series == INVOICE), None)
    notes = [one for one in documents if one.series == CREDIT]
    cents = order.refunded_cents - sum(note.total_cents for note in notes)
    if invoice is None or cents <= 0:
        return None
    note = _document(CREDIT, order)
    note.credits, note.seller, note.buyer = invoice.code, dict(invoice.seller), dict(invoice.buyer)
    note.lines, note.discounts, note.goods_cents, note.shipping_cents = [], [], 0, 0
    note.total_cents = cents
    note.vat = credited_vat(invoice.vat, (part for one in notes for part in one.vat), cents)
    return _numbered(note)


def credited_vat(invoiced: Sequence[Part], credited: Iterable[Part], cents: int) -> list[dict[str, int]]:
    """The VAT parts of so many cents that go back, of an invoice some of which was credited before.

    The cents are split by largest remainder over what is left of each rate's net and VAT: so no part ever
    exceeds what is left of it, and when all has gone back all parts are used up. ValueError for more cents
    than are left.
    """
    left = {
        part["rate_bp"]: [part["gross_cents"] - part["vat_cents"], part["vat_cents"]] for part in invoiced
    }
    for part in credited:
        net, vat = left[part["rate_bp"]]
        left[part["rate_bp"]] = [net - part["gross_cents"] + part["vat_cents"], vat - part["vat_cents"]]
    weights = [weight for pair in left.values() for weight in pair]
    if not 0 < cents <= sum(weights):
        raise ValueError(f"{cents} cents cannot be credited of {sum(weights)}")
    parts = shares(cents, weights)
    split = zip(left, parts[::2], parts[1::2], strict=True)
    return [
        {"rate_bp": rate, "gross_cents": net + vat, "vat_cents": vat} for rate, net, vat in split if net + vat
    ]


def documents_of(order_id: int) -> list[Invoice]:
    """The invoice of an order and its credit notes, in the order in which they were made."""
    return list(db.session.scalars(select(Invoice).where(Invoice.order_id == order_id).order_by(Invoice.id)))


def document(order_id: int, code: str) -> Invoice | None:
    """One of the documents of an order."""
    return db.session.scalar(select(Invoice).where(Invoice.order_id == order_id, Invoice.code == code))


def page(invoice: Invoice, back: str, pdf: str | None = None) -> str:
    """The document as a page of its own, in its language, with links back and to the PDF beside it."""
    return _page(invoice, printed=False, back=back, pdf=pdf)


def pdf(invoice: Invoice) -> bytes | None:
    """The document as PDF; None where none can be made."""
    return printing.pdf(_page(invoice, printed=True)) if printing.can_make_pdf() else None


def _page(invoice: Invoice, **around: object) -> str:
    facts = invoice.facts
    days = {name: date.fromisoformat(facts[name]) for name in ("ordered_on", "paid_on") if facts[name]}
    with speaking(invoice.lang):
        return printing.page(
            "papers/invoice.html",
            invoice=invoice,
            issued_on=_day(invoice.issued_at),
            days=days,
            **around,
        )


def _day(moment: datetime) -> date:
    return clock.local(moment).date()


def _document(series: str, order: Order) -> Invoice:
    """A document with all that an invoice and a credit note have in common, but for its number."""
    return Invoice(
        series=series,
        order_id=order.id,
        lang=order.lang,
        currency=order.currency,
        seller=_seller(),
        buyer={
            "name": order.name,
            "street": order.street,
            "postcode": order.postcode,
            "city": order.city,
            "country": order.country,
        },
        facts={
            "order_number": order.number,
            "ordered_on": _day(order.placed_at).isoformat(),
            "paid_on": _day(order.paid_at).isoformat() if order.paid_at else "",
            "payment_name": order.payment_name,
            "shipping_name": order.shipping_name,
        },
    )


def _seller() -> dict[str, Any]:
    given = settings()
    return {
        "name": given.seller_name,
        "address": [part.strip() for part in given.seller_address.split(",") if part.strip()],
        "vat_id": given.seller_vat_id,
        "register_id": given.seller_register_id,
        "email": parseaddr(given.mail_from)[1],
    }


def seller_lacks() -> list[str]:
    """The settings that an invoice needs and that are empty."""
    given = settings()
    return [f"STOREFRONT_{name.upper()}" for name in SELLER if not getattr(given, name)]


def _numbered(invoice: Invoice) -> Invoice:
    """Give a document the next number of its series, and its date once nobody can come before it."""
    began = clock.now()
    invoice.year = clock.local(began).year
    invoice.number = next_number(invoice.series, invoice.year)
    moment = clock.now()
    invoice.issued_at = moment if clock.local(moment).year == invoice.year else began
    invoice.code = f"{PREFIX[invoice.series]}{invoice.year}-{invoice.number:05d}"
    db.session.add(invoice)
    db.session.flush()
    return invoice


def next_number(series: str, year: int) -> int:
    """Raise the counter and lock it until the caller's transaction ends."""
    number = _raise_counter(series, year)
    if number is None:
        _begin_year(series, year)
        number = _raise_counter(series, year)
    if number is None:
        raise LookupError(f"no counter {series} {year}")
    return number


def _raise_counter(series: str, year: int) -> int | None:
    statement = (
        update(DocumentCounter)
        .where(DocumentCounter.series == series, DocumentCounter.year == year)
        .values(last=DocumentCounter.last + 1)
        .returning(DocumentCounter.last)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalar(statement)


def _begin_year(series: str, year: int) -> None:
    """Put the row of a new year there; another may be faster."""
    try:
        with db.session.begin_nested():
            db.session.add(DocumentCounter(series=series, year=year, last=0))
            db.session.flush()
    except IntegrityError:
        return
