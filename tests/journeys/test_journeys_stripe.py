"""Whole purchases through Stripe's double and its hosted page, also when things go otherwise than planned."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from storefront.database import db
from storefront.payments.models import Payment
from storefront.stock.models import StockLevel
from tests.journeys.shopper import Shopper

pytestmark = pytest.mark.browser

PATH = {"nl": "products/nmn-capsules", "en": "products/nmn-capsules"}
CENTS = 5495
QUICK = {
    "paid": [(True, "nl", 390), (False, "en", 1440)],
    "declined": [(True, "en", 390), (False, "nl", 1440)],
    "back button": [(True, "nl", 1440), (False, "en", 390)],
    "double click": [(True, "en", 1440), (False, "nl", 390)],
    "tab closed": [(True, "nl", 390), (False, "en", 1440)],
    "webhook first": [(True, "en", 1440), (False, "nl", 390)],
    "return first": [(True, "nl", 1440), (False, "en", 390)],
    "expired": [(True, "en", 390), (False, "nl", 1440)],
}


def ways(scenario) -> pytest.MarkDecorator:
    """Script, language and width: two of the eight each time, the others in `make test-full`."""
    return pytest.mark.parametrize(
        ("script", "lang", "width"),
        [
            pytest.param(
                *way,
                id=f"{'script' if way[0] else 'no script'}-{way[1]}-{way[2]}",
                marks=[] if way in QUICK[scenario] else [pytest.mark.full],
            )
            for way in itertools.product((True, False), ("nl", "en"), (390, 1440))
        ],
    )


@pytest.fixture
def at_hosted_page(stripe_shop, shopper) -> Callable[..., Shopper]:
    """A function: a shopper who has ordered and stands on the provider's page."""

    def arrive(script, lang, width) -> Shopper:
        buyer = shopper(stripe_shop.live, lang, script, width, also=stripe_shop.double.url)
        buyer.put_in(PATH[lang])
        buyer.place_order()
        hosted(buyer)
        return buyer

    return arrive


def hosted(buyer) -> str:
    """The shopper stands on the provider's page; returns the session's id."""
    expect(buyer.button("pay")).to_be_visible()
    return buyer.page.url.partition("?")[0].rpartition("/")[2]


def payments_of(buyer) -> list[Payment]:
    """All attempts to pay this shopper's one order."""
    (order,) = buyer.orders()
    with buyer.live.app.app_context():
        found = list(db.session.scalars(select(Payment).where(Payment.order_id == order.id)))
        db.session.remove()
        return found


def stock(live, variant_id) -> int | None:
    """Units of a variant that can be bought now."""
    with live.app.app_context():
        level = db.session.scalar(select(StockLevel.available).where(StockLevel.variant_id == variant_id))
        db.session.remove()
        return level


def assert_paid_once(buyer):
    """One order, paid, by one payment, told by one mail."""
    (order,) = buyer.orders()
    assert order.state == "paid"
    assert [event.kind for event in order.events].count("paid") == 1
    (payment,) = [payment for payment in payments_of(buyer) if payment.state == "paid"]
    assert payment.amount_cents == payment.received_cents == order.total_cents >= CENTS
    (mail,) = buyer.mails()
    assert order.number in mail["Subject"]


@ways("paid")
def test_paid(stripe_shop, at_hosted_page, script, lang, width):
    stripe_shop.double.times = 2  # Stripe may tell everything twice
    buyer = at_hosted_page(script, lang, width)
    session = stripe_shop.double.sessions[hosted(buyer)]
    assert session["customer_email"] == buyer.email
    assert session["locale"] == lang
    buyer.button("pay").click()
    buyer.is_thanked()
    assert_paid_once(buyer)
    buyer.go("cart")
    buyer.sees("empty cart")


@ways("declined")
def test_declined_then_paid_after_all(stripe_shop, at_hosted_page, script, lang, width):
    buyer = at_hosted_page(script, lang, width)
    buyer.button("decline").click()
    expect(buyer.page.get_by_role("alert")).to_be_visible()
    buyer.button("leave").click()
    buyer.sees("waiting")
    (order,) = buyer.orders()
    assert (order.state, buyer.mails()) == ("placed", [])
    buyer.button("pay now").click()
    hosted(buyer)
    buyer.button("pay").click()
    buyer.is_thanked()
    assert_paid_once(buyer)


@ways("back button")
def test_back_button(stripe_shop, at_hosted_page, script, lang, width):
    buyer = at_hosted_page(script, lang, width)
    first = hosted(buyer)
    (line,) = buyer.lines()
    left = stock(stripe_shop.live, line.variant_id)
    buyer.page.go_back()
    buyer.sees("checkout title")
    buyer.place_order()
    assert hosted(buyer) == first  # the same order, the same session
    assert stock(stripe_shop.live, line.variant_id) == left
    buyer.button("pay").click()
    buyer.is_thanked()
    assert_paid_once(buyer)
    buyer.page.go_back()  # a page of the past sells nothing
    assert len(buyer.orders()) == 1


@ways("double click")
def test_double_click(stripe_shop, shopper, script, lang, width):
    buyer = shopper(stripe_shop.live, lang, script, width, also=stripe_shop.double.url)
    buyer.put_in(PATH[lang])
    buyer.fill_in()
    buyer.button("order and pay").dblclick()
    reference = hosted(buyer)
    (payment,) = payments_of(buyer)
    assert payment.reference == reference
    buyer.button("pay").dblclick()
    buyer.is_thanked()
    assert_paid_once(buyer)


@ways("tab closed")
def test_tab_closed_before_the_return(stripe_shop, at_hosted_page, open_window, script, lang, width):
    buyer = at_hosted_page(script, lang, width)
    reference = hosted(buyer)
    buyer.page.close()
    stripe_shop.double.pay(reference)
    assert_paid_once(buyer)
    (order,) = buyer.orders()
    (mail,) = buyer.mails()
    address = f"{stripe_shop.live.url}/{lang}/orders/{order.token}"
    assert address in mail.get_body(("plain",)).get_content()
    buyer.page = open_window(script=script, lang=lang, width=width).page  # on another device
    buyer.page.goto(address)
    buyer.is_thanked()


@ways("webhook first")
def test_webhook_before_the_return(stripe_shop, at_hosted_page, script, lang, width):
    buyer = at_hosted_page(script, lang, width)
    reference = hosted(buyer)
    double = stripe_shop.double
    double.pay(reference)
    assert double.answers[-1] == ("checkout.session.completed", 200)
    (order,) = buyer.orders()
    assert order.state == "paid"
    buyer.page.goto(double.sessions[reference]["success_url"])
    buyer.is_thanked()
    assert_paid_once(buyer)


@ways("return first")
def test_return_before_the_webhook(stripe_shop, at_hosted_page, script, lang, width):
    double = stripe_shop.double
    double.at_once = False
    buyer = at_hosted_page(script, lang, width)
    buyer.button("pay").click()
    buyer.is_thanked()
    assert_paid_once(buyer)
    assert set(double.deliver()) == {200}
    buyer.page.reload()
    buyer.is_thanked()
    assert_paid_once(buyer)


@ways("expired")
def test_session_expired(stripe_shop, at_hosted_page, script, lang, width):
    double = stripe_shop.double
    buyer = at_hosted_page(script, lang, width)
    session = double.sessions[hosted(buyer)]
    (line,) = buyer.lines()
    left = stock(stripe_shop.live, line.variant_id)
    session["expires_at"] = time.time() - 1
    buyer.page.reload()  # the provider's page is over, and the provider tells the shop
    expect(buyer.button("pay")).to_have_count(0)
    assert stock(stripe_shop.live, line.variant_id) == left + 1
    buyer.page.goto(session["cancel_url"])
    buyer.sees("expired")
    buyer.link("to your cart").click()
    buyer.sees("your cart")
    buyer.page.get_by_role("main").get_by_role("link", name=buyer.say("checkout"), exact=True).click()
    buyer.place_order()
    hosted(buyer)
    buyer.button("pay").click()
    buyer.is_thanked()
    assert [order.state for order in buyer.orders()] == ["expired", "paid"]
    assert len(buyer.mails()) == 1
