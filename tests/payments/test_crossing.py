"""Refund, withdrawal, return, sending, the provider's dashboard and cancelling, crosswise, on real rows.

After each step the books of goods and money have to be true.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from storefront.database import db
from storefront.orders import actions as orders
from storefront.orders import queries as order_queries
from storefront.orders import rules, withdrawals
from storefront.orders.models import Order, Withdrawal
from storefront.orders.withdrawal_rules import Returned, Statement
from storefront.payments import actions, conversation, later, queries
from storefront.payments.demo_gateway import DemoProvider
from storefront.payments.models import Payment, Refund
from storefront.payments.providers import ProviderAway, ProviderRefused, RefundNews, Status
from storefront.payments.returns import take_back
from storefront.payments.settle import settle
from storefront.refusals import Refused
from storefront.stock import actions as stock
from storefront.stock import queries as stock_queries
from storefront.stock.models import StockMovement
from storefront.transactions import ends_reading, writing
from tests.orders.shelf import POWDER, SMALL, Shelf, new_order

START = 10
STEPS = 14


@pytest.fixture(autouse=True)
def honest_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives back no more than came in, as a real one does, and knows what its dashboard gave back."""

    def refund(_self: DemoProvider, intent: str, cents: int, key: str) -> str:
        payment = queries.by_intent("demo", intent)
        assert payment is not None
        left = (payment.received_cents or 0) - queries.known_gone_cents(payment.id)
        ends_reading()
        if cents > left:
            raise ProviderRefused("more than is left")
        return f"re_{key}"

    monkeypatch.setattr(DemoProvider, "refund", refund)


class Life:
    """One order, and what may happen to it in any order."""

    def __init__(self, shop: Shelf, chance: random.Random, number: int) -> None:
        self.shop, self.chance, self.number = shop, chance, number
        changes = {"shipping_code": "evening", "shipping_cents": 695} if chance.random() < 0.5 else {}
        with writing():
            new = new_order(shop, {SMALL: 2, POWDER: 1}, f"cart-{number}-0123456789ab", **changes)
            placed = orders.place(new)
        self.id, self.code = placed.id, placed.number
        self.told = 0
        conversation.start_payment(self.id)
        if chance.random() < 0.3:  # a page that was declined, and may bring money after all
            self.settle(queries.payments_of(self.id)[0], Status("failed"))
            conversation.start_payment(self.id)
        if chance.random() < 0.9:
            self.pay()

    def doings(self) -> list[Callable[[], object]]:
        """All that people, the provider and time may do, whether or not it fits just now."""
        goods = [self.pack, self.send, self.deliver, self.declare, self.declare, self.count, self.count]
        money = [
            self.pay,
            self.refund,
            self.part,
            self.dashboard,
            self.bounce,
            self.unanswered,
            self.give_back_held,
        ]
        return [
            *goods,
            *money,
            self.note_return,
            self.close,
            self.cancel,
            self.expire,
            conversation.reconcile,
        ]

    def order(self) -> Order:
        return db.session.get_one(Order, self.id, populate_existing=True)

    def pay(self) -> None:
        """A page is paid; another one may have been before, or the order has ended."""
        payment = self.chance.choice(queries.payments_of(self.id))
        self.settle(payment, Status("paid", f"pi_{payment.id}", payment.amount_cents, "EUR"))

    def settle(self, payment: Payment, status: Status) -> None:
        with writing():
            settle(payment.id, status, "demo")

    def give_back_held(self) -> None:
        for payment in queries.payments_of(self.id):
            conversation.give_back_held(payment.id)

    def pack(self) -> None:
        with writing():
            orders.mark_packed(self.id, "An")

    def send(self) -> None:
        with writing():
            actions.send_order(self.id, "", "An")

    def deliver(self) -> None:
        with writing():
            orders.mark_delivered(self.id, "An")

    def refund(self) -> None:
        conversation.refund_order(self.code, None, "An", restock=self.chance.random() < 0.8)

    def part(self) -> None:
        conversation.refund_order(self.code, self.chance.choice([1, 995, 6990]), "An")

    def unanswered(self) -> None:
        """A refund whose answer is lost."""
        real = DemoProvider.refund
        DemoProvider.refund = _away  # type: ignore[method-assign]
        try:
            conversation.refund_order(self.code, None, "An")
        finally:
            DemoProvider.refund = real  # type: ignore[method-assign]

    def dashboard(self) -> None:
        """Somebody gives money back at the provider: a part of it, or all that is left."""
        payment = self.chance.choice(queries.payments_of(self.id))
        left = (payment.received_cents or 0) - queries.known_gone_cents(payment.id)
        self.told += 1
        cents = self.chance.choice([left, 1000])
        self.tell(RefundNews(f"re_{self.id}_{self.told}", payment.intent or "", "", cents, failed=False))

    def bounce(self) -> None:
        refunds = queries.refunds_of(self.id)
        if refunds:
            one = self.chance.choice(refunds)
            intent = db.session.get_one(Payment, one.payment_id).intent or ""
            self.tell(RefundNews(one.reference or "re_x", intent, one.key, one.amount_cents, failed=True))

    def tell(self, news: RefundNews) -> None:
        with writing():
            later.take_news(news, "demo", "")

    def declare(self) -> None:
        order = self.order()
        some = {line.id: self.chance.randint(0, line.quantity) for line in order.lines}
        quantities = self.chance.choice([None, some])
        token = f"{self.chance.random()}"[:22]
        with writing():
            withdrawals.receive(Statement(token, self.code, "Lotte", order.email, "nl", quantities))

    def count(self) -> None:
        """Staff see to the oldest statement: all of it, or some of it, to the shelf or not."""
        found = self.statement()
        out = {line.id: line.quantity for line in self.order().lines}
        for line_id, quantity in order_queries.came_back(self.id).items():
            out[line_id] -= quantity
        whole, restock = self.chance.random() < 0.6, self.chance.random() < 0.8
        parts = {
            line_id: Returned(left if whole else self.chance.randint(0, left), restock)
            for line_id, left in out.items()
        }
        with writing():
            cents = take_back(found.id, parts, self.chance.choice([None, None, 0, 500]), "An")
        if cents:
            conversation.refund_withdrawal(found.id, "An")

    def close(self) -> None:
        found = self.statement()
        with writing():
            withdrawals.close(found.id, "no", "An")

    def note_return(self) -> None:
        with writing():
            withdrawals.note_return(self.id, "An")

    def statement(self) -> Withdrawal:
        mine = select(Withdrawal).where(Withdrawal.order_id == self.id, Withdrawal.state == "open")
        found = db.session.scalar(mine.order_by(Withdrawal.id).limit(1))
        if found is None:
            raise Refused("none")
        return found

    def cancel(self) -> None:
        conversation.cancel_order(self.code, "An")

    def expire(self) -> None:
        with writing():
            orders.expire(self.id)

    def step(self) -> None:
        """One thing happens; what is refused changes nothing that counts."""
        waiting, was = order_queries.open_withdrawal(self.id), order_queries.state_of(self.id)
        with contextlib.suppress(Refused, ProviderAway):
            self.chance.choice(self.doings())()
        db.session.rollback()
        now = order_queries.state_of(self.id)
        assert now in after(was), (was, now)
        assert waiting is None or now == was or now not in ("packed", "sent"), (
            "it left though a statement waits"
        )

    def faults(self) -> list[str]:
        """What is not true about this order's goods and money."""
        db.session.rollback()
        order, held, out = self.order(), stock_queries.held_by(self.id), order_queries.not_back(self.id)
        ordered = order_queries.quantities(self.id)
        found = [
            f"{variant}: {held.get(variant)} held of {many}"
            for variant, many in ordered.items()
            if not 0 <= held.get(variant, 0) <= many
        ]
        if order.state in (*rules.TO_SEND, rules.SENT, rules.DELIVERED):
            found += [f"{one}: on the shelf and with the buyer" for one in out if held[one] < out[one]]
        if order.state == rules.PLACED:
            found += [f"{one}: not kept" for one in out if held[one] != ordered[one]]
        if order.state in (rules.CANCELLED, rules.EXPIRED) and any(held.values()):
            found.append("an order that ended keeps stock")
        if order.state in rules.TO_SEND and not any(out.values()):
            found.append("to be sent, and nothing is there to send")
        return found + self.money_faults(order)

    def money_faults(self, order: Order) -> list[str]:
        gone = select(func.coalesce(func.sum(Refund.amount_cents), 0))
        found = []
        for payment in queries.payments_of(self.id):
            mine = gone.where(Refund.payment_id == payment.id, Refund.state.in_(("done", "bounced")))
            if not 0 <= (db.session.scalar(mine) or 0) <= (payment.received_cents or 0):
                found.append(f"{payment.key}: more went back than came in")
        of_order = gone.join(Payment).where(
            Payment.order_id == self.id, Payment.state == "paid", Refund.state.in_(("done", "bounced"))
        )
        if order.refunded_cents != (db.session.scalar(of_order) or 0):
            found.append(f"the order says {order.refunded_cents} went back")
        if (order.state == rules.REFUNDED) != (order.refunded_cents == order.total_cents):
            found.append("refunded is not what went back")
        return found


def _away(*_args: object) -> str:
    raise ProviderAway("the answer was lost")


def after(state: str) -> set[str]:
    """The state itself, and all that it may become one day."""
    return {state}.union(*map(after, rules.EDGES[state]))


def shelf_faults(shop: Shelf) -> list[str]:
    """Units that are neither on the shelf nor held by an order, or are both."""
    db.session.rollback()
    found = []
    for sku in (SMALL, POWDER):
        mine = StockMovement.variant_id == shop.ids[sku], StockMovement.order_id.is_not(None)
        held = -int(db.session.scalar(select(func.sum(StockMovement.quantity)).where(*mine)) or 0)
        if not shop.left(sku) == shop.moved(sku) == START - held:
            found.append(f"{sku}: {shop.left(sku)} left, {held} held of {START}")
    return found


def live(shop: Shelf, seed: int) -> tuple[Life, list[str]]:
    """An order's life, and the first faults in it."""
    one = Life(shop, random.Random(seed), seed)
    for number in range(STEPS):
        one.step()
        found = [*one.faults(), *shelf_faults(shop)]
        if found:
            return one, [f"life {seed}, step {number}", *found]
    return one, []


def end(one: Life, shop: Shelf) -> None:
    """Its units come back by counting, so that there are some for the next one."""
    with writing():
        for variant, held in stock_queries.held_by(one.id).items():
            stock.give_back_all({variant: held}, one.id, "test")


@pytest.mark.parametrize("lives", [25, pytest.param(400, marks=pytest.mark.full)])
def test_goods_and_money_are_true_whatever_crosses(shop: Shelf, lives: int) -> None:
    kinds = set[str]()
    for seed in range(lives):
        one, found = live(shop, seed)
        assert found == []
        log = [event.kind for event in order_queries.events(one.id)]
        kinds |= set(log)
        states = [kind for kind in log if kind in rules.STATES and kind != "returned"]
        assert all(later_ in after(before) for before, later_ in pairwise(states)), log
        end(one, shop)
    assert kinds >= {
        "packed",
        "sent",
        "withdrawn",
        "returned",
        "partly_returned",
        "refunded",
        "partly_refunded",
        "held",
    }


def first_fault(shop: Shelf, lives: int = 60) -> list[str]:
    for seed in range(lives):
        one, found = live(shop, seed)
        if found:
            return found
        end(one, shop)
    return []


def test_control_without_the_bound_of_the_ledger_units_come_from_nothing(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock, "_bounded", lambda quantities, _held: dict(quantities))
    assert any("held of" in line for line in first_fault(shop))


def test_control_without_asking_for_statements_goods_leave_that_were_withdrawn(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "_may_leave", lambda _order_id: None)
    with pytest.raises(AssertionError, match="a statement waits"):
        first_fault(shop)


def test_control_without_the_end_by_the_last_piece_there_is_nothing_to_send(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = orders.mark_returned

    def only_sent(order_id: int, actor: str, details: object = None) -> None:
        if db.session.get_one(Order, order_id).sent_at:
            real(order_id, actor, {})

    monkeypatch.setattr(orders, "mark_returned", only_sent)
    assert any("nothing is there to send" in line for line in first_fault(shop))
