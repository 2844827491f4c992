"""The whole shop works mounted under a prefix of another Flask app."""

import re

import pytest
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from tests.journeys.buying import BUYER


@pytest.fixture
def host(make_app) -> tuple[Flask, Flask]:
    """A site with the shop under /shop."""
    site = Flask("site")
    site.add_url_rule("/", "front", lambda: "the front page")
    shop = make_app("demo", base_url="http://localhost/shop")
    site.wsgi_app = DispatcherMiddleware(site.wsgi_app, {"/shop": shop})
    return site, shop


def test_pages_link_within_the_prefix(host):
    site, _shop = host
    client = Client(site)
    assert client.get("/").text == "the front page"
    page = client.get("/shop/nl/products")
    assert page.status_code == 200
    links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
    assert links
    assert [link for link in links if not link.startswith("/shop/")] == []
    for link in set(links):
        with client.get(link.replace("&amp;", "&")) as answer:
            assert answer.status_code in {200, 405}, link


def test_a_whole_purchase_under_the_prefix(host):
    site, _shop = host
    client = Client(site)
    added = client.post("/shop/nl/cart/add", data={"sku": "MGT-C-90", "quantity": "1"})
    assert added.status_code == 303
    assert added.location.startswith("/shop/nl/cart")
    checkout = client.get("/shop/nl/checkout").text
    seen = checkout.partition('name="seen" value="')[2].partition('"')[0]
    placed = client.post("/shop/nl/checkout", data=BUYER | {"seen": seen})
    assert placed.status_code == 303, placed.text[-3000:]
    assert "/shop/nl/payment/" in placed.location
    page = client.get(placed.location.removeprefix("http://localhost"))
    paid = client.post(re.search(r"action=\"([^\"]+/pay)\"", page.text).group(1))
    assert paid.status_code == 303
    order = client.get(paid.location.removeprefix("http://localhost"), follow_redirects=True)
    assert order.status_code == 200
    assert (order.request.script_root + order.request.path).startswith("/shop/nl/orders/"), (
        order.request.environ
    )
