"""Orders: the list by state, one order with its history, sending, cancelling, giving money back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from storefront import clock
from storefront.accounts.rules import ORDERS
from storefront.admin.forms import EmptyForm, NestedForm
from storefront.admin.forms.fields import choices, typed
from storefront.admin.forms.orders import PackForm, RefundForm, SendForm, SettleForm
from storefront.admin.frame import actor, guard, note, page_number, real_today, say, search_words
from storefront.admin.log_words import detail_words
from storefront.forms import StaffForm
from storefront.locale import gettext as _
from storefront.locale import ngettext
from storefront.orders import actions, invoices, queries, rules, withdrawals
from storefront.orders.models import Order
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.payments.actions import send_order, settle_bounced
from storefront.payments.providers import ProviderAway
from storefront.refusals import Refused
from storefront.stock.models import Lot
from storefront.stock.queries import lots_of_variants
from storefront.transactions import ends_reading, repeated, writing

blueprint = Blueprint("admin_orders", __name__)
PER_PAGE = 25


@blueprint.get("/")
@guard(ORDERS)
def index() -> ResponseReturnValue:
    """The orders of one state or of all, found by number, name, e-mail address or batch."""
    state = request.args.get("state", "")
    if state not in rules.STATES:
        state = ""
    search, page = search_words(), page_number()
    paid = "today" if request.args.get("paid") == "today" else ""
    rows, total = queries.admin_list(state or None, search, page, PER_PAGE, real_today() if paid else None)
    return render_template(
        "admin/orders.html",
        rows=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        state=state,
        search=search,
        paid=paid,
        counts=queries.counts_by_state(),
        pack_form=PackForm(formdata=None),
        address=lambda n: url_for(
            "admin_orders.index", page=n, state=state or None, q=search or None, paid=paid or None
        ),
    )


@blueprint.post("/pack")
@guard(ORDERS)
@repeated
def pack_chosen() -> ResponseReturnValue:
    """The ticked orders of a list are packed, each with the batches that it has."""
    form, packed, left = PackForm(), [], []
    if not form.validate_on_submit():
        abort(400)
    with writing():
        for number in form.numbers():
            order = queries.order_by_number(number)
            try:
                if order is not None:
                    actions.mark_packed(order.id, actor())
                    note("order packed", f"order {order.number}", {})
                    packed.append(order.number)
            except Refused:
                left.append(number)
    if packed:
        say(ngettext("%(num)s order is packed.", "%(num)s orders are packed.", len(packed)))
    if left:
        say(_("No longer to be packed: %(numbers)s.", numbers=", ".join(left)))
    return redirect(url_for("admin_orders.index", state=rules.PAID), 303)


@blueprint.get("/<number>")
@guard(ORDERS)
def show(number: str) -> ResponseReturnValue:
    """One order with everything that happened to it."""
    return _page(_order(number))


@blueprint.post("/<number>/pack")
@guard(ORDERS)
@repeated
def pack(number: str) -> ResponseReturnValue:
    """Write down the batches that were packed; the parcel waits for its carrier."""
    done = _("Order %(number)s is packed.", number=_order(number).number)
    return _parcel(number, actions.mark_packed, "order packed", done)


@blueprint.post("/<number>/send")
@guard(ORDERS)
@repeated
def send(number: str) -> ResponseReturnValue:
    """Write down the batches that were packed and mark as sent; the buyer is told by mail."""
    done = _("Order %(number)s is marked as sent; the buyer gets a mail.", number=_order(number).number)
    return _parcel(number, send_order, "order sent", done)


def _parcel(number: str, mark: Callable[..., None], what: str, done: str) -> ResponseReturnValue:
    """What both buttons under the lines do. The tracking code is only for a parcel that left."""
    order = _order(number)
    form = _send_form(order, posted=True)
    if not form.validate_on_submit():
        return _page(order, send=form), 422
    code = [typed(form.tracking_code)] if mark is send_order else []
    lots = {line.id: part.form.lot.data for line, part in zip(order.lines, form.lines.entries, strict=False)}
    try:
        with writing():
            actions.set_lots(order.id, lots, actor())
            mark(order.id, *code, actor())
            note(what, f"order {order.number}", {"tracking_code": code[0]} if code else {})
    except Refused as refusal:
        form.refuse(refusal)
        return _page(_order(number), send=form), refusal.status
    say(done)
    return redirect(url_for("admin_orders.show", number=order.number), 303)


@blueprint.post("/<number>/deliver")
@guard(ORDERS)
@repeated
def deliver(number: str) -> ResponseReturnValue:
    """The carrier said that the buyer has the parcel."""
    order, form = _order(number), EmptyForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        with writing():
            actions.mark_delivered(order.id, actor())
            note("order delivered", f"order {order.number}", {})
    except Refused as refusal:
        form.refuse(refusal)
        return _page(_order(number), deliver=form), refusal.status
    say(_("Order %(number)s is marked as delivered.", number=order.number))
    return redirect(url_for("admin_orders.show", number=order.number), 303)


@blueprint.post("/<number>/return")
@guard(ORDERS)
@repeated
def note_return(number: str) -> ResponseReturnValue:
    """Goods came back that nobody declared: their page counts them, restocks them, gives money back."""
    order, form = _order(number), EmptyForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        with writing():
            found = withdrawals.note_return(order.id, actor())
            note("return noted", f"order {order.number}", {})
    except Refused as refusal:
        form.refuse(refusal)
        return _page(_order(number), deliver=form), refusal.status
    return redirect(url_for("admin_withdrawals.show", withdrawal_id=found), 303)


@blueprint.post("/<number>/cancel")
@guard(ORDERS)
def cancel(number: str) -> ResponseReturnValue:
    """Give up an order that is not paid, and give its stock back."""
    order, form = _order(number), EmptyForm()
    if not form.validate_on_submit():
        abort(400)
    if order.state != rules.PLACED:
        unpaid = _("Only an unpaid order can be cancelled; give the money of a paid one back.")
        form.form_errors.append(unpaid)
        return _page(order, cancel=form), 409
    return _talk(
        order,
        lambda: conversation.cancel_order(order.number, actor()),
        "order cancelled",
        {},
        _("Order %(number)s is cancelled; its stock is back.", number=order.number),
        cancel=form,
    )


@blueprint.post("/<number>/refund")
@guard(ORDERS)
def refund(number: str) -> ResponseReturnValue:
    """Give back all that is left, or an amount, through the provider."""
    order, form = _order(number), RefundForm()
    valid, part = form.validate_on_submit(), form.is_part()
    if not valid:
        return _page(order, refund=form), 422
    if part and not form.amount.cents:
        form.amount.errors = [*form.amount.errors, _("Write an amount such as 34.95.")]
        return _page(order, refund=form), 422
    cents = form.amount.cents if part else None
    found, seen = payments.returnable(order.id), form.seen_cents()
    restock = bool(form.restock.data) and not part
    return _talk(
        order,
        lambda: conversation.refund_order(number, cents, actor(), restock, seen, form.basis.data or ""),
        "order refunded",
        {"cents": cents or (found.next_cents if found else 0)},
        _("The money of order %(number)s is on its way back.", number=order.number),
        refund=form,
    )


@blueprint.post("/<number>/refunds/<int:refund_id>/settled")
@guard(ORDERS)
@repeated
def settle_refund(number: str, refund_id: int) -> ResponseReturnValue:
    """Write down that the buyer got a refund that came back in another way."""
    order, form = _order(number), SettleForm()
    if refund_id not in [refund.id for refund in payments.refunds_of(order.id)]:
        abort(404)
    if not form.validate_on_submit():
        return _page(order, settle=form), 422
    try:
        with writing():
            settle_bounced(refund_id, typed(form.how), actor())
            note("refund settled", f"order {order.number}", {"how": typed(form.how)})
    except Refused as refusal:
        form.refuse(refusal)
        return _page(_order(number), settle=form), refusal.status
    say(_("Saved."))
    return redirect(url_for("admin_orders.show", number=order.number), 303)


def _talk(
    order: Order,
    talk: Callable[[], None],
    what: str,
    details: dict[str, object],
    done: str,
    **form: StaffForm,
) -> ResponseReturnValue:
    """Talk with the provider, without a transaction, then write down that it was done.

    form: the one that was sent, under its name in `_page`; it says why nothing was done.
    """
    number = order.number
    ends_reading()
    try:
        talk()
    except (Refused, ProviderAway) as error:
        away = Refused(_("The payment provider cannot be reached. Try again in a minute."), status=503)
        refusal = error if isinstance(error, Refused) else away
        for sent in form.values():
            sent.refuse(refusal)
        return _page(_order(number), **form), refusal.status
    with writing():
        note(what, f"order {number}", details)
    say(done)
    return redirect(url_for("admin_orders.show", number=number), 303)


def _order(number: str) -> Order:
    order = queries.order_by_number(number)
    if order is None:
        abort(404)
    return order


def _send_form(order: Order, posted: bool = False) -> SendForm:
    """The form to send an order, with the batches of each line to choose from."""
    given = [{"lot": line.lot_code} for line in order.lines]
    form = SendForm(lines=given) if posted else SendForm(formdata=None, lines=given)
    lots = lots_of_variants([line.variant_id for line in order.lines if line.variant_id])
    for line, part in zip(order.lines, form.lines.entries, strict=False):
        lot: SelectField = part.form.lot
        codes = [lot.code for lot in lots if lot.variant_id == line.variant_id and _may_be_packed(lot)]
        if line.lot_code not in codes:
            codes.insert(0, line.lot_code)
        lot.choices = choices((code, code or _("not known")) for code in codes)
    return form


def _may_be_packed(lot: Lot) -> bool:
    """Released, and not past its best-before date."""
    return lot.state == "released" and lot.best_before >= clock.today()


def _page(
    order: Order,
    send: NestedForm | None = None,
    deliver: StaffForm | None = None,
    cancel: StaffForm | None = None,
    refund: StaffForm | None = None,
    settle: StaffForm | None = None,
) -> str:
    found, given_back = payments.returnable(order.id), payments.given_back_cents(order.id)
    if isinstance(refund, RefundForm) and refund.is_part():
        refund.restock.data = True  # it is not asked for a part, so nobody took it away
    refunds = payments.refunds_of(order.id)
    bounced = [one for one in refunds if one.state == "bounced" and one.settled_at is None]
    back = queries.came_back(order.id)
    return render_template(
        "admin/order.html",
        order=order,
        events=queries.events(order.id),
        papers=invoices.documents_of(order.id),
        detail_words=detail_words,
        payments=payments.payments_of(order.id),
        refunds=refunds,
        bounced=bounced[0] if bounced else None,
        settle_form=settle or SettleForm(formdata=None),
        send_form=send or _send_form(order),
        deliver_form=deliver or EmptyForm(formdata=None),
        cancel_form=cancel or EmptyForm(formdata=None),
        refund_form=refund
        or RefundForm(
            formdata=None,
            already=str(given_back),
            basis=payments.refund_basis(order.id, found),
            restock=True,
        ),
        returnable=found if found and found.next_cents else None,
        next_to_send=queries.next_to_send(order.id),
        withdrawal=queries.open_withdrawal(order.id),
        back=back,
        all_back=sum(back.values()) >= sum(line.quantity for line in order.lines),
    )
