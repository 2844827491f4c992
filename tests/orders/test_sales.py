"""What was sold and what of it was kept: by the shop's days, net of refunds and VAT, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from storefront.database import db
from storefront.orders import actions
from storefront.orders.models import Order
from storefront.orders.sales import SoldLine, given_back, kept_of, sales
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, SHAKER, SMALL, Shelf, new_order

CENTS = st.integers(0, 50_000)


@given(st.lists(CENTS, min_size=1, max_size=8), st.integers(1, 900), st.data())
def test_a_refund_is_spread_to_the_cent_and_takes_its_vat_with_it(
    paid: list[int], delivery: int, data: st.DataObject
) -> None:
    total = sum(paid) + delivery
    refunded = data.draw(st.integers(0, total))
    vat = [data.draw(st.integers(0, cents)) for cents in paid]
    back = given_back(paid, total, refunded)
    assert sum(back) == refunded
    assert all(0 <= refund <= cents for refund, cents in zip(back, [*paid, delivery], strict=True))
    kept = [kept_of(*one) for one in zip(paid, vat, back[:-1], strict=True)]
    assert all(0 <= net <= cents - of for net, cents, of in zip(kept, paid, vat, strict=True))
    if refunded == 0:
        assert kept == [cents - of for cents, of in zip(paid, vat, strict=True)]
    if refunded == total:
        assert kept == [0] * len(paid)


def paid_order(
    shop: Shelf, quantities: dict[str, int], cart: str, paid_at: datetime, source: str = ""
) -> int:
    new = new_order(shop, quantities, f"cart-0123456789-{cart}-abcdef", shipping_cents=450)
    lines = tuple(replace(line, source=source) for line in new.lines)
    order_id = actions.place(replace(new, lines=lines)).id
    assert actions.mark_paid(order_id, "test", {})
    db.session.execute(update(Order).where(Order.id == order_id).values(paid_at=paid_at))
    return order_id


def test_the_lines_of_the_days_with_what_was_kept_of_them(any_app: Flask, queries) -> None:
    shop = shelf.fill(50)
    days = {  # the shop's day begins at 22:00 UTC in summer
        "before": datetime(2026, 5, 31, 21, 59, tzinfo=UTC),
        "first": datetime(2026, 5, 31, 22, 0, tzinfo=UTC),
        "last": datetime(2026, 6, 2, 21, 59, tzinfo=UTC),
        "after": datetime(2026, 6, 2, 22, 0, tzinfo=UTC),
    }
    with writing():
        ids = {name: paid_order(shop, {SMALL: 2, SHAKER: 1}, name, at, "here") for name, at in days.items()}
        actions.place(new_order(shop, {LARGE: 1}, "cart-0123456789-unpaid"))
        changed = update(Order).where(Order.id == ids["last"])
        db.session.execute(changed.values(refunded_cents=4345, state="refunded"))  # half of 86.90
    with queries(any_app) as seen:
        found = sales(date(2026, 6, 1), date(2026, 6, 2))
    assert len([one for one in seen if one.lstrip().upper().startswith("SELECT")]) == 1
    first, last = (db.session.get_one(Order, ids[name]) for name in ("first", "last"))
    # 69.90 at 9 % and 12.50 at 21 %, with 5.77 and 2.17 of VAT; delivery has its share of both
    whole = first.total_cents - sum(part["vat_cents"] for part in first.vat)
    common = (first.number, "nl", days["first"])
    assert found[:2] == [
        SoldLine(*common, "mgt-c-90", SMALL, 2, "here", 6990, 6990 - 577, whole),
        SoldLine(*common, "shaker", SHAKER, 1, "here", 1250, 1250 - 217, whole),
    ]
    assert [(line.order, line.net_cents) for line in found[2:]] == [(last.number, 3207), (last.number, 517)]
    assert sales(date(2026, 7, 1), date(2026, 7, 31)) == []
