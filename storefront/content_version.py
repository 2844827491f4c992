"""The version of all that pages show: one token in the database, new after each change of content.

Whoever keeps a page, or a part of one, keeps it with the token that was read before the content, and may use
it as long as the token of now is the same. A transaction that changes a table writes a new token as its last
statement, unless the model says ``affects_pages = False`` or the statement does, as an execution option. A
random token, not a number: a number would come back with other content after a restored backup.

What is written through the shop's engine is seen, whatever wrote it. Who writes around it (psql) ends with
``UPDATE content_version SET token = …`` in a transaction of its own: an open one makes others wait.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import current_app, g, has_request_context
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Integer,
    String,
    Table,
    event,
    inspect,
    select,
    update,
)

from storefront import clock
from storefront.database import Base, db, fetch

T = TypeVar("T")
CONTENT_VERSION = Table(
    "content_version",
    Base.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("token", String(32), nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
_READ = select(CONTENT_VERSION.c.token)
_CHANGED = "content_changed"
_READING = ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "SHOW", "SET")
_TABLES = ("CREATE", "ALTER", "DROP")


def read() -> tuple[str, date]:
    """The token and the day of this request's first question. Ask before the content that is kept with it."""
    if "content_version" not in g:
        g.content_version = _now()
    found: tuple[str, date] = g.content_version
    return found


def read_again() -> tuple[str, date]:
    """The same of now; what this request keeps from here on is kept with it."""
    g.pop("content_version", None)
    return read()


def _now() -> tuple[str, date]:
    rows = fetch(_READ)
    return (rows[0].token if rows else ""), clock.today()


def kept(key: str, make: Callable[[], T]) -> T:
    """What `make` gives, kept in this process for as long as the content stays.

    Outside of a request, and in one that has changed content, it is made anew. For small things that
    many pages need and few change: what comes back is shared, and must be left as it is.
    """
    if not has_request_context() or g.get("changes_content"):
        return make()
    now = read()
    if not now[0]:
        return make()
    store: dict[str, tuple[tuple[str, date] | None, Any]] = current_app.extensions.setdefault("kept", {})
    version, value = store.get(key, (None, None))
    if version != now:
        value = make()
        store[key] = now, value
    found: T = value
    return found


def touch() -> None:
    """Say that this transaction changes what pages show, for models that leave it to their actions."""
    db.session.connection().info[_CHANGED] = "rows"


def watch(engine: Engine) -> None:
    """Listen to what is written through an engine. Safe to call more than once."""
    if not event.contains(engine, "before_cursor_execute", _notice):
        event.listen(engine, "begin", _begin)
        event.listen(engine, "before_cursor_execute", _notice)
        event.listen(engine, "commit", _renew)


def _begin(connection: Connection) -> None:
    connection.info.pop(_CHANGED, None)


def _notice(connection: Connection, _cursor: Any, said: str, _values: Any, context: Any, _many: bool) -> None:
    word = said.lstrip(" \n(")[:9].upper()
    if word.startswith(_READING):
        return
    if word.startswith(_TABLES):
        connection.info[_CHANGED] = "tables"
    elif not _is_quiet(context):
        connection.info.setdefault(_CHANGED, "rows")
        if has_request_context():
            g.changes_content = True


def _is_quiet(context: Any) -> bool:
    """True for a statement of ours whose table, or which itself, says that no page shows it."""
    if context is None or context.compiled is None:
        return False
    if not context.execution_options.get("affects_pages", True):
        return True
    table = getattr(context.compiled.compile_state, "dml_table", None)
    return isinstance(table, Table) and (
        table is CONTENT_VERSION or not table.info.get("affects_pages", True)
    )


def _renew(connection: Connection) -> None:
    """Write a new token before the commit. Others who change content wait for it: so it is the last one."""
    changed = connection.info.pop(_CHANGED, None)
    if changed == "rows" or (changed == "tables" and inspect(connection).has_table(CONTENT_VERSION.name)):
        connection.execute(update(CONTENT_VERSION).values(token=secrets.token_hex(16)))
