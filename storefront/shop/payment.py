"""Leading to the payment of an order, the way back from the provider, and paying once more."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, abort, make_response, redirect, render_template, url_for

from storefront.forms import PublicForm
from storefront.orders import queries as orders
from storefront.orders import rules
from storefront.payments import choice, conversation
from storefront.payments.providers import ProviderAway, ProviderRefused
from storefront.refusals import Refused
from storefront.shop.cart import empty_if_bought

blueprint = Blueprint("shop_payment", __name__)
log = structlog.get_logger("payments")
RETRY_SECONDS = "30"


@blueprint.get("/payment/return/<token>")
def back(lang: str, token: str) -> Response:
    """The provider sends the buyer here. What happened is asked of the provider, never read from the address.

    This is the one GET that may write: it takes in what is true already, as the webhook does, once.
    """
    order = orders.order_by_token(token)
    if order is None:
        abort(404)
    order_id, cart_id = order.id, order.cart_id
    try:
        conversation.look_up(order_id)
    except (ProviderAway, ProviderRefused) as problem:
        log.warning("provider did not say how a session stands", reason=str(problem))
    answer = onward(url_for("shop_orders.show", lang=lang, token=token))
    if orders.state_of(order_id) in rules.BOUGHT:
        empty_if_bought(answer, cart_id)
    return answer


@blueprint.post("/payment/again/<token>")
def again(lang: str, token: str) -> Response:
    """Pay an order that is still open: the page that is open at the provider, or a new one."""
    PublicForm()
    order = orders.order_by_token(token)
    if order is None:
        abort(404)
    return pay(lang, order.id, token)


def pay(lang: str, order_id: int, token: str, begun: conversation.Begun | None = None) -> Response:
    """Lead to the payment of an order; to the order itself when there is nothing to pay any more.

    begun: the attempt that was written down with the order.
    """
    try:
        return onward(conversation.address_of(begun) if begun else conversation.start_payment(order_id))
    except Refused:
        return onward(url_for("shop_orders.show", lang=lang, token=token))
    except ProviderAway as problem:
        log.warning("payment away", reason=str(problem))
        return away(token)


def away(token: str = "", delivers: bool = True) -> Response:
    """503: the payment is away for a moment, or this shop has none. An order that was placed is kept.

    delivers: False when the shop cannot send this cart anywhere.
    """
    has_provider = choice.current() is not None
    html = render_template(
        "shop/payment_away.html", token=token, has_provider=has_provider, delivers=delivers
    )
    answer = make_response(html, 503)
    answer.headers["Retry-After"] = RETRY_SECONDS
    answer.headers["Cache-Control"] = "no-store"
    return answer


def onward(path: str) -> Response:
    """Lead to another page, with an answer that nobody keeps."""
    answer = make_response(redirect(path, 303))
    answer.headers["Cache-Control"] = "no-store"
    return answer
