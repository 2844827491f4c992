"""Fixtures: a Stripe double that listens on 127.0.0.1, and the shop that talks to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from storefront.database import db
from storefront.testing import Maker
from tests.orders import shelf
from tests.orders.shelf import Shelf
from tests.stripe_double.app import create_double
from tests.stripe_double.state import KEY, Double


@pytest.fixture
def stripe_double() -> Iterator[Double]:
    """A running double. At the end no request may have been one that Stripe does not understand."""
    double = Double()
    server = make_server("127.0.0.1", 0, create_double(double), threaded=True)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield double
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)
    assert double.violations == []


@pytest.fixture
def stripe_app(make_app: Maker, stripe_double: Double) -> Callable[[str], Flask]:
    """Makes the demo shop with Stripe as its provider: stripe_app("sqlite") or stripe_app("postgres")."""

    def make(database: str = "sqlite", kind: str = "demo") -> Flask:
        return make_app(
            kind,
            database,
            payment_provider="stripe",
            stripe_secret_key=KEY,
            stripe_webhook_secret=stripe_double.secret,
            stripe_api_base=stripe_double.url,
        )

    return make


@pytest.fixture
def stripe_shop(stripe_app: Callable[[str], Flask]) -> Iterator[Flask]:
    """The demo shop with Stripe on SQLite, with an app context."""
    app = stripe_app("sqlite")
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stripe_shelf(stripe_app: Callable[..., Flask], request: pytest.FixtureRequest) -> Iterator[Shelf]:
    """Ten units of each size; payments by the double."""
    with stripe_app(request.param, "empty").app_context():
        yield shelf.fill(10)
        db.session.remove()
