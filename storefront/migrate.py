"""`flask db …`: revisions of the core and of each plugin, every component with a version table of its own.

A component's migration is done whole or not at all, and one at a time: a second upgrade waits, and finds
nothing to do.

SQLite: with foreign keys on, a batch migration that rebuilds a table cascades into others and empties them.
So foreign keys are off during a migration and checked before it and before its commit; and before an upgrade
that has something to do, a copy is made through SQLite's backup API.

Alembic is imported where it is used: it costs half a second that web and worker need not spend.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import Connection, text

from storefront import clock
from storefront.config import Settings
from storefront.database import db
from storefront.pages.actions import add_shells
from storefront.plugin_system.calling import plugins
from storefront.pricing.defaults import add_defaults
from storefront.transactions import writing

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

HERE = Path(__file__).parent / "migrations"
COPIES_KEPT = 5
WAIT_MS = 600_000  # for a migration that another process is running
ADVISORY_LOCK = 7_305_001  # any number that nothing else in the database takes


@dataclass(frozen=True)
class Component:
    """The core, or a plugin, with its tables and its revisions."""

    name: str  # "" for the core
    folder: Path

    @property
    def version_table(self) -> str:
        """Where this component's revision is noted."""
        return f"version_plugin_{self.name}" if self.name else "version_core"

    def owns(self, table: str | None) -> bool:
        """True for a table of this component."""
        name = table or ""
        if self.name:
            return name.startswith(f"plugin_{self.name}_")
        return not name.startswith(("plugin_", "version_"))


def components() -> list[Component]:
    """The core first, then the running plugins with migrations, in the order of the setting."""
    found = [Component("", HERE / "versions")]
    for loaded in plugins().loaded:
        if (loaded.folder / "migrations").is_dir():
            found.append(Component(loaded.plugin.name, loaded.folder / "migrations"))
    return found


def upgrade_all() -> None:
    """Bring every component up to date."""
    with alone():
        _bring_up(components())


def _bring_up(chosen: list[Component]) -> None:
    from alembic import command

    late = [component for component in chosen if _current(component) != _script(component).get_heads()]
    copy = copy_sqlite() if late else None
    if copy:
        click.echo(f"copy made: {copy.name}")
    for component in late:
        run(component, lambda config: command.upgrade(config, "heads"))


def run(component: Component, action: Callable[[Config], object]) -> None:
    """Run an Alembic command for one component."""
    with migrating() as connection:
        config = _config(component)
        config.attributes["connection"] = connection
        action(config)


def copy_sqlite() -> Path | None:
    """Copy an SQLite database before it is changed; None for other databases and new ones."""
    name = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not name or not Path(name).exists() or not _has_tables():
        return None
    settings: Settings = current_app.extensions["storefront"]
    folder = settings.instance_path / "copies"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"before-upgrade-{clock.now():%Y%m%d-%H%M%S}.sqlite3"
    with sqlite3.connect(name) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    for old in sorted(folder.glob("before-upgrade-*.sqlite3"))[:-COPIES_KEPT]:
        old.unlink()
    return target


@contextmanager
def alone() -> Iterator[None]:
    """Keep other upgrades out. On SQLite there is nothing to do: `migrating` locks the file."""
    if db.engine.dialect.name != "postgresql":
        yield
        return
    with db.engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = {WAIT_MS}"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        # It idles from here on. This also ends the snapshot of the select before, for which an index that is
        # made concurrently would wait.
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield


@contextmanager
def migrating() -> Iterator[Connection]:
    """A connection that may change tables; what was done on it is kept when the block ends well.

    On SQLite it is one transaction that holds the write lock, on a connection that is not used again: its
    foreign keys are off.
    """
    db.session.rollback()
    with db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            yield connection  # Alembic begins its own transaction: a revision may ask for none
            connection.commit()
            return
        connection.detach()
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
        with connection.execution_options(write=True).begin():
            _check_foreign_keys(connection, "before")
            yield connection
            _check_foreign_keys(connection, "after")


def _check_foreign_keys(connection: Connection, when: str) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise click.ClickException(f"foreign keys are broken {when} the migration: {broken[:5]}")


def _has_tables() -> bool:
    with db.engine.connect() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar())


def _config(component: Component) -> Config:
    from alembic.config import Config

    config = Config(attributes={"component": component})
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(component.folder).replace("%", "%%"))
    return config


def _script(component: Component) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(component))


def _current(component: Component) -> list[str]:
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": component.version_table})
        return sorted(context.get_current_heads())


def _chosen(name: str | None) -> list[Component]:
    if name is None:
        return components()
    wanted = "" if name == "core" else name
    found = [component for component in components() if component.name == wanted]
    if not found:
        raise click.UsageError(f"no running plugin named {name!r} with migrations")
    return found


group = AppGroup("db", help="Revisions of the database, of the core and of each plugin.")
plugin_option = click.option("--plugin", default=None, help="Only this plugin (or: core).")


@group.command("upgrade")
@plugin_option
def upgrade(plugin: str | None) -> None:
    """Bring the tables up to the code."""
    chosen = _chosen(plugin)
    with alone():
        _bring_up(chosen)
        for component in chosen:
            click.echo(f"{component.name or 'core'}: {', '.join(_current(component)) or 'no revisions'}")
        if plugin in (None, "core") and _furnish():
            click.echo("new shop: VAT rates, ways of delivery and empty pages added; see them in the admin")


def _furnish() -> bool:
    """Give a fresh shop what it cannot sell without; whatever is there already stays as it is."""
    with writing():
        added = (add_defaults(), add_shells())
    return any(added)


@group.command("downgrade")
@plugin_option
@click.argument("revision", default="-1")
def downgrade(plugin: str | None, revision: str) -> None:
    """Take one component back: by one revision, to a given one, or to `base`."""
    from alembic import command

    if plugin is None:
        raise click.UsageError("name the component: --plugin NAME (or --plugin core)")
    [component] = _chosen(plugin)
    with alone():
        copy_sqlite()
        run(component, lambda config: command.downgrade(config, revision))
    click.echo(f"{component.name or 'core'}: {', '.join(_current(component)) or 'base'}")


@group.command("revision")
@plugin_option
@click.option("-m", "--message", required=True)
def revision(plugin: str | None, message: str) -> None:
    """Write a new revision from the difference between models and tables."""
    from alembic import command

    [component] = _chosen(plugin or "core")
    number = len(list(component.folder.glob("*.py"))) + 1
    identity = f"{component.name or 'core'}_{number:04d}"
    run(
        component,
        lambda config: command.revision(
            config, message, autogenerate=True, rev_id=identity, version_path=str(component.folder)
        ),
    )


@group.command("check")
@plugin_option
def check(plugin: str | None) -> None:
    """Fail when models and revisions differ."""
    from alembic import command

    for component in _chosen(plugin):
        run(component, command.check)
        click.echo(f"{component.name or 'core'}: up to date")
