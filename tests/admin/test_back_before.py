"""Statements about goods that had come back before: each can be finished, and its sum is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from storefront.database import db
from storefront.orders import actions, mail, withdrawal_queries, withdrawals
from storefront.orders.models import Order, Withdrawal
from storefront.orders.withdrawal_rules import Statement
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.payments.demo_gateway import paid
from storefront.payments.settle import settle
from storefront.transactions import writing
from tests.orders.shelf import POWDER, SMALL, Shelf, new_order

EMAIL = "lotte.jansen@example.nl"
TWO_SMALL, ONE_POWDER = 6990, 7995


@pytest.fixture
def order(shop: Shelf) -> Order:
    """Paid and sent: two small ones, one powder, ordinary delivery."""
    with writing():
        placed = actions.place(new_order(shop, {SMALL: 2, POWDER: 1}, shipping_cents=450))
    conversation.start_payment(placed.id)
    payment = payments.latest_payment(placed.id)
    assert payment is not None
    with writing():
        settle(payment.id, paid(payment.reference, payment.amount_cents, payment.currency), "demo")
        actions.mark_sent(placed.id, "", "admin")
    return fresh(placed.id)


def fresh(order_id: int) -> Order:
    db.session.rollback()
    return db.session.get_one(Order, order_id, populate_existing=True)


def said(withdrawal_id: int) -> Withdrawal:
    db.session.rollback()
    return db.session.get_one(Withdrawal, withdrawal_id, populate_existing=True)


def declare(order: Order, token: str = "t" * 22, quantities: dict[int, int] | None = None) -> int:
    with writing():
        made = withdrawals.receive(Statement(token, order.number, "Lotte Jansen", EMAIL, "en", quantities))
        return made.id


def noted(order: Order) -> int:
    with writing():
        return withdrawals.note_return(order.id, "An")


def counted(staff: FlaskClient, form_of: Callable[..., Any], withdrawal_id: int, **changes: Any) -> Any:
    return form_of(staff, f"/admin/withdrawals/{withdrawal_id}", "/returned").set(**changes).press()


def test_goods_that_came_back_without_money_are_paid_when_their_buyer_withdraws(shop, order, staff, form_of):
    counted(staff, form_of, noted(order), amount="0", lines__0__restock="y", lines__1__restock="y")
    assert (fresh(order.id).refunded_cents, shop.left(SMALL), shop.left(POWDER)) == (0, 10, 10)
    mine = declare(order)
    assert "We have these goods already" in mail.withdrawal_receipt(mine).text
    page = staff.get(f"/admin/withdrawals/{mine}").text
    assert "All that was declared had come back before" in page
    assert "€154.35 is given back now" in page
    assert counted(staff, form_of, mine).status_code == 303
    order = fresh(order.id)
    assert (order.refunded_cents, order.state, said(mine).state) == (order.total_cents, "refunded", "done")
    assert (shop.left(SMALL), shop.left(POWDER)) == (10, 10), "they were put back once"
    assert "had come back before" in staff.get(f"/admin/withdrawals/{mine}").text


def test_a_part_that_came_back_without_money_is_paid_once(order, staff, form_of):
    small, powder = (line.id for line in order.lines)
    counted(staff, form_of, noted(order), amount="0", lines__0__quantity="1", lines__1__quantity="0")
    mine = declare(order, quantities={small: 2})
    assert "1 declared piece had come back before" in staff.get(f"/admin/withdrawals/{mine}").text
    counted(staff, form_of, mine)
    assert fresh(order.id).refunded_cents == TWO_SMALL
    assert withdrawal_queries.unpaid_returns(order.id) == {}
    rest = declare(order, "r" * 22, {powder: 1})
    counted(staff, form_of, rest)
    assert fresh(order.id).refunded_cents == order.total_cents


def test_a_statement_is_finished_when_all_money_went_back_on_the_orders_page(order, staff, form_of):
    counted(staff, form_of, noted(order), amount="0")
    mine = declare(order)
    conversation.refund_order(order.number, None, "admin")
    page = staff.get(f"/admin/withdrawals/{mine}").text
    assert "nothing more is given back, and this closes the statement" in page
    assert counted(staff, form_of, mine).status_code == 303
    assert (said(mine).state, said(mine).refund_cents) == ("done", 0)


def test_two_statements_about_the_same_goods_can_both_be_finished(order, staff, form_of):
    small = order.lines[0].id
    first = declare(order)
    second = declare(order, "s" * 22, {small: 2})
    counted(staff, form_of, first)
    assert counted(staff, form_of, second).status_code == 303
    assert (said(second).state, said(second).refund_cents) == ("done", 0)
    assert fresh(order.id).refunded_cents == order.total_cents


def test_a_return_of_nothing_says_that_nothing_is_paid(order, staff, form_of):
    powder = order.lines[1].id
    answer = form_of(staff, f"/admin/withdrawals/{noted(order)}", "/returned")
    shown = answer.set(amount="0", lines__1__quantity="0").press(follow_redirects=True).text
    assert "Nothing is paid for it." in shown
    assert "on its way" not in shown
    mine = declare(order, quantities={powder: 1})
    shown = form_of(staff, f"/admin/withdrawals/{mine}", "/returned").press(follow_redirects=True).text
    assert "the money is on its way" in shown


def test_a_return_that_staff_noted_is_told_apart_from_a_statement(order, staff):
    mine = noted(order)
    row = staff.get("/admin/withdrawals/").text.partition(f"/admin/withdrawals/{mine}")[2]
    assert "Noted by An" in row
    page = staff.get(f"/admin/withdrawals/{mine}").text
    assert "The buyer declared nothing" in page
    assert "What was declared" not in page
    assert "Declared" not in page
    with writing():
        withdrawals.close(mine, "A mistake", "An")
    theirs = declare(order)
    row = staff.get("/admin/withdrawals/").text.partition(f"/admin/withdrawals/{theirs}")[2]
    assert "Noted by" not in row
    assert "Withdrawal</td>" in row
    assert "What was declared" in staff.get(f"/admin/withdrawals/{theirs}").text


def test_an_earlier_part_refund_is_taken_off_once_and_said(order, staff, form_of):
    powder = order.lines[1].id
    conversation.refund_order(order.number, 1000, "admin")
    mine = declare(order, quantities={powder: 1})
    page = staff.get(f"/admin/withdrawals/{mine}").text
    assert "€69.95 is given back" in page
    assert "€10.00 of this order&#39;s money went back before" in page
    assert "it is €10.00 less" in page
    counted(staff, form_of, mine)
    assert fresh(order.id).refunded_cents == ONE_POWDER
    rest = declare(order, "r" * 22)
    page = staff.get(f"/admin/withdrawals/{rest}").text
    assert "€74.40 is given back" in page
    assert "€79.95 of this order&#39;s money went back before" in page
    assert "less than what" not in page
    counted(staff, form_of, rest)
    assert fresh(order.id).refunded_cents == order.total_cents


def test_less_for_spoilt_goods_is_not_made_good_by_the_next_return(order, staff, form_of):
    powder = order.lines[1].id
    counted(staff, form_of, declare(order, quantities={powder: 1}), amount="20.00")
    rest = declare(order, "r" * 22)
    counted(staff, form_of, rest)
    assert fresh(order.id).refunded_cents == 2000 + TWO_SMALL + 450
