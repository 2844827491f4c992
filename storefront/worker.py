"""`flask worker`: takes jobs from the outbox, one at a time, and sweeps expired reservations each minute.

A job that changes data runs with its `done_at` in one transaction. A job that talks to the network is leased
and committed first, and runs without a transaction (a mail inside one would lock every other writer of
SQLite). A job of an absent plugin waits.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.exc import DBAPIError

from storefront import clock, mail
from storefront.config import Settings
from storefront.database import db
from storefront.jobs.actions import forget_done
from storefront.jobs.models import Job
from storefront.orders import mail as order_mail
from storefront.orders.actions import forget_phones
from storefront.payments.actions import forget_events
from storefront.payments.conversation import sweep
from storefront.plugin_system import calling, hookspecs
from storefront.transactions import writing

log = structlog.get_logger("worker")
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 60
SWEEP_SECONDS = 60
IDLE_SECONDS = 1.0
TIDY = timedelta(days=1)
KEPT = timedelta(days=30)  # jobs that are done, and ids of a provider's events
PHONES_KEPT = timedelta(days=90)  # after an order was sent or closed; the privacy page says so


def _tell(hook: str) -> hookspecs.Job:
    """One plugin's reaction to an order."""

    def tell(payload: dict[str, Any]) -> None:
        calling.call_one(payload["plugin"], hook, order_id=payload["order_id"])

    return hookspecs.Job(tell)


def _send(compose: Callable[[int], mail.Message]) -> hookspecs.Job:
    """A mail about an order."""

    def send(payload: dict[str, Any]) -> None:
        message = compose(payload["order_id"])
        db.session.rollback()
        mail.send(message, _settings())

    return hookspecs.Job(send, network=True)


JOBS: dict[str, hookspecs.Job] = {
    "hook.order_placed": _tell("order_placed"),
    "hook.order_paid": _tell("order_paid"),
    "mail.order_confirmation": _send(order_mail.order_confirmation),
    "mail.order_sent": _send(order_mail.order_sent),
    "mail.order_refunded": _send(order_mail.order_refunded),
}


def work(once: bool = False) -> int:
    """Take jobs until told to stop, or until none is due when `once`. Returns how many ran."""
    clock.use_zone(_settings().time_zone)
    stopping = threading.Event()
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
    done = 0
    next_sweep = next_tidy = clock.now()
    while not stopping.is_set():
        if clock.now() >= next_sweep:
            _sweep()
            next_sweep = clock.now() + timedelta(seconds=SWEEP_SECONDS)
        if clock.now() >= next_tidy:
            _tidy()
            next_tidy = clock.now() + TIDY
        ran = _ran()
        done += ran
        if not ran:
            if once:
                break
            stopping.wait(IDLE_SECONDS)
    return done


def _ran() -> bool:
    """Run one job; when the database is away or locked the worker waits for it, and does not end."""
    try:
        return run_one()
    except DBAPIError:
        log.exception("database away")
        db.session.remove()
        return False


def run_one() -> bool:
    """Run one due job. Returns False when none is due."""
    jobs = known_jobs()
    try:
        return _run_in_transaction(jobs) or _run_leased(jobs)
    finally:
        db.session.rollback()


def known_jobs() -> dict[str, hookspecs.Job]:
    """The jobs of plugins, where a bare function talks to nobody, and the core's, which stay."""
    given = [item for jobs in calling.call_all("jobs") for item in jobs.items()]
    theirs = {name: job if isinstance(job, hookspecs.Job) else hookspecs.Job(job) for name, job in given}
    return theirs | JOBS


def _due(names: list[str]) -> Select[Job]:
    """The first due job among `names`; jobs of absent plugins stay."""
    moment = clock.now()
    return (
        select(Job)
        .where(
            Job.done_at.is_(None),
            Job.run_at <= moment,
            Job.name.in_(names),
            Job.attempts < MOST_ATTEMPTS,
            Job.plugin.in_(["", *calling.plugins().names()]),
            or_(Job.leased_until.is_(None), Job.leased_until < moment),
        )
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _run_in_transaction(jobs: dict[str, hookspecs.Job]) -> bool:
    """A job that changes data: its work and its `done_at` are one transaction."""
    names = [name for name, job in jobs.items() if not job.network]
    if not _any_due(names):
        return False
    job_id = 0
    try:
        with writing():
            job = db.session.scalar(_due(names))
            if job is None:
                return False
            job_id = job.id
            jobs[job.name].function(job.payload)
            job.done_at = clock.now()
            job.attempts += 1
    except Exception as error:
        _failed(job_id, error)
    return True


def _run_leased(jobs: dict[str, hookspecs.Job]) -> bool:
    """A job that talks to the network: leased, committed, done, noted."""
    names = [name for name, job in jobs.items() if job.network]
    if not _any_due(names):
        return False
    with writing():
        job = db.session.scalar(_due(names))
        if job is None:
            return False
        job.leased_until = clock.now() + LEASE
        job.attempts += 1  # here, so that a job which ends the process is not tried for ever
        taken = (job.id, job.name, dict(job.payload))
    job_id, name, payload = taken
    try:
        jobs[name].function(payload)
    except Exception as error:
        _failed(job_id, error, counted=True)
        return True
    with writing():
        db.session.execute(
            update(Job)
            .where(and_(Job.id == job_id, Job.done_at.is_(None)))
            .values(done_at=clock.now(), leased_until=None)
        )
    return True


def _any_due(names: list[str]) -> bool:
    """Look without writing, so that an idle worker never takes SQLite's write lock."""
    found = db.session.scalar(
        _due(names).with_only_columns(Job.id).with_for_update(read=False, skip_locked=True)
    )
    db.session.rollback()
    return found is not None


def _failed(job_id: int, error: Exception, counted: bool = False) -> None:
    """Note a failure and try again later: after 10 s, then doubling, at most every two hours."""
    log.exception("job failed", job=job_id)
    with writing():
        job = db.session.get(Job, job_id)
        if job is not None:
            job.attempts += 0 if counted else 1
            job.error = f"{type(error).__name__}: {error}"[:2000]
            job.leased_until = None
            job.run_at = clock.now() + timedelta(seconds=min(10 * 2 ** (job.attempts - 1), 7200))


def _sweep() -> None:
    try:
        sweep()
    except Exception:
        log.exception("sweep failed")
    finally:
        db.session.rollback()


def _tidy() -> None:
    """Once a day: what is done and old goes, else two tables grow for ever."""
    try:
        with writing():
            before = clock.now() - KEPT
            forget_done(before)
            forget_events(before)
            forget_phones(clock.now() - PHONES_KEPT)
    except Exception:
        log.exception("tidying failed")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["storefront"]
    return settings
