"""Changes attempts and refunds. Nothing here talks to a provider: conversation.py does, between these."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import joinedload

from storefront import clock
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.locale import current as language
from storefront.locale import gettext as _
from storefront.money import format_money
from storefront.orders import actions as orders
from storefront.orders import rules as order_rules
from storefront.orders import withdrawals
from storefront.orders.models import Order, Withdrawal
from storefront.payments import queries, rules
from storefront.payments.models import Payment, ProviderEvent, Refund
from storefront.payments.providers import Item, PaymentRequest, Session
from storefront.refusals import Refused


class TooLate(Refused):
    """An unpaid order has kept its stock as long as it may, or was tried to be paid often enough."""

    def __init__(self) -> None:
        super().__init__(_("This order cannot be paid any more."), status=409)


def open_attempt(order_id: int, provider: str) -> tuple[Payment, Order]:
    """The attempt that the buyer should use, the one that is open, else a new one; and its order.

    A new attempt keeps the stock reserved for another 45 minutes, but no order for longer than two hours.
    Refused (409) when the order is not open; TooLate when a new attempt's page would outlast those two hours.
    """
    order = db.session.get_one(
        Order,
        order_id,
        options=[joinedload(Order.lines, innerjoin=True)],
        with_for_update={"of": Order},
        populate_existing=True,
    )
    if order.state != order_rules.PLACED:
        raise Refused(_("This order cannot be paid any more."), status=409)
    attempts, moment = queries.payments_of(order_id), clock.now()
    latest = attempts[-1] if attempts else None
    last_moment = order.placed_at + order_rules.LONGEST_UNPAID
    if latest is not None:
        if latest.state in rules.TAKEN or any(one.state == rules.PENDING for one in attempts):
            raise Refused(_("Your payment is being processed."), status=409)
        if latest.provider == provider and rules.is_usable(latest.state, latest.created_at, moment):
            return latest, order
        if latest.attempt >= rules.MOST_ATTEMPTS or rules.session_end(moment) > last_moment:
            raise TooLate
        if latest.state in rules.LIVE:
            latest.state, latest.completed_at, latest.answered_at = rules.EXPIRED, moment, None
    number = latest.attempt + 1 if latest else 1
    payment = Payment(
        order_id=order_id,
        attempt=number,
        provider=provider,
        key=f"{order.number}-{number}",
        method=order.payment_method,
        state=rules.CREATED,
        url="",
        amount_cents=order.total_cents,
        currency=order.currency,
        created_at=moment,
    )
    db.session.add(payment)
    db.session.flush()
    if latest is not None:
        orders.extend_reservation(order_id, min(moment + order_rules.RESERVATION, last_moment))
    return payment, order


def request_of(payment: Payment, order: Order) -> PaymentRequest:
    """What the provider is told about an attempt; the same each time, so that its key finds it again."""
    return PaymentRequest(
        key=payment.key,
        order_number=order.number,
        order_token=order.token,
        lang=order.lang,
        email=order.email,
        method=payment.method,
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        expires_at=rules.session_end(payment.created_at),
        items=_items(order),
        shipping_cents=order.shipping_cents,
    )


def _items(order: Order) -> tuple[Item, ...]:
    """The lines of an order as they are paid: each less its own share of the discounts."""
    return tuple(Item(line.quantity, line.line_cents - line.discount_cents) for line in order.lines)


def session_opened(payment_id: int, session: Session) -> bool:
    """The provider made its page. False when the attempt ended meanwhile: then nobody may pay there."""
    opened = _changed(
        update(Payment)
        .where(Payment.id == payment_id, Payment.state == rules.CREATED)
        .values(state=rules.OPEN, reference=session.reference, url=session.url)
    )
    return opened or db.session.get_one(Payment, payment_id, populate_existing=True).state == rules.OPEN


def still_open(payment_id: int) -> None:
    """The provider was asked, and the buyer has not paid yet."""
    mine = update(Payment).where(Payment.id == payment_id, Payment.state == rules.OPEN)
    _changed(mine.values(answered_at=clock.now()))


def close_attempt(payment_id: int, state: str, answered: bool = True) -> bool:
    """End an attempt that brought no money. False when it had ended already.

    answered: the provider said so too. Else it may still bring money, and the reconciler asks about it.
    """
    moment = clock.now()
    return _changed(
        update(Payment)
        .where(Payment.id == payment_id, Payment.state.in_((*rules.LIVE, rules.PENDING)))
        .values(state=state, completed_at=moment, answered_at=moment if answered else None)
    )


def begin_refund(
    order_id: int,
    amount_cents: int | None,
    actor: str,
    given_back_cents: int | None = None,
    restock: bool = True,
    withdrawal_id: int | None = None,
    basis: str | None = None,
) -> Refund:
    """Write down a refund before the provider is asked. None means all that is left.

    A refund that the provider never answered is taken up again, but never for a withdrawal that it does not
    belong to; then comes money that was held. Refused when it is more than came in, or when more went back
    than `given_back_cents`, or something else stands there than the `basis`, that the asker has seen.
    """
    _lock(order_id)
    if given_back_cents not in (None, queries.given_back_cents(order_id)):
        seen = _("Money was given back since this page was shown. Look at the order again.")
        raise Refused(seen, status=409)
    found = queries.returnable(order_id)
    if basis not in (None, queries.refund_basis(order_id, found)):
        raise Refused(_("This order has changed since this page was shown. Look at it again."), status=409)
    if found is None:
        raise Refused(_("There is no payment that could be given back."), status=409)
    payment = db.session.get_one(Payment, found.payment_id, with_for_update=True, populate_existing=True)
    left, unfinished = found.left_cents, found.unfinished
    if unfinished is not None:
        if withdrawal_id is not None or amount_cents not in (None, unfinished.amount_cents):
            amount = format_money(unfinished.amount_cents, language())
            raise Refused(
                _("A refund of %(amount)s is not finished yet; repeat that one first.", amount=amount)
            )
        return unfinished
    cents = left if amount_cents is None else amount_cents
    if cents < 1 or cents > left:
        amount = format_money(left, language())
        raise Refused(_("You can give back at most %(amount)s.", amount=amount), field="amount")
    return _new_refund(payment, cents, actor, restock, withdrawal_id)


def begin_withdrawal_refund(withdrawal_id: int, actor: str) -> Refund | None:
    """Write down the refund of a withdrawal whose goods are back, or find the one that was begun for it.

    None when its money went back already. Raises Refused as `begin_refund` does.
    """
    withdrawal = db.session.get_one(Withdrawal, withdrawal_id)
    assert withdrawal.order_id is not None
    _lock(withdrawal.order_id)
    db.session.refresh(withdrawal)
    begun = queries.refund_of_withdrawal(withdrawal_id)
    if begun is not None:
        return begun if begun.state == "created" else None
    return begin_refund(
        withdrawal.order_id,
        withdrawal.refund_cents,
        actor,
        withdrawal.given_back_before,
        restock=False,
        withdrawal_id=withdrawal_id,
    )


def begin_return(payment_id: int) -> Refund | None:
    """Write down that money which was held goes back, all that is left of it. None when nothing is."""
    _lock(db.session.get_one(Payment, payment_id).order_id)
    payment = db.session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)
    if payment.state != rules.HELD or not payment.intent:
        return None
    unfinished = queries.unfinished_refund(payment_id)
    left = (payment.received_cents or 0) - queries.refunded_cents(payment_id)
    if unfinished is not None or left < 1:
        return unfinished
    return _new_refund(payment, left, orders.SYSTEM, restock=False)


def _new_refund(
    payment: Payment, cents: int, actor: str, restock: bool, withdrawal_id: int | None = None
) -> Refund:
    count = db.session.scalar(select(func.count(Refund.id)).where(Refund.payment_id == payment.id)) or 0
    refund = Refund(
        payment_id=payment.id,
        key=f"refund-{payment.key}-{count + 1}",
        amount_cents=cents,
        state="created",
        restock=restock,
        actor=actor,
        created_at=clock.now(),
        withdrawal_id=withdrawal_id,
    )
    db.session.add(refund)
    db.session.flush()
    return refund


def finish_refund(refund_id: int, reference: str) -> bool:
    """The provider gave the money back. Happens once; False from the second call on."""
    _lock_order_of(refund_id)
    if not _changed(
        update(Refund)
        .where(Refund.id == refund_id, Refund.state == "created")
        .values(state="done", reference=reference)
    ):
        return False
    refund = db.session.get_one(Refund, refund_id, populate_existing=True)
    payment = db.session.get_one(Payment, refund.payment_id)
    order = db.session.get_one(Order, payment.order_id, populate_existing=True)
    if refund.withdrawal_id is not None:
        with suppress(Refused):  # staff wrote it down already
            withdrawals.money_is_back(refund.withdrawal_id)
    if order_rules.may_become(order.state, order_rules.REFUNDED) and payment.state == rules.PAID:
        orders.add_refund(order.id, refund.amount_cents, refund.actor, refund.restock)
        return True
    orders.note(order.id, "held_refunded", refund.actor, {"cents": refund.amount_cents})
    enqueue("mail.money_returned", {"refund_id": refund_id})
    if queries.known_gone_cents(payment.id) >= (payment.received_cents or 0):
        orders.cancel(order.id, refund.actor, "refunded")
    return True


def send_order(order_id: int, tracking_code: str, actor: str) -> None:
    """Mark a paid order as sent. Refused while a refund of it is under way: not the goods and the money."""
    _lock(order_id)
    if queries.is_refund_unfinished(order_id):
        raise Refused(_("A refund of this order is not finished yet. Repeat it first."), status=409)
    orders.mark_sent(order_id, tracking_code, actor)


def fail_refund(refund_id: int) -> bool:
    """The provider said no. False when it had said something else before."""
    return _changed(
        update(Refund).where(Refund.id == refund_id, Refund.state == "created").values(state="failed")
    )


def bounce_refund(refund_id: int) -> bool:
    """Money that was on its way back came back to us. A person finds another way to the buyer.

    What the order says went back stays: it never becomes less.
    """
    if not _changed(
        update(Refund).where(Refund.id == refund_id, Refund.state == "done").values(state="bounced")
    ):
        return False
    refund = db.session.get_one(Refund, refund_id, populate_existing=True)
    order_id = db.session.get_one(Payment, refund.payment_id).order_id
    orders.note(order_id, "refund_bounced", refund.actor, {"cents": refund.amount_cents})
    return True


def settle_bounced(refund_id: int, how: str, actor: str) -> None:
    """Staff paid the buyer a refund that came back in another way. Once; refused (409) for any other."""
    _lock_order_of(refund_id)
    bounced = (Refund.id == refund_id, Refund.state == "bounced", Refund.settled_at.is_(None))
    if not _changed(update(Refund).where(*bounced).values(settled_at=clock.now())):
        raise Refused(_("This was done in the meantime. Look at the page again."), status=409)
    refund = db.session.get_one(Refund, refund_id, populate_existing=True)
    order_id = db.session.get_one(Payment, refund.payment_id).order_id
    orders.note(order_id, "refund_settled", actor, {"cents": refund.amount_cents, "how": how})


def shorten_after_decline(order_id: int) -> None:
    """Who was declined keeps the stock for a quarter of an hour, to try again."""
    orders.shorten_reservation(order_id, clock.now() + order_rules.AFTER_DECLINE)


def keep_for_bank(order: Order) -> None:
    """A bank may take days: the stock stays reserved until it has answered."""
    orders.extend_reservation(order.id, order.placed_at + order_rules.LONGEST_RESERVATION)


def give_up_pending(order_id: int, actor: str, reason: str) -> bool:
    """The bank did not pay after all: end the order and tell its buyer. False when it was not open."""
    ended = orders.expire(order_id, actor, reason)
    if ended:
        enqueue("mail.payment_failed", {"order_id": order_id})
    return ended


def forget_events(before: datetime) -> None:
    """Delete the ids of events that the provider will not send again."""
    _changed(delete(ProviderEvent).where(ProviderEvent.received_at < before))


def _lock_order_of(refund_id: int) -> None:
    payment_id = db.session.get_one(Refund, refund_id).payment_id
    _lock(db.session.get_one(Payment, payment_id).order_id)


def _lock(order_id: int) -> None:
    """One at a time: everything that moves the money of an order begins with this."""
    db.session.execute(select(Order.id).where(Order.id == order_id).with_for_update())


def _changed(statement: Any) -> bool:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount == 1
