"""From a payment to the mail: once, though the server is slow, away or cut off; never in the buyer's way."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from storefront import clock, mail, worker
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions
from storefront.orders import mail as order_mail
from storefront.testing import Maker
from storefront.transactions import writing
from tests.mail.server import PATIENCE, Server, smtp_server
from tests.orders import shelf
from tests.orders.shelf import SMALL, new_order

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def server() -> Server:  # type: ignore[misc]
    """A mail server."""
    with smtp_server() as server:
        yield server


@pytest.fixture(params=DATABASES)
def shop(make_app: Maker, server: Server, request: pytest.FixtureRequest) -> Flask:  # type: ignore[misc]
    """A shop that sends its mails there."""
    app = make_app(
        "empty", request.param, mail_url=server.url, mail_from="Shop <orders@shop.example>", plugins=()
    )
    with app.app_context():
        shelf.fill(50)
        yield app
        db.session.remove()


def paid(number: int = 0) -> int:
    """A paid order; its mail waits."""
    ids = {row.sku: row.id for row in db.session.execute(select(shelf.Variant.sku, shelf.Variant.id))}
    db.session.rollback()
    with writing():
        order = actions.place(new_order(shelf.Shelf(ids), {SMALL: 1}, cart_id=f"cart-{number}"))
        actions.mark_paid(order.id, "test", {})
    return order.id


def job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.name == "mail.order_confirmation")).one()


def test_a_mail_goes_out_once_with_both_parts_in_the_buyers_language(shop: Flask, server: Server) -> None:
    paid()
    worker.work(once=True)
    worker.work(once=True)
    [got] = server.accepted
    assert got["To"] == "lotte.jansen@example.nl"
    assert got["Subject"].startswith("Je bestelling ")
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    assert job().done_at is not None


def test_a_repeat_after_a_cut_has_the_same_message_id(shop: Flask, server: Server) -> None:
    """The server took the mail and its answer was lost: it comes again, and can be recognised."""
    server.after_data = lambda number: None if number == 1 else "250 taken"
    paid()
    worker.work(once=True)
    assert job().done_at is None
    assert (len(server.mails), len(server.accepted)) == (1, 0)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        worker.work(once=True)
        worker.work(once=True)
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@shop.example>")
    assert job().done_at is not None


def test_a_mail_without_a_key_of_its_job_would_be_a_new_one_each_time(shop: Flask, server: Server) -> None:
    """The control of the test before."""
    message = mail.Message("lotte@example.nl", "Hello", "text", "<p>text</p>")
    for _ in range(2):
        mail.send(message, shop.extensions["storefront"])
    first, second = server.accepted
    assert first["Message-ID"] != second["Message-ID"]


def test_no_two_jobs_share_a_message_id(shop: Flask, server: Server) -> None:
    order_id = paid()
    paid(1)
    with writing():
        actions.mark_sent(order_id, "", "admin")
    for cents in (100, 200):
        with writing():
            actions.add_refund(order_id, cents, "admin", restock=False)
    worker.work(once=True)
    ids = [got["Message-ID"] for got in server.accepted]
    assert len(ids) == len(set(ids)) == 5


def test_a_refused_mail_comes_again_later_and_later(shop: Flask, server: Server) -> None:
    server.after_data = lambda number: "451 try later" if number <= 2 else "250 taken"
    paid()
    moments = [clock.now()]
    while job().done_at is None:
        assert len(moments) < 5
        with time_machine.travel(moments[-1], tick=False):
            worker.work(once=True)
            moments.append(job().run_at)
    assert len(server.accepted) == 1
    assert moments[1] - moments[0] < moments[2] - moments[1]


def test_a_server_that_says_nothing_is_in_nobodys_way(shop: Flask, server: Server) -> None:
    """While the worker waits for a greeting, somebody else orders, and the shop answers.

    The server greets only when the checkout is through: had it waited for the mail, nobody would move on.
    """
    paid()
    server.may_greet.clear()
    finished = threading.Event()

    def run() -> None:
        with shop.app_context():
            worker.work(once=True)
            db.session.remove()
        finished.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert server.connected.wait(PATIENCE)
        client = shop.test_client()
        client.post("/en/cart/add", data={"sku": SMALL})
        assert shelf.checkout(client).status_code == 303
        assert not finished.is_set(), "the mail was waited for"
    finally:
        server.may_greet.set()
        thread.join(PATIENCE)
    assert finished.is_set()
    assert len(server.accepted) == 1


def test_a_mail_inside_the_checkout_would_be_in_its_way(
    shop: Flask, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a shop that sends while it takes the order is not through before the server is."""
    server.may_greet.clear()
    order_id = paid()
    place = actions.place

    def place_and_send(new: actions.NewOrder) -> actions.OrderOfCart:
        mail.send(order_mail.order_confirmation(order_id), shop.extensions["storefront"])
        return place(new)

    monkeypatch.setattr(actions, "place", place_and_send)
    answered = threading.Event()
    client = shop.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})

    def order() -> None:
        shelf.checkout(client)
        answered.set()

    thread = threading.Thread(target=order)
    thread.start()
    assert server.connected.wait(PATIENCE)
    assert not answered.wait(0.2)
    server.may_greet.set()
    thread.join(PATIENCE)
    assert answered.is_set()


def test_a_server_that_is_away_stops_nobody_and_loses_nothing(shop: Flask, server: Server) -> None:
    server.close()
    paid()
    client = shop.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    assert shelf.checkout(client).status_code == 303
    worker.work(once=True)
    waiting = job()
    assert (waiting.done_at, waiting.attempts) == (None, 1)
    assert waiting.run_at > clock.now()
