"""Orders and webhooks through real HTTP, on SQLite and PostgreSQL: rate, p99, queries, and a bare Flask POST.

Two web processes of eight threads each, sixteen clients in this process. Shop and bare app take turns, so
that a ratio says more than a figure: clients and shop share the machine.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, request
from sqlalchemy import event

from storefront import migrate
from storefront.app import create_app
from storefront.cart.lines import new_cart
from storefront.config import Settings
from storefront.database import db
from storefront.demo.translations import compile_translations
from storefront.orders import actions as orders
from storefront.payments import actions as payments
from storefront.payments.providers import Session
from storefront.testing import KEY
from storefront.testing.databases import cluster, create_database, free_port
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import POSTED, SMALL, Shelf, new_order
from tests.races import crowd

ORDERS = 200
EVENTS = 400
ROUNDS = 4
CLIENTS = 16
SECRET = "whsec_bench"


def served_bare() -> Flask:
    """What webhooks are compared with: a POST that reads its body and says 200."""
    app = Flask("bare")

    @app.get("/healthz")
    def well() -> str:
        return "ok"

    @app.post("/webhooks/stripe")
    def take() -> str:
        return str(len(request.get_data()))

    return app


@dataclass(frozen=True)
class Figures:
    """Answers a second, and the slowest of a hundred in milliseconds."""

    rate: float
    p99: float


def measured(things: list[Any], act: Callable[[Any], int], good: set[int]) -> Figures:
    """Sixteen at a time; every answer must be a good one."""

    def one(thing: Any) -> float:
        began = time.perf_counter()
        status = act(thing)
        if status not in good:
            raise SystemExit(f"answered {status}")
        return time.perf_counter() - began

    began = time.perf_counter()
    spent = crowd.crowd(things, one, most=CLIENTS)
    rate = len(things) / (time.perf_counter() - began)
    return Figures(rate, 1000 * statistics.quantiles(spent, n=100)[98])


def shop(folder: Path, url: str) -> tuple[Flask, Shelf]:
    """An empty shop with enough on its shelf."""
    app = create_app(Settings.from_environment(environment(folder, url), folder))
    with app.app_context():
        migrate.upgrade_all()
        filled = shelf.fill(100_000)
        db.session.remove()
    return app, filled


@contextlib.contextmanager
def behind_gunicorn(module: str, environ: dict[str, str]) -> Iterator[str]:
    """An app of a module's function, as it would be served."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", module, "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    command += ["--worker-class", "gthread", "-w", "2", "--threads", "8"]
    process = subprocess.Popen(command, env=environ)
    url = f"http://127.0.0.1:{port}"
    try:
        crowd.until(lambda: crowd.call(f"{url}/healthz").status == 200, module)
        yield url
    finally:
        process.terminate()
        process.wait()


def environment(folder: Path, url: str) -> dict[str, str]:
    """What the served shop needs to be the same as ours."""
    return os.environ | {
        "STOREFRONT_TEST_INSTANCE": str(folder),
        "STOREFRONT_ENV": "development",
        "STOREFRONT_SECRET_KEY": KEY,
        "STOREFRONT_STRIPE_WEBHOOK_SECRET": SECRET,
        "STOREFRONT_DATABASE_URL": url,
    }


def to_be_paid(app: Flask, filled: Shelf, count: int) -> list[dict[str, Any]]:
    """The events that say that so many new orders were paid."""
    events = []
    with app.app_context():
        for _number in range(count):
            cart = new_cart().id
            with writing():
                placed = orders.place(new_order(filled, {SMALL: 1}, cart_id=cart))
                payment, _order = payments.open_attempt(placed.id, "stripe")
                reference = f"cs_bench_{placed.id}"
                payments.session_opened(payment.id, Session(reference, "https://pay.example/"))
                paid = {"status": "complete", "payment_status": "paid", "payment_intent": f"pi_{placed.id}"}
                session = paid | {"id": reference, "amount_total": payment.amount_cents, "currency": "eur"}
            events.append(crowd.event("checkout.session.completed", session))
        db.session.remove()
    return events


def tell(url: str, body: dict[str, Any]) -> int:
    """Send an event once."""
    return crowd.send_event(url, SECRET, body, tries=1)[0]


def queries_per_order(app: Flask) -> int:
    """The statements of one post that places an order, with its payment page."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    client = app.test_client()
    client.set_cookie("cart", crowd.new_cookie((SMALL, 1)))
    seen.clear()
    answer = client.post("/en/checkout", data=POSTED | {"seen": "NL.standard.3945"})
    if answer.status_code != 303:
        raise SystemExit(f"the order was answered {answer.status}")
    return len([statement for statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))])


def measure(name: str, url: str, folder: Path) -> None:
    """Print the lines of one database."""
    app, filled = shop(folder, url)
    count = queries_per_order(app)
    batches = [to_be_paid(app, filled, EVENTS // ROUNDS) for _round in range(ROUNDS)]
    told: list[Figures] = []
    plain: list[Figures] = []
    environ = environment(folder, url)
    served = behind_gunicorn("storefront.testing.servers:served()", environ)
    with served as address, behind_gunicorn("benchmarks.selling:served_bare()", environ) as beside:
        carts = [crowd.new_cookie((SMALL, 1)) for _ in range(ORDERS)]
        sold = measured(carts, lambda cart: crowd.pay_post(address, cart).status, {303})
        for batch in batches:
            plain.append(measured(batch, lambda body: tell(beside, body), {200}))
            told.append(measured(batch, lambda body: tell(address, body), {200}))
    with app.app_context():
        paid = crowd.in_state("paid")
        db.session.remove()
        db.engine.dispose()
    if paid != EVENTS:
        raise SystemExit(f"{paid} of {EVENTS} orders are paid")
    rate, p99 = middle(told, plain)
    print(f"{name:<12}{sold.rate:>10.0f}{sold.p99:>9.0f}{count:>9}{rate}{p99}")


def middle(told: list[Figures], plain: list[Figures]) -> tuple[str, str]:
    """Webhooks: the median rate and p99, each with its ratio to the bare POST."""
    rate, bare_rate = (statistics.median(one.rate for one in many) for many in (told, plain))
    p99, bare_p99 = (statistics.median(one.p99 for one in many) for many in (told, plain))
    return f"{rate:>12.0f}{rate / bare_rate:>8.2f}", f"{p99:>10.0f}{p99 / bare_p99:>8.1f}"


def databases(stack: contextlib.ExitStack, folder: Path) -> Iterator[tuple[str, str]]:
    """Both databases, as far as they are there."""
    yield "SQLite", f"sqlite:///{folder / 'shop.sqlite3'}"
    server = os.environ.get("STOREFRONT_TEST_POSTGRES_URL", "")
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not server and not binaries:
        print("PostgreSQL is not installed: left out")
        return
    server = server or stack.enter_context(cluster(binaries[-1]))
    yield "PostgreSQL", create_database(server, f"bench_{os.getpid()}")


def main() -> None:
    """Print the table."""
    compile_translations()
    print(f"\n{'':<12}{'orders/s':>10}{'p99 ms':>9}{'queries':>9}", end="")
    print(f"{'webhooks/s':>12}{'ratio':>8}{'p99 ms':>10}{'ratio':>8}")
    made = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with contextlib.ExitStack() as stack, made as folder:
        for name, url in databases(stack, Path(folder)):
            measure(name, url, Path(folder))


if __name__ == "__main__":
    main()
