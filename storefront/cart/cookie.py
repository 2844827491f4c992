"""The cart as a signed cookie: ``{v, id, lines: [[sku, quantity, source], …], code}``.

It is signed, not secret. One that does not bear our signature, or has another shape, counts as an empty
cart; the page says so and the next post replaces it.
"""

from __future__ import annotations

from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from storefront.cart.lines import (
    LONGEST_CODE,
    LONGEST_SKU,
    LONGEST_SOURCE,
    MAX_LINES,
    MAX_QUANTITY,
    Cart,
    CartLine,
    new_cart,
)

NAME = "cart"
COUNT_NAME = "cart_count"
DAYS = 30
VERSION = 1
LONGEST = 3800  # browsers drop a cookie of more than 4096 bytes, its name and attributes included


def read(value: str | None, secret: str) -> tuple[Cart, bool]:
    """The cart in a cookie, and whether the cookie was forged (then the cart is new and empty)."""
    if not value:
        return new_cart(), False
    try:
        cart = _cart_of(_signer(secret).loads(value))
    except BadData:
        cart = None
    return (new_cart(), True) if cart is None else (cart, False)


def write(cart: Cart, secret: str) -> str:
    """The cookie's value. The sources are left out when the cookie would become too long."""
    value = _dumps(cart, secret, with_sources=True)
    return value if len(value) <= LONGEST else _dumps(cart, secret, with_sources=False)


def _dumps(cart: Cart, secret: str, with_sources: bool) -> str:
    lines = [[line.sku, line.quantity, line.source if with_sources else ""] for line in cart.lines]
    code = {"code": cart.code} if cart.code else {}
    return str(_signer(secret).dumps({"v": VERSION, "id": cart.id, "lines": lines, **code}))


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="cart")


def _cart_of(data: Any) -> Cart | None:
    if not isinstance(data, dict) or data.get("v") != VERSION:
        return None
    cart_id, lines, code = data.get("id"), data.get("lines"), data.get("code", "")
    if not isinstance(cart_id, str) or not 16 <= len(cart_id) <= 40:
        return None
    if not isinstance(lines, list) or len(lines) > MAX_LINES:
        return None
    if not isinstance(code, str) or len(code) > LONGEST_CODE:
        return None
    read_lines = [_line_of(line) for line in lines]
    whole = tuple(line for line in read_lines if line is not None)
    if len(whole) < len(read_lines) or len({line.sku for line in whole}) < len(whole):
        return None
    return Cart(cart_id, whole, code)


def _line_of(data: Any) -> CartLine | None:
    match data:
        case [str(sku), int(quantity), str(source)]:
            if (
                0 < len(sku) <= LONGEST_SKU
                and not isinstance(quantity, bool)
                and 1 <= quantity <= MAX_QUANTITY
                and len(source) <= LONGEST_SOURCE
            ):
                return CartLine(sku, quantity, source)
    return None
