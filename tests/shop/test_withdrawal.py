"""Withdrawing from a purchase: two steps without an account, the receipt, and what a stranger learns."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from storefront import worker
from storefront.catalog.models import Variant
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions, mail, withdrawal_rules, withdrawals
from storefront.orders.models import Order, OrderEvent, Withdrawal
from storefront.orders.withdrawal_rules import Returned
from storefront.testing import Maker
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, POWDER, SMALL, Shelf, new_order

SAID = {"name": "Lotte Jansen", "email": "lotte.jansen@example.nl"}


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


@pytest.fixture
def client(any_app: Flask) -> FlaskClient:
    """A browser without script and without an account."""
    return any_app.test_client()


@pytest.fixture
def order(shop: Shelf) -> Order:
    """A paid and sent order of two products."""
    return bought(shop)


def bought(shop: Shelf, sent: bool = True, cart_id: str = "cart-0123456789abcdef") -> Order:
    with writing():
        placed = actions.place(new_order(shop, {SMALL: 2, POWDER: 1}, cart_id=cart_id))
        actions.mark_paid(placed.id, "demo", {})
        if sent:
            actions.mark_sent(placed.id, "", "admin")
    return next(one for one in shelf.orders() if one.id == placed.id)


def first_step(client: FlaskClient, number: str, lang: str = "en", **changes: str) -> TestResponse:
    return client.post(f"/{lang}/withdrawal", data=SAID | {"number": number} | changes)


def fields(page: str) -> dict[str, list[str]]:
    """What the second step's form sends as it stands."""
    form = page.partition('<form class="stack')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(html.unescape(value))
    for options in re.findall(r'<select[^>]*name="quantity">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="(\d+)" selected', options)
        assert chosen is not None
        found.setdefault("quantity", []).append(chosen[1])
    return found


def confirm(
    client: FlaskClient, sent: dict[str, list[str]], lang: str = "en", **changes: object
) -> TestResponse:
    return client.post(f"/{lang}/withdrawal/confirm", data=sent | changes)


def all_said() -> list[Withdrawal]:
    db.session.rollback()
    return list(db.session.scalars(select(Withdrawal).order_by(Withdrawal.id)))


def receipts() -> list[Job]:
    db.session.rollback()
    return list(db.session.scalars(select(Job).where(Job.name == "mail.withdrawal_receipt")))


def test_two_steps_and_a_receipt_with_content_date_and_time(client: FlaskClient, order: Order) -> None:
    page = client.get("/en/withdrawal")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    second = first_step(client, order.number)
    assert second.status_code == 200
    assert "Confirm withdrawal" in second.text
    assert second.headers["Cache-Control"] == "no-store"
    assert all_said() == [], "nothing is declared before it is confirmed"
    with time_machine.travel(datetime(2026, 11, 25, 9, 30, tzinfo=UTC), tick=False):
        answer = confirm(client, fields(second.text))
    assert answer.status_code == 303
    receipt = client.get(answer.location)
    assert receipt.headers["Cache-Control"] == "no-store"
    assert receipt.headers["X-Robots-Tag"] == "noindex, nofollow"
    for part in ("25 November 2026, 10:30", "Lotte Jansen", order.number, "2 × Name of MGT-C-90, 90 pieces"):
        assert part in receipt.text, part
    [said] = all_said()
    assert (said.order_id, said.state, len(said.lines)) == (order.id, "open", 2)
    assert [job.payload for job in receipts()] == [{"request_id": said.id}]
    kinds = select(OrderEvent.kind).where(OrderEvent.order_id == order.id)
    assert list(db.session.scalars(kinds))[-1] == "withdrawn"


def test_it_is_on_every_page_and_on_the_orders_own_filled_in(client: FlaskClient, order: Order) -> None:
    assert 'href="/nl/withdrawal">Overeenkomst hier herroepen</a>' in client.get("/nl/").text
    page = client.get(f"/nl/orders/{order.token}").text
    path = f"/nl/withdrawal/{order.token}"
    assert f'href="{path}"' in page
    filled = client.get(path)
    assert filled.headers["Cache-Control"] == "no-store"
    for part in (order.number, "Lotte Jansen", "lotte.jansen@example.nl"):
        assert f'value="{part}"' in filled.text
    assert client.get("/nl/withdrawal/" + "x" * 22).status_code == 404
    assert client.get("/nl/withdrawal/receipt/" + "x" * 22).status_code == 404


def test_dutch_uses_the_words_of_the_law(client: FlaskClient, order: Order) -> None:
    second = first_step(client, order.number, "nl").text
    assert "Herroeping bevestigen" in second
    receipt = client.get(confirm(client, fields(second), "nl").location).text
    assert "Wij hebben je herroeping ontvangen." in receipt
    assert [said.lang for said in all_said()] == ["nl"]


def test_a_number_is_found_however_it_is_typed(client: FlaskClient, order: Order) -> None:
    typed = f" {order.number[:4].lower()}-{order.number[4:].lower()} ".replace("0", "o")
    second = first_step(client, typed, email="LOTTE.jansen@example.nl ")
    assert "Name of MGT-C-90" in second.text


def test_what_was_filled_in_can_be_changed(client: FlaskClient, order: Order) -> None:
    for number in (order.number, "00000000"):
        second = first_step(client, number).text
        form = second.partition('action="/en/withdrawal/change"')[2].partition("</form>")[0]
        said = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        assert said == SAID | {"number": number}
        again = client.post("/en/withdrawal/change", data=said)
        assert (again.status_code, again.headers["Cache-Control"]) == (200, "no-store")
        assert all(f'value="{value}"' in again.text for value in said.values())


def test_a_double_click_is_one_request(client: FlaskClient, order: Order) -> None:
    sent = fields(first_step(client, order.number).text)
    answers = [confirm(client, sent) for _ in range(3)]
    answers.append(confirm(client, fields(first_step(client, order.number).text)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(all_said()) == len(receipts()) == 1


def test_a_part_of_the_order_and_then_another(client: FlaskClient, order: Order) -> None:
    sent = fields(first_step(client, order.number).text)
    confirm(client, sent, quantity=["1", "0"])
    confirm(client, sent, quantity=["0", "1"])
    assert [[line["quantity"] for line in said.lines] for said in all_said()] == [[1], [1]]
    none = confirm(client, sent, quantity=["0", "0"])
    assert none.status_code == 422
    assert "Choose at least one product." in none.text
    more = confirm(client, sent, quantity=["99", "0"])
    assert more.status_code == 303
    assert all_said()[-1].lines[0]["quantity"] == 2


def took_back(withdrawal_id: int, order: Order, pieces: list[int]) -> None:
    parts = {line.id: Returned(count, False) for line, count in zip(order.lines, pieces, strict=True)}
    with writing():
        withdrawals.take_back(withdrawal_id, parts, 100, 0, "admin")


def test_only_what_has_not_come_back_can_be_declared(client: FlaskClient, order: Order) -> None:
    confirm(client, fields(first_step(client, order.number).text), quantity=["1", "1"])
    took_back(all_said()[-1].id, order, [1, 1])
    second = first_step(client, order.number).text
    assert "Name of NMN-P-50, 90 pieces: has come back already" in second
    sent = fields(second)
    assert (len(sent["line"]), sent["quantity"]) == (1, ["1"])
    confirm(client, sent, quantity=["2"])
    assert [line["quantity"] for line in all_said()[-1].lines] == [1]
    took_back(all_said()[-1].id, order, [1, 0])
    third = first_step(client, order.number).text
    assert "Everything of this order has come back already." in third
    assert "Confirm withdrawal" not in third
    late = confirm(client, sent | {"token": ["x" * 22]})
    assert late.status_code == 409
    assert "Everything of this order has come back already." in late.text
    assert len(all_said()) == 2


def test_a_stranger_learns_the_same_from_a_known_and_an_unknown_number(
    client: FlaskClient, order: Order
) -> None:
    pages = [first_step(client, number, email="someone@example.org") for number in (order.number, "00000000")]
    bare = [
        re.sub(r'name="token" value="[^"]*"', "", page.text).replace(number, "#")
        for page, number in zip(pages, (order.number, "00000000"), strict=True)
    ]
    assert bare[0] == bare[1]
    assert "We find no order with this number and this e-mail address together." in bare[0]
    assert "Name of MGT-C-90" not in bare[0]
    answer = confirm(client, fields(pages[0].text))
    assert order.token not in client.get(answer.location).text


def test_a_statement_that_fits_no_order_counts_as_well_and_once(client: FlaskClient, shop: Shelf) -> None:
    sent = fields(first_step(client, "AAAA-0000").text)
    first, second = confirm(client, sent), confirm(client, sent)
    assert first.location == second.location
    [said] = all_said()
    assert (said.order_id, said.order_number, said.lines, said.last_day) == (None, "AAAA0000", [], None)
    assert len(receipts()) == 1
    assert "by hand" in client.get(first.location).text


def test_late_is_said_kindly_and_kept(client: FlaskClient, order: Order) -> None:
    later = datetime.now(UTC) + timedelta(days=40)
    with time_machine.travel(later, tick=False):
        second = first_step(client, order.number)
        assert "You can still send your statement" in second.text
        answer = confirm(client, fields(second.text))
        assert "We read your statement and answer you." in client.get(answer.location).text
    [said] = all_said()
    assert withdrawal_rules.is_late(said)


def test_what_has_not_left_need_not_come_back(client: FlaskClient, shop: Shelf) -> None:
    order = bought(shop, sent=False)
    answer = confirm(client, fields(first_step(client, order.number).text))
    assert "Your parcel has not left yet." in client.get(answer.location).text
    assert [said.last_day for said in all_said()] == [None]


@pytest.mark.parametrize(
    ("sent_at", "delivered_at", "last"),
    [
        (None, None, None),
        # received on a Monday: the second Monday after it is the last day
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, 12, 0, tzinfo=UTC), date(2026, 11, 16)),
        # 23:30 UTC is the next day in the shop
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, 23, 30, tzinfo=UTC), date(2026, 11, 17)),
        # nobody knows: seven days under way
        (datetime(2026, 11, 3, 12, 0, tzinfo=UTC), None, date(2026, 11, 24)),
        # a Saturday and a Sunday become Monday
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 7, 12, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, 12, 0, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_the_last_day(sent_at: datetime | None, delivered_at: datetime | None, last: date | None) -> None:
    assert withdrawal_rules.last_day(sent_at, delivered_at) == last


def test_the_period_ends_with_its_last_day_in_the_shops_zone(client: FlaskClient, order: Order) -> None:
    with writing():
        db.session.get_one(Order, order.id).sent_at = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    confirm_at = [datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, 23, 0, tzinfo=UTC)]
    for moment, quantity in zip(confirm_at, ("1", "2"), strict=True):
        with time_machine.travel(moment, tick=False):
            sent = fields(first_step(client, order.number).text)
            confirm(client, sent, quantity=[quantity, "0"])
    assert [withdrawal_rules.is_late(said) for said in all_said()] == [False, True]


def test_sealed_goods_say_so_and_a_size_may_be_another(
    client: FlaskClient, shop: Shelf, order: Order
) -> None:
    def told(of: Order = order) -> list[int]:
        pages = [first_step(client, of.number).text, client.get("/en/products/mgt-c-en").text]
        return [
            page.count(words)
            for page, words in zip(pages, ("its seal unbroken", "opened pack cannot"), strict=True)
        ]

    assert told() == [2, 1]
    with writing():
        db.session.get_one(Variant, shop.ids[SMALL]).sealed = False
    assert told() == [2, 1], "an order keeps what was said when it was sold"
    later = bought(shop, cart_id="cart-later-0123456789")
    assert told(later) == [1, 1]
    assert "This applies to 180 pieces." in client.get("/en/products/mgt-c-en").text
    with writing():
        db.session.get_one(Variant, shop.ids[LARGE]).sealed = False
        db.session.get_one(Variant, shop.ids[SMALL]).sealed = True
    assert told(later) == [1, 1], "nor is it taken back"
    assert "This applies to 90 pieces." in client.get("/en/products/mgt-c-en").text
    with writing():
        db.session.get_one(Variant, shop.ids[SMALL]).sealed = False
    assert told(later) == [1, 0]


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "x" * 121}, {"name": "win@www.example"}, {"number": ""}, {"email": "lotte"}],
)
def test_what_can_be_mistyped_is_shown_again_with_its_error(
    client: FlaskClient, order: Order, changes: dict[str, str]
) -> None:
    answer = client.post("/en/withdrawal", data=SAID | {"number": order.number} | changes)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="lotte' in answer.text.lower()


@pytest.mark.parametrize(
    "changes",
    [
        {"token": ["x"]},
        {"token": ["../../../../../../etc/"]},
        {"line": ["1"]},
        {"quantity": ["-1", "1"]},
        {"quantity": ["1", "\u0661"]},
        {"line": ["1\x00", "2"]},
        {"name": []},
    ],
)
def test_what_no_form_of_ours_sends_is_refused(
    client: FlaskClient, order: Order, changes: dict[str, list[str]]
) -> None:
    sent = fields(first_step(client, order.number).text)
    assert confirm(client, sent, **changes).status_code == 400
    assert all_said() == []


def test_lines_of_another_order_count_for_nothing(client: FlaskClient, order: Order, shop: Shelf) -> None:
    other = bought(shop, cart_id="cart-other")
    sent = fields(first_step(client, order.number).text)
    answer = confirm(client, sent, line=[str(line.id) for line in other.lines])
    assert answer.status_code == 422
    assert all_said() == []


def test_guessing_is_limited_and_who_has_an_order_is_not(make_app: Maker) -> None:
    app = make_app("empty", config={"RATELIMIT_ENABLED": True})
    with app.app_context():
        order = bought(shelf.fill(10))
        client = app.test_client()
        own = [first_step(client, order.number).status_code for _ in range(20)]
        guesses = [first_step(client, f"0000{n:04}").status_code for n in range(13)]
        db.session.remove()
    assert set(own) == {200}
    assert guesses == [200] * 12 + [429]


def test_the_receipt_goes_out_by_mail_with_content_date_and_time(client: FlaskClient, order: Order) -> None:
    with time_machine.travel(datetime(2026, 11, 25, 9, 30, tzinfo=UTC), tick=False):
        answer = confirm(client, fields(first_step(client, order.number, "nl").text), "nl")
    assert answer.status_code == 303, answer.text
    [job] = receipts()
    assert "mail.withdrawal_receipt" in worker.JOBS
    message = mail.withdrawal_receipt(**job.payload)
    assert message.to == "lotte.jansen@example.nl"
    facts = ("25 november 2026", "10:30", "Lotte Jansen", order.number, "2 × Name of MGT-C-90, 90 pieces")
    for part in (*facts, f"/nl/withdrawal/receipt/{all_said()[0].token}"):
        assert part in message.text, part
        assert part in message.html, part


def at_once(app: Flask, sent: dict[str, list[str]], times: int) -> list[int]:
    """The same post from several threads at one instant."""
    gate = Barrier(times)

    def press(_number: int) -> int:
        gate.wait()
        return app.test_client().post("/en/withdrawal/confirm", data=sent).status_code

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(press, range(times)))


@pytest.mark.parametrize("known", [True, False])
def test_clicks_at_one_instant_are_one_request(
    any_app: Flask, client: FlaskClient, order: Order, known: bool
) -> None:
    sent = fields(first_step(client, order.number if known else "00000000").text)
    db.session.rollback()
    assert set(at_once(any_app, sent, 8)) == {303}
    assert len(all_said()) == len(receipts()) == 1


def test_without_looking_for_the_same_clicks_are_many_requests(
    any_app: Flask, client: FlaskClient, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    monkeypatch.setattr(withdrawals, "_same", lambda *_values: None)
    monkeypatch.setattr(withdrawals, "withdrawal_by_token", lambda _token: Withdrawal())
    sent = fields(first_step(client, order.number).text)
    db.session.rollback()
    at_once(any_app, sent, 8)
    assert len(all_said()) > 1
