"""Delivery that changes between what the buyer saw and the order, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from storefront.payments import conversation
from storefront.pricing import shipping
from storefront.pricing.queries import Step
from storefront.shop import checkout
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf
from tests.shop.conftest import seen

NAMES = {"nl": "Gewoon", "en": "Standard"}


def meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Something happens once, when the post has been compared and the order is not placed yet."""
    real = conversation.make_way
    left = [change]

    def slow(cart_id: str, digest: str) -> int | None:
        found = real(cart_id, digest)
        if left:
            with writing():
                left.pop()()
        return found

    monkeypatch.setattr(conversation, "make_way", slow)


def dearer() -> None:
    shipping.change_method("NL", "standard", NAMES, NAMES, [Step(595)], 5000)


DELIVERY_CHANGES = [
    (dearer, "The total is now €40.90"),
    (lambda: shipping.change_method("NL", "standard", NAMES, NAMES, [Step(450)], 3000), "now €34.95"),
    (lambda: shipping.remove_method("NL", "standard"), "Choose a way of delivery for this country"),
]


@pytest.mark.parametrize(("change", "words"), DELIVERY_CHANGES)
def test_delivery_that_changes_while_the_order_is_placed_asks_to_confirm(
    buyer: FlaskClient,
    shop: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[], None],
    words: str,
) -> None:
    meanwhile(monkeypatch, change)
    answer = shelf.checkout(buyer)
    assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert (shelf.orders(), shop.left(SMALL)) == ([], 10)
    way = "evening" if "Choose" in words else "standard"
    assert shelf.checkout(buyer, seen=seen(answer.text), shipping=way).status_code == 303
    (order,) = shelf.orders()
    assert f"NL.{way}.{order.total_cents}" in seen(answer.text)


def test_control_without_the_look_inside_the_order_has_the_delivery_of_before(
    buyer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, dearer)
    monkeypatch.setattr(checkout, "_delivery", lambda _of, new: new.shipping_cents)
    assert shelf.checkout(buyer).status_code == 303
    assert shelf.orders()[0].shipping_cents == 450
