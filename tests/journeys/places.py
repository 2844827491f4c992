"""The pages that every check of the whole site looks at, and how a browser comes to each."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from storefront.testing import Live
from tests.journeys.buying import buy
from tests.journeys.names import name
from tests.journeys.shopper import article

PRODUCT = {"nl": "magnesium-l-threonaat-capsules", "en": "magnesium-l-threonate-capsules"}
SHOP_PLACES = {
    "home": "",
    "list": "products",
    "collection": "collections/magnesium",
    "product": "products/{product}",
    "blog": "blog",
    "article": "blog/{article}",
    "author": "blog/authors/daan-ouwehand",
    "batch": "batch/{batch}",
    "search": "search?q=magnesium",
    "page": "pages/{page}",
    "withdrawal": "withdrawal",
}
ENTER = re.compile("^(Enter as admin|Binnen als beheerder)$")
STAFF_PLACES = {
    "admin product editor": "products/mgt-c",
    "admin article editor": "blog/edit/magnesium-brain",
    "admin compared versions": "blog/edit/creatine-scoop/compare?text_lang=nl&old=1&new=2",
    "admin what articles earn": "blog/performance",
    "admin what an article earns": "blog/performance/magnesium-brain",
    "admin orders from articles": "blog/earned",
    "admin settings of the blog": "blog-settings/",
    "admin products": "products/",
    "admin ingredients and collections": "assortment/",
    "admin collection": "assortment/collections/magnesium",
    "admin ingredient": "assortment/ingredients/magnesium",
    "admin delivery": "delivery/",
    "admin withdrawals": "withdrawals/",
    "admin way of delivery": "delivery/NL/standard",
    "admin zone of delivery": "delivery/NL",
}


def path_of(place: str, live: Live, lang: str) -> str:
    """The path of a shop page."""
    return f"/{lang}/" + SHOP_PLACES[place].format(
        product=PRODUCT[lang],
        article=article("magnesium-brain", lang, "slug"),
        batch=batch_code(live, lang),
        page={"nl": "zo-testen-wij", "en": "how-we-test"}[lang],
    )


def batch_code(live: Live, lang: str) -> str:
    """The batch on sale of the product, as its page says it."""
    page = live.app.test_client().get(f"/{lang}/products/{PRODUCT[lang]}").text
    found = re.search(r'class="code">([0-9A-Z-]+)<', page)
    assert found
    return found[1]


def visit(place: str, page: Page, live: Live, lang: str) -> None:
    """Bring a page to a place."""
    if place in SHOP_PLACES:
        answer = page.goto(live.url + path_of(place, live, lang))
        assert answer is not None
        assert answer.ok
    elif place in STAFF_PLACES:
        _enter(page, live)
        answer = page.goto(f"{live.url}/admin/{STAFF_PLACES[place]}")
        assert answer is not None
        assert answer.ok
    else:
        {
            "cart": _cart,
            "cart drawer": _drawer,
            "checkout errors": _checkout_errors,
            "order": _order,
            "invoice": _invoice,
            "withdrawal to confirm": _withdrawal_to_confirm,
            "withdrawal receipt": _withdrawal_receipt,
            "admin withdrawal": _admin_withdrawal,
            "sign-in": _sign_in,
        }[place](page, live, lang)


def _drawer(page: Page, live: Live, lang: str) -> None:
    page.goto(live.url + path_of("product", live, lang))
    page.get_by_role("main").get_by_role("button", name=name("add to cart", lang), exact=True).click()
    expect(page.get_by_role("dialog", name=name("your cart", lang))).to_be_visible()


def _cart(page: Page, live: Live, lang: str) -> None:
    _drawer(page, live, lang)
    page.goto(f"{live.url}/{lang}/cart")


def _checkout_errors(page: Page, live: Live, lang: str) -> None:
    _drawer(page, live, lang)
    page.goto(f"{live.url}/{lang}/checkout")
    page.get_by_role("textbox", name=name("e-mail", lang), exact=True).fill("kim")
    page.get_by_role("button", name=name("order and pay", lang), exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()


def _order(page: Page, live: Live, lang: str) -> None:
    page.goto(live.url + buy(live.app.test_client(), lang))


def _withdrawal_to_confirm(page: Page, live: Live, lang: str) -> None:
    _order(page, live, lang)
    page.get_by_role("main").get_by_role("link", name=name("withdraw", lang), exact=True).click()
    page.get_by_role("button", name=name("go on", lang), exact=True).click()
    expect(page.get_by_role("button", name=name("confirm withdrawal", lang), exact=True)).to_be_visible()


def _withdrawal_receipt(page: Page, live: Live, lang: str) -> None:
    _withdrawal_to_confirm(page, live, lang)
    page.get_by_role("button", name=name("confirm withdrawal", lang), exact=True).click()
    expect(page.get_by_role("heading", name=name("withdrawal received", lang), exact=True)).to_be_visible()


def _admin_withdrawal(page: Page, live: Live, lang: str) -> None:
    _withdrawal_receipt(page, live, lang)
    _enter(page, live)
    page.goto(f"{live.url}/admin/withdrawals/")
    page.get_by_role("main").get_by_role("link", name="Kim de Boer").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kim de Boer")


def _invoice(page: Page, live: Live, lang: str) -> None:
    _order(page, live, lang)
    page.get_by_role("link", name=re.compile(r"^(Invoice|Factuur) \d{4}-\d{5}$")).click()


def _sign_in(page: Page, live: Live, lang: str) -> None:
    page.goto(f"{live.url}/admin/sign-in")


def _enter(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/admin/sign-in")
    if "/sign-in" in page.url:
        page.get_by_role("button", name=ENTER).click()
        expect(page).to_have_url(f"{live.url}/admin/")


PLACES = [
    *SHOP_PLACES,
    "cart",
    "cart drawer",
    "checkout errors",
    "order",
    "invoice",
    "withdrawal to confirm",
    "withdrawal receipt",
    "admin withdrawal",
    "sign-in",
    *STAFF_PLACES,
]
