"""Cents, half-up, and amounts as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.money import format_money, format_number, half_up, parse_money, per, plain, shares


def test_halves_go_up():
    assert half_up(Decimal("897.5")) == 898
    assert half_up(Decimal("897.4999")) == 897


def test_unit_price_of_the_brief():
    assert per(1795, Decimal(200), 100) == 898
    assert per(5495, Decimal("20.8"), 100) == 26418


@given(st.integers(-10_000_00, 10_000_00), st.lists(st.integers(0, 5_000), min_size=1, max_size=12))
def test_shares_add_up_and_stay_near_their_part(total, weights):
    parts = shares(total, weights)
    assert sum(parts) == total
    if sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - total * weight / sum(weights)) < 1


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("34,95", 3495),
        ("34.95", 3495),
        ("€ 1.234,50", 123450),
        ("1,234.5", 123450),
        ("35", 3500),
        ("1.234", 123400),
        ("100.000,00", 100_000_00),
        (",95", 95),
    ],
)
def test_amounts_that_people_type(text, cents):
    assert parse_money(text) == cents


@pytest.mark.parametrize(
    "text", ["", "-1", "1e3", "abc", "12,345,6789x", "99999999", "100.000,01", "٣٤", "."]
)
def test_amounts_that_are_none(text):
    with pytest.raises(ValueError):
        parse_money(text)


@given(st.integers(0, 99_999_99), st.sampled_from(["nl", "en"]))
def test_what_is_written_can_be_read_back(cents, lang):
    assert parse_money(format_money(cents, lang)) == cents


def test_how_amounts_are_written():
    assert format_money(123495, "nl") == "€\u00a01.234,95"
    assert format_money(123495, "en") == "€1,234.95"
    assert format_number(Decimal("2000"), "nl") == "2.000"
    assert format_number(Decimal("99.80"), "nl") == "99,80"
    assert plain(5) == "0.05"
