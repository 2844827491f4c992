"""What core_0004 makes of orders, withdrawals and refunds that were there before it."""

from flask import Flask
from sqlalchemy import select, update

from storefront import clock
from storefront.catalog.models import Variant
from storefront.database import db
from storefront.orders import actions
from storefront.orders.models import OrderLine, Withdrawal
from storefront.payments import conversation
from storefront.payments.demo_gateway import paid
from storefront.payments.models import Payment, Refund
from storefront.payments.settle import settle
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POWDER, SMALL, new_order


def statement(order_id: int, number: int, state: str, cents: int) -> Withdrawal:
    return Withdrawal(
        token=f"token-{number}",
        order_id=order_id,
        order_number="ABCD2345",
        name="Lotte Jansen",
        email="lotte.jansen@example.nl",
        lang="nl",
        lines=[],
        received_at=clock.now(),
        last_day=None,
        state=state,
        decided_at=clock.now(),
        refund_cents=cents,
    )


def refund(payment_id: int, number: int, cents: int, state: str) -> Refund:
    return Refund(
        payment_id=payment_id, key=f"r-{number}", amount_cents=cents, state=state, created_at=clock.now()
    )


def test_sealed_lines_and_the_refunds_of_withdrawals_are_known_afterwards(any_app: Flask) -> None:
    shop = shelf.fill(10)
    with writing():
        db.session.get_one(Variant, shop.ids[POWDER]).sealed = False
        order_id = actions.place(new_order(shop, {SMALL: 2, POWDER: 1})).id
    conversation.start_payment(order_id)
    with writing():
        payment = db.session.scalars(select(Payment)).one()
        settle(payment.id, paid(payment.reference or "", payment.amount_cents, "EUR"), "demo")
        states = (("done", 100), ("done", 100), ("refunding", 200), ("open", 0), ("closed", 0))
        db.session.add_all(statement(order_id, n, *one) for n, one in enumerate(states))
        db.session.flush()
        refunds = ((100, "failed"), (100, "done"), (100, "bounced"), (200, "created"), (300, "done"))
        db.session.add_all(refund(payment.id, n, *one) for n, one in enumerate(refunds))
        db.session.execute(update(OrderLine).where(OrderLine.sku == POWDER).values(variant_id=None))
    runner = any_app.test_cli_runner()
    assert runner.invoke(args=["db", "downgrade", "--plugin", "core", "core_0003"]).exit_code == 0
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    sealed = db.session.execute(select(OrderLine.sku, OrderLine.sealed).order_by(OrderLine.position)).all()
    assert [tuple(row) for row in sealed] == [(SMALL, True), (POWDER, False)]
    said = list(db.session.scalars(select(Withdrawal.id).order_by(Withdrawal.id)))
    linked = list(db.session.scalars(select(Refund.withdrawal_id).order_by(Refund.id)))
    assert linked == [None, said[0], said[1], said[2], None]
