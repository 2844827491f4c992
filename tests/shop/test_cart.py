"""The cart: what posts answer, what the cookies are, and what the page says."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from storefront.cart import cookie
from storefront.cart.lines import MAX_LINES, Cart, CartLine
from storefront.catalog.models import Product
from storefront.database import db
from storefront.testing import KEY, Maker
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POWDER, SMALL, Shelf

HUGE = "9" * 10_000
DRAWER = {"X-Fragment": "drawer"}
Queries = Callable[[Flask], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


def add(client: FlaskClient, sku: str = SMALL, quantity: str = "1", **more: str) -> TestResponse:
    return client.post("/en/cart/add", data={"sku": sku, "quantity": quantity, **more})


def held(client: FlaskClient) -> list[tuple[str, int]]:
    """What the client's cookie holds."""
    found = client.get_cookie("cart")
    cart, forged = cookie.read(found.value if found else None, KEY)
    assert not forged
    return [(line.sku, line.quantity) for line in cart.lines]


def test_adding_leads_to_the_cart_and_sets_both_cookies(client: FlaskClient, shop: Shelf) -> None:
    answer = add(client, quantity="2", source="article:magnesium-brain:card")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/cart")
    cookies = [SimpleCookie(line) for line in answer.headers.getlist("Set-Cookie")]
    signed, plain = cookies[0]["cart"], cookies[1]["cart_count"]
    for one in (signed, plain):
        assert (one["samesite"], one["path"], one["max-age"]) == ("Lax", "/", "2592000")
        assert not one["secure"]
    assert (bool(signed["httponly"]), bool(plain["httponly"]), plain.value) == (True, False, "2")
    assert held(client) == [(SMALL, 2)]
    page = client.get("/en/cart")
    assert "Magnesium L-threonate (en)" in page.text
    assert "€69.90" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_cookies_are_secure_behind_https(make_app: Maker) -> None:
    app = make_app("empty", base_url="https://shop.example")
    with app.app_context():
        shelf.fill()
        answer = add(app.test_client())
        assert all("Secure" in line for line in answer.headers.getlist("Set-Cookie"))
        db.session.remove()


def test_reading_sets_no_cookie(client: FlaskClient, shop: Shelf) -> None:
    for path in ("/en/cart", "/nl/cart"):
        assert "Set-Cookie" not in client.get(path).headers
    add(client)
    assert "Set-Cookie" not in client.get("/en/cart").headers


def test_the_quantity_may_be_left_out(client: FlaskClient, shop: Shelf) -> None:
    assert client.post("/en/cart/add", data={"sku": SMALL}).status_code == 303
    assert held(client) == [(SMALL, 1)]


@pytest.mark.parametrize("quantity", ["-1", "0", "1.5", "1,5", "", "two", "100", HUGE, "1e3", "١"])
@pytest.mark.parametrize("headers", [{}, DRAWER])
def test_a_quantity_that_cannot_be_gets_the_form_again(
    client: FlaskClient, shop: Shelf, quantity: str, headers: dict[str, str]
) -> None:
    answer = client.post("/en/cart/add", data={"sku": SMALL, "quantity": quantity}, headers=headers)
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers
    if not headers:
        assert "whole number" in answer.text or "at most 99" in answer.text
        assert f'name="sku" value="{SMALL}"' in answer.text
        assert f'name="quantity" value="{quantity}"' in answer.text
    assert held(client) == []


def test_unknown_skus_are_not_found(client: FlaskClient, shop: Shelf) -> None:
    assert add(client, sku="NO-SUCH").status_code == 404
    assert add(client, sku="X" * 10_000).status_code == 404
    assert client.post("/en/cart/update", data={"sku": "NO-SUCH", "quantity": "1"}).status_code == 404
    assert client.post("/en/cart/remove", data={"sku": "NO-SUCH"}).status_code == 404


def test_what_no_form_sends_is_a_bad_request(client: FlaskClient, shop: Shelf) -> None:
    add(client)
    for path, data in (
        ("add", {}),
        ("add", {"quantity": "1"}),
        ("add", {"sku": ""}),
        ("add", {"sku": f"{SMALL}\x00"}),
        ("add", {"sku": SMALL, "quantity": "1\x00"}),
        ("add", {"sku": SMALL, "source": "x" * 10_000}),
        ("update", {}),
        ("update", {"sku": SMALL}),
        ("update", {"sku": [SMALL, POWDER], "quantity": "1"}),
        ("update", {"sku": SMALL, "quantity": "\x00"}),
        ("remove", {}),
    ):
        assert client.post(f"/en/cart/{path}", data=data).status_code == 400, (path, data)
    assert held(client) == [(SMALL, 1)]


def test_unknown_languages_are_not_found(client: FlaskClient, shop: Shelf) -> None:
    assert client.post("/xx/cart/add", data={"sku": SMALL}).status_code == 404
    assert client.get("/xx/cart").status_code == 404


def test_posts_have_no_get(client: FlaskClient, shop: Shelf) -> None:
    for path in ("add", "update", "remove"):
        assert client.get(f"/en/cart/{path}").status_code == 405


def test_sold_out_and_too_many_are_a_conflict(client: FlaskClient, shop: Shelf) -> None:
    with writing():
        from storefront.stock.actions import take_all

        take_all({shop.ids[SMALL]: 10}, None)
        take_all({shop.ids[POWDER]: 7}, None)
    answer = add(client)
    assert (answer.status_code, "sold out" in answer.text) == (409, True)
    answer = add(client, POWDER, "4")
    assert (answer.status_code, "Only 3 are left" in answer.text) == (409, True)
    assert add(client, POWDER, "3").status_code == 303
    assert add(client, POWDER, "1").status_code == 409
    assert held(client) == [(POWDER, 3)]


def test_adding_up_beyond_the_most_is_refused(client: FlaskClient, make_app: Maker) -> None:
    app = make_app("empty")
    with app.app_context():
        shelf.fill(200)
        client = app.test_client()
        add(client, quantity="60")
        answer = add(client, quantity="60")
        assert (answer.status_code, "at most 99" in answer.text) == (422, True)
        assert held(client) == [(SMALL, 60)]
        db.session.remove()


def test_a_full_cart_says_so(client: FlaskClient, shop: Shelf) -> None:
    cart = Cart("0123456789abcdef", tuple(CartLine(f"S{n}", 1) for n in range(MAX_LINES)))
    client.set_cookie("cart", cookie.write(cart, KEY))
    answer = add(client)
    assert (answer.status_code, "full" in answer.text) == (422, True)


def test_quantities_are_changed_and_lines_removed(client: FlaskClient, shop: Shelf) -> None:
    add(client)
    add(client, POWDER)
    answer = client.post("/en/cart/update", data={"sku": [SMALL, POWDER], "quantity": ["3", "2"]})
    assert (answer.status_code, held(client)) == (303, [(SMALL, 3), (POWDER, 2)])
    assert client.post("/en/cart/remove", data={"sku": SMALL}).status_code == 303
    assert held(client) == [(POWDER, 2)]
    client.post("/en/cart/remove", data={"sku": POWDER})
    assert "Your cart is empty" in client.get("/en/cart").text
    plain = client.get_cookie("cart_count")
    assert plain is not None
    assert plain.value == "0"


@pytest.mark.parametrize(
    ("quantity", "status"), [("0", 422), ("-3", 422), ("1.5", 422), ("x", 422), ("100", 422), ("11", 409)]
)
def test_a_wrong_change_is_said_at_its_line_and_changes_nothing(
    client: FlaskClient, shop: Shelf, quantity: str, status: int
) -> None:
    add(client)
    add(client, POWDER)
    answer = client.post("/en/cart/update", data={"sku": [SMALL, POWDER], "quantity": ["2", quantity]})
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "private, no-cache"  # the back button finds it again
    assert held(client) == [(SMALL, 1), (POWDER, 1)]
    field = re.search(r'<input id="quantity-2"[^>]*>', answer.text)
    assert field is not None
    assert f'value="{quantity}"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert 'id="quantity-2-err"' in answer.text
    assert 'href="#quantity-2"' in answer.text
    first = re.search(r'<input id="quantity-1"[^>]*>', answer.text)
    assert first is not None
    assert 'value="2"' in first[0], "what was typed is kept"


def test_a_forged_cart_is_empty_with_a_notice_and_replaced_by_the_next_post(
    client: FlaskClient, shop: Shelf
) -> None:
    client.set_cookie("cart", "forged.value")
    page = client.get("/en/cart")
    assert page.status_code == 200
    assert "could not read your cart" in page.text
    assert "Set-Cookie" not in page.headers
    assert "could not read your cart" in client.get("/en/cart", headers=DRAWER).text
    assert add(client).status_code == 303
    assert held(client) == [(SMALL, 1)]
    assert "could not read your cart" not in client.get("/en/cart").text


def test_problems_stand_at_their_line_and_bar_the_way_to_checkout(client: FlaskClient, shop: Shelf) -> None:
    add(client, quantity="4")
    add(client, POWDER)
    with writing():
        from storefront.stock.actions import take_all

        take_all({shop.ids[SMALL]: 8}, None)
        db.session.execute(update(Product).where(Product.code == "nmn-p").values(state="archived"))
    page = client.get("/en/cart").text
    assert "Only 2 are left" in page
    assert "No longer for sale" in page
    assert POWDER in page
    assert 'href="/en/checkout"' not in page
    assert client.get("/en/checkout").status_code == 303
    client.post("/en/cart/remove", data={"sku": POWDER})
    client.post("/en/cart/update", data={"sku": SMALL, "quantity": "2"})
    assert 'href="/en/checkout"' in client.get("/en/cart").text


def test_delivery_and_vat_are_said_early(client: FlaskClient, shop: Shelf) -> None:
    add(client)
    page = client.get("/en/cart").text
    assert "€4.50" in page
    assert "Another €15.05" in page
    assert "€39.45" in page
    assert "Including 9% VAT" in page
    add(client)
    assert "Free" in client.get("/en/cart").text


def test_the_drawer_is_a_fragment(client: FlaskClient, shop: Shelf) -> None:
    answer = client.post("/en/cart/add", data={"sku": SMALL}, headers=DRAWER)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Magnesium L-threonate (en)" in answer.text
    assert held(client) == [(SMALL, 1)]
    answer = client.post("/en/cart/remove", data={"sku": SMALL}, headers=DRAWER)
    assert "Your cart is empty" in answer.text


def test_a_post_from_another_site_is_refused(client: FlaskClient, shop: Shelf) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post("/en/cart/add", data={"sku": SMALL}, headers=headers).status_code == 403
    assert held(client) == []


def test_few_statements(demo_app: Flask, queries: Queries) -> None:
    client = demo_app.test_client()
    client.get("/en/")
    with queries(demo_app) as seen:
        assert add(client, "MGT-C-90").status_code == 303
    assert len(seen) <= 8, "\n".join(seen)
    add(client, "NMN-C-60")
    for path, headers in (("/en/cart", {}), ("/en/cart", DRAWER), ("/en/checkout", {})):
        with queries(demo_app) as seen:
            assert client.get(path, headers=headers).status_code == 200
        assert len(seen) <= 9, path + "\n" + "\n".join(seen)
    with queries(demo_app) as seen:
        client.post("/en/cart/add", data={"sku": "MGT-C-90"}, headers=DRAWER)
    assert len(seen) <= 8, "\n".join(seen)


def test_badges_of_each_product_stand_in_their_order(demo_client: FlaskClient) -> None:
    add(demo_client, "MGT-C-90")
    add(demo_client, "NMN-C-60")
    page = demo_client.get("/en/cart").text
    order = re.findall(r"/en/products/[a-z0-9-]+#(purity|lab|gmp)", page)
    assert order == ["purity", "lab", "gmp"] * 2


def test_a_cart_that_was_paid_is_dropped_with_its_count(client: FlaskClient, shop: Shelf) -> None:
    add(client)
    demo = shelf.checkout(client).headers["Location"]
    client.post(f"{demo}/pay")  # and the tab was closed before the return
    answer = client.get("/en/cart")
    assert "Magnesium" not in answer.text.split("<main")[1].split("</main>")[0]
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get_cookie("cart") is None
    assert client.get_cookie("cart_count") is None
    assert "Set-Cookie" not in client.get("/en/cart").headers


def test_more_rows_than_a_cart_holds_are_a_bad_request(client: FlaskClient, shop: Shelf) -> None:
    add(client)
    skus = [SMALL, *(f"X-{n}" for n in range(MAX_LINES))]
    answer = client.post("/en/cart/update", data={"sku": skus, "quantity": ["1"] * len(skus)})
    assert answer.status_code == 400
    assert held(client) == [(SMALL, 1)]
