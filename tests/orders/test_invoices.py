"""Invoices and credit notes: numbers without a gap, frozen copies, sums to the cent, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions, invoices
from storefront.orders.models import DocumentCounter, Invoice, Order
from storefront.pricing.totals import vat_of
from storefront.transactions import repeated, writing
from tests.orders import shelf
from tests.orders.shelf import SHAKER, SMALL, Shelf, new_order


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Many units of each size."""
    return shelf.fill(5000)


def placed(shop: Shelf, number: int = 0, **changes: Any) -> int:
    """An order of two rates with delivery, not paid."""
    quantities = changes.pop("quantities", {SMALL: 2, SHAKER: 1})
    with writing():
        given = new_order(shop, quantities, cart_id=f"cart-{number}", shipping_cents=450, **changes)
        return actions.place(given).id


def pay(order_id: int) -> None:
    with writing():
        assert actions.mark_paid(order_id, "test", {})


def give_back(order_id: int, cents: int) -> None:
    with writing():
        actions.add_refund(order_id, cents, "test", restock=False)


def codes(series: str = invoices.INVOICE) -> list[str]:
    db.session.rollback()
    statement = select(Invoice.code).where(Invoice.series == series).order_by(Invoice.number)
    return list(db.session.scalars(statement))


def gapless(count: int) -> list[str]:
    year = clock.today().year
    return [f"{year}-{number:05d}" for number in range(1, count + 1)]


def at_once(app: Flask, count: int, act: Callable[[int], None]) -> list[BaseException]:
    """Do something for each number, twenty at once; what was raised."""

    def run(number: int) -> BaseException | None:
        with app.app_context():
            try:
                act(number)
            except Exception as error:
                return error
            finally:
                db.session.remove()
        return None

    with ThreadPoolExecutor(20) as threads:
        return [error for error in threads.map(run, range(count)) if error is not None]


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.full)])
def test_payments_at_once_leave_no_gap_and_no_double(any_app: Flask, shop: Shelf, count: int) -> None:
    ids = [placed(shop, number) for number in range(count)]
    assert at_once(any_app, count, lambda number: pay(ids[number])) == []
    assert codes() == gapless(count)


def test_a_counter_that_is_read_before_it_is_written_would_double(
    any_app: Flask, shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: two read the same number, since nothing is locked between reading and writing."""
    ids = [placed(shop, number) for number in range(2)]
    pay(placed(shop, 99))
    both = threading.Barrier(2)
    read: dict[int, int] = {}

    def read_then_write(series: str, year: int) -> int:
        last = read[threading.get_ident()]
        db.session.execute(update(DocumentCounter).values(last=last + 1))
        return last + 1

    def careless(number: int) -> None:
        read[threading.get_ident()] = db.session.scalars(select(DocumentCounter.last)).one()
        db.session.rollback()
        both.wait(timeout=30)
        pay(ids[number])

    monkeypatch.setattr(invoices, "next_number", read_then_write)
    [error] = at_once(any_app, 2, careless)
    assert isinstance(error, IntegrityError)


def test_a_payment_that_is_rolled_back_takes_no_number(any_app: Flask, shop: Shelf) -> None:
    first, second, third = (placed(shop, number) for number in range(3))
    pay(first)
    with pytest.raises(RuntimeError), writing():
        actions.mark_paid(second, "test", {})
        raise RuntimeError
    pay(third)
    pay(second)
    assert codes() == gapless(3)
    assert [one.code for one in invoices.documents_of(third)] == gapless(3)[1:2]


def test_each_year_begins_anew_by_the_clock_of_the_shop(any_app: Flask, shop: Shelf) -> None:
    ids = [placed(shop, number) for number in range(3)]
    with time_machine.travel(datetime(2026, 12, 31, 22, 59, tzinfo=UTC), tick=False):
        pay(ids[0])
    with time_machine.travel(datetime(2026, 12, 31, 23, 0, tzinfo=UTC), tick=False):  # midnight in Amsterdam
        pay(ids[1])
        pay(ids[2])
    assert sorted(codes()) == ["2026-00001", "2027-00001", "2027-00002"]


def test_an_invoice_says_what_the_order_says_to_the_cent(any_app: Flask, shop: Shelf) -> None:
    order_id = placed(shop)
    pay(order_id)
    order = db.session.get_one(Order, order_id)
    [invoice] = invoices.documents_of(order_id)
    assert invoice.total_cents == order.total_cents == 2 * 3495 + 1250 + 450
    assert sum(line["line_cents"] for line in invoice.lines) == invoice.goods_cents
    assert invoice.goods_cents + invoice.shipping_cents == invoice.total_cents
    assert [part["rate_bp"] for part in invoice.vat] == [900, 2100]
    assert sum(part["gross_cents"] for part in invoice.vat) == invoice.total_cents
    for part in invoice.vat:
        assert part["vat_cents"] == vat_of(part["gross_cents"], part["rate_bp"])
    assert invoice.buyer["name"] == "Lotte Jansen"


def test_a_discount_stands_on_the_invoice_and_the_sums_still_fit(any_app: Flask, shop: Shelf) -> None:
    order_id = placed(shop, reductions=(shelf.tenth_off(),))
    pay(order_id)
    [invoice] = invoices.documents_of(order_id)
    assert [(one["name"], one["code"], one["cents"]) for one in invoice.discounts] == [
        ("Een tiende", "TENTH", 2 * 350 + 125)
    ]
    off = sum(one["cents"] for one in invoice.discounts)
    assert invoice.goods_cents - off + invoice.shipping_cents == invoice.total_cents
    assert sum(part["gross_cents"] for part in invoice.vat) == invoice.total_cents
    text = invoices.page(invoice, back="/")
    assert "Een tiende (TENTH)" in text
    assert "-€\u00a08,25" in text


def test_an_invoice_is_frozen(any_app: Flask, shop: Shelf) -> None:
    order_id = placed(shop)
    pay(order_id)
    with writing():
        db.session.execute(update(Order).values(name="Somebody Else", total_cents=9999))
    [invoice] = invoices.documents_of(order_id)
    assert (invoice.buyer["name"], invoice.total_cents) == ("Lotte Jansen", 2 * 3495 + 1250 + 450)


def test_each_refund_has_a_credit_note_with_a_number_of_its_own(any_app: Flask, shop: Shelf) -> None:
    first, second = placed(shop, 1), placed(shop, 2)
    pay(first)
    pay(second)
    give_back(second, 1000)
    give_back(first, 333)
    give_back(second, 2 * 3495 + 1250 + 450 - 1000)
    assert codes(invoices.CREDIT) == [f"C{code}" for code in gapless(3)]
    invoice, *notes = invoices.documents_of(second)
    assert [note.credits for note in notes] == [invoice.code] * 2
    assert sum(note.total_cents for note in notes) == invoice.total_cents
    credited: dict[int, int] = {}
    for note in notes:
        assert sum(part["gross_cents"] for part in note.vat) == note.total_cents
        for part in note.vat:
            credited[part["rate_bp"]] = credited.get(part["rate_bp"], 0) + part["vat_cents"]
    assert credited == {part["rate_bp"]: part["vat_cents"] for part in invoice.vat}
    payloads = [job.payload for job in db.session.scalars(select(Job).order_by(Job.id))]
    assert [one["credit"] for one in payloads if "credit" in one] == [f"C{code}" for code in gapless(3)]


def test_a_refund_that_is_rolled_back_takes_no_number(any_app: Flask, shop: Shelf) -> None:
    order_id = placed(shop)
    pay(order_id)
    with pytest.raises(RuntimeError), writing():
        actions.add_refund(order_id, 500, "test", restock=False)
        raise RuntimeError
    give_back(order_id, 700)
    assert codes(invoices.CREDIT) == [f"C{code}" for code in gapless(1)]


def test_an_order_of_before_there_were_invoices_gets_no_credit_note(any_app: Flask, shop: Shelf) -> None:
    order_id = placed(shop)
    pay(order_id)
    with writing():
        db.session.delete(invoices.documents_of(order_id)[0])
    give_back(order_id, 500)
    assert invoices.documents_of(order_id) == []


PARTS = st.dictionaries(
    st.sampled_from([600, 900, 2100]), st.integers(min_value=1, max_value=50_000), min_size=1
)


@settings(max_examples=300, deadline=None)
@given(gross=PARTS, cuts=st.lists(st.integers(min_value=1, max_value=20_000), max_size=12))
def test_credit_notes_never_exceed_the_invoice_and_end_at_its_vat(
    gross: dict[int, int], cuts: list[int]
) -> None:
    invoiced = [
        {"rate_bp": rate, "gross_cents": cents, "vat_cents": vat_of(cents, rate)}
        for rate, cents in gross.items()
    ]
    left, credited = sum(gross.values()), []
    for cents in [*cuts, left]:
        cents = min(cents, left)
        if not cents:
            break
        parts = invoices.credited_vat(invoiced, credited, cents)
        assert sum(part["gross_cents"] for part in parts) == cents
        assert all(0 <= part["vat_cents"] <= part["gross_cents"] for part in parts)
        credited += parts
        left -= cents
        for part in invoiced:
            so_far = [one for one in credited if one["rate_bp"] == part["rate_bp"]]
            assert sum(one["vat_cents"] for one in so_far) <= part["vat_cents"]
            assert sum(one["gross_cents"] for one in so_far) <= part["gross_cents"]
    if not left:
        assert sum(one["vat_cents"] for one in credited) == sum(part["vat_cents"] for part in invoiced)


def test_more_than_is_left_cannot_be_credited() -> None:
    invoiced = [{"rate_bp": 900, "gross_cents": 109, "vat_cents": 9}]
    for cents in (0, 110):
        with pytest.raises(ValueError, match="cannot be credited"):
            invoices.credited_vat(invoiced, [], cents)


def from_before(order_id: int) -> None:
    """Take the order's papers away, as if it had been paid before the shop made any."""
    with writing():
        db.session.execute(delete(Invoice).where(Invoice.order_id == order_id))
        db.session.execute(delete(DocumentCounter))


def test_orders_of_before_get_their_invoices_by_a_command_once(any_app: Flask, shop: Shelf) -> None:
    old, open_ = [placed(shop, number) for number in range(3)], placed(shop, 9)
    for order_id in old:
        pay(order_id)
    give_back(old[1], 1000)
    for order_id in old:
        from_before(order_id)
    run = any_app.test_cli_runner().invoke
    answers = [run(args=["shop", "invoices"]).output.splitlines()[0] for _ in range(2)]
    assert answers == ["3 invoices made", "0 invoices made"]
    assert codes() == gapless(3)
    assert [
        one.order_id for one in db.session.scalars(select(Invoice).where(Invoice.series == "invoice"))
    ] == old
    (note,) = db.session.scalars(select(Invoice).where(Invoice.series == invoices.CREDIT))
    assert (note.order_id, note.total_cents, note.code) == (old[1], 1000, f"C{clock.today().year}-00001")
    give_back(old[1], 500)
    assert [one.total_cents for one in invoices.documents_of(old[1])][1:] == [1000, 500]
    assert invoices.documents_of(open_) == []


def test_the_command_and_a_payment_at_once_leave_no_gap(any_app: Flask, shop: Shelf) -> None:
    old = [placed(shop, number) for number in range(5)]
    new = [placed(shop, number) for number in range(5, 10)]
    for order_id in old:
        pay(order_id)
    for order_id in old:
        from_before(order_id)

    @repeated
    def late(order_id: int) -> None:
        with writing():
            invoices.issue_late(order_id)

    def act(number: int) -> None:
        if number < 15:
            late(old[number % 5])
        else:
            repeated(pay)(new[number - 15])

    assert at_once(any_app, 20, act) == []
    assert codes() == gapless(10)
