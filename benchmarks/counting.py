"""What counting costs: the beacon beside a bare Flask POST, turn by turn, and adding up 100,000 rows."""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, request
from sqlalchemy import func, insert, select
from werkzeug.test import EnvironBuilder

from benchmarks.__main__ import demo_app
from plugins.blog import counting
from plugins.blog.models import DaySum, Event
from storefront import clock
from storefront.database import db
from storefront.transactions import writing

ROUNDS, WARM_UP = 300, 30
ROWS = 100_000
ARTICLE = "magnesium-brain"
DATA = {"article": ARTICLE, "depth": "80", "seen": "card end"}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
HEADERS = {"Sec-Fetch-Site": "same-origin", "User-Agent": BROWSER}


def bare_app() -> Flask:
    """A POST that reads its form and says nothing."""
    app = Flask("bare")

    @app.post("/en/blog/seen")
    def take() -> tuple[str, int]:
        return "", 204 if request.form["article"] else 400

    return app


def post(app: Flask) -> float:
    """The seconds of one beacon."""
    environ = EnvironBuilder("/en/blog/seen", method="POST", data=DATA, headers=HEADERS).get_environ()
    began: list[str] = []

    def start(line: str, _headers: Any, _error: Any = None) -> Callable[[bytes], object]:
        began.append(line)
        return io.BytesIO().write

    before = time.perf_counter()
    parts = app.wsgi_app(environ, start)
    b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    spent = time.perf_counter() - before
    if began != ["204 NO CONTENT"]:
        sys.exit(f"the beacon was answered {began}")
    return spent


def rows_left() -> int:
    """The rows that are not added up."""
    return db.session.scalar(select(func.count()).select_from(Event)) or 0


def folded(app: Flask) -> float:
    """The seconds that adding up takes."""
    day = clock.today()
    rows = [
        {
            "day": day,
            "article_code": f"article-{n % 40}",
            "lang": ("nl", "en")[n % 2],
            "kind": "view",
            "depth": n % 101,
            "placements": ("", "card", "card end")[n % 3],
        }
        for n in range(ROWS)
    ]
    with app.app_context():
        with writing():
            db.session.execute(insert(Event), rows)
        before = time.perf_counter()
        counting.fold_all()
        spent = time.perf_counter() - before
        views = db.session.scalar(
            select(func.sum(DaySum.count)).where(DaySum.measure == "view", DaySum.article_code != ARTICLE)
        )
        if rows_left() or views != ROWS:
            sys.exit(f"{rows_left()} rows are left, {views} views were added up")
        db.session.remove()
    return spent


def main() -> None:
    """Print the lines."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        app, bare = demo_app(Path(folder)), bare_app()
        times: dict[str, list[float]] = {"bare": [], "beacon": []}
        for round_ in range(ROUNDS + WARM_UP):
            for name, one in (("bare", bare), ("beacon", app)):
                spent = post(one)
                if round_ >= WARM_UP:
                    times[name].append(spent)
        with app.app_context():
            if rows_left() != ROUNDS + WARM_UP:
                sys.exit(f"{rows_left()} views were noted")
            db.session.remove()
        plain, told = (statistics.median(times[name]) for name in ("bare", "beacon"))
        spent = folded(app)
        print(f"\n{'':<22}{'ms':>10}{'bare POSTs':>12}")
        print(f"{'bare POST':<22}{plain * 1000:>10.2f}{1:>12}")
        print(f"{'beacon':<22}{told * 1000:>10.2f}{told / plain:>12.1f}")
        print(f"{'adding up 100,000 rows':<22}{spent * 1000:>10.0f}{spent / plain:>12.0f}")


if __name__ == "__main__":
    main()
