"""Staff who click twice give money back once, through the real form and real HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select

from storefront.database import db
from storefront.orders.models import Order
from storefront.payments import actions
from storefront.payments.models import Refund
from storefront.testing import Live
from tests.orders import shelf
from tests.orders.shelf import Shelf
from tests.races.crowd import (
    DATABASES,
    FORM,
    Answer,
    at_once,
    call,
    crowd,
    event,
    send_event,
    served_here,
    sized,
)
from tests.races.paying import to_pay
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]
Serve = Callable[..., Live]
Shop = tuple[Flask, Shelf, Double]
PART = 1000  # cents: twice as much would be there


@pytest.fixture(params=DATABASES)
def shop(
    stripe_app: Callable[..., Flask], stripe_double: Double, request: pytest.FixtureRequest
) -> Iterator[Shop]:
    """Units for everybody; the double tells nothing by itself."""
    app = stripe_app(request.param, "empty")
    stripe_double.at_once = False
    with app.app_context():
        yield app, shelf.fill(2000), stripe_double
        db.session.remove()


def enter(url: str) -> tuple[dict[str, str], str]:
    """Headers of somebody who is signed in as admin and has seen a form, and the token that it had."""
    same_site = {"Sec-Fetch-Site": "same-origin"}
    entered = _cookies(call(f"{url}/dev/enter/admin", "POST", "", FORM | same_site))
    inside = FORM | same_site | {"Cookie": entered}
    seen = call(f"{url}/admin/orders/", headers=inside)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', seen.body.decode())
    assert token, seen.body.decode()[-3000:]
    return inside | {"Cookie": _cookies(seen) or entered}, token[1]


def _cookies(answer: Answer) -> str:
    assert answer.status in (200, 303) and answer.headers is not None, answer.status
    given = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(value.partition(";")[0] for value in given)


def paid(url: str, shop: Shop, count: int) -> list[str]:
    """The numbers of so many paid orders."""
    _app, shelf_, double = shop
    events = [event("checkout.session.completed", session) for session in to_pay(shelf_, double, count)]
    assert {send_event(url, double.secret, one)[0] for one in events} == {200}
    return [order.number for order in shelf.orders()]


def clicked_twice(url: str, staff: tuple[dict[str, str], str], number: str) -> list[int]:
    """The form as it stood when nothing had gone back yet, sent twice at one instant."""
    headers, token = staff
    form = {"csrf_token": token, "how": "part", "amount": f"{PART / 100:.2f}", "already": "0"}

    def click(_number: int) -> int:
        return call(f"{url}/admin/orders/{number}/refund", "POST", urlencode(form), headers).status

    return at_once([1, 2], click)


def refunds() -> tuple[int, int]:
    """How many refunds there are, and what the orders say went back in all."""
    db.session.rollback()
    count = db.session.scalar(select(func.count(Refund.id))) or 0
    return count, int(db.session.scalar(select(func.sum(Order.refunded_cents))) or 0)


@pytest.mark.parametrize("count", sized(100, 1000))
def test_a_refund_that_is_clicked_twice_is_one(shop: Shop, serve: Serve, count: int) -> None:
    live = serve(shop[0], workers=2, threads=8)
    numbers = paid(live.url, shop, count)
    staff = enter(live.url)
    answers = crowd(numbers, lambda number: clicked_twice(live.url, staff, number), most=4)
    assert {status for pair in answers for status in pair} <= {303, 409}, answers
    assert all(303 in pair for pair in answers), answers
    assert refunds() == (count, count * PART)
    assert [one["amount"] for one in shop[2].refunds.values()] == [PART] * count


def test_control_without_what_was_seen_the_second_click_pays_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard is the sum that stood on the page: a twin that takes any sum gives twice."""
    monkeypatch.setattr(actions.queries, "given_back_cents", lambda _order_id: 0)
    with served_here(shop[0]) as url:
        (number,) = paid(url, shop, 1)
        staff = enter(url)
        for _page in range(2):
            clicked_twice(url, staff, number)
    assert refunds()[0] > 1
    assert len(shop[2].refunds) > 1
