"""What a quantity may be, and what a cart holds."""

from __future__ import annotations

import pytest

from storefront.cart import lines
from storefront.cart.lines import MAX_LINES, Cart, CartLine
from storefront.refusals import Refused


@pytest.mark.parametrize(("typed", "quantity"), [("1", 1), (" 7 ", 7), ("99", 99), ("007", 7)])
def test_a_whole_number_is_a_quantity(typed: str, quantity: int) -> None:
    assert lines.parse_quantity(typed) == quantity


@pytest.mark.parametrize(
    "typed", ["", " ", "0", "00", "-1", "+1", "1.5", "1,5", "1e2", "two", "٣", "½", "0x1", "1 2", "NaN", "-0"]
)
def test_anything_else_is_refused_with_a_way_to_mend_it(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        lines.parse_quantity(typed)
    assert (caught.value.status, caught.value.field) == (422, "quantity")
    assert "whole number" in str(caught.value)


@pytest.mark.parametrize("typed", ["100", "1000000", "9" * 10_000])
def test_a_huge_quantity_is_refused_with_the_most(typed: str) -> None:
    with pytest.raises(Refused, match="at most 99"):
        lines.parse_quantity(typed)


def test_adding_the_same_sku_adds_up_and_keeps_its_first_source() -> None:
    cart = lines.add(Cart("c"), "A", 2, "article:x:card")
    cart = lines.add(cart, "A", 3, "article:y:cta")
    assert cart.lines == (CartLine("A", 5, "article:x:card"),)


def test_adding_up_stops_at_the_most() -> None:
    cart = lines.add(Cart("c"), "A", 98)
    with pytest.raises(Refused) as caught:
        lines.add(cart, "A", 2)
    assert caught.value.status == 422


def test_a_cart_holds_so_many_products() -> None:
    cart = Cart("c", tuple(CartLine(f"S{number}", 1) for number in range(MAX_LINES)))
    assert lines.add(cart, "S0", 1).count == MAX_LINES + 1
    with pytest.raises(Refused, match="full"):
        lines.add(cart, "NEW", 1)


def test_setting_and_removing_touch_one_line() -> None:
    cart = Cart("c", (CartLine("A", 1), CartLine("B", 2)))
    assert lines.set_quantity(cart, "B", 5).lines == (CartLine("A", 1), CartLine("B", 5))
    assert lines.set_quantity(cart, "Z", 5) == cart
    assert lines.remove(cart, "A").lines == (CartLine("B", 2),)


def test_ids_do_not_repeat() -> None:
    assert len({lines.new_cart().id for _ in range(100)}) == 100
