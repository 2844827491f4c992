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
from storefront.locale import gettext as _
from storefront.locale import ngettext
from storefront.offers.queries import Offer, VariantOffer, offers
from storefront.orders import queries as orders
from storefront.payments.methods import METHODS
from storefront.pricing.queries import Method, shipping_methods
from storefront.pricing.totals import PricedLine, Totals, totals
from storefront.refusals import Refused
from storefront.shop.cart_forms import AddForm, RemoveForm, UpdateForm

blueprint = Blueprint("shop_cart", __name__)

HOME_COUNTRY = "NL"  # whose delivery the cart shows; the checkout asks for the country
Basket = PricedCart[VariantOffer]


@dataclass(frozen=True)
class Notes:
    """What the cart page says besides the cart: refusals, and what was typed."""

    message: str = ""
    forged: bool = False
    at_line: dict[str, str] = field(default_factory=dict)  # SKU -> message
    typed: dict[str, str] = field(default_factory=dict)  # SKU -> text
    again: tuple[Offer, VariantOffer, str] | None = None  # what could not be added, and the quantity as typed


@dataclass(frozen=True)
class Held:
    """The visitor's cart. `reserved`: per SKU what its own open order keeps, which others cannot have.

    bought: its cookies still hold a cart that was paid.
    """

    cart: Cart
    forged: bool = False
    bought: bool = False
    reserved: Mapping[str, int] = field(default_factory=dict)

    def with_cart(self, cart: Cart) -> Held:
        """The same visitor with a changed cart."""
        return replace(self, cart=cart, forged=False, bought=False)


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
    return _changed(lang, held.with_cart(cart))


@blueprint.post("/cart/update")
def update(lang: str) -> Response:
    """Change the quantities of the lines."""
    typed = UpdateForm().typed()
    held = read_cart()
    _refuse_unknown(lang, held.cart, set(typed))
    available = {line.sku: line.available for line in basket(lang, held).lines if line.variant is not None}
    problems: dict[str, Refused] = {}
    changed = held.cart
    for sku, text in typed.items():
        present = held.cart.line(sku)
        if present is None or text == str(present.quantity):
            continue
        try:
            changed = lines.set_quantity(changed, sku, lines.parse_quantity(text))
            if sku in available:
                _refuse_unavailable(changed, sku, available[sku])
        except Refused as refusal:
            problems[sku] = refusal
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


def read_cart() -> Held:
    """The visitor's cart. One that was bought is empty; one whose cookie is not ours is, too."""
    cart, forged = cookie.read(request.cookies.get(cookie.NAME), current_app.config["SECRET_KEY"])
    if not cart.lines:
        return Held(cart, forged)
    found = orders.orders_of_cart(cart.id)
    return Held(lines.new_cart(), bought=True) if found.bought else Held(cart, reserved=found.reserved)


def basket(lang: str, held: Held, with_badges: bool = False) -> Basket:
    """The cart with names, prices and badges of now: one call for all lines."""
    cart = held.cart
    if not cart.lines:
        return PricedCart(cart.id, ())
    return price(cart, offers(lang, skus=cart.skus, with_badges=with_badges), held.reserved)


def sums(of: Basket, shipping_cents: int, rates: dict[str, int]) -> Totals:
    """The totals of what can be had."""
    counted = [
        PricedLine(line.sku, line.quantity, line.unit_cents, line.offer.vat_class)
        for line in of.lines
        if line.counts and isinstance(line.offer, Offer)
    ]
    return totals(counted, shipping_cents if counted else 0, rates)


def cart_answer(lang: str, held: Held, notes: Notes) -> Response:
    """The cart page, or the drawer when a script asks for it."""
    of = basket(lang, held, with_badges=not wants_drawer())
    method = _delivery() if of.lines else None
    shipping = method.price_for(of.goods_cents) if method else 0
    rates = {line.offer.vat_class: line.offer.rate_bp for line in of.lines if isinstance(line.offer, Offer)}
    template = "components/drawer.html" if wants_drawer() else "shop/cart.html"
    html = render_template(
        template, cart=of, sums=sums(of, shipping, rates), method=method, notes=notes, payment_methods=METHODS
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


def _delivery() -> Method | None:
    return next(iter(shipping_methods(HOME_COUNTRY)), None)
