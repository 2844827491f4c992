"""A shop with stock on both databases, and a buyer who is about to order."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.orders import shelf
from tests.orders.shelf import SMALL, Shelf


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size."""
    return shelf.fill(10)


@pytest.fixture
def buyer(any_app: Flask, shop: Shelf) -> FlaskClient:
    """Somebody with one product in the cart."""
    client = any_app.test_client()
    client.post("/en/cart/add", data={"sku": SMALL})
    return client


def seen(page: str) -> str:
    """The totals that stand on the page."""
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    return found[1]
