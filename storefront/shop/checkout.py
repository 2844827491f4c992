"""The checkout: one page, one form, and the post that places the order and leads to the payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TypeAlias

import structlog
from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for

from storefront import content_version
from storefront.cart import cookie
from storefront.locale import current, in_language, lazy_gettext
from storefront.locale import gettext as _
from storefront.money import format_money
from storefront.offers.queries import Offer, VariantOffer
from storefront.orders import actions as orders
from storefront.orders import queries as order_queries
from storefront.orders.queries import OrderOfCart
from storefront.orders.rules import NewLine, NewOrder
from storefront.pages import queries as pages
from storefront.payments import choice as payment_choice
from storefront.payments import conversation, methods
from storefront.payments.patience import patience
from storefront.payments.providers import ProviderAway
from storefront.pricing.discounts import FIELD as CODE
from storefront.pricing.discounts import UsedUp, used_up_for
from storefront.pricing.queries import shipping_methods
from storefront.pricing.totals import Reduction, Totals
from storefront.refusals import Refused
from storefront.shop.cart import (
    Basket,
    Held,
    Notes,
    basket,
    cart_answer,
    code_words,
    keep,
    read_cart,
    refused,
)
from storefront.shop.cart_shown import shown
from storefront.shop.checkout_cart import with_lines
from storefront.shop.checkout_choice import Choice, choice_of
from storefront.shop.checkout_forms import CheckoutForm
from storefront.shop.order_notes import order_notes
from storefront.shop.parcels import grams, too_heavy
from storefront.shop.payment import away, onward, pay
from storefront.transactions import repeated, writing

blueprint = Blueprint("shop_checkout", __name__)
log = structlog.get_logger("checkout")
NOTHING_TO_PAY = lazy_gettext("With this discount nothing is left to pay. We cannot take such an order here.")
WAYS = 3  # so often is a cart's open order made way for, when another post comes in between


Placed: TypeAlias = tuple[OrderOfCart, conversation.Begun | None]


class TotalChanged(Exception):
    """A price changed between the page and the order."""


@blueprint.route("/checkout", methods=["GET", "POST"])
def show(lang: str) -> Response:
    """The checkout page; its post places the order and leads to the payment."""
    if payment_choice.current() is None:
        return away()
    form = CheckoutForm()
    posted = form.is_submitted()
    if posted:
        form.check()
        content_version.read()  # before the prices: see _place
    before = read_cart()
    if not before.cart.lines:
        return _nothing_to_order(lang, posted)
    held = with_lines(lang, form, before) if posted else before
    typed = _with_code(form, held)
    answer = _answer(lang, form, typed)
    counts = answer.status_code in (200, 303)  # a code that does not is not kept
    now = typed.cart if counts else held.cart
    return keep(answer, now) if posted and now != before.cart else answer


def _answer(lang: str, form: CheckoutForm, held: Held) -> Response:
    of = _for_buyer(form, held, basket(lang, held))
    if of.has_problems or not of.lines:
        return _cart_first(lang, held, form, of)
    choice = choice_of(form, of)
    if choice is None and too_heavy(of, shipping_methods()):
        path = url_for("shop_cart.show", lang=lang)
        return refused(cart_answer(lang, held, Notes()), 422) if form.is_submitted() else onward(path)
    if choice is None or not form.orders:
        return _shown(form, of, choice)
    form.validate()
    _compare(form, of, choice)
    if form.refused:
        return _page(form, of, choice, 422)
    return _order(lang, held, form, of, choice)


def _with_code(form: CheckoutForm, held: Held) -> Held:
    """The cart with the discount code that was typed here."""
    if form.code.data is None:
        form.code.data = held.cart.code
        return held
    return held.with_code(form.code.data)


def _for_buyer(form: CheckoutForm, held: Held, of: Basket) -> Basket:
    """The cart without a code that its buyer has used as often as one may: no total shows it."""
    code = next((one for one in of.reductions if one.code), None)
    if code is None or code.id in held.discounts or not form.email.data:
        return of
    if not used_up_for(code.id, form.email.data):
        return of
    rest = tuple(one for one in of.reductions if one is not code)
    return replace(of, reductions=rest, code_problem="customer")


def _shown(form: CheckoutForm, of: Basket, choice: Choice | None) -> Response:
    """The page as it was asked for. A bad code is told at its field."""
    problem = code_words(of)
    if problem:
        form.refuse(Refused(problem, field=CODE))
    return _page(form, of, choice, 422 if form.refused and form.is_submitted() else 200)


def _nothing_to_order(lang: str, posted: bool) -> Response:
    """An empty cart leads to the cart; one that was ordered and paid just now leads to that order."""
    cart, _forged = cookie.read(request.cookies.get(cookie.NAME), current_app.config["SECRET_KEY"])
    order = order_queries.latest_order(cart.id) if posted else None
    if order is not None:
        return onward(url_for("shop_orders.show", lang=lang, token=order.token))
    return onward(url_for("shop_cart.show", lang=lang))


def _cart_first(lang: str, held: Held, form: CheckoutForm, of: Basket) -> Response:
    """Something in the cart cannot be had: the form says what, and there it can be changed.

    The cart says it to who has typed nothing yet, and when nothing is left that could be ordered.
    """
    if not form.is_submitted() or not of.lines:
        return onward(url_for("shop_cart.show", lang=lang))
    if form.orders:
        form.validate()
    choice = choice_of(form, of) if any(line.counts for line in of.lines) else None
    if choice is not None:
        return _page(form, of, choice, 409)
    message = _("Your order was not placed: there is not enough left of something in your cart.")
    return refused(cart_answer(lang, held, Notes(message=message)), 409)


def _compare(form: CheckoutForm, of: Basket, choice: Choice) -> None:
    """Refuse a country or way of delivery that there is not, and a total that the buyer has not seen."""
    if form.country.data != choice.country:
        problem = too_heavy(of, shipping_methods(form.country.data)) or _(
            "We do not deliver to this country at the moment."
        )
        form.refuse(Refused(problem, field="country"))
    stood = [entry for entry in (form.seen.data or "").split(" ") if entry.startswith(f"{choice.country}.")]
    nothing_to_choose = choice.only(choice.country) and len(stood) < 2  # neither now nor on the page
    if form.shipping.data != choice.code and not nothing_to_choose:
        form.refuse(Refused(_("Choose a way of delivery for this country."), field="shipping"))
    problem = code_words(of)
    if problem:
        form.refuse(Refused(problem, field=CODE))
    _refuse_too_little(form, choice.sums)
    entry = f"{choice.country}.{choice.code}.{choice.sums.total_cents}"
    if entry not in stood:
        total = format_money(choice.sums.total_cents, current())
        form.refuse(Refused(_("The total is now %(total)s. Check it and order again.", total=total)))


def _refuse_too_little(form: CheckoutForm, of: Totals) -> None:
    """Refuse what the provider would not take, at the code's field when a code made it so little."""
    least = payment_choice.required().least_cents
    if of.total_cents < least:
        amounts = {"total": format_money(of.total_cents, current()), "least": format_money(least, current())}
        message = _("This costs %(total)s. We can only take an order of %(least)s or more.", **amounts)
        form.refuse(Refused(message if of.total_cents else NOTHING_TO_PAY, CODE if of.reductions else None))


def _page(form: CheckoutForm, of: Basket, choice: Choice | None, status: int = 200) -> Response:
    if choice is None:
        return away(delivers=False)
    html = render_template(
        "shop/checkout.html",
        form=form,
        cart=of,
        choice=choice,
        shown=partial(shown, of),
        countries=choice.countries,
        payment_methods=methods.all_methods(),
    )
    answer = make_response(html)
    answer.headers["Cache-Control"] = "no-store"
    return answer if status == 200 else refused(answer, status)


@patience()
def _order(lang: str, held: Held, form: CheckoutForm, of: Basket, choice: Choice) -> Response:
    seen, new = content_version.read(), _new_order(lang, form, of, choice)
    try:
        order, begun = _placed(lang, held, of, new, seen)
    except conversation.AlreadyPaying as paying:
        return _to_order(lang, paying.order_id)
    except ProviderAway as problem:
        log.warning("payment away", reason=str(problem))
        return away()
    except (TotalChanged, UsedUp) as changed:
        fresh = _for_buyer(form, held, basket(lang, held))
        if fresh.has_problems:
            return _cart_first(lang, held, form, fresh)
        now = choice_of(form, fresh)
        _tell(form, changed, of.code, fresh, now)
        return _page(form, fresh, now, 422)
    except Refused as refusal:
        fresh = _for_buyer(form, held, basket(lang, held))
        if fresh.has_problems:
            return _cart_first(lang, held, form, fresh)
        form.refuse(Refused(str(refusal)))
        return _page(form, fresh, choice_of(form, fresh), refusal.status)
    return pay(lang, order.id, order.token, begun)


def _tell(form: CheckoutForm, changed: Exception, code: str, fresh: Basket, now: Choice | None) -> None:
    """Say why the order was not placed at the total that stood there, and what it costs now."""
    if code and isinstance(changed, UsedUp):
        form.refuse(changed)
    elif now is not None:
        _compare(form, fresh, now)
    if not form.errors:
        form.refuse(Refused(_("A price changed just now. Check the total and order again.")))


def _placed(lang: str, held: Held, of: Basket, new: NewOrder, seen: tuple[str, date]) -> Placed:
    """Make way at the provider, then place; again when another post of the same cart came in between."""
    for _way in range(WAYS):
        replaces = conversation.make_way(new.cart_id, new.digest)
        try:
            return _place(lang, held, of, replace(new, replaces=replaces), seen)
        except orders.OpenOrderChanged:
            continue
    raise Refused(_("Your cart is being ordered in another window. Look there first."), status=409)


@repeated
def _place(lang: str, held: Held, of: Basket, new: NewOrder, seen: tuple[str, date]) -> Placed:
    """Place the order and begin its payment in one transaction, at the prices that hold inside it.

    They are the ones of before unless content has changed since it was `seen`: then all is compared again.
    """
    with writing():
        if content_version.read_again() != seen:
            new = replace(new, lines=_lines_of_now(lang, held, of, new))
        order = orders.place(new)
        try:
            return order, conversation.begin(order.id)
        except Refused:  # this post made it before, and it is paid, or too late for it: `pay` sees to that
            return order, None


def _lines_of_now(lang: str, held: Held, of: Basket, new: NewOrder) -> tuple[NewLine, ...]:
    now = basket(lang, held)
    fresh = _new_lines(now)
    if [line.unit_cents for line in fresh] != [line.unit_cents for line in new.lines]:
        raise TotalChanged
    if now.reductions != of.reductions or _delivery(now, new) != new.shipping_cents:
        raise TotalChanged
    return fresh


def _delivery(of: Basket, new: NewOrder) -> int | None:
    """What the chosen way of delivery costs now; None when it is gone, or carries the cart no more."""
    ways = [way for way in shipping_methods(new.buyer.country) if way.code == new.shipping_code]
    return ways[0].price_for(of.goods_cents, grams(of)) if ways else None


def _new_order(lang: str, form: CheckoutForm, of: Basket, choice: Choice) -> NewOrder:
    method = methods.method(form.payment.data or "")
    assert method is not None
    return NewOrder(
        cart_id=of.id,
        lang=lang,
        buyer=form.buyer(),
        lines=_new_lines(of),
        shipping_code=choice.code,
        shipping_name=in_language(choice.method.names, lang),
        shipping_cents=choice.sums.full_shipping_cents,
        reductions=_counted(of, choice),
        payment_method=method.code,
        payment_name=in_language(method.names, lang),
        terms_version=pages.saved_at("terms", lang),
        notes=order_notes(),
    )


def _counted(of: Basket, choice: Choice) -> tuple[Reduction, ...]:
    """The discounts that count; alone they give the totals that all together gave."""
    ids = {one.id for one in choice.sums.reductions}
    return tuple(one for one in of.reductions if one.id in ids)


def _new_lines(of: Basket) -> tuple[NewLine, ...]:
    return tuple(
        _new_line(line.offer, line.variant, line.quantity, line.source)
        for line in of.lines
        if isinstance(line.offer, Offer) and line.variant is not None
    )


def _new_line(offer: Offer, variant: VariantOffer, quantity: int, source: str) -> NewLine:
    picture = offer.picture or {}
    return NewLine(
        variant_id=variant.variant_id,
        product_code=offer.code,
        product_slug=offer.slug,
        sku=variant.sku,
        name=offer.name,
        label=variant.label,
        picture=picture.get("file", ""),
        raster=picture.get("raster", ""),
        lot_code=variant.lot_code or "",
        quantity=quantity,
        unit_cents=variant.price_cents,
        vat_class=offer.vat_class,
        source=source,
    )


def _to_order(lang: str, order_id: int) -> Response:
    order = order_queries.order_by_id(order_id)
    return onward(url_for("shop_orders.show", lang=lang, token=order.token if order else "-"))
