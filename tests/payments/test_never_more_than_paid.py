"""0 <= refunded <= paid, through real rows: whatever gives money back, in whatever order."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from storefront.database import db
from storefront.orders import actions as orders
from storefront.orders import withdrawal_rules, withdrawals
from storefront.orders.models import Invoice, Order, Withdrawal
from storefront.orders.withdrawal_rules import Returned, Statement
from storefront.payments import actions, conversation, later, queries, rules
from storefront.payments.demo_gateway import DemoProvider, paid
from storefront.payments.models import Payment, Refund
from storefront.payments.providers import ProviderAway, ProviderRefused, RefundNews
from storefront.payments.settle import settle
from storefront.refusals import Refused
from storefront.stock import actions as stock
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import kinds, opened, placed

REFUSALS = (Refused, ProviderAway, ProviderRefused)


class Till:
    """A paid order of three pieces, and what can happen to its money."""

    def __init__(self, shop: Shelf, chance: random.Random, number: int) -> None:
        self.chance = chance
        self.order_id = placed(shop, 3, cart_id=f"cart-{number}-0123456789ab")
        payment_id = opened(self.order_id)
        with writing():
            payment = db.session.get_one(Payment, payment_id)
            settle(payment_id, paid(payment.reference or "", payment.amount_cents, "EUR"), "demo")
            if chance.random() < 0.5:
                orders.mark_sent(self.order_id, "", "An")
        db.session.rollback()
        self.intent = db.session.get_one(Payment, payment_id).intent or ""
        self.number = db.session.get_one(Order, self.order_id).number
        self.named = 0  # references that the provider gave to refunds of its own

    def doings(self) -> list[Callable[[], object]]:
        """Everything that gives money back, tells of it, or takes that back."""
        return [
            self.part,
            self.part,
            lambda: conversation.refund_order(self.number, None, "An", restock=False),
            lambda: self.told(self.new_reference(), failed=False),
            lambda: self.told(self.known_reference(), failed=False),
            lambda: self.told(self.known_reference(), failed=True),
            self.withdraw,
            self.take_back,
            self.repeat,
            self.settled,
            lambda: conversation.reconcile(),
        ]

    def cents(self) -> int:
        """A sum that may be far too much."""
        return self.chance.choice([1, 995, 3495, 6990, 10485, 10486])

    def part(self) -> None:
        conversation.refund_order(self.number, self.cents(), "An", given_back_cents=self.seen())

    def seen(self) -> int | None:
        """What stood on the page: the truth, an older figure, or nothing."""
        return self.chance.choice([None, queries.given_back_cents(self.order_id), 0])

    def told(self, reference: str, failed: bool) -> None:
        """The provider tells of a refund that was made in its dashboard, or that a refund came back."""
        row = db.session.scalar(select(Refund).where(Refund.reference == reference))
        news = RefundNews(reference, self.intent, "", row.amount_cents if row else self.cents(), failed)
        with writing():
            later.take_news(news, "demo", "")

    def new_reference(self) -> str:
        self.named += 1
        return f"re_{self.order_id}_{self.named}"

    def known_reference(self) -> str:
        known = [one.reference for one in queries.refunds_of(self.order_id) if one.reference]
        return self.chance.choice(known) if known else self.new_reference()

    def withdraw(self) -> None:
        order = db.session.get_one(Order, self.order_id)
        said = Statement(f"t-{self.chance.random()}"[:22], order.number, order.name, order.email, "nl")
        with writing():
            withdrawals.receive(said)

    def take_back(self) -> None:
        """Staff count some pieces and give a sum back for them, which may be too much."""
        found = self.statement(withdrawal_rules.OPEN)
        lines = db.session.get_one(Order, self.order_id).lines
        parts = {line.id: Returned(self.chance.randint(0, line.quantity), True) for line in lines}
        before = queries.given_back_cents(self.order_id)
        with writing():
            withdrawals.take_back(found, parts, self.cents(), before, "An")
        conversation.refund_withdrawal(found, "An")

    def repeat(self) -> None:
        conversation.refund_withdrawal(self.statement(withdrawal_rules.REFUNDING), "An")

    def statement(self, state: str) -> int:
        mine = select(Withdrawal.id).where(Withdrawal.order_id == self.order_id, Withdrawal.state == state)
        found = db.session.scalar(mine.order_by(Withdrawal.id).limit(1))
        if found is None:
            raise Refused("none")
        return found

    def settled(self) -> None:
        bounced = [one.id for one in queries.refunds_of(self.order_id) if one.state == "bounced"]
        if bounced:
            with writing():
                actions.settle_bounced(self.chance.choice(bounced), "bank", "An")


def faulty(chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that now and then does not answer or says no, and gives no more than it has."""
    real = DemoProvider.refund

    def refund(self: DemoProvider, intent: str, amount_cents: int, key: str) -> str:
        luck = chance.random()
        if luck < 0.2:
            raise ProviderAway("no answer")
        payment = queries.by_intent("demo", intent)
        assert payment is not None
        left = (payment.received_cents or 0) - queries.known_gone_cents(payment.id)
        db.session.rollback()
        if luck < 0.3 or amount_cents > left:
            raise ProviderRefused("no")
        return real(self, intent, amount_cents, key)

    monkeypatch.setattr(DemoProvider, "refund", refund)


def books(order_id: int) -> tuple[int, int, int, int]:
    """What was paid, what the order says went back, what the refunds say, and what is credited."""
    db.session.rollback()
    order = db.session.get_one(Order, order_id, populate_existing=True)
    (payment,) = queries.payments_of(order_id)
    credited = select(func.coalesce(func.sum(Invoice.total_cents), 0)).where(
        Invoice.order_id == order_id, Invoice.series == "credit"
    )
    return (
        order.total_cents,
        order.refunded_cents,
        queries.known_gone_cents(payment.id),
        int(db.session.scalar(credited) or 0),
    )


@pytest.mark.parametrize("steps", [150, pytest.param(2000, marks=pytest.mark.full)])
def test_what_goes_back_is_never_more_than_what_was_paid(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    chance = random.Random(steps)
    faulty(chance, monkeypatch)
    before, number, happened, states = 0, 0, set[str](), set[str]()
    till = Till(shop, chance, number)
    for _step in range(steps):
        with contextlib.suppress(*REFUSALS):
            chance.choice(till.doings())()
        total, refunded, gone, credited = books(till.order_id)
        assert before <= refunded <= total
        assert refunded == gone == credited
        before = refunded
        if refunded == total and chance.random() < 0.3:
            happened |= set(kinds(till.order_id))
            states |= {one.state for one in queries.refunds_of(till.order_id)}
            with writing():
                stock.set_level(shop.ids[SMALL], 10, "An")
            before, number = 0, number + 1
            till = Till(shop, chance, number)
    assert states >= {"done", "bounced", "failed"}
    assert happened >= {"partly_refunded", "refunded", "refund_bounced", "refund_settled", "withdrawn"}


@pytest.mark.parametrize("cents", [-1, 10486])
def test_control_the_database_itself_refuses_other_figures(shop: Shelf, cents: int) -> None:
    order_id = Till(shop, random.Random(1), 1).order_id
    with pytest.raises(IntegrityError), writing():
        db.session.execute(update(Order).where(Order.id == order_id).values(refunded_cents=cents))


def test_control_without_looking_at_what_is_left_more_would_go_back(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard is the sum of the refunds that were begun: a twin that forgets them begins too many."""
    till = Till(shop, random.Random(1), 1)
    monkeypatch.setattr(queries, "refunded_cents", lambda _payment_id: 0)
    for _ in range(2):
        with contextlib.suppress(ValueError):
            conversation.refund_order(till.number, 10485, "An")
    db.session.rollback()
    begun = select(func.sum(Refund.amount_cents)).where(Refund.state.in_(("created", *rules.GIVEN)))
    assert (db.session.scalar(begun) or 0) > 10485
