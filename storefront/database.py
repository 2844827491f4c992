"""The database: one ``db``, naming convention, column types and SQLite's pragmas.

SQLite locks the whole file. A transaction that reads first and writes later is refused at once when
another has written meanwhile, whatever the busy time-out; so a writing transaction begins IMMEDIATE and
a reading one does not. ``transactions.writing`` sets the execution option ``write`` that is read here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Engine,
    Executable,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    cast,
    event,
    lambda_stmt,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Mapper, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_SECONDS = 5
LOCK_TIMEOUT_MS = 3000
# PostgreSQL's classes of failure: connection, room, shutting down, system, and no turn for us.
AWAY_STATES = ("08", "53", "57", "58", "40", "55P03")
AWAY_WORDS = (
    "database is locked",
    "disk is full",
    "no such savepoint",  # SQLite has ended the whole transaction: the disk is full, or it could not be read
    "unable to open",
    "disk I/O error",
    "readonly database",
)

LocalText = dict[str, str]
"""A small text in every language of the shop: {"nl": "…", "en": "…"}."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Aware datetimes in, aware UTC datetimes out; stored without a zone, in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number that keeps its digits (99.80 stays 99.80), on SQLite too: stored as text."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(Decimal(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """The base of every model, of the core and of plugins.

    affects_pages: whether a change of the table may change a page that everybody sees; then pages that are
    kept are made anew (`content_version`).
    """

    affects_pages: ClassVar[bool] = True

    metadata = MetaData(naming_convention=NAMING)
    registry = registry(
        metadata=metadata,
        type_annotation_map={
            datetime: UtcDateTime,
            Decimal: ExactDecimal,
            LocalText: JSON,
            dict[str, Any]: JSON,
            list[dict[str, Any]]: JSON,
            list[str]: JSON,
        },
    )


@event.listens_for(Mapper, "instrument_class")
def _mark_table(mapper: Mapper[Any], model: type[Base]) -> None:
    if isinstance(mapper.local_table, Table):
        mapper.local_table.info["affects_pages"] = model.affects_pages


_decode = json.JSONDecoder().raw_decode  # json.loads looks for spaces around first; it takes twice the time
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def fetch(
    statement: Executable | Callable[[], Select[*tuple[Any, ...]]], values: Mapping[str, Any] | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """What a select of columns finds, without the part of the ORM: half the time of `session.execute`.

    For statements that are built once, with their values as parameters; a lambda is `built_once` by itself.
    As there, what the session holds is written first.
    """
    session = db.session()
    if callable(statement):
        statement = built_once(statement)
    session.flush()
    return session.connection().execute(statement, values).all()


def built_once(make: Callable[[], Select[*tuple[Any, ...]]]) -> Executable:
    """A statement that is recognised by its lambda, so that its many columns are not compared at each use.

    The lambda must use nothing but names of its module: each lambda is one statement for good.
    """
    return lambda_stmt(make, enable_tracking=False, track_bound_values=False)


def undecoded(column: Any) -> ColumnElement[str]:
    """The text of a JSON column, for joins that repeat it row by row: `decoded` once."""
    return cast(column, Text).label(column.key)


def decoded(text: str) -> Any:
    """What the text of a JSON column says."""
    return _decode(text)[0]


def is_away(error: Exception) -> bool:
    """True when the database cannot be reached, has no room or no turn for us: it may pass soon."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", "")
    if state:
        return state.startswith(AWAY_STATES)
    text = str(error.orig)
    return isinstance(error, OperationalError) and (
        state is None or any(words in text for words in AWAY_WORDS)
    )


def engine_options(url: str) -> dict[str, Any]:
    """SQLAlchemy engine options for a database address."""
    if url.startswith("sqlite"):
        return {
            "connect_args": {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}
        }
    if url.startswith("postgresql"):
        return {
            "pool_pre_ping": True,
            "pool_size": 5,
            "max_overflow": 15,
            "connect_args": {"options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC"},
        }
    return {}


def prepare_engine(engine: Engine) -> None:
    """Give an engine its listeners. Safe to call more than once."""
    if engine.dialect.name != "sqlite" or event.contains(engine, "begin", _begin):
        return
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)


def _pragmas(connection: Any, _entry: ConnectionPoolEntry) -> None:
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
