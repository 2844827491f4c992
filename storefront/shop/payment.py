"""The way back from the provider, and paying once more."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, abort, make_response, redirect, url_for

from storefront.orders import queries as orders
from storefront.orders import rules
from storefront.payments import conversation
from storefront.payments.providers import ProviderAway, ProviderRefused
from storefront.shop.cart import empty_if_bought
from storefront.shop.checkout import pay
from storefront.shop.checkout_forms import PressForm

blueprint = Blueprint("shop_payment", __name__)
log = structlog.get_logger("payments")


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
    answer = make_response(redirect(url_for("shop_orders.show", lang=lang, token=token), 303))
    answer.headers["Cache-Control"] = "no-store"
    if orders.state_of(order_id) in rules.BOUGHT:
        empty_if_bought(answer, cart_id)
    return answer


@blueprint.post("/payment/again/<token>")
def again(lang: str, token: str) -> Response:
    """Pay an order that is still open: the page that is open at the provider, or a new one."""
    PressForm()
    order = orders.order_by_token(token)
    if order is None:
        abort(404)
    return pay(lang, order.id, token)
