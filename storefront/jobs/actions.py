"""Putting something into the outbox, and what staff decide about what is dead."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Update, delete, update
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.database import db
from storefront.jobs.models import Heartbeat, Job
from storefront.locale import gettext as _
from storefront.refusals import Refused

WORKER = "worker"


def enqueue(name: str, payload: dict[str, Any], plugin: str = "", run_at: datetime | None = None) -> None:
    """Add a job to the caller's transaction; it runs after the commit, or never if that fails.

    payload: JSON values only, ids rather than copies. plugin: the plugin that must do it, empty for the core.
    """
    db.session.add(Job(name=name, plugin=plugin, payload=payload, run_at=run_at or clock.now()))


def forget_done(before: datetime, name: str = "") -> None:
    """Delete the jobs, all or those of a name, that were done, or let go, before a moment."""
    old = delete(Job).where(Job.done_at < before, *([Job.name == name] if name else []))
    db.session.execute(old.execution_options(synchronize_session=False))


def beat() -> None:
    """A worker lives."""
    moment = clock.now()
    if _changed(update(Heartbeat).where(Heartbeat.name == WORKER).values(seen_at=moment)):
        return
    try:
        with db.session.begin_nested():
            db.session.add(Heartbeat(name=WORKER, seen_at=moment))
    except IntegrityError:
        return  # another worker was faster


def try_again(job_id: int) -> Job:
    """Bring a dead job back: it is due at once and has three days again. Raises Refused (404, 409)."""
    _change_dead(job_id, _again())
    return db.session.get_one(Job, job_id, populate_existing=True)


def try_all_again() -> int:
    """Bring every dead job back, as after a wrong setting of the mail server. How many."""
    return _count(_again().where(Job.dead_at.is_not(None), Job.done_at.is_(None)))


def let_go(job_id: int) -> Job:
    """Nobody needs a dead job any more; its row stays for a month. Raises Refused (404, 409)."""
    _change_dead(job_id, update(Job).values(done_at=clock.now()))
    return db.session.get_one(Job, job_id, populate_existing=True)


def _again() -> Update:
    return update(Job).values(
        dead_at=None, run_at=clock.now(), attempts=0, first_tried_at=None, leased_until=None, leased_by=None
    )


def _change_dead(job_id: int, change: Update) -> None:
    if db.session.get(Job, job_id) is None:
        raise Refused(_("There is no such job."), status=404)
    if not _changed(change.where(Job.id == job_id, Job.dead_at.is_not(None), Job.done_at.is_(None))):
        raise Refused(_("Somebody has decided about this already."), status=409)


def _changed(statement: Any) -> bool:
    return _count(statement) == 1


def _count(statement: Any) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount
