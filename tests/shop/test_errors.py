"""Pages about what went wrong: in the visitor's language, with a way on, never failing themselves."""

import re

import pytest
from flask import Flask

from storefront.shop import errors


def quiet(make_app, kind="demo", **changes) -> Flask:
    config = {"PROPAGATE_EXCEPTIONS": False, "TESTING": False, "RAISE_IN_HOOKS": False}
    return make_app(kind, config=config, **changes)


@pytest.mark.parametrize(
    ("path", "words"), [("/nl/nergens", "overal gezocht"), ("/en/nowhere", "looked everywhere")]
)
def test_not_found_speaks_the_language_of_the_path(demo_client, path, words):
    response = demo_client.get(path)
    assert response.status_code == 404
    assert words in response.text
    assert 'name="q"' in response.text
    assert 'content="noindex"' in response.text


def test_not_found_suggests_what_the_address_speaks_of(demo_client):
    html = demo_client.get("/en/products/creatine").text
    assert "Creatine monohydrate" in html


@pytest.mark.parametrize("path", ["/de/", "/nl/products/x/y", "/xx/products", "/nl/orders/abc"])
def test_unknown_addresses_are_404(demo_client, path):
    assert demo_client.get(path).status_code == 404


def test_a_wrong_method_is_405_with_what_is_allowed(demo_client):
    response = demo_client.post("/en/products")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert "That does not work here" in response.text


def test_a_failure_is_500_with_a_code_and_in_the_language(make_app, monkeypatch):
    app = quiet(make_app)
    monkeypatch.setattr("storefront.shop.home.offers", lambda *_a, **_k: 1 / 0)
    response = app.test_client().get("/nl/")
    assert response.status_code == 500
    assert "Er ging bij ons iets stuk" in response.text
    assert re.search(r'<span class="code">[0-9A-Z]{4}-[0-9A-Z]{3}</span>', response.text)


def test_a_failure_asks_neither_database_nor_plugins(make_app, monkeypatch, queries):
    app = quiet(make_app, page_cache_mb=0)
    monkeypatch.setattr("storefront.shop.home.offers", lambda *_a, **_k: 1 / 0)
    with queries(app) as seen:
        app.test_client().get("/en/")
    assert seen == []


def test_the_error_page_does_not_fail_when_its_template_does(make_app, monkeypatch):
    app = quiet(make_app)
    monkeypatch.setattr(errors, "render_template", lambda *_a, **_k: 1 / 0)
    response = app.test_client().get("/en/nowhere")
    assert response.status_code == 404
    assert "We looked everywhere for this page" in response.text


def test_not_found_without_a_database(make_app, monkeypatch):
    app = quiet(make_app)
    monkeypatch.setattr("storefront.shop.errors.search_offers", lambda *_a: 1 / 0)
    response = app.test_client().get("/en/nowhere")
    assert response.status_code == 404
    assert "We looked everywhere" in response.text


def test_away_says_when_to_come_back(demo_app):
    from werkzeug.exceptions import ServiceUnavailable

    with demo_app.test_request_context("/en/checkout"):
        response = errors.answer(ServiceUnavailable())
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"


def test_too_much_is_413(demo_client):
    response = demo_client.post("/en/cart/add", data={"sku": "x" * 2_000_000})
    assert response.status_code == 413
    assert "too much" in response.text


def test_machines_get_a_line_not_a_page(demo_client):
    response = demo_client.get("/media/nothing.svg")
    assert response.status_code == 404
    assert response.mimetype == "text/plain"
