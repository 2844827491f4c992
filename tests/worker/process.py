"""Workers in processes of their own: `python -m tests.worker.process [four] [without-lock]`.

`four` begin in one moment and end when nothing is due; one works until it is told to stop. Slow jobs say
"begun", and wait for a line.
"""

from __future__ import annotations

import multiprocessing
import sys
from typing import Any

from flask import Flask
from sqlalchemy import select

from storefront import worker
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


def _take_without_lock(*values: Any) -> Job | None:
    """The guard taken away: the row is read, and nobody else is kept from reading it."""
    found: int | None = db.session.scalar(leases._due(*values).with_only_columns(Job.id))
    return None if found is None else db.session.scalar(select(Job).where(Job.id == found))


def main(*words: str) -> int:
    """Work as `flask worker` does. The exit code is not 0 when one of four failed."""
    changing = {"test.change": Work(record), "test.slow_change": Work(_slow)}
    telling = {"test.tell": Work(tell, network=True), "test.slow_tell": Work(_slow_tell, network=True)}
    worker.JOBS.update(changing | telling)
    if "without-lock" in words:
        leases.take = _take_without_lock
    app = served()
    if "four" not in words:
        return _work(app, once=False)
    fork = multiprocessing.get_context("fork")  # no connection is open yet
    crowd = [fork.Process(target=_work, args=(app, True)) for _ in range(4)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()
    return sum(abs(process.exitcode or 0) for process in crowd)


def _work(app: Flask, once: bool) -> int:
    with app.app_context():
        worker.work(once=once)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
