"""The state machine, the digest of a post, and order numbers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from storefront.orders import numbers, rules
from tests.orders.shelf import BUYER, SMALL, Shelf, new_order

SHELF = Shelf({SMALL: 1, "NMN-P-50": 2})


def test_every_edge_and_no_other() -> None:
    allowed = {(a, b) for a in rules.STATES for b in rules.STATES if rules.may_become(a, b)}
    assert allowed == {
        ("placed", "paid"),
        ("placed", "cancelled"),
        ("placed", "expired"),
        ("paid", "sent"),
        ("paid", "refunded"),
        ("sent", "refunded"),
    }
    assert rules.sources("refunded") == ("paid", "sent")


def test_an_equal_post_has_an_equal_digest() -> None:
    first = new_order(SHELF, {SMALL: 1, "NMN-P-50": 2})
    assert new_order(SHELF, {"NMN-P-50": 2, SMALL: 1}).digest == first.digest
    assert replace(first, replaces=7).digest == first.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"lang": "en"},
        {"shipping_cents": 450},
        {"shipping_code": "evening"},
        {"payment_method": "card"},
        {"buyer": replace(BUYER, city="Haren")},
        {"buyer": replace(BUYER, phone="06 12345678")},
    ],
)
def test_a_different_post_has_another_digest(changes: dict[str, object]) -> None:
    assert new_order(SHELF, {SMALL: 1}, **changes).digest != new_order(SHELF, {SMALL: 1}).digest
    assert new_order(SHELF, {SMALL: 2}).digest != new_order(SHELF, {SMALL: 1}).digest


def test_numbers_are_random_and_have_no_look_alikes() -> None:
    made = {numbers.new_number() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{8}", number) for number in made)


@pytest.mark.parametrize("typed", ["7F3K20MQ", "7f3k-2omq", " 7F3K 20MQ ", "7f3k20mq."])
def test_a_number_is_found_as_typed(typed: str) -> None:
    assert numbers.as_typed(typed) == "7F3K20MQ"


def test_tokens_carry_128_bits() -> None:
    assert len({numbers.new_token() for _ in range(100)}) == 100
    assert len(numbers.new_token()) == 22
