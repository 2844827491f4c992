"""The state machine, the digest of a post, and order numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import storefront
from storefront.orders import numbers, rules
from storefront.pricing.totals import Reduction
from tests.orders.shelf import BUYER, SMALL, Shelf, new_order

SHELF = Shelf({SMALL: 1, "NMN-P-50": 2})


def test_the_written_table_is_the_one_that_counts() -> None:
    page = Path(storefront.__file__).parents[1] / "docs" / "decisions" / "0012-states-of-an-order.md"
    written = dict(re.findall(r"^\| (\w+) \| (.*) \|$", page.read_text(), re.MULTILINE))
    of_the_code = {state: ", ".join(after) or "–" for state, after in rules.EDGES.items()}
    assert {state: after for state, after in written.items() if state in rules.STATES} == of_the_code


def test_what_follows_from_the_table() -> None:
    assert rules.sources("paid") == ("placed", "expired")
    assert rules.sources("refunded") == ("paid", "packed", "sent", "delivered", "returned")
    assert set(rules.BOUGHT) == set(rules.STATES) - {"placed", "cancelled", "expired"}


def test_no_way_leads_back() -> None:
    def after(state: str) -> set[str]:
        return set(rules.EDGES[state]).union(*map(after, rules.EDGES[state]))

    assert all(state not in after(state) for state in rules.STATES)
    assert not any(rules.may_become(state, before) for state in rules.BOUGHT for before in ("placed", "paid"))
    assert {rules.PLACED} | after(rules.PLACED) == set(rules.STATES)


@given(st.integers(1, 10**6), st.data())
def test_refunds_add_up_to_what_was_paid_and_to_no_more(total: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, total - 1))
    cents = data.draw(st.integers(-1, total + 1))
    for state in rules.STATES:
        if rules.may_become(state, "refunded") and 1 <= cents <= total - before:
            assert rules.refunded_in_all(state, total, before, cents) == before + cents
        else:
            with pytest.raises(ValueError, match="back"):
                rules.refunded_in_all(state, total, before, cents)


def test_only_what_was_not_sent_can_be_sold_again() -> None:
    assert [state for state in rules.STATES if rules.can_be_sold_again(state)] == ["paid", "packed"]


def test_the_same_variant_in_two_lines_is_summed() -> None:
    small, powder = new_order(SHELF, {SMALL: 2, "NMN-P-50": 1}).lines
    assert rules.per_variant([small, powder, replace(small, quantity=3)]) == {1: 5, 2: 1}


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


def test_what_a_discount_takes_off_belongs_to_the_post() -> None:
    """Its products can change without it: the buyer confirms another total, and that is another order."""
    lines = {SMALL: 1, "NMN-P-50": 1}
    names = {"nl": "Korting", "en": "Discount"}

    def post(products: set[str] | None, value: int = 500, minimum: int = 0) -> str:
        only = None if products is None else frozenset(products)
        one = Reduction(7, "CODE", names, "piece", value, minimum, only)
        return new_order(SHELF, lines, reductions=(one,)).digest

    small, powder = SMALL.lower(), "nmn-p-50"
    posts = [post({small}), post({powder}), post(None), post({small}, 400), new_order(SHELF, lines).digest]
    assert len(set(posts)) == len(posts)
    assert post({small, "not-in-it"}, minimum=1) == post({small}), "what changes nothing is the same order"


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
