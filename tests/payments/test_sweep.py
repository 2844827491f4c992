"""Attempts of a provider that the shop does not have any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import update
from structlog.testing import capture_logs

from storefront import clock
from storefront.addresses import settings
from storefront.database import db
from storefront.payments import conversation
from storefront.payments.conversation import sweep
from storefront.payments.models import Payment
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import attempts, placed, state


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
