"""What lies in a cart: lines of one SKU each, and the pure functions that change them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace

from storefront.locale import gettext as _
from storefront.refusals import Refused

MAX_LINES = 30
MAX_QUANTITY = 99
LONGEST_SKU = 40
LONGEST_SOURCE = 120
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class CartLine:
    """So many of one SKU. `source` says where it was put in: an article's code and the placement."""

    sku: str
    quantity: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart. Its id ties it to the one open order that it may have. code: the discount code, folded."""

    id: str
    lines: tuple[CartLine, ...] = ()
    code: str = ""

    @property
    def count(self) -> int:
        """How many pieces lie in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def skus(self) -> tuple[str, ...]:
        """The SKUs in it, in their order."""
        return tuple(line.sku for line in self.lines)

    def line(self, sku: str) -> CartLine | None:
        """The line of a SKU."""
        return next((line for line in self.lines if line.sku == sku), None)


def new_cart() -> Cart:
    """An empty cart with an id of 128 random bits."""
    return Cart(secrets.token_urlsafe(16))


def parse_quantity(text: str) -> int:
    """A quantity from what a person typed. Refused (422) unless it is a whole number from 1 to 99."""
    digits = re.fullmatch(r"0*([0-9]*)", text.strip())
    return _allowed(int(digits[1][:3] or 0) if digits else 0)  # three digits are too many, whichever they are


def add(cart: Cart, sku: str, quantity: int, source: str = "") -> Cart:
    """Put more of a SKU in the cart. The place of the first addition stays its source."""
    present = cart.line(sku)
    if present is not None:
        return set_quantity(cart, sku, present.quantity + quantity)
    if len(cart.lines) >= MAX_LINES:
        raise Refused(_("Your cart is full: it holds at most %(n)s different products.", n=MAX_LINES))
    return replace(cart, lines=(*cart.lines, CartLine(sku, _allowed(quantity), source[:LONGEST_SOURCE])))


def set_quantity(cart: Cart, sku: str, quantity: int) -> Cart:
    """Change how many of a SKU lie in the cart; a SKU that is not in it changes nothing."""
    _allowed(quantity)
    lines = tuple(replace(line, quantity=quantity) if line.sku == sku else line for line in cart.lines)
    return replace(cart, lines=lines)


def remove(cart: Cart, sku: str) -> Cart:
    """Take a SKU out of the cart."""
    return replace(cart, lines=tuple(line for line in cart.lines if line.sku != sku))


def _allowed(quantity: int) -> int:
    if quantity < 1:
        raise Refused(_("Enter a whole number, 1 or more."), field="quantity")
    if quantity > MAX_QUANTITY:
        raise Refused(_("You can order at most %(n)s of one product.", n=MAX_QUANTITY), field="quantity")
    return quantity
