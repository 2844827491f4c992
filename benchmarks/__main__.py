"""Queries, CPU and bytes of each kind of page, beside a bare Flask view, in one interleaved run.

The demo shop is loaded into a temporary SQLite file. Requests go through WSGI in this process, without a
network, so that the figures are CPU of the shop alone. A ratio of 0.05 means: a bare Flask view costs a
twentieth of this page.
"""

from __future__ import annotations

import gzip
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from storefront import clock, migrate
from storefront.app import create_app
from storefront.config import Settings
from storefront.database import db
from storefront.demo import load as demo
from storefront.demo.translations import compile_translations
from storefront.plugin_system import calling
from storefront.transactions import writing

ROUNDS = 60
WARM_UP = 5
PAGES = {
    "home": "/en/",
    "list": "/en/products",
    "product": "/en/products/{mgt-c}",
    "blog": "/en/blog",
    "article": "/en/blog/{article}",
    "batch": "/en/batch",
    "search": "/en/search?q=magnesium",
    "cart (empty)": "/en/cart",
}


def bare_app() -> Flask:
    """The smallest Flask app: what everything is compared with."""
    app = Flask("bare")

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app


def demo_app(folder: Path) -> Flask:
    """The demo shop on SQLite in a folder."""
    compile_translations()
    settings = Settings.from_environment(
        {"STOREFRONT_ENV": "development", "STOREFRONT_PLUGINS": "blog,announcement"}, folder
    )
    app = create_app(replace(settings, base_url="http://127.0.0.1:8000"))
    with app.app_context():
        migrate.upgrade_all()
        today = clock.today()
        with writing():
            demo.load(today)
            calling.call_all("demo_data", today=today)
    return app


def call(app: Flask, path: str, headers: dict[str, str] | None = None) -> tuple[str, bytes]:
    """One request through WSGI: status and body."""
    environ = EnvironBuilder(
        path=path.partition("?")[0], query_string=path.partition("?")[2], headers=headers
    ).get_environ()
    status: list[str] = []

    def start(line: str, _headers: Any, _error: Any = None) -> Callable[[bytes], object]:
        status.append(line)
        return io.BytesIO().write

    parts = app.wsgi_app(environ, start)
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return status[0], body


def addresses(app: Flask) -> dict[str, str]:
    """The paths of PAGES with real slugs filled in."""
    _, listing = call(app, "/en/blog")
    article = listing.decode().split('href="/en/blog/')[1:]
    slug = next(part.partition('"')[0] for part in article if not part.startswith(("feed", "topics", "?")))
    with app.test_request_context("/en/"), app.app_context():
        from storefront.offers.queries import offers_by_code

        product = offers_by_code(["mgt-c"], "en")["mgt-c"].slug
    return {name: path.replace("{mgt-c}", product).replace("{article}", slug) for name, path in PAGES.items()}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        app, bare = demo_app(Path(folder)), bare_app()
        pages = addresses(app)
        seen: list[str] = []
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        times: dict[str, list[float]] = {name: [] for name in ["bare", *pages]}
        facts: dict[str, tuple[int, int, int]] = {}
        for round_ in range(ROUNDS + WARM_UP):
            for name, path in [("bare", "/"), *pages.items()]:
                seen.clear()
                start = time.process_time()
                status, body = call(bare if name == "bare" else app, path)
                spent = time.process_time() - start
                if not status.startswith("200"):
                    sys.exit(f"{path}: {status}")
                if round_ >= WARM_UP:
                    times[name].append(spent)
                    asked = [statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))]
                    facts[name] = (len(asked), len(body), len(gzip.compress(body)))
        report(times, facts)


def report(times: dict[str, list[float]], facts: dict[str, tuple[int, int, int]]) -> None:
    """One line per page: queries, median CPU, bytes, ratio of a bare view to it."""
    bare = statistics.median(times["bare"])
    print(f"{'page':<14}{'queries':>8}{'CPU ms':>9}{'HTML':>9}{'gzip':>8}{'ratio':>8}")
    for name, spent in times.items():
        median = statistics.median(spent)
        queries, plain, packed = facts[name]
        print(f"{name:<14}{queries:>8}{median * 1000:>9.2f}{plain:>9}{packed:>8}{bare / median:>8.3f}")


if __name__ == "__main__":
    main()
