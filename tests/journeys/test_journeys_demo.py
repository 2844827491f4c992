"""Whole purchases with the demo payment: from an article's call to action to the mail."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import expect

from tests.journeys.names import name
from tests.journeys.shopper import FIRST_NAME

pytestmark = pytest.mark.browser

QUICK = [(True, "nl", 390), (False, "en", 390), (True, "en", 1440), (False, "nl", 1440)]
WAYS = [
    pytest.param(
        *way,
        id=f"{'script' if way[0] else 'no script'}-{way[1]}-{way[2]}",
        marks=[] if way in QUICK else [pytest.mark.full],
    )
    for way in itertools.product((True, False), ("nl", "en"), (390, 1440))
]
PRODUCT = {"nl": "Magnesium L‑threonaat, capsules", "en": "Magnesium L‑threonate, capsules"}
POWDER = {"nl": "NMN, poeder", "en": "NMN, powder"}


def finish(buyer, product):
    """From the checkout to the mail."""
    buyer.place_order()
    page = buyer.page
    expect(page.get_by_role("note").get_by_text(buyer.say("demonstration"))).to_be_visible()
    buyer.button("pay").click()
    buyer.is_thanked()
    (order,) = buyer.orders()
    assert (order.state, order.lang, order.name.split()[0]) == ("paid", buyer.lang, FIRST_NAME)
    expect(buyer.heading("order number", number=order.number)).to_be_visible()
    expect(page.get_by_role("complementary").get_by_role("heading", name=product, exact=True)).to_be_visible()
    (mail,) = buyer.mails()
    assert order.number in mail["Subject"]
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    address = f"{buyer.live.url}/{buyer.lang}/orders/{order.token}"
    assert page.url == address
    for version in (text, html):
        assert address in version
        assert product in version
        assert order.number in version
    assert f'lang="{buyer.lang}"' in html
    buyer.go("cart")
    buyer.sees("empty cart")
    if buyer.script:
        expect(buyer.link("cart")).to_be_visible()  # without a number


@pytest.mark.parametrize(("script", "lang", "width"), WAYS)
def test_from_an_article_by_its_call_to_action(shop, shopper, script, lang, width):
    buyer = shopper(shop, lang, script, width)
    buyer.go()
    buyer.read_article("magnesium-brain")
    buyer.press_call_to_action()
    if script:
        expect(buyer.page.get_by_role("dialog", name=buyer.say("your cart"))).to_be_visible()
        assert "/blog/" in buyer.page.url
        expect(buyer.page.locator("[data-open-cart]")).to_have_attribute(
            "aria-label", buyer.say("cart with", n=1)
        )
    buyer.open_checkout()
    finish(buyer, PRODUCT[lang])
    (line,) = buyer.lines()
    assert line.source.startswith("article:magnesium-brain")


@pytest.mark.parametrize(("script", "lang", "width"), WAYS)
def test_from_an_article_by_its_collection_to_a_product(shop, shopper, script, lang, width):
    buyer = shopper(shop, lang, script, width)
    buyer.go()
    buyer.read_article("nmn-capsules-powder")
    buyer.link("order now").click()
    expect(buyer.page.get_by_role("heading", level=1, name="NMN", exact=True)).to_be_visible()
    buyer.page.get_by_role("main").get_by_role("link", name=POWDER[lang], exact=True).click()
    expect(buyer.page.get_by_role("heading", level=1, name=POWDER[lang], exact=True)).to_be_visible()
    main = buyer.page.get_by_role("main")
    main.get_by_role("radio").nth(1).check()
    main.get_by_role("button", name=name("add to cart", lang), exact=True).click()
    buyer.open_checkout()
    finish(buyer, POWDER[lang])
    (line,) = buyer.lines()
    assert line.sku == "NMN-P-100"


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_back_to_the_blog_in_the_same_language(shop, shopper, lang):
    reader = shopper(shop, lang)
    reader.go()
    reader.read_article("magnesium-brain")
    reader.link("back to blog").click()
    expect(reader.page).to_have_url(f"{shop.url}/{lang}/blog")
