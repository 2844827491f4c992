"""Two things at once, and things that the provider says late or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from storefront import clock
from storefront.orders import actions as order_actions
from storefront.payments import conversation
from storefront.payments.conversation import sweep
from storefront.payments.providers import PaymentRequest, ProviderAway, Session
from storefront.payments.stripe_gateway import StripeProvider
from storefront.refusals import Refused
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf, new_order
from tests.payments.till import attempts, placed, state
from tests.stripe_double.state import Double

pytest_plugins = ["tests.stripe_double.fixtures"]


@pytest.fixture
def shop(stripe_shelf: Shelf) -> Shelf:
    """Ten units of each size; payments by Stripe's double."""
    return stripe_shelf


def test_an_order_replaced_while_its_session_is_made_cannot_be_paid(
    shop: Shelf, stripe_double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = placed(shop)
    real = StripeProvider.create_session

    def overtaken(self: StripeProvider, request: PaymentRequest) -> Session:
        session = real(self, request)
        new = new_order(shop, {SMALL: 3})
        replaces = conversation.make_way(new.cart_id, new.digest)
        with writing():
            order_actions.place(new_order(shop, {SMALL: 3}, replaces=replaces))
        return session

    monkeypatch.setattr(StripeProvider, "create_session", overtaken)
    with pytest.raises(Refused):
        conversation.start_payment(order_id)
    assert (state(order_id), attempts(order_id)) == ("cancelled", ["expired"])
    assert stripe_double.only_session()["status"] == "expired"
    assert shop.left(SMALL) == 7


def test_the_sweep_keeps_an_order_whose_debit_nobody_told_us_about(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.pay_later(stripe_double.only_session()["id"])
    with time_machine.travel(clock.now() + timedelta(minutes=46)):
        assert sweep() == 0
        assert sweep() == 0
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("placed", ["pending"], 8)


def test_a_session_that_stripe_does_not_know_is_away_and_ends_with_the_reservation(
    shop: Shelf, stripe_double: Double
) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    stripe_double.sessions.clear()  # another account's key, say
    with pytest.raises(ProviderAway):
        conversation.make_way("cart-0123456789abcdef", "another post")
    with time_machine.travel(clock.now() + timedelta(minutes=46)):
        assert sweep() == 1
    assert (state(order_id), shop.left(SMALL)) == ("expired", 10)
