"""Withdrawing from a purchase, as the law asks for it: two steps, without an account and without script.

Step one takes name, order number and e-mail address; step two shows what is declared and confirms it. An
order that is not found is answered with the same words whichever part does not fit, and can be confirmed as
well: a statement counts when it is sent, and a person looks it up.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront import clock
from storefront.locale import LANGUAGES, gettext
from storefront.orders import numbers, withdrawal_queries, withdrawal_rules, withdrawals
from storefront.orders import queries as orders
from storefront.orders.withdrawal_rules import Statement
from storefront.refusals import Refused
from storefront.shop.frame import breadcrumbs, set_alternates
from storefront.shop.orders import for_one_person
from storefront.shop.paths import paths
from storefront.shop.withdrawal_forms import LONGEST, ConfirmForm, StatementForm
from storefront.transactions import repeated, writing
from storefront.web_security import limiter

blueprint = Blueprint("shop_withdrawal", __name__)

# Only what fits no order counts, so that nobody can try out numbers or have many receipts sent.
GUESSES = "12/hour"
guessing = limiter.shared_limit(
    GUESSES, scope="withdrawal", deduct_when=lambda _answer: bool(g.get("no_such_order"))
)


@blueprint.get("/withdrawal")
def show(lang: str) -> str:
    """The statement, empty."""
    breadcrumbs((gettext("Withdraw from contract here"), paths().withdrawal))
    return render_template("shop/withdrawal.html", form=StatementForm(formdata=None))


@blueprint.get("/withdrawal/<token>")
def of_order(lang: str, token: str) -> Response:
    """The statement, filled in for who comes from an order's page or mail."""
    order = orders.order_by_token(token)
    if order is None:
        abort(404)
    set_alternates({code: url_for("shop_withdrawal.of_order", lang=code, token=token) for code in LANGUAGES})
    form = StatementForm(formdata=None, name=order.name, number=order.number, email=order.email)
    return for_one_person(make_response(render_template("shop/withdrawal.html", form=form)))


@blueprint.post("/withdrawal")
@guessing
def state(lang: str) -> ResponseReturnValue:
    """Step one is done: show what will be declared, with the button that confirms it."""
    form = StatementForm()
    form.check()
    if not form.validate_on_submit():
        return for_one_person(make_response(render_template("shop/withdrawal.html", form=form), 422))
    return _second_step(ConfirmForm(formdata=None, token=numbers.new_token(), **_said(form)))


@blueprint.post("/withdrawal/change")
def change(lang: str) -> Response:
    """Back to step one, with what was filled in. Posted, so that no address tells it."""
    form = StatementForm()
    form.check()
    return for_one_person(make_response(render_template("shop/withdrawal.html", form=form)))


@blueprint.post("/withdrawal/confirm")
@guessing
@repeated
def confirm(lang: str) -> ResponseReturnValue:
    """Step two is done: it is declared. The receipt goes out at once."""
    form = ConfirmForm()
    form.check()
    quantities = form.quantities()
    if not form.validate_on_submit():
        return for_one_person(make_response(render_template("shop/withdrawal.html", form=form), 422))
    said = _said(form)
    g.no_such_order = withdrawal_queries.order_of(said["number"], said["email"]) is None
    try:
        with writing():
            made = withdrawals.receive(
                Statement(form.token.data or "", lang=lang, quantities=quantities, **said)
            )
            receipt = made.token
    except Refused as refusal:
        form.refuse(refusal)
        return _second_step(form, refusal.status)
    return redirect(url_for("shop_withdrawal.receipt", token=receipt), 303)


@blueprint.get("/withdrawal/receipt/<token>")
def receipt(lang: str, token: str) -> Response:
    """What was declared, and when; the mail says the same."""
    found = withdrawal_queries.withdrawal_by_token(token)
    if found is None:
        abort(404)
    set_alternates({code: url_for("shop_withdrawal.receipt", lang=code, token=token) for code in LANGUAGES})
    order = orders.order_by_id(found.order_id) if found.order_id else None
    page = render_template(
        "shop/withdrawal_receipt.html",
        withdrawal=found,
        order=order,
        late=withdrawal_rules.is_late(found),
        to_send=withdrawal_queries.still_out(found),
    )
    return for_one_person(make_response(page))


def _said(form: StatementForm) -> dict[str, str]:
    return {
        "name": form.name.data or "",
        "number": numbers.as_typed(form.number.data or "")[:LONGEST],
        "email": form.email.data or "",
    }


def _second_step(form: ConfirmForm, status: int = 200) -> Response:
    order = withdrawal_queries.order_of(form.number.data or "", form.email.data or "")
    g.no_such_order = order is None
    last = withdrawal_rules.last_day_of(order) if order else None
    most = withdrawal_queries.declarable(order) if order else {}
    page = render_template(
        "shop/withdrawal_confirm.html",
        form=form,
        order=order,
        most=most,
        chosen=_chosen(form, most),
        sealed=withdrawal_rules.sealed_lines(order) if order else set(),
        last_day=last,
        late=last is not None and clock.local(clock.now()).date() > last,
    )
    return for_one_person(make_response(page, status))


def _chosen(form: ConfirmForm, most: Mapping[int, int]) -> dict[int, int]:
    """How many of each line are chosen: what was sent, by default all that can be."""
    sent = form.quantities() or {}
    return {line_id: min(sent.get(line_id, pieces), pieces) for line_id, pieces in most.items()}
