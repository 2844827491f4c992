"""The state machine, the digest of a post, and order numbers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    assert rules.CLOSED == ("cancelled", "expired", "refunded")


def test_no_way_leads_back() -> None:
    def after(state: str) -> set[str]:
        return set(rules.EDGES[state]).union(*map(after, rules.EDGES[state]))

    assert all(state not in after(state) for state in rules.STATES)
    assert {rules.PLACED} | after(rules.PLACED) == set(rules.STATES)


@given(st.integers(1, 10**6), st.data())
def test_refunds_add_up_to_what_was_paid_and_to_no_more(total: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, total - 1))
    cents = data.draw(st.integers(-1, total + 1))
    for state in rules.STATES:
        if state in ("paid", "sent") and 1 <= cents <= total - before:
            assert rules.refunded_in_all(state, total, before, cents) == before + cents
        else:
            with pytest.raises(ValueError, match="back"):
                rules.refunded_in_all(state, total, before, cents)


def test_only_what_was_not_sent_can_be_sold_again() -> None:
    assert [state for state in rules.STATES if rules.can_be_sold_again(state)] == ["paid"]


def test_an_order_has_a_line() -> None:
    with pytest.raises(ValueError, match="at least one line"):
        new_order(SHELF, {})


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
