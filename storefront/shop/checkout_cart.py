"""Changing the cart inside the checkout: its fields belong to the checkout's form."""

from __future__ import annotations

from storefront.cart import lines
from storefront.pricing.queries import shipping_methods
from storefront.refusals import Refused
from storefront.shop.cart import Held, basket, change_quantities
from storefront.shop.checkout_forms import CheckoutForm
from storefront.shop.parcels import too_heavy


def with_lines(lang: str, form: CheckoutForm, held: Held) -> Held:
    """The cart as its fields say: other quantities, and without the line whose button was pressed.

    What cannot be is refused at its line. The totals that stood on the page are none of a changed cart.
    """
    asked = {sku: typed for sku, typed in form.quantities().items() if held.cart.line(sku) is not None}
    cart, problems = change_quantities(lang, held, asked)
    form.at_line = {sku: str(refusal) for sku, refusal in problems.items()}
    form.typed = asked
    cart = lines.remove(cart, form.remove.data or "")
    if cart == held.cart:
        return held
    changed = held.with_cart(cart)
    heavy = too_heavy(basket(lang, changed), shipping_methods())
    if heavy:
        form.refuse(Refused(heavy))
        return held
    form.seen.data, form.typed = "", {sku: asked[sku] for sku in problems}
    return changed
