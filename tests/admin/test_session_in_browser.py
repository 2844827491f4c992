"""A session that ends while somebody types, in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_what_was_typed_comes_back_after_signing_in_again(make_app, serve, browser):
    shop, page = serve(make_app("demo")).url, browser.new_page()
    page.context.request.post(f"{shop}/dev/enter/admin")
    page.goto(f"{shop}/admin/products/nmn-c")
    page.locator("#nl-name").fill("NMN, nog niet opgeslagen")
    page.locator("#adults_only").set_checked(False)
    page.context.clear_cookies()
    page.locator(".page-head .btn--main").click()
    expect(page.get_by_role("status")).to_contain_text("nothing was saved")
    page.get_by_role("button", name="Enter as admin").click()
    expect(page.get_by_role("status")).to_contain_text("is back in the form")
    expect(page.locator("#nl-name")).to_have_value("NMN, nog niet opgeslagen")
    expect(page.locator("#adults_only")).not_to_be_checked()
    page.locator(".page-head .btn--main").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.reload()
    expect(page.locator("#nl-name")).to_have_value("NMN, nog niet opgeslagen")
    expect(page.locator("#kept")).to_be_hidden()
