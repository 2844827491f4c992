"""Money that comes when the order has ended: its stock is taken again, or all goes back, with a mail."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from storefront import clock, worker
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import actions as order_actions
from storefront.orders import queries as orders
from storefront.payments import conversation, queries
from storefront.payments import mail as payment_mail
from storefront.payments.providers import Notice, RefundNews, Status
from storefront.payments.settle import settle, take_notice
from storefront.refusals import Refused
from storefront.stock import actions as stock
from storefront.testing import Maker
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf, new_order
from tests.payments.till import attempts, kinds, opened, placed, state
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]
PAID = Status("paid", "pi_1", 6990, "eur")
OTHER_CART = "cart-of-another-0123"


def settled(payment_id: int, *statuses: Status) -> None:
    for status in statuses:
        with writing():
            settle(payment_id, status, "test")


def jobs(name: str) -> list[dict[str, object]]:
    db.session.rollback()
    return [job.payload for job in db.session.scalars(select(Job).where(Job.name == name))]


def late(shop: Shelf, left: int = 10) -> tuple[int, int]:
    """An order for two that expired, and its attempt; so many are left on the shelf by now."""
    order_id = placed(shop)
    payment_id = opened(order_id)
    settled(payment_id, Status("expired"))
    if left < 10:
        with writing():
            stock.take_all({shop.ids[SMALL]: 10 - left}, order_id=None)
    return order_id, payment_id


def test_money_after_the_end_takes_the_stock_again(shop: Shelf) -> None:
    order_id, payment_id = late(shop, left=2)
    settled(payment_id, PAID, PAID)
    assert (state(order_id), attempts(order_id)) == ("paid", ["paid"])
    assert kinds(order_id) == ["placed", "expired", "paid"]
    assert (shop.left(SMALL), shop.moved(SMALL)) == (0, 0)
    assert jobs("payment.return") == []
    assert len(jobs("mail.order_confirmation")) == 1


def test_when_the_stock_is_gone_nothing_is_oversold_and_all_goes_back(shop: Shelf) -> None:
    order_id, payment_id = late(shop, left=1)
    settled(payment_id, PAID, PAID)
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("expired", ["held"], 1)
    assert jobs("payment.return") == [{"payment_id": payment_id}]
    assert jobs("mail.order_confirmation") == []
    for _ in range(3):
        conversation.give_back_held(payment_id)
    assert [(one.amount_cents, one.state) for one in queries.refunds_of(order_id)] == [(6990, "done")]
    assert kinds(order_id) == ["placed", "expired", "held", "held_refunded"]
    assert (state(order_id), shop.left(SMALL), queries.held_money()) == ("expired", 1, [])
    assert len(jobs("mail.money_returned")) == 1


def test_control_a_paid_order_without_the_condition_would_be_oversold(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard is the conditional UPDATE of the stock: without it the order is paid, and one is missing."""

    def unguarded(quantities: dict[int, int], order_id: int | None, actor: str = "") -> None:
        try:
            stock_take_all(quantities, order_id, actor)
        except Refused:
            return

    stock_take_all = stock.take_all
    order_id, payment_id = late(shop, left=1)
    monkeypatch.setattr(stock, "take_all", unguarded)
    settled(payment_id, PAID)
    assert (state(order_id), shop.left(SMALL)) == ("paid", 1)


def test_a_buyer_who_ordered_anew_gets_the_late_money_back(shop: Shelf) -> None:
    order_id, payment_id = late(shop)
    anew = placed(shop)
    settled(payment_id, PAID)
    assert (state(order_id), state(anew), attempts(order_id)) == ("expired", "placed", ["held"])
    assert jobs("payment.return") == [{"payment_id": payment_id}]


@pytest.mark.parametrize("twice", [True, False])
def test_money_for_what_was_cancelled_or_paid_already_goes_back(shop: Shelf, twice: bool) -> None:
    order_id = placed(shop)
    payment_id = opened(order_id)
    if twice:
        settled(payment_id, Status("failed"))
        settled(opened(order_id), Status("paid", "pi_2", 6990, "eur"))
    else:
        with writing():
            order_actions.cancel(order_id, "admin")
    settled(payment_id, PAID)
    assert jobs("payment.return") == [{"payment_id": payment_id}]
    conversation.give_back_held(payment_id)
    order = orders.order_by_id(order_id)
    assert order is not None
    assert (order.state, order.refunded_cents) == ("paid" if twice else "cancelled", 0)
    assert [(one.amount_cents, one.state) for one in queries.refunds_of(order_id)] == [(6990, "done")]


def test_another_amount_stays_for_a_person_whatever_the_order_is(shop: Shelf) -> None:
    order_id, payment_id = late(shop)
    settled(payment_id, Status("paid", "pi_1", 6989, "eur"))
    assert (state(order_id), attempts(order_id), jobs("payment.return")) == ("expired", ["held"], [])
    conversation.give_back_held(payment_id)  # nobody asks for it, but it would be all of it
    assert [one.amount_cents for one in queries.refunds_of(order_id)] == [6989]


def test_the_worker_gives_it_back_and_writes_to_the_buyer(shop: Shelf, any_app: Flask) -> None:
    _order_id, payment_id = late(shop, left=0)
    settled(payment_id, PAID)
    while worker.run_one():
        pass
    assert queries.held_money() == []
    (payload,) = jobs("mail.money_returned")
    for lang, words in (("nl", "er wordt dus niets"), ("en", "nothing will be sent")):
        with writing():
            for order in shelf.orders():
                order.lang = lang
        message = payment_mail.money_returned(int(str(payload["refund_id"])))
        assert words in message.text
        assert words in message.html
        assert "69,90" in message.text or "69.90" in message.text
        assert message.key.startswith("money-returned-refund-")


def test_of_two_orders_of_a_cart_late_money_buys_one(shop: Shelf) -> None:
    first, payment_id = late(shop)
    second, of_second = late(shop)
    settled(payment_id, PAID)
    settled(of_second, Status("paid", "pi_2", 6990, "eur"))
    assert (state(first), state(second), attempts(second)) == ("paid", "expired", ["held"])
    with pytest.raises(order_actions.OpenOrderChanged), writing():
        order_actions.place(new_order(shop, {SMALL: 3}))
    assert shop.left(SMALL) == 8


def bought_together(app: Flask, shop: Shelf) -> list[str]:
    """The states of a cart's orders after late money, and a new order of it before that was committed."""
    _order_id, payment_id = late(shop)
    new = new_order(shop, {SMALL: 3})
    settled_, placed_ = threading.Event(), threading.Event()

    def late_money() -> None:
        with app.app_context():
            with writing():
                settle(payment_id, PAID, "test")
                settled_.set()
                placed_.wait(timeout=1)  # the other one is stopped by our lock, or done
            db.session.remove()

    def order_anew() -> None:
        with app.app_context():
            settled_.wait(timeout=30)
            with contextlib.suppress(order_actions.OpenOrderChanged), writing():
                order_actions.place(new)
            placed_.set()
            db.session.remove()

    threads = [threading.Thread(target=act) for act in (late_money, order_anew)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [order.state for order in shelf.orders()]


@pytest.mark.postgres
@pytest.mark.parametrize("locked", [True, False])
def test_late_money_and_a_new_order_of_the_cart_at_once(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """The second run is the control: it looks without the lock, and the cart is bought twice."""
    app, real = make_app("empty", "postgres"), orders.latest_order
    with app.app_context():
        if not locked:
            monkeypatch.setattr(orders, "latest_order", lambda cart_id, lock=False: real(cart_id))
        states = bought_together(app, shelf.fill(10))
        db.session.remove()
    assert states == (["paid"] if locked else ["paid", "placed"])


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stripe_shelf(stripe_app: Callable[..., Flask], request: pytest.FixtureRequest) -> Iterator[Shelf]:
    """Ten units of each size; payments by Stripe's double."""
    app = stripe_app(request.param, "empty")
    with app.app_context():
        yield shelf.fill(10)
        db.session.remove()


def held_at_stripe(shop: Shelf, double: Double) -> tuple[int, int, str]:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    payment_id = queries.attempts(order_id)[0].id
    reference = double.only_session()["id"]
    with writing():
        order_actions.cancel(order_id, "admin")
    intent = str(double.pay(reference)["payment_intent"])
    conversation.look_up(order_id)
    return order_id, payment_id, intent


def test_held_money_that_staff_gave_back_at_stripe_is_not_given_twice(
    stripe_shelf: Shelf, stripe_double: Double
) -> None:
    order_id, payment_id, intent = held_at_stripe(stripe_shelf, stripe_double)
    with stripe_double.lock:
        stripe_double.create_refund({"payment_intent": intent})
    conversation.give_back_held(payment_id)
    assert len(stripe_double.refunds) == 1
    assert [(one.amount_cents, one.state) for one in queries.refunds_of(order_id)] == [(6990, "done")]


def test_a_lost_answer_does_not_give_held_money_back_twice(
    stripe_shelf: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, payment_id, _intent = held_at_stripe(stripe_shelf, stripe_double)
    from storefront.payments.providers import ProviderAway
    from storefront.payments.stripe_gateway import StripeProvider

    real = StripeProvider.refund

    def lost(self: StripeProvider, intent: str, amount_cents: int, key: str) -> str:
        real(self, intent, amount_cents, key)
        raise ProviderAway("the answer was lost")

    with monkeypatch.context() as patch, pytest.raises(ProviderAway):
        patch.setattr(StripeProvider, "refund", lost)
        conversation.give_back_held(payment_id)
    stripe_double.keys.clear()  # a day later Stripe has forgotten the key
    conversation.give_back_held(payment_id)
    assert len(stripe_double.refunds) == 1
    assert [one.state for one in queries.refunds_of(order_id)] == ["done"]


def test_what_is_told_before_the_payment_waits_for_it(shop: Shelf) -> None:
    order_id = placed(shop)
    payment_id = opened(order_id)
    news = RefundNews("re_1", "pi_1", "", 1000, failed=False)
    with writing():
        assert not take_notice(Notice("evt_1", "refund.created", news=news), "demo")
    settled(payment_id, PAID)
    order = orders.order_by_id(order_id)
    assert order is not None
    db.session.refresh(order)
    assert (order.state, order.refunded_cents, clock.now() >= order.placed_at) == ("paid", 1000, True)
