"""The EU's threshold: net sales to the other countries of a calendar year, less refunds."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import update

from storefront.database import db
from storefront.orders import actions
from storefront.orders.models import Order
from storefront.orders.turnover import Turnover, net_kept, sold_abroad
from storefront.pricing.countries import ABROAD
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SHAKER, SMALL, new_order

BELGIAN = replace(shelf.BUYER, country="BE", postcode="9000")


@pytest.mark.parametrize(
    ("total", "vat", "refunded", "net"),
    [
        (10600, 600, 0, 10000),
        (10600, 600, 10600, 0),
        (10600, 600, 5300, 5000),
        (10600, 600, 1, 9999),  # 0.943 of a cent goes back without VAT: 9999.06
        (3, 0, 1, 2),
        (0, 0, 0, 0),
    ],
)
def test_a_refund_takes_its_share_of_the_vat_with_it(total: int, vat: int, refunded: int, net: int) -> None:
    assert net_kept(total, vat, refunded) == net


@pytest.mark.parametrize(
    ("cents", "percent", "near", "over"),
    [
        (0, 0, False, False),
        (799_999, 79, False, False),
        (800_000, 80, True, False),
        (1_000_000, 100, True, False),
        (1_000_001, 100, True, True),
    ],
)
def test_it_warns_from_eighty_percent_on(cents: int, percent: int, near: bool, over: bool) -> None:
    found = Turnover(2026, (("BE", cents),))
    assert (found.percent, found.near, found.over) == (percent, near, over)


def test_paid_orders_to_other_countries_of_the_year_count(any_app: Flask, queries) -> None:
    shop = shelf.fill(50)
    moments = {  # the year begins at 23:00 UTC in the shop's zone
        "a": (BELGIAN, datetime(2025, 12, 31, 22, 59, tzinfo=UTC)),
        "b": (BELGIAN, datetime(2025, 12, 31, 23, 0, tzinfo=UTC)),
        "c": (BELGIAN, datetime(2026, 12, 31, 22, 59, tzinfo=UTC)),
        "d": (BELGIAN, datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        "e": (shelf.BUYER, datetime(2026, 6, 1, tzinfo=UTC)),
    }
    ids = {}
    with writing():
        for name, (buyer, paid_at) in moments.items():
            new = new_order(shop, {SMALL: 2, SHAKER: 1}, f"cart-0123456789-{name}-abcdef", buyer=buyer)
            ids[name] = actions.place(new).id
            assert actions.mark_paid(ids[name], "test", {})
            db.session.execute(update(Order).where(Order.id == ids[name]).values(paid_at=paid_at))
        actions.place(new_order(shop, {SMALL: 1}, "cart-0123456789-unpaid", buyer=BELGIAN))
    # 69.90 at 6 % and 12.50 at 21 %: 3.96 and 2.17 of VAT
    net = 6990 + 1250 - 396 - 217
    with queries(any_app) as seen:
        assert sold_abroad(ABROAD, 2026).by_country == (("BE", 2 * net),)
    assert len([one for one in seen if one.lstrip().upper().startswith("SELECT")]) == 1
    with writing():
        db.session.execute(update(Order).where(Order.id == ids["b"]).values(refunded_cents=8240))
        db.session.execute(update(Order).where(Order.id == ids["c"]).values(refunded_cents=4120))
    assert sold_abroad(ABROAD, 2026).by_country == (("BE", 3814),)  # half of 76.27, half a cent up
    assert sold_abroad(ABROAD, 2027).net_cents == net
    assert sold_abroad(ABROAD, 2024) == Turnover(2024, ())
