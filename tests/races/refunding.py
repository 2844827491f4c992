"""Refunds through the real form, for the race tests: who gives them, and what the books say afterwards."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from sqlalchemy import func, select

from storefront.database import db
from storefront.orders.models import Order
from storefront.payments.models import Refund
from tests.orders import shelf
from tests.orders.shelf import Shelf
from tests.races.crowd import FORM, Answer, at_once, call, event, send_event
from tests.races.paying import to_pay
from tests.stripe_double.state import Double

Staff = tuple[dict[str, str], str]
PART = 1000  # cents: twice as much would be there


def enter(url: str) -> Staff:
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


def paid(url: str, shelf_: Shelf, double: Double, count: int) -> list[str]:
    """The numbers of so many paid orders."""
    events = [event("checkout.session.completed", session) for session in to_pay(shelf_, double, count)]
    assert {send_event(url, double.secret, one)[0] for one in events} == {200}
    return [order.number for order in shelf.orders()]


def refund(url: str, staff: Staff, number: str) -> int:
    """The form as it stood when nothing had gone back yet, sent once; 0 when nobody answers."""
    headers, token = staff
    form = {
        "csrf_token": token,
        "how": "part",
        "amount": f"{PART / 100:.2f}",
        "already": "0",
        "basis": "1.paid",
    }
    return call(f"{url}/admin/orders/{number}/refund", "POST", urlencode(form), headers).status


def clicked_twice(url: str, staff: Staff, number: str) -> list[int]:
    """The same, twice at one instant."""
    return at_once([1, 2], lambda _click: refund(url, staff, number))


def refunds() -> tuple[int, int]:
    """How many refunds there are, and what the orders say went back in all."""
    db.session.rollback()
    count = db.session.scalar(select(func.count(Refund.id))) or 0
    return count, int(db.session.scalar(select(func.sum(Order.refunded_cents))) or 0)
