"""Discounts are counted like stock: one UPDATE decides, and an order gives its use back once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront.database import db
from storefront.pricing import discounts
from storefront.pricing.discount_editing import DiscountData, add_discount, change_discount, end_discount
from storefront.pricing.models import Discount, DiscountUse
from storefront.refusals import Refused
from storefront.transactions import repeated, writing

TODAY = date(2026, 11, 24)
ADDRESS = "lotte.jansen@example.nl"


def data(**more: object) -> DiscountData:
    values: dict[str, object] = {
        "code": "autumn 10",
        "names": {"nl": "Herfst", "en": "Autumn"},
        "kind": "percent",
        "value": 1000,
        "starts_on": TODAY,
    }
    return DiscountData(**(values | more))  # type: ignore[arg-type]


def added(**more: object) -> int:
    with writing():
        return add_discount(data(**more), TODAY).id


def used(discount_id: int) -> int:
    db.session.rollback()
    return db.session.scalars(select(Discount.used).where(Discount.id == discount_id)).one()


def take(discount_id: int, order_id: int, address: str = ADDRESS) -> None:
    with writing():
        discounts.take([discount_id], order_id, address)


def test_a_code_is_found_however_it_is_typed(any_app: Flask) -> None:
    discount_id = added()
    found, problem = discounts.possible(TODAY, discounts.fold_code(" Autumn10 "))
    assert ([one.id for one in found], problem) == ([discount_id], "")
    assert discounts.possible(TODAY, "AUTUMN")[1] == "unknown"
    assert discounts.possible(TODAY) == ([], ""), "a code counts for nobody who did not type it"


def test_an_order_that_is_paid_late_gets_no_second_use_of_its_customer(any_app: Flask) -> None:
    discount_id = added(most_per_customer=1)
    take(discount_id, 1)
    with writing():
        discounts.release(1)
    take(discount_id, 2)
    with pytest.raises(discounts.UsedUp), writing():
        discounts.take_again(1)
    assert used(discount_id) == 1
    with writing():
        discounts.release(2)
    with writing():
        discounts.take_again(1)
    assert used(discount_id) == 1


def test_days_are_inclusive_and_an_ended_discount_is_unknown(any_app: Flask) -> None:
    discount_id = added(starts_on=TODAY, ends_on=TODAY + timedelta(days=2))
    days = [TODAY + timedelta(days=n) for n in (-1, 0, 2, 3)]
    assert [discounts.possible(day, "AUTUMN10")[1] for day in days] == ["early", "", "", "late"]
    with writing():
        end_discount(discount_id, TODAY)
    assert discounts.possible(TODAY, "AUTUMN10")[1] == "unknown"


def test_the_last_use_is_taken_once_and_given_back_once(any_app: Flask) -> None:
    discount_id = added(most_uses=1)
    take(discount_id, 1)
    with pytest.raises(discounts.UsedUp), writing():
        discounts.take([discount_id], 2, ADDRESS)
    assert discounts.possible(TODAY, "AUTUMN10")[1] == "used"
    assert discounts.possible(TODAY, "AUTUMN10", own=[discount_id])[1] == "", "for its own cart it is not"
    for given_back in (1, 0, 0):
        with writing():
            assert discounts.release(1) == given_back
    assert used(discount_id) == 0
    take(discount_id, 2)
    assert used(discount_id) == 1


def test_a_customer_is_known_by_the_folded_address(any_app: Flask) -> None:
    discount_id = added(most_per_customer=1)
    take(discount_id, 1)
    with pytest.raises(discounts.UsedUp), writing():
        discounts.take([discount_id], 2, " Lotte.Jansen@EXAMPLE.nl")
    take(discount_id, 3, "another@example.nl")
    assert used(discount_id) == 2, "the refused one was rolled back whole"
    with writing():
        discounts.release(1)
    take(discount_id, 4)
    rows = db.session.scalars(select(DiscountUse.customer)).all()
    assert all("@" not in customer for customer in rows), "no address is kept"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("percent", {"value": 0}),
        ("percent", {"value": 10_001}),
        ("amount", {"kind": "amount", "value": 0}),
        ("ends_on", {"ends_on": TODAY - timedelta(days=1)}),
        ("most_uses", {"most_uses": 0}),
        ("most_per_customer", {"code": "", "most_per_customer": 1}),
        ("starts_on", {"code": "", "starts_on": TODAY - timedelta(days=1)}),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(app: Flask, field: str, more: dict[str, object]) -> None:
    with pytest.raises(Refused) as caught:
        added(**more)
    assert caught.value.field == field


def test_a_code_there_is_already_is_refused(any_app: Flask) -> None:
    added()
    with pytest.raises(Refused) as caught:
        added(code="AUTUMN10")
    assert caught.value.field == "code"
    added(code="")
    added(code="")  # of automatic offers there may be many


def test_an_offer_that_has_begun_keeps_its_price(any_app: Flask) -> None:
    offer, code = added(code=""), added()
    with pytest.raises(Refused), writing():
        change_discount(offer, data(code="", value=2000), TODAY)
    with writing():
        later = {"ends_on": TODAY + timedelta(days=5), "names": {"nl": "Winter", "en": "Winter"}}
        assert set(change_discount(offer, data(code="", **later), TODAY)) == {"ends_on", "names"}
        assert change_discount(code, data(value=2000), TODAY) == {"value": [1000, 2000]}


def buyers_at_once(app: Flask, discount_id: int, buyers: int) -> int:
    """So many orders take the discount in the same moment; how many had it."""
    start = threading.Barrier(buyers)

    @repeated
    def one(order_id: int) -> int:
        with writing():
            discounts.take([discount_id], order_id, f"{order_id}@example.nl")
        return 1

    def buy(order_id: int) -> int:
        with app.app_context():
            start.wait(timeout=60)
            try:
                return one(order_id)
            except discounts.UsedUp:
                return 0
            finally:
                db.session.remove()

    with ThreadPoolExecutor(buyers) as threads:
        return sum(threads.map(buy, range(1, buyers + 1)))


@pytest.mark.parametrize("buyers", [20, pytest.param(200, marks=pytest.mark.full)])
def test_a_code_with_ten_uses_is_used_ten_times(any_app: Flask, buyers: int) -> None:
    discount_id = added(most_uses=10)
    assert buyers_at_once(any_app, discount_id, buyers) == 10
    assert used(discount_id) == 10
    assert len(db.session.scalars(select(DiscountUse.id)).all()) == 10


def test_control_reading_first_and_counting_later_is_used_too_often(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with a twin of the guard that reads, waits for the others, and writes what it read."""
    discount_id = added(most_uses=10)
    buyers = 12
    together = threading.Barrier(buyers)
    seen: dict[int, int] = {}

    def then_write(one: int) -> None:
        if seen[threading.get_ident()] >= 10:
            raise discounts.UsedUp("used up")
        counted = update(Discount).where(Discount.id == one).values(used=seen[threading.get_ident()] + 1)
        db.session.execute(counted.execution_options(synchronize_session=False))

    monkeypatch.setattr(discounts, "_count", then_write)

    def buy(order_id: int) -> int:
        with any_app.app_context():
            seen[threading.get_ident()] = used(discount_id)
            db.session.rollback()
            together.wait(timeout=60)
            with writing():
                discounts.take([discount_id], order_id, f"{order_id}@example.nl")
            db.session.remove()
            return 1

    with ThreadPoolExecutor(buyers) as threads:
        taken = sum(threads.map(buy, range(1, buyers + 1)))
    assert taken == buyers > 10
    assert used(discount_id) <= 10, "the counter looks innocent: count the uses"
