"""The pages of the demo provider. They take no money, say so, and exist in development only."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, render_template, url_for

from storefront.forms import PublicForm
from storefront.orders import queries as orders
from storefront.orders.models import Order
from storefront.payments import demo_gateway, queries, rules
from storefront.payments.models import Payment
from storefront.payments.providers import Status
from storefront.payments.settle import settle
from storefront.transactions import writing

blueprint = Blueprint("development_payment", __name__)


@blueprint.get("/payment/demo/<token>")
def show(lang: str, token: str) -> Response:
    """The page where a demonstration is paid."""
    payment, order = _found(token)
    is_open = payment.state in rules.LIVE and order.state == "placed"
    html = render_template(
        "development/payment.html", payment=payment, order=order, is_open=is_open, token=token
    )
    answer = make_response(html)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


@blueprint.post("/payment/demo/<token>/pay")
def pay(lang: str, token: str) -> Response:
    """The bank says yes."""
    payment, order = _found(token)
    paid = demo_gateway.paid(payment.reference or "", payment.amount_cents, payment.currency)
    _settle(payment, paid)
    return _to("shop_payment.back", lang, order.token)


@blueprint.post("/payment/demo/<token>/decline")
def decline(lang: str, token: str) -> Response:
    """The bank says no."""
    payment, order = _found(token)
    _settle(payment, Status("failed"))
    return _to("shop_orders.show", lang, order.token)


@blueprint.post("/payment/demo/<token>/leave")
def leave(lang: str, token: str) -> Response:
    """The shopper goes back without paying."""
    _payment, order = _found(token)
    return _to("shop_orders.show", lang, order.token)


def _found(token: str) -> tuple[Payment, Order]:
    PublicForm()
    payment = queries.by_reference(demo_gateway.DemoProvider.name, demo_gateway.PREFIX + token)
    order = orders.order_by_id(payment.order_id) if payment else None
    if payment is None or order is None:
        abort(404)
    return payment, order


def _settle(payment: Payment, status: Status) -> None:
    payment_id, is_live = payment.id, payment.state in rules.LIVE
    if is_live:
        with writing():
            settle(payment_id, status, demo_gateway.DemoProvider.name)


def _to(endpoint: str, lang: str, token: str) -> Response:
    return make_response(redirect(url_for(endpoint, lang=lang, token=token), 303))
