"""The "from" price is the lowest of the 30 days before the reduction, never typed."""

from datetime import UTC, datetime, timedelta

from storefront.pricing.lowest import PastOffer, lowest_before
from storefront.pricing.reductions import PERCENT, Reduction

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


def days(before: int) -> datetime:
    return BEGIN - timedelta(days=before)


def test_a_lower_price_of_two_days_inside_the_window_is_the_from_price() -> None:
    # DOMAIN 3.4: 34.95, but 29.95 from 31 to 29 days ago: one of those days lies inside.
    history = [(days(400), 3495), (days(31), 2995), (days(29), 3495)]
    assert lowest_before(BEGIN, history) == 2995
    assert lowest_before(BEGIN, [(days(400), 3495), (days(33), 2995), (days(31), 3495)]) == 3495


def test_what_the_price_became_when_the_offer_began_does_not_count() -> None:
    assert lowest_before(BEGIN, [(days(90), 3495), (BEGIN, 2495), (days(-1), 1995)]) == 3495


def test_a_price_raised_just_before_is_no_from_price() -> None:
    assert lowest_before(BEGIN, [(days(90), 3495), (days(1), 4995)]) == 3495


def test_without_a_price_before_there_is_none() -> None:
    assert lowest_before(BEGIN, []) is None
    assert lowest_before(BEGIN, [(BEGIN, 3495)]) is None


def test_an_offer_of_the_days_before_lowers_it() -> None:
    ten = Reduction(1, "", {"nl": "", "en": ""}, PERCENT, 1000)
    history = [(days(90), 3000)]
    assert lowest_before(BEGIN, history, [PastOffer(days(20), days(15), ten)]) == 2700
    assert lowest_before(BEGIN, history, [PastOffer(days(60), days(30), ten)]) == 3000
