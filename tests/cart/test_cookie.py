"""The signed cookie: what comes back, and what counts as forged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from storefront.cart import cookie
from storefront.cart.lines import MAX_LINES, MAX_QUANTITY, Cart, CartLine

SECRET = "a" * 40
ID = "0123456789abcdefghijkl"

skus = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=40)
carts = st.builds(
    Cart,
    st.just(ID),
    st.lists(
        st.builds(CartLine, skus, st.integers(1, MAX_QUANTITY), st.text(max_size=20)),
        max_size=6,
        unique_by=lambda line: line.sku,
    ).map(tuple),
)


@given(carts)
def test_what_is_written_is_read(cart: Cart) -> None:
    assert cookie.read(cookie.write(cart, SECRET), SECRET) == (cart, False)


def test_no_cookie_is_an_empty_cart_and_nothing_to_notice() -> None:
    cart, forged = cookie.read(None, SECRET)
    assert (cart.lines, forged) == ((), False)


@pytest.mark.parametrize("value", ["x", "a.b", "a.b.c", "é", "." * 500, "\x00"])
def test_rubbish_is_forged(value: str) -> None:
    cart, forged = cookie.read(value, SECRET)
    assert (cart.lines, forged) == ((), True)


def test_a_changed_or_old_cookie_is_forged() -> None:
    value = cookie.write(Cart(ID, (CartLine("A", 1),)), SECRET)
    assert cookie.read(value[:-1] + ("A" if value[-1] != "A" else "B"), SECRET)[1]
    assert cookie.read(value, "another key of the shop, the old one")[1]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"v": 2, "id": ID, "lines": []},
        {"v": 1, "id": "short", "lines": []},
        {"v": 1, "id": ID, "lines": [["A", 0, ""]]},
        {"v": 1, "id": ID, "lines": [["A", -1, ""]]},
        {"v": 1, "id": ID, "lines": [["A", 100, ""]]},
        {"v": 1, "id": ID, "lines": [["A", True, ""]]},
        {"v": 1, "id": ID, "lines": [["A", 1.5, ""]]},
        {"v": 1, "id": ID, "lines": [["A", 1]]},
        {"v": 1, "id": ID, "lines": [["A", 1, ""], ["A", 1, ""]]},
        {"v": 1, "id": ID, "lines": [["", 1, ""]]},
        {"v": 1, "id": ID, "lines": [[f"S{n}", 1, ""] for n in range(MAX_LINES + 1)]},
    ],
)
def test_a_signed_cookie_of_another_shape_is_forged(data: object) -> None:
    value = URLSafeSerializer(SECRET, salt="cart").dumps(data)
    assert cookie.read(value, SECRET)[1]


def test_the_cookie_stays_below_what_browsers_keep() -> None:
    lines = tuple(CartLine(f"SKU-{n:036d}", 99, f"article:{n:0100d}:card") for n in range(MAX_LINES))
    value = cookie.write(Cart(ID, lines), SECRET)
    assert len(value) <= cookie.LONGEST
    cart, forged = cookie.read(value, SECRET)
    assert not forged
    assert [(line.sku, line.quantity) for line in cart.lines] == [(line.sku, line.quantity) for line in lines]
