"""A whole order without a pointing device: only keys, and the focus can be seen at each step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.shopper import Shopper

pytestmark = pytest.mark.browser

FURTHEST = 120  # so many stops may lie between two things
RING = """() => {
  for (let el = document.activeElement, n = 0; el && n < 5; el = el.parentElement, n++) {
    const style = getComputedStyle(el);
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) return true;
  }
  return false;  // neither the element nor the card or option around it
}"""


def tab_to(page, target):
    """Press Tab until the focus is on the target; the ring of the focus must show there."""
    expect(target).to_have_count(1)
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            assert page.evaluate(RING), f"the focus does not show on {target}"
            return
    pytest.fail(f"Tab never reaches {target}")


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_whole_order_by_keyboard(shop, shopper, lang):
    buyer = shopper(shop, lang)
    page = buyer.page
    keys = page.keyboard
    buyer.go()
    keys.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    keys.press("Enter")
    tab_to(page, page.get_by_role("main").get_by_role("link", name="NMN, capsules", exact=True).first)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1, name="NMN, capsules", exact=True)).to_be_visible()

    tab_to(page, page.get_by_role("radio").first)
    keys.press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    tab_to(page, page.get_by_role("main").get_by_role("button", name=buyer.say("add to cart"), exact=True))
    keys.press("Enter")

    drawer = page.get_by_role("dialog", name=buyer.say("your cart"))
    expect(drawer).to_be_visible()
    keys.press("Escape")
    expect(drawer).to_be_hidden()
    add = page.get_by_role("main").get_by_role("button", name=buyer.say("add to cart"), exact=True)
    expect(add).to_be_focused()  # the focus comes back to where it was
    keys.press("Shift+Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(drawer).to_be_visible()
    tab_to(page, drawer.get_by_role("link", name=buyer.say("checkout"), exact=True))
    keys.press("Enter")
    buyer.sees("checkout title")

    fill_in(buyer)
    tab_to(page, buyer.button("pay"))
    keys.press("Enter")
    buyer.is_thanked()
    (order,) = buyer.orders()
    assert order.state == "paid"
    assert [(line.sku, line.quantity) for line in order.lines] == [("NMN-C-120", 2)]


def fill_in(buyer: Shopper) -> None:
    """The checkout by keyboard: first with a wrong e-mail address, then right."""
    page = buyer.page
    keys = page.keyboard
    tab_to(page, page.get_by_role("textbox", name=buyer.say("e-mail"), exact=True))
    keys.type("kim")
    tab_to(page, buyer.button("order and pay"))
    keys.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()  # what is wrong is read first
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("textbox", name=buyer.say("e-mail"), exact=True)).to_be_focused()
    keys.press("Control+A")
    keys.type(buyer.email)
    for what, text in [
        ("name", "Kim de Boer"),
        ("postcode", "9711 LM"),
        ("street", "Dorpsstraat 1"),
        ("city", "Groningen"),
    ]:
        tab_to(page, page.get_by_role("textbox", name=buyer.say(what), exact=True))
        keys.type(text)
    tab_to(page, page.get_by_role("checkbox", name=re.compile("^" + buyer.say("consent"))))
    keys.press("Space")
    tab_to(page, buyer.button("order and pay"))
    keys.press("Enter")
