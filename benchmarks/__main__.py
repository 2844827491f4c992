"""Queries, CPU and bytes of each kind of page and of buying, beside a bare Flask view, in one mixed run.

The demo shop is loaded into a temporary SQLite file. Each page is made anew for each request; the rows "kept"
are the same pages from the page cache (docs/decisions/0017). Requests go through WSGI in this process,
without a network, so that the figures are CPU of the shop alone. A ratio of 0.05 means: a bare Flask view
costs a twentieth of this page.
"""

from __future__ import annotations

import gc
import gzip
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select
from werkzeug.http import parse_cookie
from werkzeug.test import EnvironBuilder

from storefront import clock, migrate
from storefront.app import create_app
from storefront.catalog.models import Variant
from storefront.config import Settings
from storefront.database import db
from storefront.demo import load as demo
from storefront.demo.translations import compile_translations
from storefront.plugin_system import calling
from storefront.stock import actions as stock
from storefront.transactions import writing
from tests.journeys.buying import BUYER

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
KEPT = ("home", "list", "product", "blog", "article")
LINES = ("NMN-C-60", "MGT-C-90", "CRM-P-500")


def bare_app() -> Flask:
    """The smallest Flask app: what everything is compared with."""
    app = Flask("bare")

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app


def demo_app(folder: Path, page_cache_mb: int = 0) -> Flask:
    """The demo shop on SQLite in a folder; loaded when there is none yet."""
    compile_translations()
    settings = Settings.from_environment(
        {"STOREFRONT_ENV": "development", "STOREFRONT_PLUGINS": "blog,announcement"}, folder
    )
    new = not (folder / "shop.sqlite3").exists()
    app = create_app(replace(settings, base_url="http://127.0.0.1:8000", page_cache_mb=page_cache_mb))
    if not new:
        return app
    with app.app_context():
        migrate.upgrade_all()
        today = clock.today()
        with writing():
            demo.load(today)
            calling.call_all("demo_data", today=today)
    return app


@dataclass(frozen=True)
class Answer:
    """What came back: status line, body, the cookies that were set and where it leads."""

    status: str
    body: bytes
    cookies: dict[str, str]
    location: str


def call(app: Flask, path: str, form: dict[str, str] | None = None, cookies: str = "") -> Answer:
    """One request through WSGI; a post when there is a form."""
    environ = EnvironBuilder(
        path=path.partition("?")[0],
        query_string=path.partition("?")[2],
        method="GET" if form is None else "POST",
        data=form,
        headers={"Cookie": cookies} if cookies else None,
    ).get_environ()
    began: list[tuple[str, list[tuple[str, str]]]] = []

    def start(line: str, headers: Any, _error: Any = None) -> Callable[[bytes], object]:
        began.append((line, headers))
        return io.BytesIO().write

    parts = app.wsgi_app(environ, start)
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    [(status, headers)] = began
    given = [parse_cookie(value.partition(";")[0]) for name, value in headers if name == "Set-Cookie"]
    location = next((value for name, value in headers if name == "Location"), "")
    return Answer(status, body, {name: value for one in given for name, value in one.items()}, location)


class Measured:
    """CPU of each step of all rounds, and of the last round its queries and bytes."""

    def __init__(self, *engines: Engine) -> None:
        self.times: dict[str, list[float]] = {}
        self.facts: dict[str, tuple[int, int, int]] = {}
        self._seen: list[str] = []
        for engine in engines:
            event.listen(engine, "before_cursor_execute", lambda *args: self._seen.append(args[2]))

    def step(self, name: str, expected: str, app: Flask, path: str, *rest: Any) -> Answer:
        """Make a request and write down what it cost; stop when the status is not the expected one."""
        self._seen.clear()
        start = time.process_time()
        answer = call(app, path, *rest)
        self.times.setdefault(name, []).append(time.process_time() - start)
        if not answer.status.startswith(expected):
            sys.exit(f"{name}, {path}: {answer.status}")
        asked = [statement for statement in self._seen if not statement.startswith(("BEGIN", "PRAGMA"))]
        self.facts[name] = (len(asked), len(answer.body), len(gzip.compress(answer.body)))
        return answer


def buying(app: Flask, measured: Measured) -> None:
    """A new cart, three products into it, and the order; the third product and the order are measured."""
    cookies = ""
    for number, sku in enumerate(LINES, 1):
        form = {"sku": sku, "quantity": "1"}
        if number < len(LINES):
            answer = call(app, "/en/cart/add", form, cookies)
        else:
            answer = measured.step("add to cart", "303", app, "/en/cart/add", form, cookies)
        cookies = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
    page = call(app, "/en/checkout", None, cookies).body.decode()
    form = BUYER | {"seen": page.partition('name="seen" value="')[2].partition('"')[0]}
    placed = measured.step("order, 3 lines", "303", app, "/en/checkout", form, cookies)
    if "/payment/" not in placed.location:
        sys.exit(f"the order led to {placed.location}")


def fill_shelves(app: Flask) -> None:
    """Stock for every round."""
    with app.app_context(), writing():
        for variant_id in db.session.scalars(select(Variant.id).where(Variant.sku.in_(LINES))).all():
            stock.set_level(variant_id, 10 * (ROUNDS + WARM_UP), "bench")


def addresses(app: Flask) -> dict[str, str]:
    """The paths of PAGES with real slugs filled in."""
    article = call(app, "/en/blog").body.decode().split('href="/en/blog/')[1:]
    slug = next(part.partition('"')[0] for part in article if not part.startswith(("feed", "topics", "?")))
    with app.test_request_context("/en/"), app.app_context():
        from storefront.offers.queries import offers_by_code

        product = offers_by_code(["mgt-c"], "en")["mgt-c"].slug
    return {name: path.replace("{mgt-c}", product).replace("{article}", slug) for name, path in PAGES.items()}


def engine_of(app: Flask) -> Engine:
    """The engine of an app."""
    with app.app_context():
        return db.engine


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        app, bare = demo_app(Path(folder)), bare_app()
        pages = addresses(app)
        fill_shelves(app)
        keeping = demo_app(Path(folder), page_cache_mb=32)
        measured = Measured(engine_of(app), engine_of(keeping))
        gc.freeze()  # as wsgi.py does
        for round_ in range(ROUNDS + WARM_UP):
            if round_ == WARM_UP:
                measured.times.clear()
            measured.step("bare", "200", bare, "/")
            for name, path in pages.items():
                measured.step(name, "200", app, path)
            for name in KEPT:
                measured.step(f"{name}, kept", "200", keeping, pages[name])
            buying(app, measured)
        report(measured.times, measured.facts)


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
