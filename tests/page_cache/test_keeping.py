"""Which answers are kept, for whom, and what they look like."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, Response, abort, request

from storefront.page_cache import ENTRY
from storefront.responses import public_page
from tests.page_cache.test_exact import PRODUCT, kept


def test_a_page_is_kept_with_all_its_headers(demo_app: Flask, queries) -> None:
    client = demo_app.test_client()
    first = client.get(PRODUCT)
    assert kept(queries, client)
    second = client.get(PRODUCT)
    assert second.text == first.text
    assert sorted(second.headers) == sorted(first.headers)
    again = client.get(PRODUCT, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_each_gets_what_it_can_unpack(demo_app: Flask) -> None:
    client = demo_app.test_client()
    answers = {
        accepted: [client.get(PRODUCT, headers={"Accept-Encoding": accepted}) for _ in range(2)]
        for accepted in ("br", "gzip", "")
    }
    for accepted, (first, second) in answers.items():
        assert second.headers.get("Content-Encoding", "") == accepted
        assert second.data == first.data
        assert second.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    ["/en/cart", "/en/checkout", "/en/products?colour=red", "/en/search?q=magnesium"],
)
def test_what_is_somebodys_own_or_endless_is_made_anew(demo_app: Flask, queries, path: str) -> None:
    client = demo_app.test_client()
    for _ in range(3):
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200
    assert demo_app.extensions["page_cache"]._pages.currsize == 0


def test_a_campaign_finds_the_page_of_everybody(demo_app: Flask, queries) -> None:
    client = demo_app.test_client()
    client.get(PRODUCT)
    assert kept(queries, client, f"{PRODUCT}?utm_source=letter&gclid=1")


def test_filters_and_sizes_are_pages_of_their_own(demo_app: Flask, queries) -> None:
    client = demo_app.test_client()
    for path in (
        "/en/products",
        "/en/products?sort=price",
        "/en/products?form=capsules",
        f"{PRODUCT}?sku=MGT-C-90",
    ):
        assert not kept(queries, client, path)
        assert kept(queries, client, path)


def test_the_other_date_of_development_is_never_kept(demo_app: Flask, queries) -> None:
    client = demo_app.test_client()
    client.get(PRODUCT)
    client.set_cookie("shown_date", "2031-01-01")
    assert not kept(queries, client)
    client.delete_cookie("shown_date")
    assert "2031" not in client.get(PRODUCT).text


def test_zero_switches_it_off(make_app, queries) -> None:
    client = make_app("demo", page_cache_mb=0).test_client()
    client.get(PRODUCT)
    assert not kept(queries, client)


def test_memory_is_bounded(make_app) -> None:
    app = make_app("demo", page_cache_mb=1)
    client = app.test_client()
    for number in range(80):
        client.get(f"/en/products?form=capsules&form=x{number}")
    pages = app.extensions["page_cache"]._pages
    assert 0 < pages.currsize <= 1024 * 1024
    assert 0 < len(pages) < 80


def test_a_visitor_who_has_the_page_fills_the_cache_too(demo_app: Flask, queries) -> None:
    etag = demo_app.test_client().get(PRODUCT).headers["ETag"]
    demo_app.extensions["page_cache"]._pages.clear()
    client = demo_app.test_client()
    first = client.get(PRODUCT, headers={"If-None-Match": etag})
    assert (first.status_code, first.data) == (304, b"")
    assert kept(queries, client)


def test_long_addresses_are_not_kept_and_keys_count(make_app) -> None:
    app = make_app("demo", page_cache_mb=1)
    client = app.test_client()
    for number in range(150):
        client.get(f"/en/products?sku={number}&" + "&".join(["sku"] * (number % 40)))
    client.get("/en/products?" + "&".join(["sku"] * 400))
    pages = app.extensions["page_cache"]._pages
    assert all(len(key[3]) < 60 for key in pages)
    assert 0 < len(pages) <= 1024 * 1024 // ENTRY


@pytest.fixture
def plugin_pages(make_app) -> Flask:
    """Pages as a plugin might make them: behind a guard, by cookie, by header."""
    app = make_app("demo")
    guarded = Blueprint("guarded", __name__)

    @guarded.before_request
    def only_with_a_cookie() -> None:
        if "key" not in request.cookies:
            abort(403)

    @guarded.get("/<lang:lang>/guarded")
    def behind(lang: str) -> Response:
        return public_page("behind")

    def plain(lang: str) -> str:
        return request.cookies.get("who", "nobody")

    def varying(lang: str) -> Response:
        answer = public_page(request.headers.get("X-Who", "nobody"))
        answer.headers["Vary"] = "X-Who"
        return answer

    app.register_blueprint(guarded)
    app.add_url_rule("/<lang:lang>/plain", "plain", plain)
    app.add_url_rule("/<lang:lang>/varying", "varying", varying)
    return app


def test_a_page_of_one_visitor_is_shown_to_no_other(plugin_pages: Flask) -> None:
    anna, other = plugin_pages.test_client(), plugin_pages.test_client()
    anna.set_cookie("key", "1")
    anna.set_cookie("who", "anna")
    for _ in range(2):
        assert anna.get("/en/guarded").status_code == 200
        assert anna.get("/en/plain").text == "anna"
        assert anna.get("/en/varying", headers={"X-Who": "anna"}).text == "anna"
    assert other.get("/en/guarded").status_code == 403
    assert other.get("/en/plain").text == "nobody"
    assert other.get("/en/varying").text == "nobody"


def test_a_page_in_which_a_hook_failed_is_not_kept(make_app, monkeypatch) -> None:
    client = make_app("demo", config={"RAISE_IN_HOOKS": False}).test_client()
    with monkeypatch.context() as broken:
        broken.setattr("plugins.blog.cards.linking", lambda *_a, **_k: 1 / 0)
        short = client.get(PRODUCT).text
    assert len(client.get(PRODUCT).text) > len(short)
