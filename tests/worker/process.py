"""Workers in processes of their own: `python -m tests.worker.process [four | often] [guard that is off]`.

`four` begin in one moment and end when nothing is due; of `often`, one begins at each moment that the
environment's WORKS_AT has, and how each ended is printed; one alone works until it is told to stop. Slow jobs
say "begun", and wait for a line; deadly ones end their process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select, update

from storefront import clock, worker
from storefront.accounts.actions import audit
from storefront.database import db
from storefront.jobs import leases
from storefront.jobs.models import Job
from storefront.plugin_api import Job as Work
from storefront.testing.servers import served
from storefront.transactions import writing

RAN = "test job ran"


def record(payload: dict[str, Any]) -> None:
    """A job that changes data: a row for each time that it ran."""
    audit("worker", RAN, f"job {payload['n']}")


def tell(payload: dict[str, Any]) -> None:
    """A job that talks to the network, if there were one."""
    with writing():
        record(payload)


def _wait(word: str) -> None:
    print(word, flush=True)
    sys.stdin.readline()


def _slow(payload: dict[str, Any]) -> None:
    _wait("begun")
    record(payload)


def _slow_tell(payload: dict[str, Any]) -> None:
    _wait("begun")
    tell(payload)


def _die(_payload: dict[str, Any]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _count_nothing(job: Job, holder: str) -> bool:
    """The guard taken away: an attempt is known only when it comes to an end."""
    job.leased_by = holder
    return True


def _finish_anyway(job_id: int, _holder: str) -> bool:
    """The guard taken away: it is done, whoever has it in hand by now."""
    db.session.execute(update(Job).where(Job.id == job_id).values(done_at=clock.now()))
    return True


def _take_without_lock(*values: Any) -> Job | None:
    """The guard taken away: the row is read, and nobody else is kept from reading it."""
    found: int | None = db.session.scalar(leases._due(*values).with_only_columns(Job.id))
    return None if found is None else db.session.scalar(select(Job).where(Job.id == found))


def main(*words: str) -> int:
    """Work as `flask worker` does. The exit code is not 0 when one of four failed."""
    changing = {"test.change": Work(record), "test.slow_change": Work(_slow)}
    telling = {"test.tell": Work(tell, network=True), "test.slow_tell": Work(_slow_tell, network=True)}
    deadly = {"test.die": Work(_die), "test.die_telling": Work(_die, network=True)}
    worker.JOBS.update(changing | telling | deadly)
    if "without-lock" in words:
        leases.take, leases.finish = _take_without_lock, _finish_anyway
    if "uncounted" in words:
        leases.lease = _count_nothing
    app = served()
    fork = multiprocessing.get_context("fork")  # no connection is open yet
    if "often" in words:
        for at in os.environ["WORKS_AT"].split():
            alone = fork.Process(target=_work, args=(app, True, at))
            alone.start()
            alone.join()
            print("ended", alone.exitcode, flush=True)
        return 0
    if "four" not in words:
        return _work(app, once=False)
    crowd = [fork.Process(target=_work, args=(app, True)) for _ in range(4)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()
    return sum(abs(process.exitcode or 0) for process in crowd)


def _work(app: Flask, once: bool, at: str = "") -> int:
    with app.app_context(), time_machine.travel(datetime.fromisoformat(at)) if at else nullcontext():
        worker.work(once=once)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
