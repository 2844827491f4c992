"""What discounts take off, by example and by property: a random basket always adds up, to the cent."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.orders.rules import PAID, refunded_in_all
from storefront.pricing.reductions import AMOUNT, KINDS, PERCENT, PIECE, SHIPPING
from storefront.pricing.totals import PricedLine, Reduction, Totals, totals, why_not

RATES = {"reduced": 900, "standard": 2100}
PRODUCTS = ("mgt-c", "nmn-p", "shaker")
SAID = {"nl": "Korting", "en": "Discount"}


def line(product: str, quantity: int, cents: int, vat_class: str = "reduced") -> PricedLine:
    return PricedLine(product.upper(), quantity, cents, vat_class, product)


def off(kind: str, value: int = 0, id_: int = 1, code: str = "", **more: object) -> Reduction:
    return Reduction(id_, code, SAID, kind, value, **more)  # type: ignore[arg-type]


def test_a_percentage_comes_off_each_piece_so_that_the_price_shown_is_the_price_charged() -> None:
    found = totals([line("mgt-c", 3, 3495)], 450, RATES, [off(PERCENT, 1000)])
    assert found.discount_cents == 3 * 350  # 349.5 is 350, as 3495 becomes 3145 on the product's page
    assert (found.goods_cents, found.shipping_cents, found.total_cents) == (10485, 450, 9885)
    assert found.vat_cents == 816  # of 9885: the VAT is of what is paid


def test_an_amount_is_split_over_the_lines_by_largest_remainder() -> None:
    lines = [line("mgt-c", 1, 1000), line("nmn-p", 1, 1000), line("shaker", 1, 1000, "standard")]
    found = totals(lines, 0, RATES, [off(AMOUNT, 1000)])
    assert found.line_discounts == [334, 333, 333]
    assert [(part.rate_bp, part.gross_cents) for part in found.vat] == [(900, 1333), (2100, 667)]


def test_of_automatic_offers_a_line_has_the_best_one_and_a_code_comes_off_the_rest() -> None:
    offers = [off(PERCENT, 1000, 1), off(PIECE, 500, 2, products=frozenset({"mgt-c"}))]
    code = off(PERCENT, 5000, 3, "HALF")
    found = totals([line("mgt-c", 2, 2000), line("nmn-p", 1, 2000)], 0, RATES, [*offers, code])
    assert [(one.id, one.cents) for one in found.reductions] == [(1, 200), (2, 1000), (3, 2400)]
    assert found.line_discounts == [1000 + 1500, 200 + 900]


def test_a_minimum_is_of_the_goods_that_the_discount_is_for() -> None:
    lines = [line("mgt-c", 1, 3000), line("nmn-p", 1, 5000)]
    narrow = off(AMOUNT, 500, products=frozenset({"mgt-c"}), minimum_cents=3001)
    assert why_not(lines, narrow) == "minimum"
    assert totals(lines, 0, RATES, [narrow]).discount_cents == 0
    assert why_not(lines, off(AMOUNT, 500, products=frozenset({"mgt-c"}), minimum_cents=3000)) == ""
    assert why_not(lines, off(AMOUNT, 500, products=frozenset({"other"}))) == "products"


def test_free_delivery_charges_none_and_counts_only_when_it_was_not_free() -> None:
    free = off(SHIPPING, code="SEND")
    found = totals([line("mgt-c", 1, 3495)], 450, RATES, [free])
    assert (found.shipping_cents, found.full_shipping_cents, found.total_cents) == (0, 450, 3495)
    assert [(one.kind, one.cents) for one in found.reductions] == [(SHIPPING, 0)]
    assert totals([line("mgt-c", 1, 3495)], 0, RATES, [free]).reductions == []


def test_no_line_falls_below_nothing() -> None:
    lines = [line("mgt-c", 2, 300), line("nmn-p", 1, 1)]
    for one in (off(AMOUNT, 10_000), off(PIECE, 10_000), off(PERCENT, 10_000)):
        found = totals(lines, 450, RATES, [one])
        assert (found.line_discounts, found.total_cents) == ([600, 1], 450)
        assert sum(part.gross_cents for part in found.vat) == 450


def test_of_amounts_off_the_order_the_one_that_takes_off_most_counts_not_the_one_that_says_most() -> None:
    lines = [line("shaker", 1, 300, "standard"), line("mgt-c", 1, 3495)]
    could = [off(AMOUNT, 1000, 1, products=frozenset({"shaker"})), off(AMOUNT, 800, 2)]
    found = totals(lines, 0, RATES, could)
    assert ([one.id for one in found.reductions], found.discount_cents) == ([2], 800)


def test_those_that_count_alone_give_the_same_totals() -> None:
    """The order is placed with the discounts that count; the cart was priced with all that could."""
    lines = [line("mgt-c", 2, 3495), line("shaker", 1, 1250, "standard")]
    could = [off(PERCENT, 1000, 1), off(PIECE, 100, 2), off(AMOUNT, 700, 3), off(AMOUNT, 900, 4)]
    found = totals(lines, 450, RATES, could)
    ids = {one.id for one in found.reductions}
    assert ids == {1, 4}
    assert totals(lines, 450, RATES, [one for one in could if one.id in ids]) == found


BASKETS = st.lists(
    st.builds(
        line,
        st.sampled_from(PRODUCTS),
        st.integers(1, 99),
        st.integers(1, 100_000),
        st.sampled_from(sorted(RATES)),
    ),
    min_size=1,
    max_size=6,
)
DISCOUNTS = st.lists(
    st.builds(
        Reduction,
        id=st.integers(1, 10_000),
        code=st.sampled_from(["", "CODE"]),
        names=st.just(SAID),
        kind=st.sampled_from(KINDS),
        value=st.integers(1, 10_000),
        minimum_cents=st.sampled_from([0, 0, 1000, 50_000]),
        products=st.sampled_from([None, frozenset(PRODUCTS[:1]), frozenset(PRODUCTS[1:])]),
    ),
    max_size=4,
    unique_by=lambda one: one.id,
)
SHIPPINGS = st.integers(0, 2000)


def _adds_up(lines: list[PricedLine], shipping: int, discounts: list[Reduction], refunds: list[int]) -> None:
    found = totals(lines, shipping, RATES, discounts)
    printed = found.goods_cents - sum(one.cents for one in found.reductions) + found.shipping_cents
    charged = sum(
        one.line_cents - discount for one, discount in zip(lines, found.line_discounts, strict=True)
    )
    assert printed == found.total_cents == charged + found.shipping_cents
    assert sum(part.gross_cents for part in found.vat) == found.total_cents
    assert 0 <= found.vat_cents - sum(found.line_vat) <= found.shipping_cents
    assert all(0 <= d <= one.line_cents for d, one in zip(found.line_discounts, lines, strict=True))
    assert all(cents >= 0 for cents in found.line_vat)
    for part in found.vat:
        exact = Decimal(part.gross_cents) * part.rate_bp / (10_000 + part.rate_bp)
        assert abs(part.vat_cents - exact) <= Decimal("0.5")
    ids = {one.id for one in found.reductions}
    assert totals(lines, shipping, RATES, [one for one in discounts if one.id in ids]) == found
    _never_more_back_than_paid(found, refunds)


def _never_more_back_than_paid(found: Totals, refunds: list[int]) -> None:
    back = 0
    for cents in refunds:
        try:
            back = refunded_in_all(PAID, found.total_cents, back, cents)
        except ValueError:
            assert not 0 < cents <= found.total_cents - back
        assert 0 <= back <= found.total_cents


REFUNDS = st.lists(st.integers(-1, 100_000), max_size=3)


@given(lines=BASKETS, shipping=SHIPPINGS, discounts=DISCOUNTS, refunds=REFUNDS)
def test_every_basket_adds_up(
    lines: list[PricedLine], shipping: int, discounts: list[Reduction], refunds: list[int]
) -> None:
    _adds_up(lines, shipping, discounts, refunds)


def _random_line(of: Random) -> PricedLine:
    return line(
        of.choice(PRODUCTS), of.randint(1, 99), of.randint(1, 20_000), of.choice(("reduced", "standard"))
    )


def _random_discount(of: Random, id_: int) -> Reduction:
    products = of.choice([None, frozenset(PRODUCTS[:1]), frozenset(PRODUCTS[1:])])
    least = of.choice((0, 0, 1000, 50_000))
    code = of.choice(("", "CODE"))
    return off(of.choice(KINDS), of.randint(1, 10_000), id_, code, minimum_cents=least, products=products)


@pytest.mark.parametrize("baskets", [10_000, pytest.param(100_000, marks=pytest.mark.full)])
def test_random_baskets_add_up(baskets: int) -> None:
    of = Random(5)
    for _basket in range(baskets):
        lines = [_random_line(of) for _ in range(of.randint(1, 6))]
        discounts = [_random_discount(of, id_) for id_ in range(of.randint(0, 4))]
        refunds = [of.randint(-1, 60_000) for _ in range(3)]
        _adds_up(lines, of.randint(0, 2000), discounts, refunds)
