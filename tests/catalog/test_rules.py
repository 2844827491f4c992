"""Prices of the last 30 days, reference values, words and addresses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.catalog.rules import lowest_price, nrv_percent, slug_of
from storefront.catalog.search import fold, words

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def days_ago(count: float) -> datetime:
    return NOW - timedelta(days=count)


@pytest.mark.parametrize(
    ("history", "lowest"),
    [
        ([(40, 3495)], 3495),
        ([(60, 3495), (31, 2995), (29, 3495)], 2995),  # cheap until 29 days ago: inside the window
        ([(60, 3495), (50, 2995), (31, 3495)], 3495),  # cheap before the window only
        ([(60, 3495), (10, 2995)], 2995),
        ([(10, 2995)], None),  # younger than 30 days: nothing to compare with
        ([(60, 3495), (-1, 1000)], 3495),  # a price of tomorrow
        ([], None),
    ],
)
def test_the_lowest_price_of_thirty_days(history: list[tuple[float, int]], lowest: int | None) -> None:
    assert lowest_price([(days_ago(count), cents) for count, cents in history], NOW) == lowest


@given(st.lists(st.tuples(st.floats(-5, 90), st.integers(1, 9999)), max_size=8))
def test_no_price_of_the_window_is_below_the_lowest(history: list[tuple[float, int]]) -> None:
    moments = [(days_ago(count), cents) for count, cents in history]
    found = lowest_price(moments, NOW)
    inside = [cents for since, cents in moments if days_ago(30) < since <= NOW]
    assert found is None or all(found <= cents for cents in inside)


def test_the_share_of_the_reference_value_is_rounded_half_up() -> None:
    assert nrv_percent({"amount": "144", "nrv": "375"}) == 38
    assert nrv_percent({"amount": "200", "nrv": "375"}) == 53
    assert nrv_percent({"amount": "1.25", "nrv": "100"}) == 1
    assert nrv_percent({"amount": "0.5", "nrv": "100"}) == 1
    assert nrv_percent({"amount": "500", "nrv": None}) is None


def test_fold() -> None:
    assert fold("Alzheimer’s & L‑threonaat: Één!") == "alzheimers l threonaat een"
    assert fold("𝐀") == "a"
    assert words("Een een  EEN twee") == ["een", "twee"]
    assert slug_of("Betaïne (TMG), capsules") == "betaine-tmg-capsules"


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
