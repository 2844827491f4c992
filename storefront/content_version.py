"""The version of all that pages show: one token in the database, new after each change of content.

Whoever keeps a page, or a part of one, keeps it with the token that was read before the content, and may use
it as long as the token of now is the same. A transaction that changes a table writes a new token as its last
statement, unless the model says ``affects_pages = False``. A random token, not a number: a number would come
back with other content after a restored backup.

Changes that go around the session (psql, a script of one's own) must end with `renew` themselves.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, has_request_context
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    String,
    Table,
    TextClause,
    UpdateBase,
    event,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Session

from storefront.database import Base, db, fetch

T = TypeVar("T")
CONTENT_VERSION = Table("content_version", Base.metadata, Column("token", String(32), primary_key=True))
_READ = select(CONTENT_VERSION.c.token)
_CHANGED = "content_changed"


def read() -> str:
    """The token of now. Read it before the content that is kept with it; once per request."""
    if "content_version" not in g:
        [row] = fetch(_READ)
        g.content_version = row.token
    token: str = g.content_version
    return token


def has_changed() -> bool:
    """True when content is no longer what it was when this request read the token; asks anew."""
    [row] = fetch(_READ)
    return bool(row.token != read())


def kept(key: str, make: Callable[[], T]) -> T:
    """What `make` gives, kept in this process for as long as the content stays.

    Only where the request has read the token before; elsewhere it is made anew. For small things that
    every page needs and nobody changes: what comes back is shared, and must be left as it is.
    """
    if not has_request_context() or "content_version" not in g:
        return make()
    store: dict[str, tuple[str, Any]] = current_app.extensions.setdefault("kept", {})
    token, value = store.get(key, ("", None))
    if token != g.content_version:
        value = make()
        store[key] = g.content_version, value
    found: T = value
    return found


def touch() -> None:
    """Say that this transaction changes what pages show, for models that leave it to their actions."""
    db.session.connection().info[_CHANGED] = True


def renew(connection: Connection) -> None:
    """Write a new token. Others who change content wait for the commit: so it is the last statement."""
    connection.execute(update(CONTENT_VERSION).values(token=secrets.token_hex(16)))


def renew_after_migration(connection: Connection) -> None:
    """The same at the end of a migration, if the table is there (still, or already)."""
    if inspect(connection).has_table(CONTENT_VERSION.name):
        renew(connection)


def watch(engine: Engine) -> None:
    """Listen to what is written through an engine. Safe to call more than once."""
    if not event.contains(engine, "before_execute", _notice):
        event.listen(engine, "before_execute", _notice)
        event.listen(engine, "begin", _begin)


def _begin(connection: Connection) -> None:
    connection.info.pop(_CHANGED, None)


def _notice(connection: Connection, statement: Any, *_rest: Any) -> None:
    if isinstance(statement, UpdateBase):
        table = statement.table
        quiet = isinstance(table, Table) and not table.info.get("affects_pages", True)
        if table is not CONTENT_VERSION and not quiet:
            connection.info[_CHANGED] = True
    elif isinstance(statement, TextClause) and not statement.text.lstrip().upper().startswith("SELECT"):
        connection.info[_CHANGED] = True  # nobody knows what it changes


@event.listens_for(db.session, "before_commit")
def _renew_if_changed(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: the transaction goes on
    session.flush()
    connection = session.connection()
    if connection.info.get(_CHANGED):
        renew(connection)
