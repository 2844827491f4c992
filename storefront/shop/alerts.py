"""Telling somebody when a product is back: the form, the answer that is always the same, yes and no.

A mail's link only shows two buttons: programs that open every link of a mail confirm nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.locale import LANGUAGES
from storefront.offers.queries import Offer, offers_by_code, offers_by_id
from storefront.shop.alert_forms import AlertForm
from storefront.shop.frame import set_alternates
from storefront.shop.orders import for_one_person
from storefront.stock import alerts
from storefront.transactions import repeated, writing
from storefront.web_security import limiter

blueprint = Blueprint("shop_alerts", __name__)


@blueprint.post("/back-in-stock")
@limiter.limit("20/hour")
@repeated
def ask(lang: str) -> ResponseReturnValue:
    """Somebody wants to be told. The answer says the same whoever asked for whatever before."""
    form = AlertForm()
    form.check()
    offer = offers_by_code([form.code.data or ""], lang, with_badges=False).get(form.code.data or "")
    if offer is None:
        abort(404)
    if not form.validate_on_submit():
        return _page(422, offer=offer, form=form)
    with writing():
        alerts.ask(offer.product_id, form.email.data or "", lang)
    return redirect(url_for("shop_alerts.asked"), 303)


@blueprint.get("/back-in-stock/asked")
def asked(lang: str) -> ResponseReturnValue:
    """Look into your mail."""
    return _page(said="asked")


@blueprint.get("/back-in-stock/forgotten")
def forgotten(lang: str) -> ResponseReturnValue:
    """There will be no mail."""
    return _page(said="forgotten")


@blueprint.get("/back-in-stock/<token>")
def show(lang: str, token: str) -> ResponseReturnValue:
    """Where a mail's link leads: yes or no; after the yes, what will happen."""
    alert = alerts.by_token(token)
    set_alternates({code: url_for("shop_alerts.show", lang=code, token=token) for code in LANGUAGES})
    if alert is None:
        return _page(404, said="gone")
    offer = offers_by_id([alert.product_id], lang, with_badges=False).get(alert.product_id)
    return _page(said="waits" if alert.confirmed_at else "asks", offer=offer, token=token)


@blueprint.post("/back-in-stock/<token>")
@repeated
def confirm(lang: str, token: str) -> ResponseReturnValue:
    """Yes."""
    with writing():
        alerts.confirm(token)
    return redirect(url_for("shop_alerts.show", token=token), 303)


@blueprint.post("/back-in-stock/<token>/forget")
@repeated
def forget(lang: str, token: str) -> ResponseReturnValue:
    """No, or not any more."""
    with writing():
        alerts.forget(token)
    return redirect(url_for("shop_alerts.forgotten"), 303)


def _page(
    status: int = 200,
    said: str = "",
    offer: Offer | None = None,
    form: AlertForm | None = None,
    token: str = "",
) -> Response:
    page = render_template("shop/alert.html", said=said, offer=offer, form=form, token=token)
    return for_one_person(make_response(page, status))
