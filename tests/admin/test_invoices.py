"""The papers of an order for staff, and what the dashboard says while the seller is not complete."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from storefront.config import DEMO_ADDRESS, DEMO_REGISTER_ID, DEMO_VAT_ID
from storefront.orders import actions, invoices
from storefront.testing import entered_as
from storefront.transactions import writing
from tests.orders.shelf import SMALL, fill, new_order


def bought() -> tuple[str, list[str]]:
    """The number of an order some of whose money went back, and the codes of its papers."""
    shop = fill(10)
    with writing():
        order = actions.place(new_order(shop, {SMALL: 1}))
        actions.mark_paid(order.id, "demo", {})
    with writing():
        actions.add_refund(order.id, 500, "admin", restock=False)
    return order.number, [paper.code for paper in invoices.documents_of(order.id)]


def test_staff_read_the_same_papers(app: Flask) -> None:
    number, codes = bought()
    client = entered_as(app, "admin")
    page = client.get(f"/admin/orders/{number}").text
    assert len(codes) == 2
    for code in codes:
        here = f"/admin/orders/{number}/papers/{code}"
        assert f'href="{here}"' in page
        answer = client.get(here)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert f'href="/admin/orders/{number}"' in answer.text
        assert code in answer.text
        assert client.get(f"{here}.pdf").status_code in (200, 501)
    assert client.get(f"/admin/orders/{number}/papers/2020-00001").status_code == 404
    assert client.get(f"/admin/orders/NOSUCHNO/papers/{codes[0]}").status_code == 404


def test_a_marketer_reads_none(app: Flask) -> None:
    number, codes = bought()
    client = entered_as(app, "marketer")
    assert client.get(f"/admin/orders/{number}/papers/{codes[0]}").status_code == 403
    assert client.get(f"/admin/orders/{number}/papers/{codes[0]}.pdf").status_code == 403


def test_the_dashboard_names_what_invoices_lack(app: Flask) -> None:
    client = entered_as(app, "admin")
    page = client.get("/admin/").text
    for name in ("STOREFRONT_SELLER_ADDRESS", "STOREFRONT_SELLER_VAT_ID", "STOREFRONT_SELLER_REGISTER_ID"):
        assert name in page
    assert "STOREFRONT_SELLER_NAME" not in page
    app.extensions["storefront"] = replace(
        app.extensions["storefront"],
        seller_address=DEMO_ADDRESS,
        seller_vat_id=DEMO_VAT_ID,
        seller_register_id=DEMO_REGISTER_ID,
    )
    assert "STOREFRONT_SELLER" not in client.get("/admin/").text
