"""A cart with the prices of now, and what stands in the way of ordering it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from storefront.cart.lines import Cart, CartLine
from storefront.cart.priced import priced


@dataclass(frozen=True)
class Size:
    sku: str
    price_cents: int
    available: int


@dataclass(frozen=True)
class Thing:
    variants: tuple[Size, ...]


SHELF = [Thing((Size("A", 1000, 5), Size("B", 1500, 0))), Thing((Size("C", 250, 3),))]


def test_lines_keep_the_carts_order_and_carry_offer_and_variant() -> None:
    cart = priced(Cart("c", (CartLine("C", 2, "home"), CartLine("A", 1))), SHELF)
    assert [(line.sku, line.line_cents, line.source) for line in cart.lines] == [
        ("C", 500, "home"),
        ("A", 1000, ""),
    ]
    assert (cart.goods_cents, cart.count, cart.has_problems) == (1500, 3, False)
    assert cart.lines[0].offer is SHELF[1]


@pytest.mark.parametrize(
    ("sku", "quantity", "problem", "goods"),
    [("A", 5, "", 5000), ("A", 6, "too_many", 6000), ("B", 1, "sold_out", 0), ("GONE", 1, "gone", 0)],
)
def test_problems(sku: str, quantity: int, problem: str, goods: int) -> None:
    cart = priced(Cart("c", (CartLine(sku, quantity),)), SHELF)
    assert (cart.lines[0].problem, cart.goods_cents, cart.has_problems) == (problem, goods, bool(problem))


def test_what_the_carts_own_open_order_keeps_is_still_to_be_had() -> None:
    cart = priced(Cart("c", (CartLine("B", 2), CartLine("A", 7))), SHELF, {"B": 2, "A": 1})
    assert [(line.sku, line.available, line.problem) for line in cart.lines] == [
        ("B", 2, ""),
        ("A", 6, "too_many"),
    ]
