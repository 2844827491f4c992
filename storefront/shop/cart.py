"""The cart: its page, its drawer, and the posts that change it.

Only posts set its cookies; pages that nobody keeps drop them once their cart was paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from storefront.addresses import settings
from storefront.cart import cookie, lines
from storefront.cart.lines import Cart
from storefront.cart.priced import PricedCart, problem
from storefront.cart.priced import priced as price
from storefront.locale import current, ngettext
from storefront.locale import gettext as _
from storefront.money import format_money
from storefront.offers.queries import Offer, VariantOffer, offers
from storefront.offers.reductions import reductions
from storefront.orders import queries as orders
from storefront.payments.methods import all_methods
from storefront.pricing.countries import HOME
from storefront.pricing.discounts import USED_BY_CUSTOMER, fold_code
from storefront.pricing.queries import shipping_methods
from storefront.pricing.totals import PricedLine, Totals, totals, why_not
from storefront.refusals import Refused
from storefront.shop.cart_forms import AddForm, CodeForm, RemoveForm, UpdateForm
from storefront.shop.cart_shown import shown
from storefront.shop.cart_told import tell_plugins
from storefront.shop.parcels import first_carrying, grams, too_heavy

blueprint = Blueprint("shop_cart", __name__)

Basket = PricedCart[VariantOffer]


@dataclass(frozen=True)
class Notes:
    """What the cart page says besides the cart: refusals, and what was typed."""

    message: str = ""
    forged: bool = False
    at_line: dict[str, str] = field(default_factory=dict)  # SKU -> message
    typed: dict[str, str] = field(default_factory=dict)  # SKU -> text
    code: str | None = None  # the discount code as typed, when it was refused
    at_code: str = ""  # why
    again: tuple[Offer, VariantOffer, str] | None = None  # what could not be added, and the quantity as typed


@dataclass(frozen=True)
class Held:
    """The visitor's cart. `reserved`: per SKU what its own open order keeps, which others cannot have.

    discounts: the ids of those that this order uses, which are not used up for it.
    bought: its cookies still hold a cart that was paid.
    """

    cart: Cart
    forged: bool = False
    bought: bool = False
    reserved: Mapping[str, int] = field(default_factory=dict)
    discounts: frozenset[int] = frozenset()

    def with_cart(self, cart: Cart) -> Held:
        """The same visitor with a changed cart."""
        return replace(self, cart=cart, forged=False, bought=False)

    def with_code(self, typed: str) -> Held:
        """The same cart with a discount code, as typed."""
        return self.with_cart(replace(self.cart, code=fold_code(typed)))


@blueprint.get("/cart")
def show(lang: str) -> Response:
    """The cart, or its drawer for who asks by `X-Fragment: drawer`."""
    held = read_cart()
    answer = cart_answer(lang, held, Notes(forged=held.forged))
    return _forget(answer) if held.bought else answer


@blueprint.post("/cart/add")
def add(lang: str) -> Response:
    """Put so many of a SKU into the cart."""
    form = AddForm()
    form.check()
    held = read_cart()
    sku, typed, source = form.sku.data or "", form.quantity.data or "", form.source.data or ""
    offer, variant = _offer_of(lang, sku)
    try:
        cart = lines.add(held.cart, sku, lines.parse_quantity(typed), source)
        _refuse_unavailable(cart, sku, variant.available + held.reserved.get(sku, 0))
    except Refused as refusal:
        again = (offer, variant, typed) if refusal.field == "quantity" and variant.available else None
        return refused(cart_answer(lang, held, Notes(message=str(refusal), again=again)), refusal.status)
    if source:
        tell_plugins(sku, offer.code, lines.parse_quantity(typed), source, lang)
    return _changed(lang, held.with_cart(cart))


@blueprint.post("/cart/update")
def update(lang: str) -> Response:
    """Change the quantities of the lines."""
    typed = UpdateForm().typed()
    held = read_cart()
    _refuse_unknown(lang, held.cart, set(typed))
    changed, problems = change_quantities(lang, held, typed)
    if not problems:
        return _changed(lang, held.with_cart(changed))
    notes = Notes(at_line={sku: str(refusal) for sku, refusal in problems.items()}, typed=typed)
    return refused(cart_answer(lang, held, notes), max(refusal.status for refusal in problems.values()))


@blueprint.post("/cart/remove")
def remove(lang: str) -> Response:
    """Take a line out."""
    form = RemoveForm()
    form.check()
    held = read_cart()
    sku = form.sku.data or ""
    _refuse_unknown(lang, held.cart, {sku})
    return _changed(lang, held.with_cart(lines.remove(held.cart, sku)))


@blueprint.post("/cart/code")
def set_code(lang: str) -> Response:
    """Put a discount code on the cart, or take it off; one that does not count changes nothing."""
    form = CodeForm()
    form.check()
    held, typed = read_cart(), form.code.data or ""
    changed = held.with_code(typed)
    problem = code_words(basket(lang, changed)) if held.cart.lines else ""
    if problem:
        return refused(cart_answer(lang, held, Notes(at_code=problem, code=typed)), 422)
    return _changed(lang, changed)


def change_quantities(lang: str, held: Held, typed: Mapping[str, str]) -> tuple[Cart, dict[str, Refused]]:
    """The cart with the quantities that were typed for its SKUs, and what was refused at which line."""
    asked = {line.sku: typed[line.sku] for line in held.cart.lines if line.sku in typed}
    differing = [
        line.sku for line in held.cart.lines if asked.get(line.sku, str(line.quantity)) != str(line.quantity)
    ]
    changed, problems = held.cart, dict[str, Refused]()
    if not differing:
        return changed, problems
    available = {line.sku: line.available for line in basket(lang, held).lines if line.variant is not None}
    for sku in differing:
        try:
            wanted = lines.set_quantity(changed, sku, lines.parse_quantity(asked[sku]))
            if sku in available:
                _refuse_unavailable(wanted, sku, available[sku])
        except Refused as refusal:
            problems[sku] = refusal
        else:
            changed = wanted
    return changed, problems


def read_cart() -> Held:
    """The visitor's cart. One that was bought is empty; one whose cookie is not ours is, too."""
    cart, forged = cookie.read(request.cookies.get(cookie.NAME), current_app.config["SECRET_KEY"])
    if not cart.lines:
        return Held(cart, forged)
    found = orders.orders_of_cart(cart.id)
    if found.bought:
        return Held(lines.new_cart(), bought=True)
    return Held(cart, reserved=found.reserved, discounts=found.discounts)


def basket(lang: str, held: Held, with_badges: bool = False) -> Basket:
    """The cart with names, prices and badges of now: one call for all lines."""
    cart = held.cart
    if not cart.lines:
        return PricedCart(cart.id, ())
    of = price(cart, offers(lang, skus=cart.skus, with_badges=with_badges), held.reserved)
    could, problem = reductions(cart.code, held.discounts)
    return replace(of, reductions=could, code=cart.code, code_problem=problem)


def priced_lines(of: Basket) -> list[PricedLine]:
    """The lines that can be had, as the totals take them."""
    return [
        PricedLine(line.sku, line.quantity, line.unit_cents, line.offer.vat_class, line.offer.code)
        for line in of.lines
        if line.counts and isinstance(line.offer, Offer)
    ]


def sums(of: Basket, shipping_cents: int, rates: dict[str, int]) -> Totals:
    """The totals of what can be had."""
    counted = priced_lines(of)
    return totals(counted, shipping_cents if counted else 0, rates, of.reductions)


def code_words(of: Basket) -> str:
    """Why the cart's discount code does not count; empty when it does, or there is none."""
    if not of.code:
        return ""
    told = {
        "unknown": _("We do not know this code. Check the spelling."),
        "early": _("This code does not count yet."),
        "late": _("This code has ended."),
        "used": _("This code has been used up."),
        "customer": str(USED_BY_CUSTOMER),
    }
    if of.code_problem:
        return told[of.code_problem]
    code = next(one for one in of.reductions if one.code)
    reason = why_not(priced_lines(of), code)
    if reason == "products":
        return _("This code is not for anything in your cart.")
    if reason == "minimum":
        least = format_money(code.minimum_cents, current())
        return _("This code counts from %(amount)s of the products that it is for.", amount=least)
    return ""


def cart_answer(lang: str, held: Held, notes: Notes) -> Response:
    """The cart page, or the drawer when a script asks for it."""
    of = basket(lang, held, with_badges=not wants_drawer())
    methods = shipping_methods() if of.lines else []
    method = first_carrying(of, methods)
    shipping = (method.price_for(of.goods_cents, grams(of)) if method else 0) or 0
    rates = {line.offer.vat_class: line.offer.rate_bp for line in of.lines if isinstance(line.offer, Offer)}
    now = sums(of, shipping, rates)
    template = "components/drawer.html" if wants_drawer() else "shop/cart.html"
    html = render_template(
        template,
        cart=of,
        sums=now,
        told=shown(of, now),
        method=method,
        home=HOME,
        too_heavy=too_heavy(of, methods),
        notes=notes,
        at_code=notes.at_code or code_words(of),
        payment_methods=all_methods(),
    )
    answer = make_response(html)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refused(answer: Response, status: int) -> Response:
    """The answer to a post that changed nothing. The visitor's own browser may keep it.

    Without it, the back button of a later page shows a browser's error instead of the form.
    """
    answer.status_code = status
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def keep(answer: Response, cart: Cart) -> Response:
    """Set the cart's cookies: the signed one, and the plain count that the frame's script reads."""
    options = {
        "max_age": cookie.DAYS * 24 * 3600,
        "path": request.script_root or "/",
        "secure": settings().base_url.startswith("https://"),
        "samesite": "Lax",
    }
    value = cookie.write(cart, current_app.config["SECRET_KEY"])
    answer.set_cookie(cookie.NAME, value, httponly=True, **options)  # type: ignore[arg-type]
    answer.set_cookie(cookie.COUNT_NAME, str(cart.count), **options)  # type: ignore[arg-type]
    return answer


def empty_if_bought(answer: Response, cart_id: str) -> Response:
    """Drop the cart's cookies when they hold the cart that was paid just now."""
    cart, _forged = cookie.read(request.cookies.get(cookie.NAME), current_app.config["SECRET_KEY"])
    return _forget(answer) if cart.id == cart_id else answer


def _forget(answer: Response) -> Response:
    for name in (cookie.NAME, cookie.COUNT_NAME):
        answer.delete_cookie(name, path=request.script_root or "/")
    return answer


def wants_drawer() -> bool:
    """True when our script asks for the inside of the drawer."""
    return request.headers.get("X-Fragment") == "drawer"


def _changed(lang: str, held: Held) -> Response:
    if wants_drawer():
        return keep(cart_answer(lang, held, Notes()), held.cart)
    answer = make_response(redirect(url_for("shop_cart.show", lang=lang), 303))
    return keep(answer, held.cart)


def _offer_of(lang: str, sku: str) -> tuple[Offer, VariantOffer]:
    found = [(offer, one) for offer in offers(lang, skus=[sku]) for one in offer.variants if one.sku == sku]
    if not found:
        abort(404)
    return found[0]


def _refuse_unknown(lang: str, cart: Cart, skus: set[str]) -> None:
    """Answer 404 to SKUs that are neither in the cart nor in the shop."""
    unknown = skus - set(cart.skus)
    if unknown:
        known = {variant.sku for offer in offers(lang, skus=list(unknown)) for variant in offer.variants}
        if unknown - known:
            abort(404)


def _refuse_unavailable(cart: Cart, sku: str, available: int) -> None:
    line = cart.line(sku)
    found = problem(line.quantity, available) if line else ""
    if found == "sold_out":
        raise Refused(_("This product has sold out."), status=409)
    if found == "too_many":
        raise Refused(left(available), field="quantity", status=409)


def left(available: int) -> str:
    """How many there still are."""
    return ngettext("Only %(num)s is left.", "Only %(num)s are left.", available)
