"""Withdrawing by hand and eye: by the words on the controls, without script and without an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from storefront.testing import Live
from tests.journeys.buying import buy
from tests.journeys.names import name

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_guest_withdraws_in_two_steps_from_the_foot_of_any_page(
    shop: Live, open_window: Callable[..., Any], lang: str
) -> None:
    order = shop.app.test_client().get(buy(shop.app.test_client(), lang)).text
    found = re.search(r"<h2>(?:Order|Bestelling) (\w{8})</h2>", order)
    assert found is not None
    page = open_window(script=False, width=390, lang=lang).page
    page.goto(f"{shop.url}/{lang}/products")
    page.get_by_role("contentinfo").get_by_role("link", name=name("withdraw", lang), exact=True).click()
    for field, typed in (("name", "Kim de Boer"), ("order number field", found[1].lower())):
        page.get_by_role("textbox", name=name(field, lang), exact=True).fill(typed)
    page.get_by_role("textbox", name=name("e-mail", lang), exact=True).fill("kim@example.com")
    page.get_by_role("button", name=name("go on", lang), exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(found[1])
    page.get_by_role("button", name=name("confirm withdrawal", lang), exact=True).click()
    expect(page.get_by_role("heading", name=name("withdrawal received", lang), exact=True)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"\d{4}, \d{2}:\d{2}"))
