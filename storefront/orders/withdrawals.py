"""Changes withdrawals: the buyer's statement, what comes back for it, and the returns that staff write down.

A statement is never refused: it counts when it is sent (article 11a of the consumer rights directive, 6:230oa
BW). One that fits no order, or that comes late, is kept and answered by a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.locale import gettext as _
from storefront.orders import actions, numbers, queries, rules, withdrawal_queries
from storefront.orders.models import Order, OrderLine, Withdrawal
from storefront.orders.withdrawal_queries import order_of, withdrawal_by_token, withdrawals_of
from storefront.orders.withdrawal_rules import (
    CLOSED,
    DONE,
    OPEN,
    REFUNDING,
    WAITING,
    Returned,
    Statement,
    last_day_of,
)
from storefront.refusals import Refused
from storefront.stock import actions as stock


def receive(statement: Statement) -> Withdrawal:
    """Write down a statement and send its receipt. The same one again answers with the first."""
    order = order_of(statement.number, statement.email)
    if order is not None:
        db.session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
    lines = _declared(order, statement.quantities) if order else []
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


def _declared(order: Order, quantities: Mapping[int, int] | None) -> list[dict[str, Any]]:
    """What is declared of an order: no more than can be. quantities: None means all of that."""
    most = withdrawal_queries.declarable(order)
    if not any(most.values()):
        raise Refused(_("Everything of this order has come back already."), status=409)
    wanted = most if quantities is None else quantities
    declared = _named(order.lines, {line_id: min(wanted.get(line_id, 0), n) for line_id, n in most.items()})
    if not declared:
        raise Refused(_("Choose at least one product."), field="quantity")
    return declared


def _named(lines: Iterable[OrderLine], pieces: Mapping[int, int]) -> list[dict[str, Any]]:
    return [
        {"line_id": line.id, "name": f"{line.name}, {line.label}", "quantity": pieces[line.id]}
        for line in lines
        if pieces[line.id] > 0
    ]


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


def take_back(
    withdrawal_id: int, parts: Mapping[int, Returned], cents: int, given_back_cents: int, actor: str
) -> None:
    """The goods are back: into stock what can be sold again, and `cents` are to be given back.

    Happens once: of two clicks the second is refused. given_back_cents: what had gone back before. Goods
    that had come back before, without money, are counted with it and stay as they are.
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
    earlier = withdrawal_queries.earlier(withdrawal, {key: part.quantity for key, part in parts.items()})
    back = [_part(line_id, part, earlier.get(line_id, 0)) for line_id, part in parts.items()]
    back = [part for part in back if part["quantity"] or "earlier" in part]
    if not back and (withdrawal.noted_by or withdrawal_queries.still_out(withdrawal)):
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
    if not _pieces(back):
        return
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


def _part(line_id: int, part: Returned, earlier: int) -> dict[str, Any]:
    """What is kept of a line. earlier: how many of its declared pieces had come back before."""
    kept: dict[str, Any] = {"line_id": line_id, "quantity": part.quantity, "restock": part.restock}
    return kept | {"earlier": earlier} if earlier else kept


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
        lines=_named(order.lines, out),
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
        lines=_named(order.lines, {line.id: line.quantity for line in order.lines}),
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
