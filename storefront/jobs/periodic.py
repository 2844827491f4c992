"""Work that comes again and again: one worker does it at a time, by one conditional UPDATE."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.database import db
from storefront.jobs import rules
from storefront.jobs.models import Periodic


def due(names: Iterable[str]) -> list[str]:
    """Which of these have to be done now and nobody has in hand, by a look that writes nothing."""
    moment = clock.now()
    rows = db.session.execute(select(Periodic.name, Periodic.next_run_at, Periodic.leased_until)).all()
    db.session.rollback()
    waiting = {name for name, next_run_at, until in rows if not _is_free(next_run_at, until, moment)}
    return [name for name in names if name not in waiting]


def take(name: str, holder: str) -> bool:
    """Take work in hand. False when another worker has it, or has done it."""
    moment = clock.now()
    mine: dict[str, Any] = {"leased_until": moment + rules.LEASE, "leased_by": holder}
    if _changed(update(Periodic).where(Periodic.name == name, *_free(moment)).values(mine)):
        return True
    if db.session.scalar(select(Periodic.name).where(Periodic.name == name)):
        return False
    try:
        with db.session.begin_nested():
            db.session.add(Periodic(name=name, next_run_at=moment, **mine))
    except IntegrityError:
        return False
    return True


def finish(name: str, holder: str, every: timedelta, error: str = "") -> None:
    """Put it down until the next time; a failure is noted, and it is tried again then."""
    moment = clock.now()
    mine = update(Periodic).where(Periodic.name == name, Periodic.leased_by == holder)
    put_down = {"leased_until": None, "leased_by": None, "ran_at": moment, "error": error[:2000]}
    _changed(mine.values(next_run_at=moment + every, **put_down))


def _free(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Periodic.next_run_at <= moment,
        or_(Periodic.leased_until.is_(None), Periodic.leased_until < moment),
    )


def _is_free(next_run_at: datetime, leased_until: datetime | None, moment: datetime) -> bool:
    return next_run_at <= moment and (leased_until is None or leased_until < moment)


def _changed(statement: Any) -> bool:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount == 1
