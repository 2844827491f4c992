"""The papers of an order, as its buyer sees them: who may, in which language, as a page and as a file."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront import printing
from storefront.database import db
from storefront.orders import actions, invoices, mail
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POWDER, SHAKER, SMALL


@pytest.fixture
def bought(app: Flask, client: FlaskClient) -> FlaskClient:
    """Somebody who bought in Dutch, at two rates, and got ten euro back."""
    shelf.fill(10)
    for sku, quantity in ((SMALL, "2"), (SHAKER, "1")):
        client.post("/nl/cart/add", data={"sku": sku, "quantity": quantity})
    assert shelf.checkout(client, "nl").status_code == 303
    with writing():
        actions.mark_paid(shelf.orders()[0].id, "demo", {})
    with writing():
        actions.add_refund(shelf.orders()[0].id, 1000, "admin", restock=False)
    return client


def addresses() -> tuple[str, str, str]:
    """Of the order, its invoice and its credit note."""
    order = shelf.orders()[0]
    invoice, note = invoices.documents_of(order.id)
    here = f"/nl/orders/{order.token}"
    return here, f"{here}/papers/{invoice.code}", f"{here}/papers/{note.code}"


def test_the_order_page_leads_to_its_papers(bought: FlaskClient) -> None:
    here, invoice, note = addresses()
    for lang in ("nl", "en"):
        text = bought.get(here.replace("/nl/", f"/{lang}/")).text
        assert f'href="{invoice}"' in text
        assert f'href="{note}"' in text


def test_an_invoice_shows_seller_buyer_lines_and_rates_in_the_buyers_language(bought: FlaskClient) -> None:
    here, invoice, _ = addresses()
    for address in (invoice, invoice.replace("/nl/", "/en/")):
        answer = bought.get(address)
        assert answer.status_code == 200
        text = answer.text
        assert '<html lang="nl">' in text
        for part in (
            "Factuur", "Lotte Jansen", "9711 LM Groningen", "Nederland", "Magnesium L-threonate (nl)",
            "€\u00a069,90", "9%", "21%", "Btw-tarief", shelf.orders()[0].number,
        ):  # fmt: skip
            assert part in text, part
        assert "Invoice" not in text
    assert f'href="{here}"' in bought.get(invoice).text


def test_a_credit_note_names_its_invoice_and_is_negative(bought: FlaskClient) -> None:
    _, invoice, note = addresses()
    text = bought.get(note).text
    assert "Creditnota" in text
    assert invoice.rpartition("/")[2] in text
    assert "-€\u00a010,00" in text


def test_nobody_keeps_it_and_only_the_token_leads_to_it(bought: FlaskClient) -> None:
    here, invoice, _ = addresses()
    answer = bought.get(invoice)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    code = invoice.rpartition("/")[2]
    for wrong in (f"/nl/orders/{'x' * 22}/papers/{code}", f"{here}/papers/2020-00001", f"{here}/papers/x"):
        assert bought.get(wrong).status_code == 404
        assert bought.get(f"{wrong}.pdf").status_code == 404


def test_another_order_cannot_be_read_with_this_token(bought: FlaskClient) -> None:
    here, _, _ = addresses()
    other = bought.application.test_client()
    other.post("/en/cart/add", data={"sku": POWDER})
    assert shelf.checkout(other).status_code == 303
    with writing():
        actions.mark_paid(shelf.orders()[1].id, "demo", {})
    [invoice] = invoices.documents_of(shelf.orders()[1].id)
    assert bought.get(f"{here}/papers/{invoice.code}").status_code == 404


def test_without_the_library_the_page_offers_no_pdf_and_says_what_to_do(
    bought: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "_weasyprint", lambda: None)
    _, invoice, _ = addresses()
    text = bought.get(invoice).text
    assert ".pdf" not in text
    assert "bewaar die als pdf" in text
    answer = bought.get(f"{invoice}.pdf")
    assert (answer.status_code, answer.mimetype) == (501, "text/plain")
    assert "geen pdf-bestanden" in answer.text


def test_a_pdf_is_made_where_the_library_is(bought: FlaskClient) -> None:
    if not printing.can_make_pdf():
        pytest.skip("WeasyPrint is not installed (the extra pdf)")
    _, invoice, _ = addresses()
    answer = bought.get(f"{invoice}.pdf")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert invoice.rpartition("/")[2] in answer.headers["Content-Disposition"]
    assert f'href="{invoice}.pdf"' in bought.get(invoice).text


def test_a_pdf_loads_nothing_from_outside(app: Flask) -> None:
    if not printing.can_make_pdf():
        pytest.skip("WeasyPrint is not installed (the extra pdf)")
    made = printing.pdf('<img src="http://127.0.0.1:1/x.png"><img src="file:///etc/passwd"><p>Paper</p>')
    assert made is not None
    assert made.startswith(b"%PDF-")


def test_the_mails_lead_to_the_papers(bought: FlaskClient) -> None:
    order_id = shelf.orders()[0].id
    _, invoice, note = addresses()
    db.session.rollback()
    paid = mail.order_confirmation(order_id)
    back = mail.order_refunded(order_id, 1000, note.rpartition("/")[2])
    for message, there, absent in ((paid, invoice, note), (back, note, invoice)):
        for body in (message.text, message.html):
            assert f"http://127.0.0.1:8000{there}" in body
            assert absent not in body


def test_a_mail_about_a_refund_stays_the_same_when_more_goes_back(bought: FlaskClient) -> None:
    """A repeat of it must be recognised: the same Message-ID, the same amount."""
    order_id = shelf.orders()[0].id
    first = mail.order_refunded(order_id, 1000, "C")
    with writing():
        actions.add_refund(order_id, 500, "admin", restock=False)
    again = mail.order_refunded(order_id, 1000, "C")
    assert (again.key, again.text) == (first.key, first.text)
    assert mail.order_refunded(order_id, 1500, "C").key != first.key
