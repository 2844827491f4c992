"""Fixtures for pytest: for the core, for bundled plugins and for other people's.

Loaded by name (``-p storefront.testing`` or ``pytest_plugins``), never imported. Each test has a database
and an instance folder of its own; a migrated one, and one with the demo shop, are made once per run and
copied. Tests marked ``postgres`` need a PostgreSQL server: the one of STOREFRONT_TEST_POSTGRES_URL, or a
throw-away cluster of the installed binaries. Tests marked ``browser`` need Chromium.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import make_url

from storefront import clock, locale, migrate
from storefront.app import create_app
from storefront.config import Settings
from storefront.database import db
from storefront.demo import load as demo
from storefront.demo.translations import compile_translations
from storefront.plugin_system import calling
from storefront.testing import browser, reuse
from storefront.testing.databases import cluster, create_database, maintain, missing
from storefront.testing.servers import Live, served_here, start_server
from storefront.transactions import writing

PLUGINS = tuple(name for name in os.environ.get("STOREFRONT_PLUGINS", "blog,announcement").split(",") if name)
KEY = "a-key-for-tests-only-with-enough-letters"
CONFIG = {
    "TESTING": True,
    "RAISE_IN_HOOKS": True,
    "RATELIMIT_ENABLED": False,
    "CHEAP_PASSWORDS": True,
    "PROPAGATE_EXCEPTIONS": True,
}


class FreshClient(FlaskClient):
    """Runs each request in a context of its own, as a server does: nothing of a test's context leaks in."""

    def open(self, *args: Any, **values: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **values)


@dataclass
class Templates:
    """Databases that are made once and copied: empty (migrated) and demo (the demo shop)."""

    folder: Path
    made: dict[str, str] = field(default_factory=dict)  # "sqlite-demo" -> URL


@pytest.fixture(autouse=True)
def fresh_context() -> None:
    """Each test begins in English and today, whatever a request of the one before it left behind."""
    locale.set_current("en")
    clock.show_date(None)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """The folder of this run's template databases, with the translations compiled."""
    compile_translations()
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server's maintenance database."""
    given = os.environ.get("STOREFRONT_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    binaries = (
        sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []
    )
    if not binaries:
        missing("PostgreSQL is not installed")
    with cluster(binaries[-1]) as address:
        yield address


@dataclass
class Maker:
    """Makes apps for a test, each on a copy of a template database."""

    templates: Templates
    folder: Path
    postgres: Callable[[], str]
    apps: list[Flask] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)

    def __call__(
        self,
        kind: str = "empty",
        database: str = "sqlite",
        config: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Flask:
        """An app. kind: "empty" or "demo". changes: fields of Settings. config: Flask settings."""
        url = self._template(kind, database)
        folder = self.folder / uuid.uuid4().hex[:8]
        folder.mkdir(parents=True)
        settings = replace(self._settings(folder, self._copy(url, folder), kind), **changes)
        app = create_app(settings, CONFIG | (config or {}))
        app.test_client_class = FreshClient
        with app.app_context():
            if db.engine.dialect.name == "sqlite":
                event.listen(db.engine, "connect", _hasty)
            reuse.share(app, db.engine)
        self.apps.append(app)
        return app

    def _settings(self, folder: Path, url: str, kind: str) -> Settings:
        return Settings(
            instance_path=folder,
            env="development",
            secret_key=KEY,
            database_url=url,
            plugins=PLUGINS,
            time_zone=ZoneInfo("Europe/Amsterdam"),
            payment_provider="demo",
            media_dir=self.templates.folder / "media",
        )

    def _template(self, kind: str, database: str) -> str:
        name = f"{database}-{kind}"
        if name not in self.templates.made:
            self.templates.made[name] = url = self._new(name, database)
            app = create_app(self._settings(self.templates.folder, url, kind), CONFIG)
            with app.app_context():
                reuse.share(app, db.engine)
                migrate.upgrade_all()
                if kind == "demo":
                    today = clock.today()
                    with writing():
                        demo.load(today)
                        calling.call_all("demo_data", today=today)
                reuse.offer(db.engine)
                db.session.remove()
                db.engine.dispose()
        return self.templates.made[name]

    def _new(self, name: str, database: str) -> str:
        if database == "sqlite":
            return f"sqlite:///{self.templates.folder / name}.sqlite3"
        return create_database(self.postgres(), f"template_{name.partition('-')[2]}_{uuid.uuid4().hex[:6]}")

    def _copy(self, url: str, folder: Path) -> str:
        parts = make_url(url)
        if parts.drivername == "sqlite":
            target = folder / "shop.sqlite3"
            shutil.copy(str(parts.database), target)
            return f"sqlite:///{target}"
        name = f"test_{uuid.uuid4().hex[:10]}"
        self.dropped.append((self.postgres(), name))
        return create_database(self.postgres(), name, template=str(parts.database))

    def close(self) -> None:
        """Let go of all connections, and drop PostgreSQL's copies."""
        for app in self.apps:
            with app.app_context():
                db.session.remove()
                for engine in db.engines.values():
                    engine.dispose()
        for server, name in self.dropped:
            maintain(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _hasty(connection: Any, _entry: object) -> None:
    """The database of a test need not outlive a power cut: it does not wait for the disk."""
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture
def make_app(templates: Templates, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Maker]:
    """A function that makes apps: make_app("demo", "postgres", base_url="https://…")."""
    maker = Maker(templates, tmp_path, lambda: str(request.getfixturevalue("postgres_url")))
    yield maker
    maker.close()


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def app(make_app: Maker) -> Iterator[Flask]:
    """A migrated, empty shop on SQLite, with an app context."""
    yield from _entered(make_app("empty"))


@pytest.fixture
def demo_app(make_app: Maker) -> Iterator[Flask]:
    """The demo shop on SQLite, with an app context."""
    yield from _entered(make_app("demo"))


@pytest.fixture(params=BOTH)
def any_app(make_app: Maker, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A migrated, empty shop: once on SQLite, once on PostgreSQL."""
    yield from _entered(make_app("empty", request.param))


@pytest.fixture(params=BOTH)
def any_demo_app(make_app: Maker, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The demo shop: once on SQLite, once on PostgreSQL."""
    yield from _entered(make_app("demo", request.param))


def _entered(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script, on the empty shop."""
    return app.test_client()


@pytest.fixture
def demo_client(demo_app: Flask) -> FlaskClient:
    """A browser without script, on the demo shop."""
    return demo_app.test_client()


@pytest.fixture
def admin_client(demo_app: Flask) -> FlaskClient:
    """Signed in as admin, on the demo shop."""
    return entered_as(demo_app, "admin")


@pytest.fixture
def marketer_client(demo_app: Flask) -> FlaskClient:
    """Signed in as marketer, on the demo shop."""
    return entered_as(demo_app, "marketer")


def entered_as(app: Flask, role: str) -> FlaskClient:
    """A client that entered as a role by the development button."""
    client = app.test_client()
    response = client.post(f"/dev/enter/{role}")
    assert response.status_code in {302, 303}, response.status
    return client


@contextlib.contextmanager
def _counted(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def queries() -> Callable[[Flask], contextlib.AbstractContextManager[list[str]]]:
    """`with queries(app) as seen:` collects every statement that reaches the driver."""
    return _counted


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """`figure("orders: 12 s")` puts a line at the end of the run; figures are printed, never asserted."""
    return lambda text: request.node.user_properties.append(("figure", text))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """A function that serves an app: serve(app); by gunicorn: serve(app, workers=2, STRIPE_API_BASE="…")."""
    with contextlib.ExitStack() as running:

        def start(app: Flask, workers: int = 0, threads: int = 8, **extra: str) -> Live:
            if not workers:
                return Live(running.enter_context(served_here(app)), app)
            live = start_server(app, tmp_path, workers, threads, extra)
            running.callback(live.stop)
            return live

        yield start


def pytest_configure(config: pytest.Config) -> None:
    """Register the browser's fixture last, so that it comes after the one of pytest-playwright."""
    config.pluginmanager.register(browser, "storefront-browser")
    reuse.prepare()


def pytest_collection_finish() -> None:
    """All modules are there: the tests can begin."""
    reuse.settle()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The last lines: what was measured, how many tests ran where, and what was left out and why."""
    ran = {"SQLite": 0, "PostgreSQL": 0, "browser": 0}
    reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    told = [text for report in reports for name, text in report.user_properties if name == "figure"]
    for figure in sorted(map(str, told)):
        terminalreporter.write_line(figure)
    for report in reports:
        where = (
            "browser"
            if "browser" in report.keywords
            else "PostgreSQL"
            if "postgres" in report.keywords
            else "SQLite"
        )
        ran[where] += 1
    terminalreporter.write_line(
        "ran against " + ", ".join(f"{place}: {count}" for place, count in ran.items())
    )
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        terminalreporter.write_line(f"left out ({count}): {reason}")
