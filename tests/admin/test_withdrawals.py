"""Withdrawals in the admin: the queue with its clock, what comes back, and the refund of the right amount."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions, queries, withdrawal_queries, withdrawal_rules, withdrawals
from storefront.orders.models import Order, Withdrawal
from storefront.orders.withdrawal_rules import Statement, worth
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.payments.demo_gateway import DemoProvider, paid
from storefront.payments.providers import ProviderAway, ProviderRefused
from storefront.payments.settle import settle
from storefront.stock import actions as stock
from storefront.stock.models import StockMovement
from storefront.testing import entered_as
from storefront.transactions import writing
from tests.orders.shelf import POWDER, SMALL, Shelf, new_order

EMAIL = "lotte.jansen@example.nl"


@pytest.fixture
def buy(shop: Shelf) -> Callable[..., Order]:
    def bought(sent: bool = True, cart_id: str = "cart-0123456789abcdef", **changes: Any) -> Order:
        with writing():
            new = new_order(shop, {SMALL: 2, POWDER: 1}, cart_id=cart_id, **changes)
            placed = actions.place(new)
        conversation.start_payment(placed.id)
        payment = payments.latest_payment(placed.id)
        assert payment is not None
        with writing():
            settle(payment.id, paid(payment.reference, payment.amount_cents, payment.currency), "demo")
            if sent:
                actions.mark_sent(placed.id, "", "admin")
        return fresh(placed.id)

    return bought


def fresh(order_id: int) -> Order:
    db.session.rollback()
    return db.session.get_one(Order, order_id, populate_existing=True)


def declare(number: str, email: str = EMAIL, token: str = "t" * 22, **lines: dict[int, int]) -> int:
    with writing():
        made = withdrawals.receive(Statement(token, number, "Lotte Jansen", email, "nl", **lines))
        return made.id


def said(withdrawal_id: int) -> Withdrawal:
    db.session.rollback()
    return db.session.get_one(Withdrawal, withdrawal_id, populate_existing=True)


def returned(staff: FlaskClient, form_of: Callable[..., Any], withdrawal_id: int, **changes: Any) -> Any:
    form = form_of(staff, f"/admin/withdrawals/{withdrawal_id}", "/returned")
    return form.set(**changes).press()


def test_a_post_that_names_too_few_lines_changes_nothing(buy, staff, form_of):
    order = buy()
    withdrawal_id = declare(order.number)
    form = form_of(staff, f"/admin/withdrawals/{withdrawal_id}", "/returned")
    form.values = [pair for pair in form.values if not pair[0].startswith("lines-1")]
    assert form.press().status_code == 400
    assert said(withdrawal_id).state == "open"
    assert staff.get("/admin/withdrawals/99999999999999999999").status_code == 404


def test_the_queue_shows_who_when_and_how_many_days_are_left(buy, any_app, request):
    now = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        staff = request.getfixturevalue("staff")
        order = buy()
        withdrawal_id = declare(order.number)
    for later, words in ((0, "14 days left"), (13, "1 day left"), (14, "Today"), (15, "1 day too late")):
        with time_machine.travel(now + timedelta(days=later), tick=False):
            page = staff.get("/admin/withdrawals/").text
            assert words in page, later
    assert order.number in page
    assert "Lotte Jansen" in page
    assert "2 March 2027" in page
    assert f'href="/admin/withdrawals/{withdrawal_id}"' in page
    rail = page.partition("</aside>")[0].partition("/admin/withdrawals/")[2].partition("</a>")[0]
    assert "<b>1" in rail


def test_all_goods_bring_all_money_and_the_ordinary_delivery_back(shop, buy, staff, form_of):
    order = buy(shipping_code="evening", shipping_cents=695)
    withdrawal_id = declare(order.number)
    assert "€154.35" in staff.get(f"/admin/withdrawals/{withdrawal_id}").text
    assert returned(staff, form_of, withdrawal_id, lines__0__restock="y").status_code == 303
    order = fresh(order.id)
    assert (order.refunded_cents, order.total_cents) == (6990 + 7995 + 450, 6990 + 7995 + 695)
    assert order.state == "returned"
    assert (shop.left(SMALL), shop.left(POWDER)) == (10, 9)
    assert (shop.moved(SMALL), shop.moved(POWDER)) == (10, 9)
    back = db.session.scalars(select(StockMovement.quantity).where(StockMovement.reason == "returned"))
    assert list(back) == [2]
    assert said(withdrawal_id).state == "done"
    assert "mail.order_refunded" in db.session.scalars(select(Job.name))
    page = staff.get(f"/admin/withdrawals/{withdrawal_id}").text
    assert "not into stock" in page
    assert withdrawal_queries.number_waiting() == 0


def test_ordinary_delivery_comes_back_whole(buy, staff, form_of):
    order = buy(shipping_code="standard", shipping_cents=450)
    returned(staff, form_of, declare(order.number))
    order = fresh(order.id)
    assert (order.refunded_cents, order.state) == (order.total_cents, "refunded")
    assert order.returned_at is not None


def test_a_part_comes_back_and_then_the_rest(buy, staff, form_of):
    order = buy(shipping_code="standard", shipping_cents=450)
    first, second = (line.id for line in order.lines)
    one = declare(order.number, quantities={first: 1})
    returned(staff, form_of, one)
    order = fresh(order.id)
    assert (order.refunded_cents, order.state) == (3495, "sent")
    rest = declare(order.number, quantities={first: 1, second: 1})
    too_many = returned(staff, form_of, rest, lines__0__quantity="2")
    assert too_many.status_code == 422
    assert "At most 1 can come back." in too_many.text
    returned(staff, form_of, rest)
    assert fresh(order.id).refunded_cents == order.total_cents


def test_goods_that_never_left_go_back_to_the_shelf(shop, buy, staff, form_of):
    order = buy(sent=False)
    returned(staff, form_of, declare(order.number))
    assert fresh(order.id).state == "refunded"
    assert (shop.left(SMALL), shop.left(POWDER)) == (10, 10)
    assert shop.moved(SMALL) == 10


def test_a_second_click_gives_nothing_back(shop, buy, staff, form_of):
    order = buy()
    withdrawal_id = declare(order.number)
    form = form_of(staff, f"/admin/withdrawals/{withdrawal_id}", "/returned").set(lines__0__restock="y")
    assert [form.press().status_code for _ in range(2)] == [303, 409]
    assert shop.left(SMALL) == 10
    assert len(payments.refunds_of(order.id)) == 1


def test_an_unanswered_refund_is_repeated_and_made_once(shop, buy, staff, form_of, monkeypatch):
    order = buy()
    withdrawal_id = declare(order.number)

    def away(*_values: object) -> str:
        raise ProviderAway("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(DemoProvider, "refund", away)
        assert returned(staff, form_of, withdrawal_id).status_code == 503
        assert said(withdrawal_id).state == "refunding"
    again = form_of(staff, f"/admin/withdrawals/{withdrawal_id}", "/refund")
    assert [again.press().status_code for _ in range(2)] == [303, 303]
    assert said(withdrawal_id).state == "done"
    assert [refund.state for refund in payments.refunds_of(order.id)] == ["done"]


def test_a_refund_that_went_through_before_our_process_died_is_not_made_again(
    buy, staff, form_of, monkeypatch
):
    order = buy()
    withdrawal_id = declare(order.number)

    def dies(_withdrawal_id: int) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(withdrawals, "money_is_back", dies)
        with pytest.raises(RuntimeError):
            returned(staff, form_of, withdrawal_id)
    assert said(withdrawal_id).state == "refunding"
    form_of(staff, f"/admin/withdrawals/{withdrawal_id}", "/refund").press()
    assert said(withdrawal_id).state == "done"
    assert len(payments.refunds_of(order.id)) == 1


def test_whoever_finishes_its_refund_finishes_the_withdrawal(buy, staff, form_of, monkeypatch):
    """From the order's page, or by the reconciler: it is the same refund, known by its link."""
    order = buy()
    withdrawal_id = declare(order.number)

    def away(*_values: object) -> str:
        raise ProviderAway("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(DemoProvider, "refund", away)
        returned(staff, form_of, withdrawal_id)
    settled = form_of(staff, f"/admin/withdrawals/{withdrawal_id}", "/settled")
    assert settled.press().status_code == 409, "it may still go out by itself"
    conversation.refund_order(order.number, None, "admin")
    assert said(withdrawal_id).state == "done"
    assert [refund.withdrawal_id for refund in payments.refunds_of(order.id)] == [withdrawal_id]


def test_money_that_went_back_another_way_is_written_down(buy, staff, form_of, monkeypatch):
    """Even the same sum is another refund: the withdrawal's own was refused and it is not repeated."""
    order = buy()
    withdrawal_id = declare(order.number)

    def no(*_values: object) -> str:
        raise ProviderRefused("no")

    with monkeypatch.context() as patched:
        patched.setattr(DemoProvider, "refund", no)
        assert returned(staff, form_of, withdrawal_id).status_code == 409
    assert said(withdrawal_id).state == "refunding"
    conversation.refund_order(order.number, None, "admin")
    page = f"/admin/withdrawals/{withdrawal_id}"
    assert form_of(staff, page, "/refund").press().status_code == 409
    assert said(withdrawal_id).state == "refunding", "an equal sum is not taken for it"
    assert form_of(staff, page, "/settled").press().status_code == 303
    assert said(withdrawal_id).state == "done"
    assert [refund.state for refund in payments.refunds_of(order.id)] == ["failed", "done"]


def test_a_part_that_went_back_for_another_reason_is_not_taken_for_the_refund(
    buy, staff, form_of, monkeypatch
):
    """Our process died before the refund was begun; somebody gave back the same sum for a broken jar."""
    order = buy()
    withdrawal_id = declare(order.number, quantities={order.lines[0].id: 1})

    def dies(_withdrawal_id: int, _actor: str) -> bool:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(conversation, "refund_withdrawal", dies)
        with pytest.raises(RuntimeError):
            returned(staff, form_of, withdrawal_id)
    due = said(withdrawal_id).refund_cents
    conversation.refund_order(order.number, due, "admin")
    answer = form_of(staff, f"/admin/withdrawals/{withdrawal_id}", "/refund").press()
    assert (answer.status_code, said(withdrawal_id).state) == (409, "refunding"), "a person decides"
    assert fresh(order.id).refunded_cents == due


def test_another_amount_may_be_given_and_never_more_than_is_left(buy, staff, form_of):
    order = buy()
    withdrawal_id = declare(order.number)
    answer = returned(staff, form_of, withdrawal_id, amount="1000.00")
    assert answer.status_code == 422
    assert "More than is left" in answer.text
    returned(staff, form_of, withdrawal_id, amount="100.00")
    assert fresh(order.id).refunded_cents == 10000


@pytest.mark.parametrize("amount", ["-1", "x", "0"])
def test_counts_that_cannot_be_are_refused(buy, staff, form_of, amount):
    order = buy()
    withdrawal_id = declare(order.number)
    answer = returned(staff, form_of, withdrawal_id, lines__0__quantity=amount, lines__1__quantity=amount)
    assert answer.status_code == 422
    assert said(withdrawal_id).state == "open"


def test_a_statement_without_an_order_is_matched_by_hand(buy, staff, form_of, reread):
    order = buy()
    withdrawal_id = declare("00000000", "other@example.org")
    page = f"/admin/withdrawals/{withdrawal_id}"
    assert form_of(staff, page, "/order").set(number="11111111").press().status_code == 422
    warned = form_of(staff, page, "/order").set(number=order.number.lower()).press()
    assert (warned.status_code, EMAIL in warned.text, said(withdrawal_id).order_id) == (409, True, None)
    assert reread(staff, warned, "/order").press().status_code == 303
    assert "The order is of another name or e-mail address" in staff.get(page).text
    found = said(withdrawal_id)
    assert (found.order_id, found.last_day) == (order.id, withdrawal_rules.last_day_of(fresh(order.id)))
    assert [line["quantity"] for line in found.lines] == [2, 1]
    assert "withdrawn" in [event.kind for event in queries.events(order.id)]


def test_closing_needs_a_reason_and_moves_no_money(buy, staff, form_of):
    order = buy()
    withdrawal_id = declare(order.number)
    page = f"/admin/withdrawals/{withdrawal_id}"
    assert form_of(staff, page, "/close").press().status_code == 422
    assert form_of(staff, page, "/close").set(reason="The seal is broken").press().status_code == 303
    assert said(withdrawal_id).state == "closed"
    assert "The seal is broken" in staff.get(page).text
    assert fresh(order.id).refunded_cents == 0
    assert "Nobody waits" in staff.get("/admin/withdrawals/").text
    assert "Lotte Jansen" in staff.get("/admin/withdrawals/?state=decided").text


def test_an_order_that_was_not_paid_is_cancelled_instead(shop, staff, form_of):
    with writing():
        placed = actions.place(new_order(shop, {SMALL: 1}))
    answer = returned(staff, form_of, declare(placed.number))
    assert answer.status_code == 409
    assert "cancel it instead" in answer.text


def test_strangers_and_marketers_stay_outside(any_app, buy):
    withdrawal_id = declare(buy().number)
    for path in ("", str(withdrawal_id)):
        assert any_app.test_client().get(f"/admin/withdrawals/{path}").status_code == 303
        assert entered_as(any_app, "marketer").get(f"/admin/withdrawals/{path}").status_code == 403


LINES = st.lists(
    st.tuples(st.integers(1, 99), st.integers(1, 100_000), st.integers(0, 100)), min_size=1, max_size=5
)


@given(LINES, st.integers(0, 2000), st.data())
def test_parts_add_up_to_what_was_paid(drawn, delivery, data):
    lines: Any = [
        SimpleNamespace(
            id=number, quantity=count, line_cents=count * cents, discount_cents=count * cents * off // 100
        )
        for number, (count, cents, off) in enumerate(drawn)
    ]
    before: dict[int, int] = {}
    sums = []
    while any(before.get(line.id, 0) < line.quantity for line in lines):
        now = {line.id: data.draw(st.integers(0, line.quantity - before.get(line.id, 0))) for line in lines}
        if not any(now.values()):
            now = {line.id: line.quantity - before.get(line.id, 0) for line in lines}
        sums.append(worth(lines, before, now, delivery))
        before = {line.id: before.get(line.id, 0) + now[line.id] for line in lines}
    assert min(sums) >= 0
    assert sum(sums) == sum(line.line_cents - line.discount_cents for line in lines) + delivery


def pressed_at_once(any_app: Flask, form_of: Callable[..., Any], withdrawal_id: int, times: int) -> list[int]:
    """The same form sent by several people at one instant."""
    page = f"/admin/withdrawals/{withdrawal_id}"
    forms = [
        form_of(entered_as(any_app, "admin"), page, "/returned").set(lines__0__restock="y")
        for _ in range(times)
    ]
    gate = Barrier(times)

    def press(form: Any) -> int:
        gate.wait()
        return form.press().status_code

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(press, forms))


def test_several_who_press_at_once_take_back_once(any_app, shop, buy, form_of):
    order = buy()
    withdrawal_id = declare(order.number)
    answers = pressed_at_once(any_app, form_of, withdrawal_id, 6)
    assert answers.count(303) == 1
    assert set(answers) == {303, 409}
    assert (shop.left(SMALL), shop.moved(SMALL)) == (10, 10)
    assert [refund.state for refund in payments.refunds_of(order.id)] == ["done"]
    assert fresh(order.id).refunded_cents == order.total_cents


def test_without_the_claim_the_stock_comes_back_more_than_once(any_app, shop, buy, form_of, monkeypatch):
    """The control of the test above."""

    def unclaimed(withdrawal_id, parts, cents, given_back_cents, actor):
        order = db.session.get_one(Order, db.session.get_one(Withdrawal, withdrawal_id).order_id)
        units = {line.variant_id: parts[line.id].quantity for line in order.lines if parts[line.id].restock}
        stock.give_back_all(units, None, actor, "returned")

    monkeypatch.setattr(withdrawals, "take_back", unclaimed)
    order = buy()
    pressed_at_once(any_app, form_of, declare(order.number), 6)
    assert shop.left(SMALL) > 10
