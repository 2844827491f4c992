"""The mails about an order that come between placing and paying, and what every mail shows of a discount."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from storefront import worker
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions, mail
from storefront.orders.models import Order
from storefront.payments.providers import Status
from storefront.payments.settle import settle
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, fill, new_order
from tests.payments.till import opened, placed


def waiting(name: str) -> list[dict[str, object]]:
    """What the jobs of a name hold."""
    db.session.rollback()
    return list(db.session.scalars(select(Job.payload).where(Job.name == name).order_by(Job.id)))


def test_who_pays_through_a_slow_bank_gets_a_mail_when_it_is_asked_and_one_when_it_paid(
    any_app: Flask,
) -> None:
    order_id = placed(fill(10))
    payment_id = opened(order_id)
    for _ in range(2):
        with writing():
            settle(payment_id, Status("pending", "pi_1"), "demo")
    assert waiting("mail.order_received") == [{"order_id": order_id}]
    assert waiting("mail.order_confirmation") == []
    with writing():
        settle(payment_id, Status("paid", "pi_1", 6990, "eur"), "demo")
    assert waiting("mail.order_received") == [{"order_id": order_id}]
    assert waiting("mail.order_confirmation") == [{"order_id": order_id}]
    assert {"mail.order_received", "mail.order_confirmation"} <= worker.JOBS.keys()


def test_the_mail_while_the_bank_is_asked_claims_no_payment(any_app: Flask) -> None:
    order_id = placed(fill(10))
    message = mail.order_received(order_id)
    order = db.session.get_one(Order, order_id)
    assert message.subject == f"We hebben je bestelling {order.number} ontvangen"
    for body in (message.text, message.html):
        for part in (
            "Je bank moet de betaling nog bevestigen",
            "69,90",
            f"/nl/orders/{order.token}",
            "/nl/withdrawal/",
        ):
            assert part in body, part
        assert "Factuur" not in body
        assert "betaald met" not in body


@pytest.mark.parametrize("compose", [mail.order_received, mail.order_confirmation])
def test_a_discount_is_a_line_of_its_own(any_app: Flask, compose: object) -> None:
    shop, tenth = fill(10), shelf.tenth_off()
    with writing():
        order_id = actions.place(new_order(shop, {SMALL: 2}, reductions=(tenth,))).id
        actions.mark_paid(order_id, "demo", {})
    message = compose(order_id)  # type: ignore[operator]
    for body in (message.text, message.html):
        assert "Een tiende (TENTH)" in body
        assert "-€\u00a07,00" in body
        assert "62,90" in body


def test_a_job_of_before_still_makes_its_mail(any_app: Flask) -> None:
    """The outbox may hold jobs that an older version wrote: they know the order alone."""
    shop = fill(10)
    with writing():
        order_id = actions.place(new_order(shop, {SMALL: 2})).id
        actions.mark_paid(order_id, "demo", {})
    with writing():
        actions.add_refund(order_id, 1000, "admin", restock=False)
    message = mail.order_refunded(order_id=order_id)
    assert "10,00" in message.text
    assert message.key.endswith("-1000")
