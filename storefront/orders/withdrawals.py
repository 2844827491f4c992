"""Withdrawal from a purchase: the buyer's statement, its period, and what comes back for it.

A statement is never refused: it counts when it is sent (article 11a of the consumer rights directive, 6:230oa
BW). One that fits no order, or that comes late, is kept and answered by a person. open: nothing was done yet.
refunding: the goods are back, the money is on its way. done. closed: nothing comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.locale import gettext as _
from storefront.orders import actions, numbers, queries, rules
from storefront.orders.models import Order, OrderLine, Withdrawal
from storefront.pricing.queries import shipping_methods
from storefront.refusals import Refused
from storefront.stock import actions as stock

OPEN, REFUNDING, DONE, CLOSED = "open", "refunding", "done", "closed"
WAITING = (OPEN, REFUNDING)
PERIOD_DAYS = 14
UNDER_WAY_DAYS = 7  # a parcel whose arrival nobody knows is taken to have arrived so long after it was sent
REFUND_DAYS = 14


def last_day(sent_at: datetime | None, delivered_at: datetime | None) -> date | None:
    """The last day of the period in the shop's zone; None while it has not begun.

    The day of receipt does not count. A period that would end on a Saturday or Sunday ends on the Monday
    (Regulation 1182/71, article 3); public holidays are left to the person who decides.
    """
    if sent_at is None:
        return None
    received = clock.local(delivered_at or sent_at).date()
    if delivered_at is None:
        received += timedelta(days=UNDER_WAY_DAYS)
    end = received + timedelta(days=PERIOD_DAYS)
    return end + timedelta(days=8 - end.isoweekday()) if end.isoweekday() > 5 else end


def last_day_of(order: Order) -> date | None:
    """The last day on which the buyer of an order can withdraw; None while the period has not begun."""
    return last_day(order.sent_at, order.delivered_at)


def is_late(withdrawal: Withdrawal) -> bool:
    """True when it was sent after the last day of its period."""
    day = clock.local(withdrawal.received_at).date()
    return withdrawal.last_day is not None and day > withdrawal.last_day


def refund_by(withdrawal: Withdrawal) -> date:
    """The day by which the money must be back, unless the goods are still under way."""
    return clock.local(withdrawal.received_at).date() + timedelta(days=REFUND_DAYS)


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody declared. quantities: how many of each line of the order; None means all of it."""

    token: str
    number: str
    name: str
    email: str
    lang: str
    quantities: Mapping[int, int] | None = None


def order_of(number: str, email: str) -> Order | None:
    """The order with this number that was placed with this e-mail address; both must fit."""
    order = queries.order_by_number(number)
    fits = order is not None and order.email.strip().casefold() == email.strip().casefold()
    return order if fits else None


def receive(statement: Statement) -> Withdrawal:
    """Write down a statement and send its receipt. The same one again answers with the first."""
    order = order_of(statement.number, statement.email)
    if order is not None:
        db.session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
    lines = _chosen(order.lines if order else [], statement.quantities)
    holder = withdrawal_by_token(statement.token)  # asked once: a click beside this one may commit meanwhile
    same = _same(statement, order, lines, holder)
    if same is not None:
        return same
    made = Withdrawal(
        token=numbers.new_token() if holder else statement.token,
        order_id=order.id if order else None,
        order_number=order.number if order else statement.number,
        name=statement.name,
        email=statement.email,
        lang=statement.lang,
        lines=lines,
        received_at=clock.now(),
        last_day=last_day_of(order) if order else None,
        state=OPEN,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # the second of two clicks at one instant
        first = withdrawal_by_token(statement.token)
        if first is None:
            raise
        return first
    if order is not None:
        actions.note(order.id, "withdrawn", actions.SHOPPER, {"pieces": _pieces(lines)})
    enqueue("mail.withdrawal_receipt", {"request_id": made.id})
    return made


def _chosen(lines: Sequence[OrderLine], quantities: Mapping[int, int] | None) -> list[dict[str, Any]]:
    chosen = []
    for line in lines:
        quantity = line.quantity if quantities is None else min(quantities.get(line.id, 0), line.quantity)
        if quantity > 0:
            chosen.append({"line_id": line.id, "name": f"{line.name}, {line.label}", "quantity": quantity})
    if lines and not chosen:
        raise Refused(_("Choose at least one product."), field="quantity")
    return chosen


def _same(
    statement: Statement, order: Order | None, lines: list[dict[str, Any]], holder: Withdrawal | None
) -> Withdrawal | None:
    """The statement that said the same already: of an order while it is open, else by its token."""
    if order is None:
        said_by = (statement.number, statement.email)
        return holder if holder and (holder.order_number, holder.email) == said_by else None
    said = [one for one in withdrawals_of(order.id) if one.state in WAITING and not one.noted_by]
    return next((one for one in said if one.lines == lines), None)


def _pieces(lines: Iterable[Mapping[str, Any]]) -> int:
    return sum(line["quantity"] for line in lines)


def withdrawal_by_token(token: str) -> Withdrawal | None:
    """The statement of a receipt's address."""
    return db.session.scalar(select(Withdrawal).where(Withdrawal.token == token))


def withdrawal_by_id(withdrawal_id: int) -> Withdrawal | None:
    """One statement."""
    return db.session.get(Withdrawal, withdrawal_id)


def withdrawals_of(order_id: int) -> list[Withdrawal]:
    """What was declared about an order, the first thing first."""
    statement = select(Withdrawal).where(Withdrawal.order_id == order_id).order_by(Withdrawal.id)
    return list(db.session.scalars(statement))


def number_waiting() -> int:
    """How many statements wait for staff."""
    return db.session.scalar(select(func.count(Withdrawal.id)).where(Withdrawal.state.in_(WAITING))) or 0


def admin_list(waiting: bool, page: int = 1, per_page: int = 25) -> tuple[list[Withdrawal], int]:
    """A page of statements and how many there are: of those that wait the oldest, else the newest first."""
    states = WAITING if waiting else (DONE, CLOSED)
    total = db.session.scalar(select(func.count(Withdrawal.id)).where(Withdrawal.state.in_(states))) or 0
    order = Withdrawal.id.asc() if waiting else Withdrawal.id.desc()
    rows = select(Withdrawal).where(Withdrawal.state.in_(states)).order_by(order)
    return list(db.session.scalars(rows.limit(per_page).offset((max(page, 1) - 1) * per_page))), total


def sealed_lines(order: Order) -> set[int]:
    """The lines of an order whose goods come back only with their seal unbroken, as it was said then."""
    return {line.id for line in order.lines if line.sealed}


def standard_delivery_cents(order: Order) -> int:
    """What goes back for delivery when all goods do: no more than the shop's ordinary delivery costs.

    The first way to a country is the ordinary one. Its dearest price counts: nobody kept the parcel's weight.
    """
    ways = shipping_methods(order.country)
    if not ways or ways[0].code == order.shipping_code:
        return order.shipping_cents
    return min(order.shipping_cents, max(step.price_cents for step in ways[0].steps))


def worth(
    lines: Sequence[OrderLine], before: Mapping[int, int], now: Mapping[int, int], delivery_cents: int
) -> int:
    """What goes back for pieces that came back now. Pure.

    A piece is worth its share of what its line cost after discounts; parts always add up to the whole line.
    With the last piece of the last line comes the delivery.
    """
    cents, complete = 0, True
    for line in lines:
        paid, had = line.line_cents - line.discount_cents, before.get(line.id, 0)
        have = had + now.get(line.id, 0)
        cents += paid * have // line.quantity - paid * had // line.quantity
        complete = complete and have >= line.quantity
    return cents + (delivery_cents if complete and any(now.values()) else 0)


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back of a line; restock: it can be sold again."""

    quantity: int
    restock: bool


def take_back(
    withdrawal_id: int, parts: Mapping[int, Returned], cents: int, given_back_cents: int, actor: str
) -> None:
    """The goods are back: into stock what can be sold again, and `cents` are to be given back.

    Happens once: of two clicks the second is refused. given_back_cents: what had gone back before.
    """
    withdrawal = db.session.get_one(Withdrawal, withdrawal_id, populate_existing=True)
    order = _locked_order(withdrawal)
    db.session.refresh(withdrawal)
    if withdrawal.state != OPEN:
        raise _done_already()
    before = queries.came_back(order.id)
    for place, line in enumerate(order.lines):
        most = line.quantity - before.get(line.id, 0)
        if parts[line.id].quantity > most:
            raise Refused(_("At most %(most)s can come back.", most=most), field=f"lines-{place}-quantity")
    back = [
        {"line_id": line_id, "quantity": part.quantity, "restock": part.restock}
        for line_id, part in parts.items()
        if part.quantity
    ]
    if not back:
        raise Refused(_("Write how many came back."), field="lines-0-quantity")
    _decide(
        withdrawal_id,
        OPEN,
        state=REFUNDING if cents else DONE,
        returned=back,
        refund_cents=cents,
        given_back_before=given_back_cents,
        decided_at=clock.now(),
        decided_by=actor,
    )
    restocked: dict[int, int] = {}
    for line in order.lines:
        part = parts[line.id]
        if part.restock and part.quantity and line.variant_id:
            restocked[line.variant_id] = restocked.get(line.variant_id, 0) + part.quantity
    put = stock.give_back_all(restocked, order.id, actor, "returned" if order.sent_at else "released")
    details = {"pieces": _pieces(back), "restocked": sum(put.values())}
    if any(before.get(line.id, 0) + parts[line.id].quantity < line.quantity for line in order.lines):
        actions.note(order.id, "partly_returned", actor, details)
    elif order.sent_at or order.state != rules.REFUNDED:  # else it ended before, with its money
        actions.mark_returned(order.id, actor, details)


def note_return(order_id: int, actor: str) -> int:
    """Goods come back that no buyer declared: what is still out of an order, to be counted as a statement is.

    One at a time: while one waits it is answered again. Nobody gets a mail.
    """
    order = db.session.get_one(Order, order_id, with_for_update=True, populate_existing=True)
    waits = [one.id for one in withdrawals_of(order_id) if one.state == OPEN]
    if waits:
        return waits[0]
    back = queries.came_back(order_id)
    out = {line.id: line.quantity - back.get(line.id, 0) for line in order.lines}
    if order.sent_at is None or not any(out.values()):
        raise Refused(_("Nothing of this order is under way or with the buyer."), status=409)
    made = Withdrawal(
        token=numbers.new_token(),
        order_id=order_id,
        order_number=order.number,
        name=order.name,
        email=order.email,
        lang=order.lang,
        lines=_chosen(order.lines, out),
        received_at=clock.now(),
        state=OPEN,
        noted_by=actor,
    )
    db.session.add(made)
    db.session.flush()
    return made.id


def money_is_back(withdrawal_id: int) -> None:
    """The refund of goods that came back is done."""
    _decide(withdrawal_id, REFUNDING, state=DONE)


def close(withdrawal_id: int, reason: str, actor: str) -> None:
    """Nothing comes back for this statement: it was a question, came late, or was taken back.

    Who sent it is told by mail, with the reason; for a return that staff wrote down, nobody is.
    """
    noted_by = db.session.scalar(select(Withdrawal.noted_by).where(Withdrawal.id == withdrawal_id))
    _decide(withdrawal_id, OPEN, state=CLOSED, reason=reason, decided_at=clock.now(), decided_by=actor)
    if not noted_by:
        enqueue("mail.withdrawal_closed", {"request_id": withdrawal_id})


def name_order(withdrawal_id: int, number: str) -> None:
    """Staff found which order a statement means: everything of it, until they count what came back."""
    withdrawal = db.session.get_one(Withdrawal, withdrawal_id, with_for_update=True, populate_existing=True)
    order = queries.order_by_number(number)
    if order is None or withdrawal.order_id is not None:
        raise Refused(_("There is no such order."), field="number")
    _decide(
        withdrawal_id,
        OPEN,
        order_id=order.id,
        order_number=order.number,
        lines=_chosen(order.lines, None),
        last_day=last_day_of(order),
    )
    actions.note(order.id, "withdrawn", actions.SHOPPER, {"pieces": sum(x.quantity for x in order.lines)})


def _locked_order(withdrawal: Withdrawal) -> Order:
    if withdrawal.order_id is None:
        raise Refused(_("Say first which order it is."), status=409)
    order = db.session.get_one(Order, withdrawal.order_id, with_for_update=True, populate_existing=True)
    if order.paid_at is None:
        raise Refused(_("This order was not paid: cancel it instead."), status=409)
    return order


def _done_already() -> Refused:
    return Refused(_("This was done in the meantime. Look at the page again."), status=409)


def _decide(withdrawal_id: int, was: str, **values: Any) -> None:
    """Change a statement that was in a state. One UPDATE decides."""
    statement = update(Withdrawal).where(Withdrawal.id == withdrawal_id, Withdrawal.state == was)
    done = db.session.execute(statement.values(**values).execution_options(synchronize_session=False))
    if cast("CursorResult[Any]", done).rowcount != 1:
        raise _done_already()
    loaded = db.session.identity_map.get(db.session.identity_key(Withdrawal, withdrawal_id))
    if loaded is not None:
        db.session.expire(loaded)
