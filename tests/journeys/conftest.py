"""Shops for the journeys: one of each kind per run, and browsers that watch what leaves the host."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from storefront.testing import Live, Maker, Templates
from storefront.testing.servers import STARTED_WITHIN, start_server
from tests.journeys.crawler import BASE, Site, crawl
from tests.journeys.shopper import Shopper
from tests.stripe_double.app import create_double
from tests.stripe_double.state import Double

PATIENCE = 15_000  # milliseconds; two cores run two browsers and two shops
REFUSED = "status of 422"  # what the browser notes of a form that is shown again with errors
HEIGHT = {390: 844, 1440: 900}

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def journey_apps(
    templates: Templates, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Maker]:
    """Makes apps that live as long as the run: journey_apps("demo", plugins=("announcement",))."""
    maker = Maker(
        templates, tmp_path_factory.mktemp("journeys"), lambda: str(request.getfixturevalue("postgres_url"))
    )
    yield maker
    maker.close()


@pytest.fixture(scope="session")
def shop(journey_apps: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The demo shop with the demo payment, served by gunicorn. Tests share it and leave the shop as it is."""
    yield from _served(journey_apps("demo"), tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def crawled_app(journey_apps: Maker) -> Flask:
    """The demo shop as it stands on the internet; tests leave it as it is."""
    return journey_apps("demo", base_url=BASE)


@pytest.fixture(scope="session")
def site(crawled_app: Flask) -> Site:
    """All that a crawl of that shop reaches."""
    return crawl(crawled_app)


@dataclass
class StripeShop:
    """The demo shop that pays through the double of Stripe."""

    live: Live
    double: Double


@pytest.fixture(scope="session")
def served_stripe_shop(journey_apps: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeShop]:
    """A double of Stripe, and a shop that talks to it."""
    double = Double()
    server = make_server("127.0.0.1", 0, create_double(double), threaded=True)
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    app = journey_apps(
        "demo",
        payment_provider="stripe",
        stripe_secret_key="sk_test_double",
        stripe_webhook_secret=double.secret,
        stripe_api_base=double.url,
    )
    for live in _served(app, tmp_path_factory.mktemp("stripe")):
        double.webhook_url = f"{live.url}/webhooks/stripe"
        yield StripeShop(live, double)
    server.shutdown()
    server.server_close()
    thread.join(timeout=STARTED_WITHIN)


@pytest.fixture
def stripe_shop(served_stripe_shop: StripeShop) -> Iterator[StripeShop]:
    """The same shop, with a double that behaves; at the end nothing was asked that Stripe does not know."""
    double = served_stripe_shop.double
    double.at_once, double.times, double.waiting, double.violations = True, 1, [], []
    yield served_stripe_shop
    assert double.violations == []


def _served(app: Flask, folder: Path) -> Iterator[Live]:
    live = start_server(app, folder, 1, 8, {})
    settings = app.extensions["storefront"]
    app.extensions["storefront"] = replace(settings, base_url=live.url)  # mails are written in this process
    yield live
    live.stop()


@dataclass
class Window:
    """A browser window that notes what it asked of whom and what it complained about."""

    page: Page
    context: BrowserContext
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note the requests and complaints of a page."""
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def foreign(self, *hosts: str) -> list[str]:
        """Requests to others than these hosts."""
        own = tuple(f"{host}/" for host in hosts)
        return [url for url in self.asked if not url.startswith((*own, "data:", "about:", "blob:"))]


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[..., Window]]:
    """A function that opens a window: open_window(script=False, width=390, lang="nl", scheme="dark")."""
    windows: list[Window] = []

    def open_(
        script: bool = True, width: int = 1440, lang: str = "en", scheme: str = "light", **options: Any
    ) -> Window:
        context = browser.new_context(
            java_script_enabled=script,
            viewport={"width": width, "height": HEIGHT.get(width, 900)},
            locale={"nl": "nl-NL", "en": "en-GB"}[lang],
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        window = Window(context.new_page(), context)
        window.watch(window.page)
        windows.append(window)
        return window

    yield open_
    for window in windows:
        window.context.close()


@pytest.fixture
def shopper(open_window: Callable[..., Window]) -> Iterator[Callable[..., Shopper]]:
    """A function that makes a shopper: shopper(shop, lang="nl", script=False, width=390).

    At the end no shopper may have caused a request to another host, nor an error in the console.
    """
    made: list[tuple[Window, tuple[str, ...]]] = []

    def make(live: Live, lang: str, script: bool = True, width: int = 1440, also: str = "") -> Shopper:
        window = open_window(script=script, width=width, lang=lang)
        made.append((window, (live.url, also) if also else (live.url,)))
        return Shopper(window.page, live, lang, script)

    yield make
    for window, hosts in made:
        assert window.foreign(*hosts) == []
        assert [one for one in window.complaints if REFUSED not in one] == []
