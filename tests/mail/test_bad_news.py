"""The mails that say no: a bank that did not pay days later, and a withdrawal that staff closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront import clock, worker
from storefront.database import db
from storefront.jobs.models import Job
from storefront.mail import Message
from storefront.orders import mail, withdrawals
from storefront.orders.models import Order, Withdrawal
from storefront.orders.withdrawal_rules import Statement
from storefront.payments import conversation
from storefront.payments import mail as payment_mail
from storefront.payments.demo_gateway import DemoProvider
from storefront.payments.providers import Status
from storefront.payments.settle import settle
from storefront.refusals import Refused
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf, fill
from tests.payments.till import opened, placed, state

PENDING, FAILED = Status("pending", "pi_1"), Status("failed", "pi_1")


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size."""
    return fill(10)


def jobs(name: str) -> list[dict[str, object]]:
    """What the jobs of a name hold."""
    db.session.rollback()
    return list(db.session.scalars(select(Job.payload).where(Job.name == name).order_by(Job.id)))


def settled(payment_id: int, *told: Status) -> None:
    for one in told:
        with writing():
            settle(payment_id, one, "demo")


def in_both(compose: Callable[[], Message], nl: list[str], en: list[str], key: str) -> None:
    """The mail says these words in each language, in its text and in its HTML."""
    for lang, words in (("nl", nl), ("en", en)):
        with writing():
            db.session.execute(update(Order).values(lang=lang))
            db.session.execute(update(Withdrawal).values(lang=lang))
        message = compose()
        assert words[0] in message.subject
        for body in (message.text, message.html):
            for part in words[1:]:
                assert part in body.replace("\u00a0", " "), (part, body)
        assert message.key.startswith(key)


def test_a_bank_that_says_no_days_later_is_told_to_the_buyer_once(shop: Shelf) -> None:
    order_id = placed(shop)
    settled(opened(order_id), PENDING, FAILED, FAILED)
    assert (state(order_id), shop.left(SMALL)) == ("expired", 10)
    assert jobs("mail.payment_failed") == [{"order_id": order_id}]
    assert "mail.payment_failed" in worker.JOBS
    in_both(
        lambda: payment_mail.payment_failed(order_id),
        ["niet gelukt", "€ 69,90", "/nl/orders/", "/nl/products", "niets schuldig"],
        ["did not succeed", "€69.90", "/en/orders/", "/en/products", "owe us nothing"],
        "payment-failed-",
    )


def test_who_is_declined_at_once_stands_before_the_screen_and_gets_no_mail(shop: Shelf) -> None:
    order_id = placed(shop)
    settled(opened(order_id), FAILED)
    assert (state(order_id), jobs("mail.payment_failed")) == ("placed", [])


def test_a_bank_that_never_answers_is_told_as_well(shop: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DemoProvider, "session_status", lambda *_args: PENDING)
    waiting, left = placed(shop), placed(shop, cart_id="cart-left-0123456789")
    settled(opened(waiting), PENDING)
    with writing():
        db.session.execute(update(Order).values(reserved_until=clock.now() - timedelta(minutes=1)))
    assert conversation.sweep() == 2
    assert (state(waiting), state(left)) == ("expired", "expired")
    assert jobs("mail.payment_failed") == [{"order_id": waiting}], "who never paid was never asked for"


def test_money_that_comes_before_the_no_stays(shop: Shelf) -> None:
    order_id = placed(shop)
    settled(opened(order_id), PENDING, Status("paid", "pi_1", 6990, "eur"), FAILED)
    assert (state(order_id), jobs("mail.payment_failed")) == ("paid", [])


def test_who_withdrew_learns_that_it_was_closed_and_why(shop: Shelf) -> None:
    order_id = placed(shop)
    order = db.session.get_one(Order, order_id)
    with writing():
        said = Statement("t" * 22, order.number, "Lotte Jansen", order.email, "nl")
        withdrawal_id = withdrawals.receive(said).id
    for closed in (True, False):
        try:
            with writing():
                withdrawals.close(withdrawal_id, "Het zegel is <verbroken>", "An")
        except Refused:
            assert not closed
    assert jobs("mail.withdrawal_closed") == [{"request_id": withdrawal_id}]
    assert "mail.withdrawal_closed" in worker.JOBS
    in_both(
        lambda: mail.withdrawal_closed(withdrawal_id),
        ["afgesloten", order.number, "verbroken", "/nl/withdrawal/receipt/", "rechten blijven"],
        ["is closed", order.number, "verbroken", "/en/withdrawal/receipt/", "rights stay"],
        f"withdrawal-closed-{withdrawal_id}",
    )
    assert "&lt;verbroken&gt;" in mail.withdrawal_closed(withdrawal_id).html
    assert "<verbroken>" in mail.withdrawal_closed(withdrawal_id).text
