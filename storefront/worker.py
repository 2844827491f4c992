"""`flask worker`: takes jobs from the outbox, one at a time, and does what comes again and again.

A job is leased and that committed first, so that an attempt counts though it ends the process. A job that
changes data then runs with its `done_at` in one transaction; one that talks to the network runs without any
(a mail inside one would lock every other writer of SQLite). A job of an absent plugin waits. Any number of
workers may run on PostgreSQL.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ParamSpec

import structlog
from flask import current_app
from sqlalchemy.exc import DBAPIError

from storefront import clock, mail
from storefront.config import Settings
from storefront.database import db
from storefront.jobs import leases, periodic
from storefront.jobs.actions import beat, forget_done
from storefront.orders import mail as order_mail
from storefront.orders.actions import forget_phones
from storefront.payments import conversation
from storefront.payments import mail as payment_mail
from storefront.payments.actions import forget_events
from storefront.payments.patience import until
from storefront.plugin_system import calling, hookspecs
from storefront.stock import alerts
from storefront.stock import mail as stock_mail
from storefront.transactions import writing

P = ParamSpec("P")
log = structlog.get_logger("worker")
IDLE_SECONDS = 1.0
PULSE_SECONDS = 15.0
LONGEST_JOB = timedelta(minutes=10)  # a worker that is busy longer hangs: its lease may run out
TRIES_TO_NOTE = 20  # one a second: a database that restarts is back by then
KEPT = timedelta(days=30)  # jobs that are done, and ids of a provider's events
TOLD_KEPT = timedelta(days=1)  # jobs that are done and hold the address of who waited for stock
PHONES_KEPT = timedelta(days=90)  # after an order was sent or closed; the privacy page says so


def _tell(hook: str) -> hookspecs.Job:
    """One plugin's reaction to an order."""

    def tell(payload: dict[str, Any]) -> None:
        calling.call_one(payload["plugin"], hook, order_id=payload["order_id"])

    return hookspecs.Job(tell)


def _send(compose: Callable[..., mail.Message | None]) -> hookspecs.Job:
    """A mail; the job's payload is what its function takes. None: nobody needs it any more."""

    def send(payload: dict[str, Any]) -> None:
        message = compose(**payload)
        db.session.rollback()
        if message is not None:
            mail.send(message, _settings())

    return hookspecs.Job(send, network=True)


def _ask(talk: Callable[..., None]) -> hookspecs.Job:
    """A conversation with the payment provider; the job's payload is what its function takes."""
    return hookspecs.Job(lambda payload: talk(**payload), network=True)


JOBS: dict[str, hookspecs.Job] = {
    "hook.order_placed": _tell("order_placed"),
    "hook.order_paid": _tell("order_paid"),
    "mail.order_received": _send(order_mail.order_received),
    "mail.order_confirmation": _send(order_mail.order_confirmation),
    "mail.order_sent": _send(order_mail.order_sent),
    "mail.order_refunded": _send(order_mail.order_refunded),
    "mail.withdrawal_receipt": _send(order_mail.withdrawal_receipt),
    "mail.withdrawal_closed": _send(order_mail.withdrawal_closed),
    "mail.money_returned": _send(payment_mail.money_returned),
    "mail.payment_failed": _send(payment_mail.payment_failed),
    alerts.ASKS: _send(stock_mail.stock_alert_asked),
    alerts.TELLS: _send(stock_mail.back_in_stock),
    "payment.return": _ask(conversation.give_back_held),
    "payment.refunds": _ask(conversation.look_up_refunds),
}


def _tidy() -> None:
    """What is done and old goes, else two tables grow for ever."""
    with writing():
        before = clock.now() - KEPT
        forget_done(before)
        forget_events(before)
        forget_phones(clock.now() - PHONES_KEPT)
        forget_done(clock.now() - TOLD_KEPT, alerts.TELLS)
        alerts.forget_old()


def _tell_waiting() -> None:
    """Who waits for what is back in stock is told."""
    with writing():
        alerts.tell_due()


PERIODIC: dict[str, hookspecs.Periodic] = {
    "sweep": hookspecs.Periodic(timedelta(minutes=1), conversation.sweep),
    "reconcile": hookspecs.Periodic(timedelta(minutes=5), conversation.reconcile),
    "stock alerts": hookspecs.Periodic(timedelta(minutes=5), _tell_waiting),
    "tidy": hookspecs.Periodic(timedelta(days=1), _tidy),
}


class Pulse(threading.Thread):
    """Says every few seconds that the worker lives, and keeps its leases, also during a long job."""

    def __init__(self, holder: str) -> None:
        super().__init__(name="pulse", daemon=True)
        self.holder = holder
        self.busy_since = clock.now()
        self.ended = threading.Event()
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run(self) -> None:
        """Until the worker ends."""
        while not self.ended.wait(PULSE_SECONDS):
            self.beat()

    def beat(self) -> None:
        """Once; when the database is away or busy, the next one may get through."""
        if clock.now() - self.busy_since > LONGEST_JOB:
            return
        with self._app.app_context():
            try:
                with writing():
                    beat()
                    leases.renew(self.holder)
            except DBAPIError as error:
                log.warning("no pulse", reason=str(error.orig))


def work(once: bool = False) -> int:
    """Take jobs until told to stop, or until none is due when `once`. Returns how many ran.

    Told to stop, it finishes the job in hand.
    """
    clock.use_zone(_settings().time_zone)
    stopping = threading.Event()
    pulse = Pulse(new_holder())
    pulse.beat()
    pulse.start()
    if not once:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
    try:
        return _work(pulse, stopping, once)
    finally:
        pulse.ended.set()
        _give_back(pulse.holder)


def _work(pulse: Pulse, stopping: threading.Event, once: bool) -> int:
    done, next_look, again = 0, clock.now(), False
    while not stopping.is_set():
        pulse.busy_since = clock.now()
        if clock.now() >= next_look or once:
            with until(stopping.is_set):
                again = _survives(run_periodic, pulse)
            next_look = clock.now() + timedelta(seconds=IDLE_SECONDS)
        if stopping.is_set():
            break
        ran = _survives(run_one, pulse)
        done += ran
        if not ran and not (once and again):
            if once:
                break
            stopping.wait(IDLE_SECONDS)
    return done


def _survives(step: Callable[[str], bool], pulse: Pulse) -> bool:
    """When the database is away or locked the worker waits for it, and does not end."""
    try:
        return step(pulse.holder)
    except DBAPIError:
        log.exception("database away")
        db.session.remove()
        pulse.holder = new_holder()  # what bears the old name is in nobody's hand: its lease runs out
        return False


def new_holder() -> str:
    """A worker's name on what it has in hand: machine, process, and what tells it from an earlier one."""
    return f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(4)}"


def run_periodic(holder: str = "") -> bool:
    """Do one thing that has to be done again now and that no other worker has in hand. False: there is none.

    One, since jobs have to be done between two of them.
    """
    holder = holder or new_holder()
    known = known_periodic()
    for name in periodic.due(known):
        with writing():
            taken = periodic.take(name, holder)
        if not taken:
            continue
        error = ""
        try:
            known[name].function()
        except Exception as failure:
            log.exception("periodic work failed", name=name)
            error = f"{type(failure).__name__}: {failure}"
        finally:
            db.session.rollback()
        _note(periodic.finish, name, holder, known[name].every, error)
        return True
    return False


def run_one(holder: str = "") -> bool:
    """Run one due job, those that never failed first. Returns False when none is due."""
    jobs, holder = known_jobs(), holder or new_holder()
    try:
        if not leases.is_due(list(jobs), calling.plugins().names()):
            return False
        return any(_run(jobs, tried, holder) for tried in (False, True))
    finally:
        db.session.rollback()


def known_jobs() -> dict[str, hookspecs.Job]:
    """The jobs of plugins, where a bare function talks to nobody, and the core's, which stay."""
    given = [item for jobs in calling.call_all("jobs") for item in jobs.items()]
    theirs = {name: job if isinstance(job, hookspecs.Job) else hookspecs.Job(job) for name, job in given}
    return theirs | JOBS


def known_periodic() -> dict[str, hookspecs.Periodic]:
    """What plugins do again and again, and the core's, which stays."""
    given = [item for theirs in calling.call_all("periodic_jobs") for item in theirs.items()]
    return dict(given) | PERIODIC


def _run(jobs: dict[str, hookspecs.Job], tried: bool, holder: str) -> bool:
    """Lease a job and commit that, so that the attempt counts whatever it does to this process; do it."""
    names, plugins = list(jobs), calling.plugins().names()
    if not leases.is_due(names, plugins, tried):
        return False
    with writing():
        row = leases.take(names, plugins, tried)
        if row is None:
            return False
        job_id, job, payload = row.id, jobs[row.name], dict(row.payload)
        taken = leases.lease(row, holder)
    if not taken:
        log.error("job given up", job=job_id)
        return True
    try:
        if not job.network:
            _change(job, payload, job_id, holder)
            return True
        job.function(payload)
    except Exception as error:
        _note(_failed, job_id, error, holder)
        return True
    _note(leases.finish, job_id, holder)
    return True


def _change(job: hookspecs.Job, payload: dict[str, Any], job_id: int, holder: str) -> None:
    """What a job changes and its `done_at` are one transaction, of the worker that has it in hand."""
    with writing():
        job.function(payload)
        if not leases.finish(job_id, holder):
            raise RuntimeError("another worker has the job by now")


def _failed(job_id: int, error: Exception, holder: str) -> None:
    """Note a failure and try again later; after three days somebody has to look at it."""
    log.error("job failed", job=job_id, exc_info=error)
    if leases.fail(job_id, error, holder):
        log.error("job given up", job=job_id)


def _note(action: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Write down what was done; through a restart of the database too, else it would be done twice."""
    for left in reversed(range(TRIES_TO_NOTE)):
        try:
            with writing():
                action(*args, **kwargs)
            return
        except DBAPIError:
            db.session.remove()
            if not left:
                raise
            log.exception("database away, what was done is noted later")
            time.sleep(IDLE_SECONDS)


def _give_back(holder: str) -> None:
    try:
        with writing():
            leases.give_back(holder)
    except DBAPIError:
        log.exception("leases not given back: they run out")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["storefront"]
    return settings
