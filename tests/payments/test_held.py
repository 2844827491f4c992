"""Money that fits no order: after its end, twice, another amount. It can always go back, and goes first."""

from __future__ import annotations

import pytest

from storefront.orders import actions as order_actions
from storefront.orders import queries as orders
from storefront.payments import actions, conversation, queries
from storefront.payments.demo_gateway import DemoProvider
from storefront.payments.providers import ProviderAway, Status
from storefront.payments.settle import settle
from storefront.refusals import Refused
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf
from tests.payments.till import attempts, kinds, opened, placed, state


def paid(payment_id: int, intent: str, cents: int = 6990) -> None:
    with writing():
        settle(payment_id, Status("paid", intent, cents, "eur"), "test")


def number(order_id: int) -> str:
    order = orders.order_by_id(order_id)
    assert order is not None
    return order.number


def paid_twice(shop: Shelf) -> int:
    order_id = placed(shop)
    first = opened(order_id)
    with writing():
        settle(first, Status("failed"), "test")
    paid(opened(order_id), "pi_2")
    paid(first, "pi_1")
    assert attempts(order_id) == ["held", "paid"]
    return order_id


def refunds(order_id: int) -> list[tuple[int, str]]:
    return [(refund.amount_cents, refund.state) for refund in queries.refunds_of(order_id)]


def test_money_for_a_cancelled_order_goes_back(shop: Shelf) -> None:
    order_id = placed(shop)
    payment_id = opened(order_id)
    conversation.cancel_order(number(order_id), "admin")
    paid(payment_id, "pi_1")
    (held,) = queries.held_money()
    assert (held.order_number, held.buyer, held.kept_cents) == (number(order_id), "Lotte Jansen", 6990)
    conversation.refund_order(number(order_id), None, "admin")
    assert refunds(order_id) == [(6990, "done")]
    assert (state(order_id), kinds(order_id)[-2:]) == ("cancelled", ["held", "held_refunded"])
    assert queries.held_money() == []
    assert [held.returned_cents for held in queries.held_money(order_id)] == [6990]
    assert shop.left(SMALL) == 10


def test_of_an_order_paid_twice_the_second_money_goes_back_first(shop: Shelf) -> None:
    order_id = paid_twice(shop)
    conversation.refund_order(number(order_id), 2000, "admin")
    conversation.refund_order(number(order_id), None, "admin")
    order = orders.order_by_id(order_id)
    assert order is not None
    assert (state(order_id), order.refunded_cents, refunds(order_id)) == (
        "paid",
        0,
        [(2000, "done"), (4990, "done")],
    )
    assert shop.left(SMALL) == 8
    conversation.refund_order(number(order_id), None, "admin")
    assert (state(order_id), shop.left(SMALL)) == ("refunded", 10)
    with pytest.raises(Refused):
        conversation.refund_order(number(order_id), None, "admin")


def test_a_second_click_does_not_give_back_the_orders_own_money(shop: Shelf) -> None:
    order_id = paid_twice(shop)
    conversation.refund_order(number(order_id), None, "admin", given_back_cents=0)
    with pytest.raises(Refused) as refusal:
        conversation.refund_order(number(order_id), None, "admin", given_back_cents=0)
    assert refusal.value.status == 409
    assert (state(order_id), queries.given_back_cents(order_id)) == ("paid", 6990)


def test_an_unfinished_refund_is_repeated_before_held_money_goes_back(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = placed(shop)
    first = opened(order_id)
    with writing():
        settle(first, Status("failed"), "test")
    paid(opened(order_id), "pi_2")
    lose_refund(monkeypatch, order_id, 1990)
    paid(first, "pi_1")
    conversation.refund_order(number(order_id), 1990, "admin")
    order = orders.order_by_id(order_id)
    assert order is not None
    assert (order.refunded_cents, refunds(order_id)) == (1990, [(1990, "done")])


def lose_refund(monkeypatch: pytest.MonkeyPatch, order_id: int, cents: int | None) -> None:
    """Ask for a refund whose answer never comes."""

    def away(*_args: object) -> str:
        raise ProviderAway("no answer")

    with monkeypatch.context() as patch, pytest.raises(ProviderAway):
        patch.setattr(DemoProvider, "refund", away)
        conversation.refund_order(number(order_id), cents, "admin")


def test_goods_are_not_sent_while_their_money_is_on_its_way_back(
    shop: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = placed(shop)
    paid(opened(order_id), "pi_1")
    lose_refund(monkeypatch, order_id, None)
    with pytest.raises(Refused) as refusal, writing():
        actions.send_order(order_id, "3S", "admin")
    assert (refusal.value.status, state(order_id)) == (409, "paid")
    conversation.refund_order(number(order_id), None, "admin")
    assert state(order_id) == "refunded"


def test_a_cart_that_was_paid_never_orders_again(shop: Shelf) -> None:
    order_id = placed(shop)
    paid(opened(order_id), "pi_1")
    with pytest.raises(conversation.AlreadyPaying) as caught:
        conversation.make_way("cart-0123456789abcdef", "another post")
    assert caught.value.order_id == order_id
    for replaces in (None, order_id):  # it was paid between the look at the cart and the order
        with pytest.raises(order_actions.OpenOrderChanged), writing():
            order_actions.place(shelf.new_order(shop, {SMALL: 3}, replaces=replaces))
    with writing():
        order_actions.add_refund(order_id, 6990, "admin", restock=True)
    with pytest.raises(order_actions.OpenOrderChanged):
        placed(shop, 3)
    assert (len(shelf.orders()), shop.left(SMALL)) == (1, 10)
