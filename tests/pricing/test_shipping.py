"""Zones, and what a parcel costs by weight and value: the bounds, and the migration of prices of before."""

import pytest
import sqlalchemy as sa
from flask import Flask

from storefront.database import db
from storefront.pricing import queries, shipping
from storefront.pricing.countries import ABROAD, COUNTRIES, HOME
from storefront.pricing.queries import Method, Step
from storefront.refusals import Refused
from storefront.transactions import writing

NAMES = {"nl": "Naam", "en": "Name"}


def method(*steps: Step, free_from: int | None = None) -> Method:
    return Method("standard", "NL", NAMES, NAMES, free_from, steps, "NL", NAMES)


@pytest.mark.parametrize(
    ("goods", "grams", "price"),
    [
        (0, 0, 395),
        (1999, 500, 395),
        (1999, 501, 595),
        (1999, 10_000, 595),
        (1999, 10_001, None),
        (2000, 500, 295),
        (2000, 501, 495),
        (2000, 2000, 495),
        (2000, 2001, 595),  # the step for dearer orders ends here, the one for any order does not
        (4999, 500, 295),
        (5000, 500, 0),
        (5000, 10_000, 0),
        (5000, 10_001, None),  # free, but nobody carries it
    ],
)
def test_the_cheapest_step_that_fits_counts(goods: int, grams: int, price: int | None) -> None:
    steps = (Step(395, 500), Step(595, 10_000), Step(295, 500, 2000), Step(495, 2000, 2000))
    assert method(*steps, free_from=5000).price_for(goods, grams) == price


def test_without_a_weight_a_step_is_for_any_and_a_cheaper_heavy_one_wins() -> None:
    way = method(Step(700), Step(900, 100))
    assert [way.price_for(0, grams) for grams in (0, 100, 10**9)] == [700, 700, 700]
    assert way.most_grams is None and way.varies and way.price_cents == 700
    assert method(Step(700, 100), Step(900, 300)).most_grams == 300


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([], None),
        ([Step(1), Step(2)], "steps-1-price"),
        ([Step(1, 100), Step(2, 100)], "steps-1-price"),
        ([Step(1, None, 1)], "steps-0-from_value"),
        ([Step(1, 100), Step(1, 101, 1)], "steps-1-from_value"),
        ([Step(1, 100), Step(1, None, 1)], "steps-1-from_value"),
    ],
)
def test_no_weight_may_be_without_a_price_for_small_orders(steps: list[Step], field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        shipping.check_steps(steps)
    assert refused.value.field == field


def test_steps_that_cover_every_order_are_taken() -> None:
    shipping.check_steps([Step(0)])
    shipping.check_steps([Step(1, 100), Step(2, 200), Step(1, 200, 1), Step(1, 100, 5)])


def test_a_zone_has_its_ways_for_each_of_its_countries(any_app: Flask) -> None:
    with writing():
        shipping.add_zone("west", NAMES, ["FR", "DE"])
        shipping.add_method("west", "standard", NAMES, NAMES, [Step(900, 2000), Step(1200, 5000)], None)
        shipping.add_method("west", "express", NAMES, NAMES, [Step(2900)], 10_000)
        shipping.add_zone("home", NAMES, ["NL"])
        shipping.add_method("home", "standard", NAMES, NAMES, [Step(450)], 5000)
    found = [(one.country, one.code, one.zone) for one in queries.shipping_methods()]
    assert found == [
        ("DE", "standard", "west"),
        ("FR", "standard", "west"),
        ("DE", "express", "west"),
        ("FR", "express", "west"),
        ("NL", "standard", "home"),
    ]
    ways = queries.once_per_zone(queries.shipping_methods())
    assert [(one.zone, one.code) for one in ways] == [
        ("west", "standard"),
        ("west", "express"),
        ("home", "standard"),
    ]
    way = queries.method_of_zone("west", "standard")
    assert way is not None and way.steps == (Step(900, 2000), Step(1200, 5000))
    assert queries.method_of_zone("home", "express") is None


def test_a_country_is_in_one_zone(any_app: Flask) -> None:
    with writing():
        shipping.add_zone("west", NAMES, ["FR", "DE"])
        shipping.add_zone("east", NAMES, ["PL"])
    for countries in (["PL", "DE"], [], ["US"], ["XX", "PL"]):
        with pytest.raises(Refused) as refused, writing():
            shipping.change_zone("east", NAMES, countries)
        assert refused.value.field == "countries"
    with writing():
        shipping.change_zone("west", NAMES, ["FR"])
        shipping.change_zone("east", NAMES, ["PL", "DE"])
    assert [one.countries for one in queries.shipping_zones()] == [("FR",), ("DE", "PL")]


def test_what_is_not_there_is_refused_and_what_is_used_stays(any_app: Flask) -> None:
    with writing():
        shipping.add_shipping_method("NL", "standard", NAMES, NAMES, 450, None)
    for act in (
        lambda: shipping.change_zone("gone", NAMES, ["NL"]),
        lambda: shipping.remove_zone("gone"),
        lambda: shipping.add_method("gone", "standard", NAMES, NAMES, [Step(1)], None),
        lambda: shipping.change_method("NL", "gone", NAMES, NAMES, [Step(1)], None),
        lambda: shipping.remove_method("NL", "gone"),
    ):
        with pytest.raises(Refused) as refused, writing():
            act()
        assert refused.value.status == 404
    with pytest.raises(Refused) as refused, writing():
        shipping.remove_zone("NL")
    assert refused.value.status == 409
    with writing():
        shipping.remove_method("NL", "standard")
        shipping.remove_zone("NL")
    assert (queries.shipping_zones(), queries.shipping_methods()) == ([], [])


def test_prices_of_before_zones_stay_to_the_cent(any_app: Flask) -> None:
    runner = any_app.test_cli_runner()
    with writing():
        for country, code, price, free_from in (
            *(("NL", "standard", 450, 5000), ("NL", "registered", 795, None)),
            *(("BE", "standard", 650, 7500), ("LU", "standard", 1095, 0)),
        ):
            shipping.add_shipping_method(country, code, NAMES, NAMES, price, free_from)
    before = queries.shipping_methods()
    db.session.rollback()
    assert runner.invoke(args=["db", "downgrade", "--plugin", "core", "core_0002"]).exit_code == 0
    with db.engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT country, code, price_cents, free_from_cents FROM shipping_method ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [
            ("NL", "standard", 450, 5000),
            ("NL", "registered", 795, None),
            ("BE", "standard", 650, 7500),
            ("LU", "standard", 1095, 0),
        ]
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    after = queries.shipping_methods()

    def told(methods: list[Method]) -> set[tuple[object, ...]]:
        return {(one.country, one.code, one.steps, one.free_from_cents, one.zone) for one in methods}

    assert told(after) == told(before)
    for goods in (0, 4999, 5000, 7499, 7500):
        for old in before:
            new = next(one for one in after if (one.country, one.code) == (old.country, old.code))
            assert new.price_for(goods, 10**6) == old.price_for(goods, 0)


def test_a_zone_of_several_countries_becomes_one_way_for_each_when_it_goes_back(any_app: Flask) -> None:
    with writing():
        shipping.add_zone("west", NAMES, ["FR", "DE"])
        shipping.add_method("west", "standard", NAMES, NAMES, [Step(1200, 5000), Step(900, 2000)], 9900)
    db.session.rollback()
    result = any_app.test_cli_runner().invoke(args=["db", "downgrade", "--plugin", "core", "core_0002"])
    assert result.exit_code == 0, result.output
    with db.engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT country, code, price_cents, free_from_cents FROM shipping_method ORDER BY country"
            )
        )
        assert [tuple(row) for row in rows] == [("DE", "standard", 900, 9900), ("FR", "standard", 900, 9900)]


def test_the_countries_are_those_of_the_union() -> None:
    assert len(COUNTRIES) == len(set(COUNTRIES)) == 27
    assert set(ABROAD) == set(COUNTRIES) - {HOME}
    assert shipping.country_names("DE") == {"nl": "Duitsland", "en": "Germany"}
    assert all(name != code for code in COUNTRIES for name in shipping.country_names(code).values())
