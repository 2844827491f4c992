"""An order's page, behind its unguessable address: confirmation and status are one page."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, url_for

from storefront.locale import LANGUAGES
from storefront.orders import invoices, rules, withdrawal_queries, withdrawal_rules
from storefront.orders import queries as orders
from storefront.payments import queries as payments
from storefront.payments import rules as payment_rules
from storefront.shop.cart import empty_if_bought
from storefront.shop.frame import set_alternates

blueprint = Blueprint("shop_orders", __name__)


@blueprint.get("/orders/<token>")
def show(lang: str, token: str) -> Response:
    """Where an order stands. Nobody may keep this page, index it, or learn its address from a link on it."""
    order = orders.order_by_token(token)
    if order is None:
        abort(404)
    set_alternates({code: url_for("shop_orders.show", lang=code, token=token) for code in LANGUAGES})
    payment = payments.latest_payment(order.id) if order.state == rules.PLACED else None
    html = render_template(
        "shop/order.html",
        order=order,
        view=view_of(order.state, payment.state if payment else None),
        held=payments.held_money(order.id),
        withdrawals=[one for one in withdrawal_queries.withdrawals_of(order.id) if not one.noted_by],
        last_day=withdrawal_rules.last_day_of(order),
        papers=invoices.documents_of(order.id),
    )
    answer = for_one_person(make_response(html))
    if order.state in rules.BOUGHT:
        empty_if_bought(answer, order.cart_id)
    return answer


def for_one_person(answer: Response) -> Response:
    """Say that nobody may keep or index this answer, or learn its address from a link on it."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def view_of(state: str, payment_state: str | None) -> str:
    """What the page says on top: the order's state, or for an open order that of its payment.

    "open": to be paid. "declined": to be paid once more. "pending": the bank has to answer first.
    "held": money came that is not what was asked for.
    """
    if state != rules.PLACED:
        return state
    if payment_state == payment_rules.HELD:
        return "held"
    if payment_state in (payment_rules.PENDING, payment_rules.PAID):
        return "pending"
    return "declined" if payment_state == payment_rules.FAILED else "open"
