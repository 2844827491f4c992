"""Buying without a browser: the forms are read from the pages and sent as a browser would."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

BUYER = {
    "email": "kim@example.com",
    "phone": "",
    "name": "Kim de Boer",
    "street": "Dorpsstraat 1",
    "postcode": "9711 LM",
    "city": "Groningen",
    "country": "NL",
    "shipping": "standard",
    "payment": "ideal",
    "terms": "y",
}


def add(client: FlaskClient, sku: str, quantity: Any = "1", lang: str = "en", **more: Any) -> TestResponse:
    """Put something into the cart."""
    return client.post(f"/{lang}/cart/add", data={"sku": sku, "quantity": quantity} | more)


def order(client: FlaskClient, lang: str = "en", **other: Any) -> TestResponse:
    """Read the total on the checkout page and send its form."""
    page = client.get(f"/{lang}/checkout").text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    return client.post(f"/{lang}/checkout", data=BUYER | {"seen": seen[1] if seen else ""} | other)


def buy(client: FlaskClient, lang: str = "en", sku: str = "MGT-C-90", **other: Any) -> str:
    """A whole purchase with the demo payment. Returns the path of the order's page."""
    assert add(client, sku, lang=lang).status_code == 303
    placed = order(client, lang, **other)
    assert placed.status_code == 303, placed.text[-3000:]
    page = client.get(placed.location)
    action = re.search(r'action="([^"]+/pay)"', page.text)
    assert action, page.text[-3000:]
    paid = client.post(unescape(action[1]))
    shown = client.get(paid.location, follow_redirects=True)
    assert shown.status_code == 200
    return str(shown.request.path)
