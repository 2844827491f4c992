"""Totals: the rounding of ARCHITECTURE section 5, by example and by property."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.pricing.totals import PricedLine, Totals, VatPart, totals, vat_of

RATES = {"reduced": 900, "standard": 2100}

LINES = st.lists(
    st.builds(
        PricedLine,
        sku=st.just("X"),
        quantity=st.integers(1, 99),
        unit_cents=st.integers(1, 100_000),
        vat_class=st.sampled_from(["reduced", "standard"]),
    ),
    min_size=1,
    max_size=30,
)


def test_a_price_of_the_demo_shop_splits_as_its_brief_says() -> None:
    found = totals([PricedLine("MGT-C-90", 1, 3495, "reduced")], 0, RATES)
    assert found == Totals(3495, 0, 3495, [VatPart(900, 3495, 289)], [289], [900], [0], 0)


@pytest.mark.parametrize(
    ("gross", "vat"),
    [(5495, 454), (9995, 825), (7995, 660), (14495, 1197), (6295, 520), (4495, 371), (2195, 181)],
)
def test_vat_of_every_demo_price(gross: int, vat: int) -> None:
    assert vat_of(gross, 900) == vat


def test_vat_is_computed_on_the_sum_and_not_per_line() -> None:
    # 3 × 0.06 at 9 %: each line alone would round to 0, the sum of 18 cents holds 1.49, so 1 cent.
    lines = [PricedLine(str(n), 1, 6, "reduced") for n in range(3)]
    found = totals(lines, 0, RATES)
    assert [part.vat_cents for part in found.vat] == [1]
    assert found.line_vat == [1, 0, 0]


def test_shipping_vat_follows_the_goods() -> None:
    lines = [PricedLine("A", 1, 3000, "reduced"), PricedLine("B", 1, 1000, "standard")]
    found = totals(lines, 450, RATES)
    assert [(part.rate_bp, part.gross_cents) for part in found.vat] == [(900, 3338), (2100, 1112)]
    assert found.total_cents == 4450
    assert (found.line_vat, found.vat_cents) == ([248, 174], 469)  # the rest, 47, is the VAT of shipping


def test_a_class_without_a_rate_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        totals([PricedLine("A", 1, 100, "unheard")], 0, RATES)


@given(lines=LINES, shipping=st.integers(0, 2000))
def test_every_cent_is_accounted_for(lines: list[PricedLine], shipping: int) -> None:
    found = totals(lines, shipping, RATES)
    assert found.goods_cents == sum(line.quantity * line.unit_cents for line in lines)
    assert found.total_cents == found.goods_cents + shipping
    assert sum(part.gross_cents for part in found.vat) == found.total_cents
    assert 0 <= found.vat_cents - sum(found.line_vat) <= shipping
    assert all(cents >= 0 for cents in found.line_vat)
    for part in found.vat:
        exact = Decimal(part.gross_cents) * part.rate_bp / (10_000 + part.rate_bp)
        assert abs(part.vat_cents - exact) <= Decimal("0.5")


@given(lines=LINES, shipping=st.integers(0, 2000))
def test_a_line_vat_is_never_a_whole_cent_off_its_share(lines: list[PricedLine], shipping: int) -> None:
    found = totals(lines, shipping, RATES)
    parts = {part.rate_bp: part for part in found.vat}
    for line, cents, rate in zip(lines, found.line_vat, found.line_rates, strict=True):
        share = Decimal(parts[rate].vat_cents) * line.line_cents / parts[rate].gross_cents
        assert abs(cents - share) < 1
