"""Changes orders. Every change of state is one conditional UPDATE, so that of two only one happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.catalog.models import Product, Variant
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.locale import gettext as _
from storefront.locale import in_language
from storefront.orders import invoices, numbers, queries, rules
from storefront.orders.models import Order, OrderEvent, OrderLine
from storefront.orders.queries import OrderOfCart
from storefront.orders.rules import NewOrder
from storefront.plugin_system.calling import plugins_with
from storefront.pricing import discounts
from storefront.pricing.queries import rates
from storefront.pricing.totals import Totals, totals
from storefront.refusals import Refused
from storefront.stock import actions as stock
from storefront.stock import queries as stock_queries

SHOPPER = "shopper"
SYSTEM = "system"


# What the shop says now of a size's seal is frozen by the statement that writes the lines.
_NEW_LINES = insert(cast("Table", OrderLine.__table__)).values(
    sealed=select(func.coalesce(Variant.sealed, Product.sealed))
    .join(Product, Product.id == Variant.product_id)
    .where(Variant.id == bindparam("sealed_of"))
    .scalar_subquery()
)


class OpenOrderChanged(Exception):
    """The cart has another order than the caller made way for, or it was paid: make way again."""


def place(new: NewOrder) -> OrderOfCart:
    """Place an order: reserve its stock and freeze everything on it, in the caller's transaction.

    The same post again answers with the order that it made. An open order of the same cart that
    `new.replaces` names is cancelled first. Raises Refused (409) when something is sold out, and
    OpenOrderChanged when the cart has an open order that was not made way for, or was bought.
    """
    same = _make_way(new)
    if same is not None:
        return same
    moment = clock.now()
    sums = _totals(new)
    order = _order(new, sums, moment)
    try:
        with db.session.begin_nested():
            db.session.add(order)
            db.session.flush()
    except IntegrityError:
        other = queries.latest_order(new.cart_id)
        if other is None or other.digest != new.digest:
            raise OpenOrderChanged from None
        return other
    db.session.execute(_NEW_LINES, _lines(order.id, new, sums))
    stock.take_all(rules.per_variant(new.lines), order_id=order.id, actor=SHOPPER)
    discounts.take([one.id for one in sums.reductions], order.id, new.buyer.email)
    note(order.id, rules.PLACED, SHOPPER, {"total_cents": order.total_cents}, moment)
    _tell_plugins("order_placed", order.id)
    return OrderOfCart(order.id, order.number, order.token, order.state, new.digest)


def _make_way(new: NewOrder) -> OrderOfCart | None:
    """The order that this post made already; else None, when the open order of the cart is out of the way.

    The cart's orders are locked: late money of one that expired may come at this very instant.
    """
    present = queries.latest_order(new.cart_id, lock=True)
    if present is None:
        return None
    if present.digest == new.digest and present.state not in rules.CLOSED:
        return present
    if present.state in rules.BOUGHT:
        raise OpenOrderChanged
    is_open = present.state == rules.PLACED
    if is_open and (present.id != new.replaces or not _replace(present.id, new)):
        raise OpenOrderChanged
    return None


def _totals(new: NewOrder) -> Totals:
    on = rates(new.buyer.country, clock.today())
    return totals(rules.priced_lines(new), new.shipping_cents, on, new.reductions)


def _order(new: NewOrder, sums: Totals, moment: datetime) -> Order:
    buyer = new.buyer
    return Order(
        number=numbers.new_number(),
        token=numbers.new_token(),
        cart_id=new.cart_id,
        cart_digest=new.digest,
        state=rules.PLACED,
        lang=new.lang,
        email=buyer.email,
        name=buyer.name,
        street=buyer.street,
        postcode=buyer.postcode,
        city=buyer.city,
        country=buyer.country,
        phone=buyer.phone,
        shipping_code=new.shipping_code,
        shipping_name=new.shipping_name,
        payment_method=new.payment_method,
        payment_name=new.payment_name,
        goods_cents=sums.goods_cents,
        discount_cents=sums.discount_cents,
        discounts=[
            {
                "id": one.id,
                "code": one.code,
                "name": in_language(one.names, new.lang),
                "kind": one.kind,
                "cents": one.cents,
            }
            for one in sums.reductions
        ],
        shipping_cents=sums.shipping_cents,
        total_cents=sums.total_cents,
        vat=[
            {"rate_bp": part.rate_bp, "gross_cents": part.gross_cents, "vat_cents": part.vat_cents}
            for part in sums.vat
        ],
        terms_accepted_at=moment,
        terms_version=new.terms_version,
        placed_at=moment,
        reserved_until=moment + rules.RESERVATION,
        notes=dict(new.notes),
    )


def _lines(order_id: int, new: NewOrder, sums: Totals) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order_id,
            "position": position,
            "variant_id": line.variant_id,
            "sealed_of": line.variant_id,
            "product_code": line.product_code,
            "product_slug": line.product_slug,
            "sku": line.sku,
            "name": line.name,
            "label": line.label,
            "picture": line.picture,
            "raster": line.raster,
            "lot_code": line.lot_code,
            "quantity": line.quantity,
            "unit_cents": line.unit_cents,
            "line_cents": line.unit_cents * line.quantity,
            "discount_cents": sums.line_discounts[position],
            "rate_bp": sums.line_rates[position],
            "vat_cents": sums.line_vat[position],
            "source": line.source,
        }
        for position, line in enumerate(new.lines)
    ]


def mark_paid(order_id: int, actor: str, details: Mapping[str, Any]) -> bool:
    """The money is there. False when the order was not waiting for it.

    An order that expired meanwhile takes its stock once more; when too little is left it stays expired.
    """
    moment = clock.now()
    late = queries.state_of(order_id) == rules.EXPIRED
    try:
        with db.session.begin_nested():
            if not _move(order_id, rules.PAID, paid_at=moment, closed_at=None):
                return False
            if late:
                stock.take_all(queries.quantities(order_id), order_id=order_id, actor=actor)
                discounts.take_again(order_id)
    except Refused:
        _forget(order_id)
        return False
    note(order_id, rules.PAID, actor, details, moment)
    invoices.issue(order_id)
    enqueue("mail.order_confirmation", {"order_id": order_id})
    _tell_plugins("order_paid", order_id)
    return True


def mark_packed(order_id: int, actor: str) -> None:
    """The parcel is ready. Refused unless the order is paid and its goods are to leave."""
    moment = clock.now()
    _may_leave(order_id)
    if not _move(order_id, rules.PACKED, packed_at=moment):
        raise Refused(_("Only a paid order can be packed."), status=409)
    note(order_id, rules.PACKED, actor, {}, moment)


def mark_sent(order_id: int, tracking_code: str, actor: str) -> None:
    """The parcel is under way; the buyer gets a mail with the tracking code. Refused as packing is."""
    moment = clock.now()
    _may_leave(order_id)
    if not _move(order_id, rules.SENT, sent_at=moment, tracking_code=tracking_code):
        raise Refused(_("Only a paid order can be sent."), status=409)
    note(order_id, rules.SENT, actor, {"tracking_code": tracking_code}, moment)
    enqueue("mail.order_sent", {"order_id": order_id})


def _may_leave(order_id: int) -> None:
    """Refuse to prepare a parcel whose buyer has withdrawn, or whose goods are on the shelf again."""
    statement = select(Order.state).where(Order.id == order_id).with_for_update()
    if db.session.scalar(statement) not in rules.TO_SEND:
        return
    if queries.open_withdrawal(order_id) is not None:
        raise Refused(_("The buyer withdraws from this order. See to the statement first."), status=409)
    held = stock_queries.held_by(order_id)
    if held and not any(held.values()):
        raise Refused(_("All goods of this order are back in stock."), status=409)


def mark_delivered(order_id: int, actor: str) -> None:
    """The buyer has the parcel. Refused unless it was sent."""
    moment = clock.now()
    if not _move(order_id, rules.DELIVERED, delivered_at=moment):
        raise Refused(_("Only an order that was sent can be delivered."), status=409)
    note(order_id, rules.DELIVERED, actor, {}, moment)


def mark_returned(order_id: int, actor: str, details: Mapping[str, Any] | None = None) -> None:
    """All the goods came back, or will not leave. Refused unless they were paid. Stock and money are matters
    of their own.

    An order whose money went back first stays refunded, with the day on which the goods came.
    """
    moment = clock.now()
    came_later = (Order.state == rules.REFUNDED, Order.sent_at.is_not(None), Order.returned_at.is_(None))
    if not _move(order_id, rules.RETURNED, returned_at=moment) and not _change(
        order_id, *came_later, returned_at=moment
    ):
        raise Refused(_("Only goods that were paid can come back, once."), status=409)
    note(order_id, rules.RETURNED, actor, details or {}, moment)


def cancel(order_id: int, actor: str, reason: str = "") -> bool:
    """Give up an unpaid order and give its stock back. False when it was not open any more."""
    return _close(order_id, rules.CANCELLED, actor, reason)


def expire(order_id: int, actor: str = SYSTEM, reason: str = "") -> bool:
    """End an order that was not paid in time and give its stock back. False when it was not open any more."""
    return _close(order_id, rules.EXPIRED, actor, reason)


def _replace(order_id: int, new: NewOrder) -> bool:
    """Cancel an open order for a new one, which takes its stock and discounts in the same transaction."""
    return _close(order_id, rules.CANCELLED, SHOPPER, "replaced", new)


def _close(order_id: int, state: str, actor: str, reason: str, instead: NewOrder | None = None) -> bool:
    moment = clock.now()
    if not _move(order_id, state, closed_at=moment):
        return False
    quantities = queries.quantities(order_id)
    if instead is not None:
        stock.hold({*quantities, *rules.per_variant(instead.lines)})
        discounts.hold(order_id, [one.id for one in instead.reductions])
    stock.give_back_all(quantities, order_id=order_id, actor=actor)
    discounts.release(order_id)
    note(order_id, state, actor, {"reason": reason} if reason else {}, moment)
    return True


def extend_reservation(order_id: int, until: datetime) -> None:
    """Keep the stock of an open order until then; never shorter than it was."""
    _reserve(order_id, until, Order.reserved_until < until)


def shorten_reservation(order_id: int, until: datetime) -> None:
    """Keep the stock of an open order no longer than until then."""
    _reserve(order_id, until, Order.reserved_until > until)


def _reserve(order_id: int, until: datetime, when: ColumnElement[bool]) -> None:
    _change(order_id, Order.state == rules.PLACED, when, reserved_until=until)


def add_refund(order_id: int, cents: int, actor: str, restock: bool) -> None:
    """Money went back. When all of it has, the order is refunded; `restock`: unsent goods return to stock."""
    order = db.session.get_one(Order, order_id, with_for_update=True, populate_existing=True)
    was = order.state
    order.refunded_cents = rules.refunded_in_all(was, order.total_cents, order.refunded_cents, cents)
    whole = order.refunded_cents == order.total_cents
    db.session.flush()
    if whole:
        _move(order_id, rules.REFUNDED, closed_at=clock.now())
        if restock and rules.can_be_sold_again(was):
            stock.give_back_all(queries.not_back(order_id), order_id=order_id, actor=actor)
    note(order_id, rules.REFUNDED if whole else "partly_refunded", actor, {"cents": cents})
    credit = invoices.credit(order_id)
    enqueue(
        "mail.order_refunded",
        {
            "order_id": order_id,
            "refunded_cents": order.refunded_cents,
            "credit": credit.code if credit else None,
        },
    )


def set_lots(order_id: int, lots: Mapping[int, str], actor: str) -> None:
    """Write down the lot that was packed for some lines: line id -> lot code."""
    order = db.session.get_one(Order, order_id)
    changed = {}
    for line in order.lines:
        code = lots.get(line.id, line.lot_code)
        if code != line.lot_code:
            changed[line.sku] = [line.lot_code, code]
            line.lot_code = code
    if changed:
        note(order_id, "lots_changed", actor, changed)


def note(
    order_id: int, kind: str, actor: str, details: Mapping[str, Any], moment: datetime | None = None
) -> None:
    """Add an event to the order's log. Raises ValueError for a kind that the log has no word for."""
    if kind not in rules.EVENTS:
        raise ValueError(f"unknown kind of event: {kind!r}")
    event = OrderEvent(
        order_id=order_id, at=moment or clock.now(), kind=kind, actor=actor, details=dict(details)
    )
    db.session.add(event)


def _move(order_id: int, state: str, **values: Any) -> bool:
    """Change the state if the order may become it. One UPDATE decides."""
    return _change(order_id, Order.state.in_(rules.sources(state)), state=state, **values)


def _change(order_id: int, *when: ColumnElement[bool], **values: Any) -> bool:
    statement = update(Order).where(Order.id == order_id, *when).values(**values)
    statement = statement.execution_options(synchronize_session=False)
    result = cast("CursorResult[Any]", db.session.execute(statement))
    _forget(order_id)
    return result.rowcount == 1


def _forget(order_id: int) -> None:
    """What the session has loaded of the order is old after an UPDATE."""
    loaded = db.session.identity_map.get(db.session.identity_key(Order, order_id))
    if loaded is not None:
        db.session.expire(loaded)


def _tell_plugins(hook: str, order_id: int) -> None:
    """One row per plugin, so that a failure repeats that plugin alone."""
    for plugin in plugins_with(hook):
        enqueue(f"hook.{hook}", {"plugin": plugin, "order_id": order_id}, plugin=plugin)


def forget_phones(before: datetime) -> None:
    """Delete the phone numbers of orders that were sent or closed before a moment, as the shop promises."""
    ended = func.coalesce(Order.sent_at, Order.closed_at)
    forget = update(Order).where(Order.phone != "", ended < before).values(phone="")
    db.session.execute(forget.execution_options(synchronize_session=False))
