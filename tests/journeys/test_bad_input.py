"""What no form of ours sends, and what people mistype: the right status, clear words, and nothing changed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy import func, select

from storefront.database import db
from storefront.jobs.models import Job
from storefront.orders.models import Order
from storefront.stock.models import StockLevel, StockMovement
from tests.journeys.buying import BUYER, add, order
from tests.journeys.document import Document

LONG = "x" * 10_000
NUL = "a\x00b"
BAD_QUANTITIES = {
    "negative": "-1",
    "very negative": "-999999999999",
    "zero": "0",
    "fraction": "1.5",
    "fraction, Dutch": "1,5",
    "huge": "100",
    "very huge": "9" * 40,
    "long": "1" * 10_000,
    "exponent": "1e3",
    "hexadecimal": "0x10",
    "words": "two",
    "other digits": "２",
    "infinity": "inf",
    "not a number": "NaN",
    "plus": "+1",
    "spaces inside": "1 2",
}
FIELDS = ["email", "phone", "name", "street", "postcode", "city"]


@pytest.fixture(scope="module")
def shop_app(journey_apps) -> Flask:
    return journey_apps("demo")


@pytest.fixture
def client(shop_app) -> FlaskClient:
    return shop_app.test_client()


@pytest.fixture(autouse=True)
def nothing_changes(shop_app):
    """Orders, stock and jobs are the same before and after each test."""
    before = state(shop_app)
    yield
    assert state(shop_app) == before


def state(app) -> tuple[list[int], list[tuple[object, ...]]]:
    with app.app_context():
        counts = [
            db.session.scalar(select(func.count()).select_from(model))
            for model in (Order, StockMovement, Job)
        ]
        levels = list(db.session.execute(select(StockLevel.variant_id, StockLevel.available)))
        db.session.remove()
    return counts, [tuple(row) for row in levels]


def lines(client) -> list[tuple[str, str]]:
    """(SKU, quantity) of each line on the cart page."""
    form = re.search(r'<form id="cart-form".*?</form>', client.get("/en/cart").text, re.DOTALL)
    if form is None:
        return []
    skus = re.findall(r'<input type="hidden" name="sku" value="([^"]+)"', form[0])
    quantities = re.findall(r'value="([^"]*)" name="quantity"', form[0])
    return list(zip(skus, quantities, strict=True))


def says_something(response):
    """The answer is a page of ours, in one language, with a heading."""
    document = Document.of(response.text)
    assert document.lang in {"nl", "en"}
    assert document.headings[0][0] == 1
    assert "Traceback" not in response.text


@pytest.mark.parametrize("quantity", BAD_QUANTITIES.values(), ids=BAD_QUANTITIES)
def test_a_wrong_quantity_is_refused_with_words(client, quantity):
    add(client, "NMN-C-60", "2")
    for response in (
        add(client, "MGT-C-90", quantity),
        client.post("/en/cart/update", data={"sku": "NMN-C-60", "quantity": quantity}),
    ):
        assert response.status_code == 422
        says_something(response)
        assert 'role="alert"' in response.text
        assert "whole number" in response.text or "at most" in response.text
        assert "Set-Cookie" not in response.headers
        assert lines(client) == [("NMN-C-60", "2")]


def test_more_than_there_is_answers_409(client):
    response = add(client, "MGB-C-120", "99")
    assert response.status_code == 409
    says_something(response)
    assert lines(client) == []


@pytest.mark.parametrize(
    "sku", ["NO-SUCH", LONG, "../../etc/passwd", "' OR 1=1 --", "<script>alert(1)</script>", "%00"]
)
def test_an_unknown_sku_answers_404(client, sku):
    add(client, "NMN-C-60")
    for response in (
        add(client, sku),
        client.post("/en/cart/update", data={"sku": sku, "quantity": "1"}),
        client.post("/en/cart/remove", data={"sku": sku}),
    ):
        assert response.status_code == 404
        says_something(response)
        assert lines(client) == [("NMN-C-60", "1")]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"quantity": "1"},
        {"sku": NUL},
        {"sku": "MGT-C-90", "quantity": NUL},
        {"sku": "MGT-C-90", "source": NUL},
        {"sku": "MGT-C-90", "source": LONG},
        {"sku": ""},
    ],
    ids=["empty", "no sku", "NUL in sku", "NUL in quantity", "NUL in source", "long source", "empty sku"],
)
def test_what_no_form_sends_answers_400(client, data):
    response = client.post("/en/cart/add", data=data)
    assert response.status_code == 400
    says_something(response)
    assert lines(client) == []


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize(
    "body", ['{"sku": "MGT-C-90"}', '{"sku": 5}', '{"sku": ["MGT-C-90"], "quantity": {"x": 1}}', "[]", "{"]
)
def test_another_kind_of_body_answers_400(client, kind, body):
    for path in ("/en/cart/add", "/en/cart/update", "/en/checkout"):
        response = client.post(path, data=body, content_type=kind)
        assert response.status_code == 400, path
        says_something(response)
    assert lines(client) == []


@pytest.mark.parametrize("lang", ["de", "NL", "nl-NL", "xx", "e%6E%00", "..", "nl%00"])
def test_an_unknown_language_answers_404(client, lang):
    for path in ("/", "/products", "/products/nmn-capsules", "/cart", "/checkout", "/blog", "/batch"):
        response = client.get(f"/{lang}{path}")
        assert response.status_code in {400, 404} if "%00" in lang else response.status_code == 404, path
        says_something(response)
    assert client.post(f"/{lang}/cart/add", data={"sku": "MGT-C-90"}).status_code in {400, 404}
    assert lines(client) == []


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("value", "status"), [(LONG, 422), (NUL, 400)], ids=["long", "NUL"])
def test_long_and_nul_fields_place_no_order(client, field, value, status):
    add(client, "MGT-C-90")
    response = order(client, **{field: value})
    assert response.status_code == status
    says_something(response)
    if status == 422:
        assert 'aria-invalid="true"' in response.text
        assert f'id="{field}-err"' in response.text
    assert lines(client) == [("MGT-C-90", "1")]


@pytest.mark.parametrize(
    "other",
    [
        {"country": "US"},
        {"country": NUL},
        {"payment": "gold"},
        {"seen": "-1"},
        {"seen": LONG},
        {"shipping": NUL},
    ],
    ids=["country", "NUL country", "payment", "negative total", "long total", "NUL shipping"],
)
def test_choices_that_no_form_offers_answer_400(client, other):
    add(client, "MGT-C-90")
    response = order(client, **other)
    assert response.status_code == 400
    says_something(response)


@pytest.mark.parametrize("field", ["email", "name", "street", "postcode", "city", "country", "seen"])
def test_a_missing_field_answers_400(client, field):
    add(client, "MGT-C-90")
    data = {name: value for name, value in (BUYER | {"seen": ""}).items() if name != field}
    assert client.post("/en/checkout", data=data).status_code == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "kim"),
        ("email", "kim@"),
        ("email", "kim@example"),
        ("email", "a@b@example.com"),
        ("email", "kim@example.com\r\nBcc: all@example.com"),
        ("name", "   "),
        ("postcode", "123"),
        ("postcode", "0123 AB"),
        ("postcode", "1234 AB; DROP TABLE"),
        ("phone", "call me"),
        ("terms", ""),
    ],
)
def test_mistyped_fields_keep_what_was_typed(client, field, value):
    add(client, "MGT-C-90")
    response = order(client, **{field: value})
    assert response.status_code == 422
    assert f'id="{field}-err"' in response.text
    assert 'value="Groningen"' in response.text  # the other fields are as they were typed


@pytest.mark.parametrize("number", ["-1", "0", "999999", "x", "9" * 30, "1.5", "%00", LONG])
def test_odd_page_numbers_and_filters_never_break_a_list(client, number):
    for path in ("products", "collections/nmn", "blog", "blog/topics/nmn", "search"):
        response = client.get(f"/en/{path}?page={number}&q=x", follow_redirects=True)
        assert response.status_code in {200, 400, 404}, path
    names = ("ingredient", "form", "min", "max", "sort", "codes", "in_stock")
    query = "&".join(f"{name}={number}" for name in names)
    assert client.get(f"/en/products?{query}", follow_redirects=True).status_code in {200, 400}


@pytest.mark.parametrize("code", ["x", "26-9999", LONG, "%00", "<b>", "../26-0412", "26 0412 é"])
def test_an_unknown_batch_is_told_so(client, code):
    for response in (client.get(f"/en/batch?lot={code}"), client.get(f"/en/batch/{code}")):
        assert response.status_code in {200, 400, 404}
        says_something(response)


@pytest.mark.parametrize("token", ["x", "A" * 22, LONG, "%00", "1", "../1"])
def test_foreign_orders_and_payments_answer_404(client, token):
    for path in ("orders", "payment/return", "payment/demo"):
        assert client.get(f"/en/{path}/{token}").status_code in {400, 404}, path
    for path in ("payment/again/{}", "payment/demo/{}/pay", "payment/demo/{}/decline"):
        assert client.post(f"/en/{path.format(token)}").status_code in {400, 404}, path


def forged_carts() -> dict[str, str]:
    """Cookies that we did not write, or not so."""
    good = {"v": 1, "id": "x" * 22, "lines": [["MGT-C-90", 1, ""]]}
    key = "a-key-for-tests-only-with-enough-letters"
    ours = URLSafeSerializer(key, salt="cart")
    return {
        "rubbish": "rubbish",
        "empty signature": '{"v":1}.',
        "another key": URLSafeSerializer("another key", salt="cart").dumps(good),
        "another salt": URLSafeSerializer(key, salt="session").dumps(good),
        "changed": ours.dumps(good).replace("M", "N", 1)[:-2] + "xx",
        "negative": ours.dumps(good | {"lines": [["MGT-C-90", -5, ""]]}),
        "too many": ours.dumps(good | {"lines": [["MGT-C-90", 100, ""]]}),
        "fraction": ours.dumps(good | {"lines": [["MGT-C-90", 1.5, ""]]}),
        "true": ours.dumps(good | {"lines": [["MGT-C-90", True, ""]]}),
        "too many lines": ours.dumps(good | {"lines": [[f"X{n}", 1, ""] for n in range(31)]}),
        "twice": ours.dumps(good | {"lines": [["MGT-C-90", 1, ""]] * 2}),
        "other version": ours.dumps(good | {"v": 2}),
        "no id": ours.dumps(good | {"id": None}),
        "list": ours.dumps([]),
        "not ascii": "caf\u00e9",
    }


@pytest.mark.parametrize("cookie", forged_carts().values(), ids=forged_carts())
def test_a_forged_cart_is_an_empty_cart_with_a_notice(client, cookie):
    client.set_cookie("cart", cookie)
    page = client.get("/en/cart")
    assert page.status_code == 200
    assert 'role="status"' in page.text
    assert "could not read your cart" in page.text
    assert lines(client) == []
    assert client.get("/en/checkout").status_code == 303
    refused = client.post("/en/checkout", data=BUYER | {"seen": ""})
    assert refused.status_code == 303
    assert refused.location.endswith("/en/cart")
    assert add(client, "NMN-C-60").status_code == 303  # the next post replaces it
    assert lines(client) == [("NMN-C-60", "1")]
    assert "could not read your cart" not in client.get("/en/cart").text


def test_a_cart_holds_thirty_products_and_no_more(client, shop_app):
    key = shop_app.config["SECRET_KEY"]
    full = {"v": 1, "id": "y" * 22, "lines": [[f"GONE-{n}", 1, ""] for n in range(30)]}
    client.set_cookie("cart", URLSafeSerializer(key, salt="cart").dumps(full))
    assert client.get("/en/cart").status_code == 200
    response = add(client, "NMN-C-60")
    assert response.status_code == 422
    assert "at most 30" in response.text


@pytest.mark.parametrize("path", ["/en/cart/add", "/en/cart/update", "/en/cart/remove", "/en/checkout"])
def test_cross_site_posts_are_refused(client, path):
    add(client, "NMN-C-60")
    data = BUYER | {"sku": "NMN-C-60", "quantity": "3"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        response = client.post(path, data=data, headers=headers)
        assert response.status_code == 403
        says_something(response)
    assert lines(client) == [("NMN-C-60", "1")]


def test_a_body_that_is_too_large_is_refused(client):
    response = client.post("/en/checkout", data={"name": "x" * 3_000_000})
    assert response.status_code == 413
    says_something(response)
