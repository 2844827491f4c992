"""How long an unpaid order keeps its stock, also when its provider is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update
from structlog.testing import capture_logs

from storefront import clock
from storefront.addresses import settings
from storefront.database import db
from storefront.orders import queries as orders
from storefront.payments import conversation, rules
from storefront.payments.conversation import sweep
from storefront.payments.models import Payment
from storefront.refusals import Refused
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import attempts, placed, state


def test_who_begins_to_pay_again_and_again_keeps_the_stock_for_two_hours_at_most(shop: Shelf) -> None:
    """Ten posts without money kept it for ten hours. The order that ends so is no hindrance to a new one."""
    order_id, begun = placed(shop), clock.now()
    order = orders.order_by_id(order_id)
    assert order is not None
    for minute in range(0, 90, 5):
        with time_machine.travel(begun + timedelta(minutes=minute)):
            conversation.start_payment(order_id)
            assert sweep() == 0
    db.session.expire_all()
    assert begun + timedelta(minutes=90) < order.reserved_until <= order.placed_at + timedelta(hours=2)
    with time_machine.travel(begun + timedelta(minutes=100)):
        with pytest.raises(Refused):
            conversation.start_payment(order_id)
        assert (state(order_id), shop.left(SMALL)) == ("expired", 10)
        conversation.start_payment(placed(shop))


def test_after_the_last_attempt_the_order_ends(shop: Shelf) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    with writing():
        db.session.execute(update(Payment).values(attempt=rules.MOST_ATTEMPTS))
    with time_machine.travel(clock.now() + timedelta(minutes=30)), pytest.raises(Refused):
        conversation.start_payment(order_id)
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("expired", ["expired"], 10)


def test_demo_attempts_end_without_a_demo_provider(any_app: Flask, shop: Shelf) -> None:
    order_id = placed(shop)
    conversation.start_payment(order_id)
    any_app.extensions["storefront"] = replace(settings(), env="production", payment_provider="")
    with time_machine.travel(clock.now() + timedelta(minutes=46)), capture_logs() as logs:
        assert sweep() == 1
    assert (state(order_id), attempts(order_id), shop.left(SMALL)) == ("expired", ["expired"], 10)
    assert logs == []


def test_orders_of_another_provider_that_is_gone_are_kept_and_told_once(shop: Shelf) -> None:
    order_ids = [placed(shop, 1, cart_id=f"cart-{n}-0123456789abcdef") for n in range(3)]
    for order_id in order_ids:
        conversation.start_payment(order_id)
    with writing():
        db.session.execute(update(Payment).values(provider="stripe"))
    with time_machine.travel(clock.now() + timedelta(minutes=46)), capture_logs() as logs:
        assert sweep() == 0
    assert {state(order_id) for order_id in order_ids} == {"placed"}
    assert [sorted(entry["order_ids"]) for entry in logs] == [order_ids]
