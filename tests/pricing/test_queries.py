"""VAT rates and shipping methods are data with dates."""

from datetime import date

import pytest
from flask import Flask

from storefront.pricing import actions, queries, shipping
from storefront.transactions import writing


@pytest.fixture(autouse=True)
def _context(app: Flask):
    with app.app_context():
        yield


def test_a_new_rate_begins_on_its_day_and_ends_the_old_one() -> None:
    with writing():
        actions.set_vat_rate("NL", "reduced", 900, date(2019, 1, 1))
        actions.set_vat_rate("NL", "reduced", 1200, date(2027, 1, 1))
        actions.set_vat_rate("NL", "standard", 2100, date(2012, 10, 1))
        actions.set_vat_rate("BE", "reduced", 600, date(2019, 1, 1))
    assert queries.rates("NL", date(2026, 12, 31)) == {"reduced": 900, "standard": 2100}
    assert queries.rates("NL", date(2027, 1, 1)) == {"reduced": 1200, "standard": 2100}
    assert queries.rates("NL", date(2018, 12, 31)) == {"standard": 2100}
    assert queries.rates("DE", date(2026, 1, 1)) == {}


def test_delivery_is_free_from_its_amount_on() -> None:
    with writing():
        shipping.add_shipping_method("NL", "registered", {"nl": "A"}, {"nl": "B"}, 795, None, position=2)
        shipping.add_shipping_method("NL", "standard", {"nl": "A"}, {"nl": "B"}, 450, 5000)
        shipping.add_shipping_method("BE", "standard", {"nl": "A"}, {"nl": "B"}, 650, 7500)
    standard, registered = queries.shipping_methods("NL")
    assert [standard.price_for(4999, 1), standard.price_for(5000, 1)] == [450, 0]
    assert [standard.left_until_free(4999), standard.left_until_free(5000)] == [1, None]
    assert registered.price_for(100_000, 1) == 795
    assert [(m.country, m.code) for m in queries.shipping_methods()] == [
        ("NL", "standard"),
        ("NL", "registered"),
        ("BE", "standard"),
    ]
    assert queries.method_of_zone("BE", "registered") is None
