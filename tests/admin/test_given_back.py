"""Refund, withdrawal, packing and sending of one order: its pieces come back once and never leave then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions, queries, withdrawals
from storefront.orders.models import Order, Withdrawal
from storefront.orders.withdrawal_rules import Statement
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.payments.actions import send_order
from storefront.payments.demo_gateway import paid
from storefront.payments.settle import settle
from storefront.refusals import Refused
from storefront.transactions import writing
from tests.orders.shelf import POWDER, SMALL, Shelf, new_order

EMAIL = "lotte.jansen@example.nl"


def buy(shop: Shelf, **changes: Any) -> Order:
    """A paid order for three pieces, delivered in the evening unless said otherwise."""
    evening = {"shipping_code": "evening", "shipping_cents": 695}
    with writing():
        placed = actions.place(new_order(shop, {SMALL: 2, POWDER: 1}, **(evening | changes)))
    conversation.start_payment(placed.id)
    payment = payments.latest_payment(placed.id)
    assert payment is not None
    with writing():
        settle(payment.id, paid(payment.reference, payment.amount_cents, payment.currency), "demo")
    return fresh(placed.id)


def fresh(order_id: int) -> Order:
    db.session.rollback()
    return db.session.get_one(Order, order_id, populate_existing=True)


def declare(order: Order, **lines: dict[int, int]) -> int:
    with writing():
        said = Statement("t" * 22, order.number, order.name, EMAIL, "nl", **lines)
        return withdrawals.receive(said).id


def on_shelf(shop: Shelf) -> tuple[int, int]:
    assert [shop.left(sku) for sku in (SMALL, POWDER)] == [shop.moved(sku) for sku in (SMALL, POWDER)]
    return shop.left(SMALL), shop.left(POWDER)


def press(staff: FlaskClient, form_of: Callable[..., Any], page: str, what: str, **changes: Any) -> int:
    status: int = form_of(staff, f"/admin/{page}", f"/{what}").set(**changes).press().status_code
    return status


def test_a_refund_with_its_goods_and_then_the_withdrawal_put_them_back_once(shop, staff, form_of):
    order = buy(shop)
    withdrawal_id = declare(order)
    assert press(staff, form_of, f"orders/{order.number}", "refund", how="full", restock="y") == 303
    assert (fresh(order.id).state, on_shelf(shop)) == ("refunded", (10, 10))
    assert press(staff, form_of, f"withdrawals/{withdrawal_id}", "returned") == 303
    assert on_shelf(shop) == (10, 10)
    assert db.session.get_one(Withdrawal, withdrawal_id, populate_existing=True).state == "done"


def test_a_withdrawal_before_sending_ends_the_order_and_the_rest_of_the_money_moves_no_goods(
    shop, staff, form_of
):
    order = buy(shop)
    assert press(staff, form_of, f"withdrawals/{declare(order)}", "returned") == 303
    order = fresh(order.id)
    assert (order.state, order.total_cents - order.refunded_cents, on_shelf(shop)) == (
        "returned",
        245,
        (10, 10),
    )
    assert order.number not in staff.get("/admin/orders/?state=paid").text
    for step in (actions.mark_packed, lambda *_: send_order(order.id, "", "An")):
        with pytest.raises(Refused) as refusal, writing():
            step(order.id, "An")
        assert refusal.value.status == 409
    assert press(staff, form_of, f"orders/{order.number}", "refund", how="full") == 303
    assert (fresh(order.id).state, on_shelf(shop)) == ("refunded", (10, 10))


def test_the_buyer_reads_that_nothing_will_be_sent(shop, staff, form_of, any_app):
    order = buy(shop)
    press(staff, form_of, f"withdrawals/{declare(order)}", "returned")
    page = any_app.test_client().get(f"/en/orders/{fresh(order.id).token}").text
    assert "Nothing will be sent." in page
    assert "Your parcel is back" not in page


def test_nothing_leaves_while_a_statement_waits(shop, staff, form_of):
    order = buy(shop)
    withdrawal_id = declare(order, quantities={order.lines[0].id: 1})
    page = staff.get(f"/admin/orders/{order.number}").text
    assert f'href="/admin/withdrawals/{withdrawal_id}"' in page
    for button in ("pack", "send"):
        form = form_of(staff, f"/admin/orders/{order.number}", "/send")
        answer = staff.post(f"/admin/orders/{order.number}/{button}", data=dict(form.values))
        assert answer.status_code == 409
        assert "The buyer withdraws" in answer.text
    assert fresh(order.id).state == "paid"
    assert press(staff, form_of, f"withdrawals/{withdrawal_id}", "returned") == 303
    assert "1 taken back" in staff.get(f"/admin/orders/{order.number}").text
    assert press(staff, form_of, f"orders/{order.number}", "send") == 303
    assert (fresh(order.id).state, on_shelf(shop)) == ("sent", (9, 9))


def test_what_cannot_be_sold_again_stays_off_the_shelf_when_the_rest_goes_back(shop, staff, form_of):
    order = buy(shop)
    withdrawal_id = declare(order, quantities={order.lines[0].id: 1})
    assert press(staff, form_of, f"withdrawals/{withdrawal_id}", "returned", lines__0__restock=None) == 303
    assert on_shelf(shop) == (8, 9)
    assert press(staff, form_of, f"orders/{order.number}", "refund", how="full", restock="y") == 303
    assert (fresh(order.id).state, on_shelf(shop)) == ("refunded", (9, 10))


def test_an_order_whose_goods_went_back_before_orders_ended_by_it_is_not_sent(shop):
    """As a shop has it that ran before: everything is on the shelf, and the order is still paid."""
    order = buy(shop)
    with writing():
        actions.stock.give_back_all(queries.quantities(order.id), order.id, "An")
    with pytest.raises(Refused) as refusal, writing():
        actions.mark_sent(order.id, "", "An")
    assert refusal.value.status == 409


def mails() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Job.name).where(Job.name.like("mail.withdrawal%"))))


def test_a_return_that_no_buyer_declared_is_written_down(shop, staff, form_of, any_app):
    """A parcel that nobody took: to the shelf what can be sold again, and the money back."""
    order = buy(shop)
    assert 'id="return"' not in staff.get(f"/admin/orders/{order.number}").text, "it has not left"
    with writing():
        actions.mark_sent(order.id, "", "An")
    form = form_of(staff, f"/admin/orders/{order.number}", "/return")
    answers = [form.press() for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location, "one at a time"
    page = staff.get(answers[0].location).text
    assert f"Return of order {order.number}" in page
    assert "Last day to withdraw" not in page
    found = answers[0].location.removeprefix("/admin/")
    changes = {"lines__0__quantity": "1", "lines__0__restock": "y", "lines__1__restock": None}
    assert press(staff, form_of, found, "returned", **changes) == 303
    assert (on_shelf(shop), fresh(order.id).refunded_cents) == ((9, 9), 3495 + 7995)
    assert press(staff, form_of, f"orders/{order.number}", "return") == 303
    assert mails() == [], "nobody declared anything"


def test_an_exchange_moves_goods_and_no_money_and_a_mistake_is_closed_without_a_mail(shop, staff, form_of):
    order = buy(shop)
    with writing():
        actions.mark_sent(order.id, "", "An")
        first = withdrawals.note_return(order.id, "An")
        withdrawals.close(first, "the wrong order", "An")
        second = withdrawals.note_return(order.id, "An")
    assert press(staff, form_of, f"withdrawals/{second}", "returned", amount="0") == 303
    order = fresh(order.id)
    assert (order.state, order.refunded_cents, mails()) == ("returned", 0, [])
    assert 'id="return"' not in staff.get(f"/admin/orders/{order.number}").text
    with pytest.raises(Refused), writing():
        withdrawals.note_return(order.id, "An")


def test_what_a_buyer_declares_beside_a_return_gets_its_receipt(shop, staff):
    order = buy(shop)
    with writing():
        actions.mark_sent(order.id, "", "An")
        noted = withdrawals.note_return(order.id, "An")
    assert declare(order) != noted
    assert mails() == ["mail.withdrawal_receipt"]
