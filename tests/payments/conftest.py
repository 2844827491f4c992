"""The shop of the tests that need no Stripe."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.orders import shelf
from tests.orders.shelf import Shelf


@pytest.fixture
def shop(any_app: Flask) -> Shelf:
    """Ten units of each size; payments by the demo provider."""
    return shelf.fill(10)
