"""The one way to change data: ``with writing(): …``.

The block ends the read transaction of the session, begins a writing one (IMMEDIATE on SQLite), and
commits, or rolls back when anything is raised. Actions never commit; views, the worker, the demo and
commands do, here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from storefront.database import db

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger("transactions")
ATTEMPTS = 3
# Serialisation failure, deadlock, lock not available: https://www.postgresql.org/docs/15/errcodes-appendix.html
RETRY_STATES = {"40001", "40P01", "55P03"}


@contextmanager
def writing() -> Iterator[None]:
    """Change data: one transaction, committed at the end of the block, rolled back on any exception.

    A block inside a block is refused: it would roll back what the outer one has done so far.
    """
    info = db.session().info
    if info.get("writing"):
        raise RuntimeError("writing() inside writing(): a transaction is open already, work in that one")
    db.session.rollback()
    info["writing"] = True
    try:
        db.session.connection(execution_options={"write": True})
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        info["writing"] = False


def write_if_possible(what: str, change: Callable[[], object]) -> None:
    """Change what may be lost: when the database is locked or away, a line is logged and no more."""
    try:
        with writing():
            change()
    except DBAPIError as error:
        log.warning("not written", what=what, reason=str(error.orig))


def ends_reading() -> None:
    """End the read transaction, so that no database connection is held during a network call."""
    db.session.rollback()


def repeated(view: Callable[P, R]) -> Callable[P, R]:
    """Repeat a whole view, at most 3 times in all, after a deadlock or serialisation failure."""

    @functools.wraps(view)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS - 1):
            try:
                return view(*args, **kwargs)
            except DBAPIError as error:
                if not is_worth_repeating(error):
                    raise
                db.session.rollback()
        return view(*args, **kwargs)

    return inner


def is_worth_repeating(error: DBAPIError) -> bool:
    """True for the failures that go away when the transaction is run once more."""
    state = getattr(error.orig, "sqlstate", None)
    return state in RETRY_STATES or (
        isinstance(error, OperationalError) and "database is locked" in str(error.orig)
    )
