"""Which answers are kept, for whom, and what they look like."""

from __future__ import annotations

import pytest
from flask import Flask

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
    assert demo_app.before_request_funcs[None][-1].__self__._pages.currsize == 0


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
    pages = app.before_request_funcs[None][-1].__self__._pages
    assert 0 < pages.currsize <= 1024 * 1024
    assert 0 < len(pages) < 80
