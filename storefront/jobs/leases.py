"""Taking a job from the outbox, so that no two workers have the same one; and what becomes of it.

On PostgreSQL a job that is being taken is locked, and others skip it; on SQLite one transaction writes at a
time. A lease is committed before the job is begun: it bears its worker's name, is renewed while that worker
lives, and runs out when the worker was killed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, or_, select, update

from storefront import clock
from storefront.database import db
from storefront.jobs import rules
from storefront.jobs.models import Job, Periodic

ENDED = "WorkerEnded: the worker ended in the middle of it"


def is_due(names: Collection[str], plugins: Collection[str], tried: bool | None = None) -> bool:
    """Look without writing, so that an idle worker never takes SQLite's write lock."""
    found = db.session.scalar(_due(names, plugins, tried).with_only_columns(Job.id))
    db.session.rollback()
    return found is not None


def take(names: Collection[str], plugins: Collection[str], tried: bool) -> Job | None:
    """The first due job of these names, locked for the caller's transaction.

    plugins: those that run; jobs of others stay. tried: those that failed before, or those that did not.
    """
    return db.session.scalar(_due(names, plugins, tried).with_for_update(skip_locked=True))


def lease(job: Job, holder: str) -> bool:
    """Put a worker's name on a locked job; it counts as an attempt. False when it is given up instead.

    The attempt is counted and the next one planned here, so that a job which ends its process is neither
    tried for ever nor at once.
    """
    moment = clock.now()
    ended = job.leased_until is not None or job.error == ENDED
    if ended and rules.is_given_up(job.first_tried_at, moment):
        job.dead_at, job.error, job.leased_until, job.leased_by = moment, ENDED, None, None
        return False
    job.attempts += 1
    job.first_tried_at = job.first_tried_at or moment
    job.run_at = moment + rules.pause(job.attempts)
    job.leased_until, job.leased_by = moment + rules.LEASE, holder
    return True


def finish(job_id: int, holder: str) -> bool:
    """The leased job is done. False, and nothing happens, when the lease went to another worker meanwhile."""
    return _changed(
        update(Job)
        .where(Job.id == job_id, Job.leased_by == holder, Job.done_at.is_(None))
        .values(done_at=clock.now(), leased_until=None, leased_by=None, error="")
    )


def fail(job_id: int, error: Exception, holder: str) -> bool:
    """Note the failure of a leased job and plan the next attempt; after three days it is dead. True then."""
    job = db.session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.done_at is not None or job.leased_by != holder:
        return False
    moment = clock.now()
    job.error = f"{type(error).__name__}: {error}".replace("\x00", "")[:2000]
    job.leased_until = job.leased_by = None
    job.run_at = moment + rules.pause(job.attempts)
    if rules.is_given_up(job.first_tried_at, moment):
        job.dead_at = moment
    return job.dead_at is not None


def renew(holder: str) -> None:
    """The worker lives: what it has in hand stays its own."""
    until = clock.now() + rules.LEASE
    mine = update(Job).where(Job.done_at.is_(None), Job.leased_by == holder)
    _changed(mine.values(leased_until=until))
    _changed(update(Periodic).where(Periodic.leased_by == holder).values(leased_until=until))


def give_back(holder: str) -> None:
    """The worker ends: others need not wait for its leases to run out. It ended in the middle of them."""
    mine = update(Job).where(Job.done_at.is_(None), Job.leased_by == holder)
    _changed(mine.values(leased_until=None, leased_by=None, error=ENDED))
    theirs = update(Periodic).where(Periodic.leased_by == holder)
    _changed(theirs.values(leased_until=None, leased_by=None))


def _due(names: Collection[str], plugins: Collection[str], tried: bool | None) -> Select[Job]:
    moment = clock.now()
    wanted: list[ColumnElement[bool]] = [
        Job.done_at.is_(None),
        Job.dead_at.is_(None),
        Job.run_at <= moment,
        Job.name.in_(names),
        Job.plugin.in_(["", *plugins]),
        or_(Job.leased_until.is_(None), Job.leased_until < moment),
    ]
    if tried is not None:
        wanted.append(Job.attempts > 0 if tried else Job.attempts == 0)
    return select(Job).where(*wanted).order_by(Job.run_at, Job.id).limit(1)


def _changed(statement: Any) -> bool:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount > 0
