"""Placing, paying, cancelling and expiring orders, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from storefront import clock, worker
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions, queries
from storefront.orders.models import Order
from storefront.refusals import Refused
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, POWDER, SHAKER, SMALL, Shelf, new_order

Queries = Callable[[Flask], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


def place(shop: Shelf, quantities: dict[str, int], **changes: object) -> int:
    with writing():
        return actions.place(new_order(shop, quantities, **changes)).id  # type: ignore[arg-type]


def kinds(order_id: int) -> list[str]:
    return [event.kind for event in queries.events(order_id)]


def test_placing_reserves_the_stock_and_freezes_the_order(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 2, POWDER: 1}, shipping_cents=450)
    order = queries.order_by_id(order_id)
    assert order is not None
    assert (shop.left(SMALL), shop.left(POWDER), shop.left(LARGE)) == (8, 9, 10)
    assert order.state == "placed"
    assert (order.goods_cents, order.shipping_cents, order.total_cents) == (14985, 450, 15435)
    assert order.vat == [{"rate_bp": 900, "gross_cents": 15435, "vat_cents": 1274}]
    assert [line.line_cents for line in order.lines] == [6990, 7995]
    assert order.reserved_until - order.placed_at == timedelta(minutes=45)
    assert kinds(order_id) == ["placed"]


def test_vat_is_of_the_country_and_each_rate_is_on_the_order(shop: Shelf) -> None:
    buyer = replace(shelf.BUYER, country="BE", postcode="9000")
    order_id = place(shop, {SMALL: 1, SHAKER: 1}, shipping_cents=695, buyer=buyer)
    order = queries.order_by_id(order_id)
    assert order is not None
    assert [part["rate_bp"] for part in order.vat] == [600, 2100]
    assert sum(part["gross_cents"] for part in order.vat) == order.total_cents
    assert [line.rate_bp for line in order.lines] == [600, 2100]


def test_the_frozen_order_does_not_follow_the_price(shop: Shelf) -> None:
    from storefront.catalog.models import Variant

    order_id = place(shop, {SMALL: 1})
    with writing():
        db.session.get_one(Variant, shop.ids[SMALL]).price_cents = 1
    order = queries.order_by_id(order_id)
    assert order is not None
    assert order.lines[0].unit_cents == 3495


def test_sold_out_takes_nothing_and_places_nothing(shop: Shelf) -> None:
    with pytest.raises(Refused) as caught:
        place(shop, {SMALL: 1, POWDER: 11})
    assert caught.value.status == 409
    assert (shop.left(SMALL), shop.left(POWDER)) == (10, 10)
    assert shelf.orders() == []


def test_the_same_post_answers_with_the_same_order(shop: Shelf) -> None:
    assert place(shop, {SMALL: 1}) == place(shop, {SMALL: 1})
    assert len(shelf.orders()) == 1
    assert shop.left(SMALL) == 9


def test_the_same_post_after_paying_answers_with_the_paid_order(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 1})
    with writing():
        assert actions.mark_paid(order_id, "demo", {})
    assert place(shop, {SMALL: 1}) == order_id
    assert shop.left(SMALL) == 9


@pytest.mark.parametrize("close", [actions.cancel, actions.expire])
def test_the_same_post_after_the_order_was_closed_places_it_anew(
    shop: Shelf, close: Callable[[int, str], bool]
) -> None:
    first = place(shop, {SMALL: 1})
    with writing():
        assert close(first, "system")
    second = place(shop, {SMALL: 1})
    assert second != first
    assert queries.state_of(second) == "placed"
    assert shop.left(SMALL) == 9


def test_another_post_needs_way_made_first(shop: Shelf) -> None:
    place(shop, {SMALL: 1})
    with pytest.raises(actions.OpenOrderChanged):
        place(shop, {SMALL: 2})
    assert shop.left(SMALL) == 9


def test_another_post_replaces_the_open_order_in_one_transaction(shop: Shelf) -> None:
    first = place(shop, {SMALL: 9})
    second = place(shop, {SMALL: 10}, replaces=first)
    assert [order.state for order in shelf.orders()] == ["cancelled", "placed"]
    assert second != first
    assert shop.left(SMALL) == 0
    assert kinds(first) == ["placed", "cancelled"]


def test_a_replacement_that_is_refused_leaves_the_open_order_alone(shop: Shelf) -> None:
    first = place(shop, {SMALL: 9})
    with pytest.raises(Refused):
        place(shop, {SMALL: 11}, replaces=first)
    assert [order.state for order in shelf.orders()] == ["placed"]
    assert shop.left(SMALL) == 1


def test_paying_happens_once_and_enqueues_mail_and_hooks_once(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 1})
    with writing():
        assert actions.mark_paid(order_id, "demo", {})
        assert not actions.mark_paid(order_id, "demo", {})
    assert kinds(order_id) == ["placed", "paid"]
    names = list(db.session.scalars(select(Job.name).where(Job.name.like("mail.%"))))
    assert names == ["mail.order_confirmation"]


@pytest.mark.parametrize("end", [actions.cancel, actions.expire])
def test_stock_is_given_back_once(shop: Shelf, end: Callable[[int, str], bool]) -> None:
    order_id = place(shop, {SMALL: 3, POWDER: 2})
    with writing():
        assert end(order_id, "test")
    with writing():
        assert not actions.cancel(order_id, "test")
        assert not actions.expire(order_id, "test")
    assert (shop.left(SMALL), shop.left(POWDER)) == (10, 10)
    assert shop.moved(SMALL) == 10


def test_a_paid_order_is_sent_with_a_mail_and_an_open_one_is_not(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 1})
    with pytest.raises(Refused) as caught, writing():
        actions.mark_sent(order_id, "3SABC", "admin")
    assert caught.value.status == 409
    with writing():
        actions.mark_paid(order_id, "demo", {})
        actions.mark_sent(order_id, "3SABC", "admin")
    order = queries.order_by_id(order_id)
    assert order is not None
    assert (order.state, order.tracking_code) == ("sent", "3SABC")
    assert db.session.scalar(select(Job.name).where(Job.name == "mail.order_sent"))


def test_a_part_is_refunded_and_then_the_rest(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 2})
    with writing():
        actions.mark_paid(order_id, "demo", {})
        actions.add_refund(order_id, 1000, "admin", restock=True)
    assert queries.state_of(order_id) == "paid"
    assert shop.left(SMALL) == 8
    with writing():
        actions.add_refund(order_id, 5990, "admin", restock=True)
    assert queries.state_of(order_id) == "refunded"
    assert shop.left(SMALL) == 10


def test_what_was_sent_does_not_return_to_stock_by_a_refund(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 2})
    with writing():
        actions.mark_paid(order_id, "demo", {})
        actions.mark_sent(order_id, "", "admin")
        actions.add_refund(order_id, 6990, "admin", restock=True)
    assert queries.state_of(order_id) == "refunded"
    assert shop.left(SMALL) == 8


def test_no_money_goes_back_that_did_not_come(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 1})
    with pytest.raises(ValueError, match="placed order"), writing():
        actions.add_refund(order_id, 1, "admin", restock=True)
    with writing():
        actions.mark_paid(order_id, "demo", {})
    with pytest.raises(ValueError, match="3496 cents"), writing():
        actions.add_refund(order_id, 3496, "admin", restock=True)
    assert (queries.state_of(order_id), shop.left(SMALL)) == ("paid", 9)


def test_the_log_takes_no_kind_of_event_that_it_has_no_word_for(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 1})
    with pytest.raises(ValueError, match="'payed'"), writing():
        actions.note(order_id, "payed", "admin", {})
    assert kinds(order_id) == ["placed"]


def test_staff_write_down_the_lot_that_they_packed(shop: Shelf) -> None:
    order_id = place(shop, {SMALL: 1, POWDER: 1})
    order = queries.order_by_id(order_id)
    assert order is not None
    with writing():
        actions.set_lots(order_id, {order.lines[0].id: "26-0500"}, "admin")
    order = queries.order_by_id(order_id)
    assert order is not None
    assert [line.lot_code for line in order.lines] == ["26-0500", "26-0412"]
    assert kinds(order_id)[-1] == "lots_changed"


def test_a_phone_number_is_forgotten_when_the_privacy_page_says_so(shop: Shelf) -> None:
    """An order that ended longer ago than that loses it; one that ended later, or is not sent, keeps it."""
    old, new = clock.now() - worker.PHONES_KEPT - timedelta(minutes=1), clock.now()
    buyer = replace(shelf.BUYER, phone="0612345678")
    ends = {"sent": (old, None), "lately": (new, None), "closed": (None, old), "open": (None, None)}
    ends["sent, money back lately"] = (old, new)
    placed = {name: place(shop, {SMALL: 1}, buyer=buyer, cart_id=name) for name in ends}
    with writing():
        for name, (sent_at, closed_at) in ends.items():
            order = db.session.get_one(Order, placed[name])
            order.sent_at, order.closed_at = sent_at, closed_at
    worker.work(once=True)
    kept = {name for name in ends if db.session.get_one(Order, placed[name], populate_existing=True).phone}
    assert kept == {"lately", "open"}
    assert timedelta(days=90) >= worker.PHONES_KEPT


def test_lists_search_and_figures_for_the_admin(shop: Shelf) -> None:
    first = place(shop, {SMALL: 2})
    second = place(shop, {POWDER: 1}, cart_id="another-cart-0123456789", buyer=shelf.BUYER)
    with writing():
        actions.mark_paid(second, "demo", {})
    rows, total = queries.admin_list()
    assert ([row.id for row in rows], total) == ([second, first], 2)
    assert [row.pieces for row in rows] == [1, 2]
    assert [row.id for row in queries.admin_list("paid")[0]] == [second]
    for text, found in (("lotte", 2), ("26-0412", 2), (POWDER, 1), (rows[1].number.lower(), 1), ("100%", 0)):
        assert queries.admin_list(search=text)[1] == found, text
    assert queries.admin_list(page=2)[0] == []
    counts = queries.counts_by_state()
    assert (counts["placed"], counts["paid"], counts["sent"]) == (1, 1, 0)
    figures = queries.today_figures(clock.today())
    assert (figures.orders, figures.cents) == (1, 7995)


@pytest.mark.parametrize(
    ("paid_at", "day"),
    [
        (datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_of_the_figures_is_one_of_the_shops_time_zone(
    shop: Shelf, paid_at: datetime, day: date
) -> None:
    order_id = place(shop, {SMALL: 1})
    with writing():
        actions.mark_paid(order_id, "demo", {})
        db.session.get_one(Order, order_id).paid_at = paid_at
    for one in (day - timedelta(days=1), day, day + timedelta(days=1)):
        found = 1 if one == day else 0
        assert queries.today_figures(one).orders == found
        assert queries.admin_list(paid_on=one)[1] == found


def test_three_lines_take_few_statements(shop: Shelf, any_app: Flask, request: pytest.FixtureRequest) -> None:
    new = new_order(shop, {SMALL: 1, LARGE: 2, POWDER: 3})
    counted: Queries = request.getfixturevalue("queries")
    with counted(any_app) as seen, writing():
        actions.place(new)
    assert len(seen) <= 14, "\n".join(seen)


def test_the_orders_of_a_cart_are_found_by_an_index(any_app: Flask) -> None:
    indexes = {
        index["name"]: index["column_names"] for index in inspect(db.engine).get_indexes("customer_order")
    }
    assert indexes["ix_customer_order_cart"] == ["cart_id", "id"]
