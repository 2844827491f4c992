"""Workers as real processes: many at once, told to stop, and killed; on SQLite and PostgreSQL."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from storefront import clock, worker
from storefront.accounts.models import AuditRecord
from storefront.database import db
from storefront.jobs import leases, rules
from storefront.jobs.actions import enqueue
from storefront.jobs.models import Job as Row
from storefront.plugin_api import Job
from storefront.testing.servers import environment
from storefront.transactions import writing
from tests.worker.process import RAN, record, tell

ROOT = Path(__file__).parents[2]
PATIENCE = 60
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(any_app: Flask) -> Iterator[Start]:
    """Start workers in processes of their own."""
    running: list[subprocess.Popen[str]] = []

    def started(*words: str, **environ: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.worker.process", *words],
            env=environment(any_app) | environ,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.communicate()


def hear(process: subprocess.Popen[str], word: str) -> None:
    """Wait until the process says a word; its log lines are passed over."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == word:
            return
    pytest.fail(f"the process ended without saying {word!r}")


def go(process: subprocess.Popen[str]) -> None:
    """What waits for a line gets one."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def put(names: list[str]) -> None:
    with writing():
        for n, name in enumerate(names):
            enqueue(name, {"n": n})


def rows() -> list[Row]:
    db.session.rollback()
    return list(db.session.scalars(select(Row).order_by(Row.id).execution_options(populate_existing=True)))


def runs() -> Counter[str]:
    """How often each job ran."""
    db.session.rollback()
    return Counter(db.session.scalars(select(AuditRecord.target).where(AuditRecord.action == RAN)))


@pytest.mark.parametrize("jobs", [40, pytest.param(400, marks=pytest.mark.full)])
def test_four_workers_do_each_job_once(start: Start, jobs: int) -> None:
    put(["test.change", "test.tell"] * (jobs // 2))
    assert start("four").wait(timeout=PATIENCE) == 0
    assert all(row.done_at and row.attempts == 1 and row.leased_by is None for row in rows())
    assert set(runs().values()) == {1} and len(runs()) == jobs


@pytest.mark.postgres
@pytest.mark.parametrize("any_app", ["postgres"], indirect=True)
def test_control_without_the_lock_jobs_are_done_twice(any_app: Flask, start: Start) -> None:
    """SQLite needs none: one transaction writes at a time."""
    put(["test.change"] * 20 + ["test.tell"] * 20)
    start("four", "without-lock").wait(timeout=PATIENCE)
    often = runs()
    assert max(often[f"job {n}"] for n in range(20)) > 1
    assert max(often[f"job {n}"] for n in range(20, 40)) > 1


def test_told_to_stop_it_finishes_the_job_in_hand_and_begins_no_other(start: Start) -> None:
    put(["test.slow_tell", "test.slow_tell"])
    process = start()
    hear(process, "begun")
    process.terminate()
    go(process)
    assert process.wait(timeout=PATIENCE) == 0
    first, second = rows()
    assert first.done_at and (second.attempts, second.done_at) == (0, None)
    assert [row.leased_until for row in rows()] == [None, None]
    assert runs() == {"job 0": 1}


@pytest.mark.parametrize("kind", ["test.slow_change", "test.slow_tell"])
def test_what_a_killed_worker_had_in_hand_is_done_once_by_another(
    start: Start, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(worker.JOBS, "test.slow_change", Job(record))
    monkeypatch.setitem(worker.JOBS, "test.slow_tell", Job(tell, network=True))
    put([kind])
    process = start()
    hear(process, "begun")
    if kind == "test.slow_tell":
        assert worker.work(once=True) == 0, "it is leased"
    process.kill()
    process.wait(timeout=PATIENCE)
    if kind == "test.slow_tell":
        assert worker.work(once=True) == 0, "nobody knows yet that it was killed"
    assert runs() == {}
    with time_machine.travel(clock.now() + rules.LEASE + timedelta(seconds=1)):
        while not rows()[0].done_at:  # PostgreSQL lets go of the lock when it notices that nobody is there
            worker.work(once=True)
    assert runs() == {"job 0": 1}
    assert worker.work(once=True) == 0


def deaths(start: Start, *words: str) -> list[int]:
    """How workers end that begin now, an hour later and after three days."""
    begun = clock.now()
    moments = [(begun + timedelta(hours=hours)).isoformat() for hours in (0, 1, 80)]
    said = start("often", *words, WORKS_AT=" ".join(moments)).communicate(timeout=PATIENCE)[0]
    return [int(line.split()[1]) for line in said.splitlines() if line.startswith("ended ")]


@pytest.mark.parametrize("kind", ["test.die", "test.die_telling"])
def test_a_job_that_kills_its_process_each_time_ends_as_a_dead_letter(start: Start, kind: str) -> None:
    put([kind])
    assert deaths(start) == [-signal.SIGKILL, -signal.SIGKILL, 0]
    (row,) = rows()
    assert (row.attempts, row.error) == (2, leases.ENDED)
    assert row.dead_at and not row.done_at


def test_control_an_attempt_that_is_not_counted_first_is_made_for_ever(start: Start) -> None:
    put(["test.die"])
    assert deaths(start, "uncounted") == [-signal.SIGKILL] * 3
    (row,) = rows()
    assert (row.attempts, row.dead_at) == (0, None)
