"""Withdrawals: who declared one, until when what must be done, what came back, and its refund."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import ORDERS
from storefront.admin.forms import EmptyForm, NestedForm
from storefront.admin.forms.fields import typed
from storefront.admin.forms.withdrawals import CloseForm, OrderForm, ReturnForm
from storefront.admin.frame import actor, guard, note, page_number, real_today, say
from storefront.forms import StaffForm
from storefront.locale import gettext as _
from storefront.orders import queries as orders
from storefront.orders import withdrawal_queries, withdrawal_rules, withdrawals
from storefront.orders.models import Order, Withdrawal
from storefront.orders.withdrawal_rules import Returned
from storefront.payments import conversation
from storefront.payments import queries as payments
from storefront.payments.providers import ProviderAway
from storefront.payments.returns import Due, due, take_back
from storefront.refusals import Refused
from storefront.transactions import ends_reading, repeated, writing

blueprint = Blueprint("admin_withdrawals", __name__)
PER_PAGE = 25


@blueprint.get("/")
@guard(ORDERS)
def index() -> ResponseReturnValue:
    """What waits, the most urgent first, or what was decided."""
    waiting, page = request.args.get("state") != "decided", page_number()
    rows, total = withdrawal_queries.admin_list(waiting, page, PER_PAGE)
    return render_template(
        "admin/withdrawals.html",
        rows=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        waiting=waiting,
        days_left=_days_left,
        is_late=withdrawal_rules.is_late,
        address=lambda n: url_for("admin_withdrawals.index", page=n, state=None if waiting else "decided"),
    )


@blueprint.get("/<int:withdrawal_id>")
@guard(ORDERS)
def show(withdrawal_id: int) -> ResponseReturnValue:
    """One statement, and what can be done with it."""
    return _page(_found(withdrawal_id))


@blueprint.post("/<int:withdrawal_id>/returned")
@guard(ORDERS)
def returned(withdrawal_id: int) -> ResponseReturnValue:
    """The goods are back: count them, put them into stock, give the money back."""
    found = _found(withdrawal_id)
    order = _order(found)
    if order is None:
        abort(409)
    form = _return_form(found, order, posted=True)
    if not form.validate_on_submit():
        return _page(found, returned=form), 422
    if len(form.lines.entries) != len(order.lines):
        abort(400)
    parts = {
        line.id: Returned(part.form.quantity.whole or 0, bool(part.form.restock.data))
        for line, part in zip(order.lines, form.lines.entries, strict=True)
    }
    try:
        cents = _take_back(withdrawal_id, order, parts, form.amount.cents)
    except Refused as refusal:
        form.refuse(refusal)
        return _page(_found(withdrawal_id), returned=form), refusal.status
    return _give_back(withdrawal_id) if cents else _done(withdrawal_id, paid=False)


@repeated
def _take_back(withdrawal_id: int, order: Order, parts: dict[int, Returned], typed_cents: int | None) -> int:
    """Write down what came back; what goes back for it, in cents."""
    with writing():
        cents = take_back(withdrawal_id, parts, typed_cents, actor())
        note("goods came back", f"order {order.number}", {"cents": cents})
    return cents


@blueprint.post("/<int:withdrawal_id>/refund")
@guard(ORDERS)
def refund(withdrawal_id: int) -> ResponseReturnValue:
    """Repeat a refund that the provider did not answer."""
    found, form = _found(withdrawal_id), EmptyForm()
    if not form.validate_on_submit():
        abort(400)
    if found.state != withdrawal_rules.REFUNDING:
        return redirect(url_for("admin_withdrawals.show", withdrawal_id=withdrawal_id), 303)
    return _give_back(withdrawal_id)


@blueprint.post("/<int:withdrawal_id>/settled")
@guard(ORDERS)
@repeated
def settled(withdrawal_id: int) -> ResponseReturnValue:
    """Write down that an unfinished refund was made another way, so that nothing is given back for it."""
    form = EmptyForm()
    return _decide(
        withdrawal_id,
        form,
        lambda: _settle(withdrawal_id),
        "withdrawal closed",
        "repeat",
    )


def _settle(withdrawal_id: int) -> None:
    refund = payments.refund_of_withdrawal(withdrawal_id)
    if refund is not None and payments.is_unfinished(refund.id):  # it may still go out by itself
        raise Refused(_("The provider has not answered this refund yet. Repeat it first."), status=409)
    withdrawals.money_is_back(withdrawal_id)


def _give_back(withdrawal_id: int) -> ResponseReturnValue:
    """Give the money back, without a transaction. It is written down with the provider's answer."""
    found = _found(withdrawal_id)
    number, cents = found.order_number, found.refund_cents
    ends_reading()
    try:
        given = conversation.refund_withdrawal(withdrawal_id, actor())
    except (Refused, ProviderAway) as error:
        away = Refused(_("The payment provider cannot be reached. Try again in a minute."), status=503)
        refusal = error if isinstance(error, Refused) else away
        form = EmptyForm(formdata=None)
        form.refuse(refusal)
        return _page(_found(withdrawal_id), repeat=form), refusal.status
    if given:
        with writing():
            note("order refunded", f"order {number}", {"cents": cents})
    return _done(withdrawal_id)


def _done(withdrawal_id: int, paid: bool = True) -> ResponseReturnValue:
    if paid:
        say(_("Done: what came back is written down and the money is on its way."))
    else:
        say(_("Done: what came back is written down. Nothing is paid for it."))
    return redirect(url_for("admin_withdrawals.show", withdrawal_id=withdrawal_id), 303)


@blueprint.post("/<int:withdrawal_id>/close")
@guard(ORDERS)
@repeated
def close(withdrawal_id: int) -> ResponseReturnValue:
    """Nothing comes back; the reason is kept."""
    form = CloseForm()
    return _decide(
        withdrawal_id,
        form,
        lambda: withdrawals.close(withdrawal_id, typed(form.reason), actor()),
        "withdrawal closed",
        "close",
    )


@blueprint.post("/<int:withdrawal_id>/order")
@guard(ORDERS)
@repeated
def name_order(withdrawal_id: int) -> ResponseReturnValue:
    """Say which order a statement means that fitted none. One of another buyer is shown first."""
    found, form = _found(withdrawal_id), OrderForm()
    order = orders.order_by_number(typed(form.number)) if form.validate_on_submit() else None
    if order is not None and not _is_buyer(found, order) and form.sure.data != order.number:
        form.sure.data = order.number
        return _page(found, named=form, candidate=order), 409
    return _decide(
        withdrawal_id,
        form,
        lambda: withdrawals.name_order(withdrawal_id, typed(form.number)),
        "withdrawal matched",
        "named",
    )


def _decide(
    withdrawal_id: int, form: StaffForm, change: Callable[[], None], what: str, name: str
) -> ResponseReturnValue:
    found = _found(withdrawal_id)
    if not form.validate_on_submit():
        return _page(found, **{name: form}), 422
    try:
        with writing():
            change()
            note(what, f"withdrawal {withdrawal_id}", {})
    except Refused as refusal:
        form.refuse(refusal)
        return _page(_found(withdrawal_id), **{name: form}), refusal.status
    say(_("Saved."))
    return redirect(url_for("admin_withdrawals.show", withdrawal_id=withdrawal_id), 303)


def _found(withdrawal_id: int) -> Withdrawal:
    found = withdrawal_queries.withdrawal_by_id(withdrawal_id)
    if found is None:
        abort(404)
    return found


def _order(found: Withdrawal) -> Order | None:
    return orders.order_by_id(found.order_id) if found.order_id else None


def _is_buyer(found: Withdrawal, order: Order) -> bool:
    """True when who sent a statement and who placed an order have the same name and e-mail address."""
    said, placed = (found.name, found.email), (order.name, order.email)
    return [one.strip().casefold() for one in said] == [one.strip().casefold() for one in placed]


def _days_left(found: Withdrawal) -> int:
    """Days until the money must be back; below nothing when that day is past."""
    return (withdrawal_rules.refund_by(found) - real_today()).days


def _return_form(found: Withdrawal, order: Order, posted: bool = False) -> ReturnForm:
    """The form to count what came back: as many of each line as was declared, back into stock."""
    out, sealed = withdrawal_queries.still_out(found), withdrawal_rules.sealed_lines(order)
    given = [
        {
            "quantity": out.get(line.id, 0),
            "restock": order.sent_at is None or line.id not in sealed,
        }
        for line in order.lines
    ]
    return ReturnForm(lines=given) if posted else ReturnForm(formdata=None, lines=given)


def _page(
    found: Withdrawal,
    returned: NestedForm | None = None,
    repeat: StaffForm | None = None,
    close: StaffForm | None = None,
    named: StaffForm | None = None,
    candidate: Order | None = None,
) -> str:
    order = _order(found)
    said = {line["line_id"]: line["quantity"] for line in found.lines}
    proposed, out, earlier = Due(0, 0), dict[int, int](), dict[int, int]()
    if order is not None and found.state == withdrawal_rules.OPEN:
        out = withdrawal_queries.still_out(found)
        earlier = withdrawal_queries.earlier(found, out)
        proposed = due(found, order, out)
        returned = returned or _return_form(found, order)
    return render_template(
        "admin/withdrawal.html",
        found=found,
        order=order,
        candidate=candidate,
        other_buyer=order is not None and not _is_buyer(found, order),
        said=said,
        out=out,
        earlier=earlier,
        back={part["line_id"]: part for part in found.returned},
        sealed=withdrawal_rules.sealed_lines(order) if order else set(),
        late=withdrawal_rules.is_late(found),
        refund_by=withdrawal_rules.refund_by(found),
        days_left=_days_left(found),
        proposed=proposed.cents,
        less=proposed.less_cents,
        return_form=returned,
        repeat_form=repeat or EmptyForm(formdata=None),
        close_form=close or CloseForm(formdata=None),
        order_form=named or OrderForm(formdata=None),
    )
