"""What nobody told us: asked about, and settled. Controls show that it is the reconciler who finds it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, current_app
from sqlalchemy import select

from storefront import clock, worker
from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders import queries as orders
from storefront.payments import conversation, later, patience, queries, stripe_gateway
from storefront.payments.conversation import reconcile
from storefront.payments.providers import ProviderAway, ProviderRefused, RefundNews, Status
from storefront.payments.settle import settle
from storefront.payments.stripe_gateway import StripeProvider
from storefront.refusals import Refused
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import attempts, kinds, placed, state
from tests.stripe_double.state import KEY, Double

pytest_plugins = ["tests.stripe_double.fixtures"]


@pytest.fixture
def shop(stripe_shelf: Shelf) -> Shelf:
    """Ten units of each size; payments by Stripe's double, whose webhooks never arrive."""
    return stripe_shelf


def begun(shop: Shelf, **changes: object) -> tuple[int, str]:
    order_id = placed(shop, **changes)
    conversation.start_payment(order_id)
    return order_id, queries.attempts(order_id)[-1].reference


def after(**time: int) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(**time))


def test_a_payment_that_nobody_told_of_is_found(shop: Shelf, stripe_double: Double) -> None:
    order_id, reference = begun(shop)
    stripe_double.pay(reference)
    assert reconcile() == 0, "the buyer may be on the way back"
    assert state(order_id) == "placed"
    with after(minutes=4):
        assert reconcile() == 1
        assert reconcile() == 0
    assert (state(order_id), kinds(order_id)) == ("paid", ["placed", "paid"])


def test_a_bank_is_asked_once_in_a_while(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, reference = begun(shop)
    stripe_double.pay_later(reference)
    asked: list[str] = []
    real = StripeProvider.session_status

    def counted(self: StripeProvider, reference: str) -> object:
        asked.append(reference)
        return real(self, reference)

    monkeypatch.setattr(StripeProvider, "session_status", counted)
    with after(minutes=4):
        assert [reconcile() for _ in range(3)] == [1, 0, 0]
    assert (attempts(order_id), len(asked)) == (["pending"], 1)
    stripe_double.bank_answers(reference, yes=True)
    with after(minutes=70):
        assert reconcile() == 1
    assert (state(order_id), len(asked)) == ("paid", 2)


def test_money_on_a_page_that_we_had_given_up_is_found(shop: Shelf, stripe_double: Double) -> None:
    """The page was replaced two minutes before its end, the buyer paid there, and no webhook came."""
    order_id, reference = begun(shop)
    with after(minutes=30):
        conversation.start_payment(order_id)
        stripe_double.pay(reference)
        conversation.look_up(order_id)
        assert attempts(order_id) == ["expired", "open"]
    with after(minutes=36):
        assert reconcile() == 1
    assert (state(order_id), attempts(order_id)) == ("paid", ["paid", "open"])


def test_a_bank_that_takes_its_time_over_a_page_that_we_had_given_up_is_waited_for(
    shop: Shelf, stripe_double: Double
) -> None:
    """The page was replaced, its buyer completed it with a debit, and no webhook came, now or later."""
    order_id, reference = begun(shop)
    with after(minutes=30):
        conversation.start_payment(order_id)
        stripe_double.pay_later(reference)
    with after(minutes=36):
        assert reconcile() == 1
        with pytest.raises(Refused):  # it would be paid twice
            conversation.start_payment(order_id)
    with after(minutes=80):
        assert (reconcile(), conversation.sweep()) == (1, 0), "the newer page has ended"
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("placed", ["pending", "expired"], 8)
    assert "mail.order_received" in db.session.scalars(select(Job.name))
    stripe_double.bank_answers(reference, yes=True)
    with after(days=3):
        assert reconcile() >= 1
    assert (state(order_id), attempts(order_id)[0]) == ("paid", "paid")


def test_a_bank_that_says_no_to_a_replaced_page_leaves_the_other_one_a_quarter_of_an_hour(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id, reference = begun(shop)
    with after(minutes=30):
        conversation.start_payment(order_id)
        stripe_double.pay_later(reference)
    with after(minutes=36):
        assert reconcile() == 1
    with after(minutes=40), writing():
        settle(queries.payments_of(order_id)[0].id, Status("failed"), "stripe")
    assert (state(order_id), attempts(order_id)) == ("placed", ["failed", "open"])
    with after(minutes=56):
        assert conversation.sweep() == 1
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("expired", ["failed", "expired"], 10)


def test_money_of_a_debit_that_was_given_up_after_two_weeks_is_found(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id, reference = begun(shop)
    stripe_double.pay_later(reference)
    with after(minutes=4):
        assert reconcile() == 1
    with after(days=14, minutes=1):
        assert conversation.sweep() == 1
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("expired", ["expired"], 10)
    with after(days=14, minutes=6):
        reconcile()
    assert (state(order_id), attempts(order_id)) == ("expired", ["pending"])
    stripe_double.bank_answers(reference, yes=True)
    with after(days=30):
        assert reconcile() == 1
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("paid", ["paid"], 8)


def test_a_page_that_does_not_end_keeps_the_stock(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, _reference = begun(shop)
    monkeypatch.setattr(StripeProvider, "expire_session", lambda *_: Status("open"))
    with after(minutes=46):
        assert conversation.sweep() == 0
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("placed", ["open"], 8)


def test_what_cannot_be_asked_does_not_keep_the_others_waiting(shop: Shelf, stripe_double: Double) -> None:
    _first, unknown = begun(shop, quantity=1, cart_id="cart-first-0123456789")
    second, reference = begun(shop, quantity=1, cart_id="cart-second-0123456789")
    del stripe_double.sessions[unknown]
    stripe_double.pay(reference)
    with after(minutes=4):
        assert reconcile() == 1
    assert state(second) == "paid"
    third, reference = begun(shop, quantity=1, cart_id="cart-third-0123456789")
    stripe_double.pay(reference)
    with after(minutes=8):
        stripe_double.faults = ["500"] * 2  # both tries of the question at which the run ends
        assert reconcile() == 0
        assert reconcile() == 1
    assert state(third) == "paid"


def paid(shop: Shelf, double: Double) -> tuple[int, str]:
    order_id, reference = begun(shop)
    double.pay(reference)
    conversation.look_up(order_id)
    order = orders.order_by_id(order_id)
    assert order is not None
    return order_id, order.number


@pytest.mark.parametrize("made", [True, False])
def test_a_refund_without_an_answer_is_finished_once(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch, made: bool
) -> None:
    order_id, number = paid(shop, stripe_double)
    real = StripeProvider.refund

    def lost(self: StripeProvider, intent: str, amount_cents: int, key: str) -> str:
        if made:
            real(self, intent, amount_cents, key)
        raise ProviderAway("the answer was lost")

    with monkeypatch.context() as patch, pytest.raises(ProviderAway):
        patch.setattr(StripeProvider, "refund", lost)
        conversation.refund_order(number, None, "admin", restock=True)
    stripe_double.keys.clear()  # Stripe forgets its keys after a day
    with after(days=2):
        assert reconcile() == 1
        assert reconcile() == 0
    assert (state(order_id), shop.left(SMALL), len(stripe_double.refunds)) == ("refunded", 10, 1)
    assert [one.state for one in queries.refunds_of(order_id)] == ["done"]


def test_a_provider_that_does_not_tell_of_refunds_fails_none(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shop has another key by now: the refund may have been made under the one before."""
    order_id, number = paid(shop, stripe_double)

    def away(*_values: object) -> str:
        raise ProviderAway("the answer was lost")

    def no(*_values: object) -> list[RefundNews]:
        raise ProviderRefused("no such payment")

    with monkeypatch.context() as patch, pytest.raises(ProviderAway):
        patch.setattr(StripeProvider, "refund", away)
        conversation.refund_order(number, None, "admin")
    with monkeypatch.context() as patch, after(days=2):
        patch.setattr(StripeProvider, "refunds", no)
        assert reconcile() == 0
        with pytest.raises(ProviderAway):
            conversation.refund_order(number, None, "admin")
    assert [one.state for one in queries.refunds_of(order_id)] == ["created"]
    with after(days=2):
        assert reconcile() == 1
    assert state(order_id) == "refunded"


def test_control_a_repeat_that_does_not_look_first_pays_twice(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, number = paid(shop, stripe_double)
    real = StripeProvider.refund

    def lost(self: StripeProvider, intent: str, amount_cents: int, key: str) -> str:
        real(self, intent, amount_cents, key)
        raise ProviderAway("the answer was lost")

    with monkeypatch.context() as patch, pytest.raises(ProviderAway):
        patch.setattr(StripeProvider, "refund", lost)
        conversation.refund_order(number, 1000, "admin")
    stripe_double.keys.clear()
    monkeypatch.setattr(StripeProvider, "refunds", lambda *_: [])
    with after(days=2):
        reconcile()
    assert len(stripe_double.refunds) == 2
    assert [one.amount_cents for one in queries.refunds_of(order_id)] == [1000]


def test_news_of_the_very_same_moment_is_taken_in_by_the_next_run(shop: Shelf, stripe_double: Double) -> None:
    order_id, _number = paid(shop, stripe_double)
    intent = queries.attempts(order_id)[0].intent
    with writing():
        db.session.execute(
            later.ProviderEvent.__table__.insert().values(
                id="evt_early",
                kind="refund.created",
                received_at=clock.now(),
                about=intent,
                news={
                    "what": "refund",
                    "reference": "re_1",
                    "intent": intent,
                    "key": "",
                    "amount_cents": 5,
                    "failed": False,
                },
            )
        )
    assert [reconcile(), reconcile()] == [1, 0]
    assert [one.amount_cents for one in queries.refunds_of(order_id)] == [5]


def test_a_refund_that_is_larger_than_the_payment_changes_nothing(shop: Shelf, stripe_double: Double) -> None:
    order_id, _number = paid(shop, stripe_double)
    intent = queries.attempts(order_id)[0].intent
    for cents in (6991, 0, -5):
        with writing():
            news = RefundNews(f"re_{cents}", intent, "", cents, failed=False)
            assert not later.take_news(news, "stripe", "")
    assert (state(order_id), queries.refunds_of(order_id)) == ("paid", [])


def test_all_calls_of_a_conversation_share_its_time(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six questions of two tries each would be 54 seconds."""
    order_id, _reference = begun(shop)
    waits: list[float] = []
    now = [0]
    monkeypatch.setattr(patience, "_now", lambda: now[0])

    def slow(self: stripe_gateway._Client, *_args: object, **_kwargs: object) -> object:
        connect, read = self._timeout
        waits.append(connect + read)
        now[0] += round(1000 * (connect + read))
        raise stripe_gateway.stripe.APIConnectionError("slow")

    monkeypatch.setattr(stripe_gateway._Client, "request", slow)
    monkeypatch.setattr(stripe_gateway.time, "sleep", lambda _seconds: None)
    with pytest.raises(ProviderAway), patience.patience():
        for _ in range(5):
            with pytest.raises(ProviderAway):
                conversation.look_up(order_id)
        conversation.look_up(order_id)
    assert 9 < sum(waits) <= 9.5


@pytest.fixture
def asked(shop: Shelf, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which pages Stripe was asked about or told to end; each answer takes it eight seconds. Ten are open."""
    found: list[str] = []
    now = [0]
    monkeypatch.setattr(patience, "_now", lambda: now[0])

    def slowly(_self: StripeProvider, reference: str) -> Status:
        found.append(reference)
        now[0] += 8000
        return Status("open")

    for number in range(10):
        begun(shop, quantity=1, cart_id=f"cart-{number}-0123456789abcdef")
    monkeypatch.setattr(StripeProvider, "session_status", slowly)
    monkeypatch.setattr(StripeProvider, "expire_session", slowly)
    return found


def test_a_run_ends_after_half_a_minute_and_the_next_one_asks_the_others(asked: list[str]) -> None:
    with after(minutes=4):
        for so_many in (4, 8, 10, 10):
            reconcile()
            assert len(asked) == so_many
    assert len(set(asked)) == 10, "each once"
    with after(minutes=15):
        reconcile()
    assert len(asked) == 14, "and again ten minutes later"


def test_a_sweep_ends_after_half_a_minute_too(asked: list[str]) -> None:
    with after(minutes=46):
        conversation.sweep()
    assert len(asked) == 4


@pytest.mark.parametrize("run", [conversation.sweep, conversation.reconcile])
def test_a_run_ends_when_the_provider_is_away_or_the_process_is_to_end(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, run: Callable[[], int]
) -> None:
    def away(_self: StripeProvider, reference: str) -> Status:
        asked.append(reference)
        raise ProviderAway("no answer")

    monkeypatch.setattr(StripeProvider, "session_status", away)
    monkeypatch.setattr(StripeProvider, "expire_session", away)
    with after(minutes=46):
        with patience.until(lambda: True):
            assert (run(), len(asked)) == (0, 0)
        assert (run(), len(asked)) == (0, 1)


def test_without_patience_each_call_has_its_own_time(app: Flask, stripe_double: Double) -> None:
    assert StripeProvider(KEY, stripe_double.url)
    assert patience.left() is None
    with patience.patience():
        assert (patience.left() or 0) > 9000
    assert patience.left() is None


def test_the_command_says_how_much_it_brought_up_to_date(shop: Shelf, stripe_double: Double) -> None:
    order_id, reference = begun(shop)
    stripe_double.pay(reference)
    runner = current_app.test_cli_runner()
    with after(minutes=4):
        said = [runner.invoke(args=["shop", "reconcile"]).output for _ in range(2)]
    assert said == [f"{number} payments and refunds brought up to date\n" for number in (1, 0)]
    assert state(order_id) == "paid"


def test_the_worker_reconciles_every_few_minutes() -> None:
    again = worker.PERIODIC["reconcile"]
    assert again.function is reconcile
    assert again.every <= timedelta(minutes=5)
