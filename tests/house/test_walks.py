"""The four walks of docs/architecture.md, taken in the running shop."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from plugins.blog.tests.admin_forms import EDIT, opened
from storefront import worker
from storefront.database import db
from storefront.quality.editing import reports_of
from storefront.stock.queries import lot_to_edit
from storefront.testing import entered_as
from tests.house.walks import Recorder
from tests.machines.test_webhooks import opened as open_at_stripe
from tests.machines.test_webhooks import send
from tests.orders import shelf
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]


def first_link(client: FlaskClient, page: str, below: str) -> str:
    """The first address on a page that lies below another, about magnesium."""
    found = re.search(rf'href="({below}[a-z0-9-]*magnesium[a-z0-9-]*)"', client.get(page).text)
    assert found is not None
    return found[1]


def test_a_sku_becomes_an_order_line(app: Flask, client: FlaskClient) -> None:
    shelf.fill(10)
    with Recorder() as adding:
        client.post("/en/cart/add", data={"sku": shelf.SMALL})
    with Recorder() as ordering:
        assert shelf.checkout(client, "en").status_code == 303
    assert (adding.took("Put into the cart"), ordering.took("Order")) == ([], [])


def test_a_code_of_an_article_becomes_a_card_here_and_there(demo_app: Flask) -> None:
    staff, reader = entered_as(demo_app, "marketer"), demo_app.test_client()
    form = opened(staff, EDIT) | {"do": "save"}
    with Recorder() as saving:
        assert staff.post(EDIT, data=form).status_code == 303
    path = first_link(reader, "/en/blog", "/en/blog/")
    with Recorder() as reading:
        page = reader.get(path).text
    product = re.search(r'href="(/en/products/[a-z0-9-]+)"', page)
    assert product is not None
    with Recorder() as looking:
        reader.get(product[1])
    assert saving.took("Save the article") == []
    assert reading.took("Read the article") == []
    assert looking.took("Read the product's page") == []


def test_a_measured_purity_becomes_a_badge_in_the_call_to_action(demo_app: Flask) -> None:
    lot = lot_to_edit("26-0412")
    assert lot is not None
    page = f"/admin/evidence/reports/{reports_of(lot.id)[0].report.id}"
    db.session.rollback()
    staff = entered_as(demo_app, "admin")
    form = opened(staff, page)
    with Recorder() as saving:
        assert staff.post(page, data=form).status_code == 303
    reader = demo_app.test_client()
    path = first_link(reader, "/en/blog", "/en/blog/")
    with Recorder() as reading:
        reader.get(path)
    assert saving.took("Save the report") == []
    assert reading.took("Read the call to action") == []


def test_a_paid_event_becomes_a_mail(stripe_app: Callable[[str, str], Flask], stripe_double: Double) -> None:
    app = stripe_app("sqlite", "empty")
    with app.app_context():
        _order, session = open_at_stripe(shelf.fill(10), stripe_double)
        stripe_double.pay(session)
        with Recorder() as taking:
            assert send(app.test_client(), stripe_double.waiting[0]).status_code == 200
        with Recorder() as mailing:
            assert worker.run_one()
        db.session.remove()
    assert taking.took("Take the event in") == []
    assert mailing.took("Send the mail") == []
