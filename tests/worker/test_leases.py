"""Back-off, giving up after three days, leases, and work that comes again, on SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from storefront import clock, worker
from storefront.database import db
from storefront.jobs import actions, leases, periodic, queries, rules
from storefront.jobs.actions import enqueue
from storefront.jobs.models import Heartbeat, Periodic
from storefront.jobs.models import Job as Row
from storefront.payments import patience
from storefront.plugin_api import Job
from storefront.plugin_api import Periodic as Again
from storefront.transactions import writing

HOUR = timedelta(hours=1)


def put(name: str, plugin: str = "") -> None:
    with writing():
        enqueue(name, {}, plugin=plugin)


def only() -> Row:
    db.session.rollback()
    return db.session.scalars(select(Row).execution_options(populate_existing=True)).one()


def refuse(_payload: object = None) -> None:
    raise ConnectionRefusedError("[Errno 111] Connection refused")


def test_the_pauses_grow_from_seconds_to_hours() -> None:
    seconds = [rules.pause(attempts).total_seconds() for attempts in (0, 1, 2, 3, 10, 11, 60, 10_000)]
    assert seconds == [10, 10, 20, 40, 5120, 7200, 7200, 7200]


@pytest.mark.parametrize("network", [False, True])
def test_a_job_is_tried_for_three_days_and_then_given_up(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, network: bool
) -> None:
    monkeypatch.setitem(worker.JOBS, "test.mail", Job(refuse, network=network))
    put("test.mail")
    begun, tries = clock.now(), 0
    while only().dead_at is None:
        with time_machine.travel(max(only().run_at, begun) + timedelta(seconds=1), tick=False):
            tries += worker.run_one()
    job = only()
    assert job.dead_at is not None
    assert timedelta(days=3) <= job.dead_at - begun < timedelta(days=3, hours=3)
    assert (job.attempts, job.done_at, job.leased_until) == (tries, None, None) and 40 < tries < 50
    assert job.error.startswith("ConnectionRefusedError: ")
    with time_machine.travel(begun + timedelta(days=9), tick=False):
        assert not worker.run_one(), "what is dead is not tried"
        assert (queries.health().waiting, queries.health().dead) == (0, 1)


def test_three_days_begin_with_the_first_try(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(worker.JOBS, "test.mail", Job(refuse, network=True))
    put("test.mail")
    with time_machine.travel(clock.now() + timedelta(days=5), tick=False):
        assert worker.run_one()
    assert only().dead_at is None, "no worker ran for five days: that is not the job's failure"


def test_a_job_that_ends_its_worker_each_time_is_given_up_too(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_payload: object) -> None:
        raise SystemExit(1)

    monkeypatch.setitem(worker.JOBS, "test.mail", Job(die, network=True))
    put("test.mail")
    begun = clock.now()
    for hours in (0, 1, 80):
        with time_machine.travel(begun + hours * HOUR, tick=False):
            try:
                worker.run_one()
            except SystemExit:
                continue
    assert (only().attempts, only().error) == (2, leases.ENDED)
    assert only().dead_at


def test_so_is_one_that_ends_its_worker_in_good_order(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sys.exit` in a job: the worker gives its leases back, so that no lease is left to tell of it."""

    def leave(_payload: object) -> None:
        raise SystemExit(1)

    monkeypatch.setitem(worker.JOBS, "test.change", Job(leave))
    put("test.change")
    begun = clock.now()
    for hours in (0, 1, 80):
        with time_machine.travel(begun + hours * HOUR, tick=False), contextlib.suppress(SystemExit):
            worker.work(once=True)
    assert (only().attempts, only().error) == (2, leases.ENDED)
    assert only().dead_at


@pytest.mark.parametrize("network", [False, True])
def test_a_failure_is_noted_though_the_database_is_away_meanwhile(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, network: bool
) -> None:
    """Else the job would stay in the hand of a worker that lives on and renews it."""
    real, away = leases.fail, iter([True, False])

    def fail(job_id: int, error: Exception, holder: str) -> bool:
        if next(away):
            raise OperationalError("UPDATE", {}, Exception("server closed the connection"))
        return real(job_id, error, holder)

    monkeypatch.setattr(leases, "fail", fail)
    monkeypatch.setattr(worker.time, "sleep", lambda _seconds: None)
    monkeypatch.setitem(worker.JOBS, "test.mail", Job(refuse, network=network))
    put("test.mail")
    assert worker.work(once=True) == 1
    assert (only().attempts, only().leased_until) == (1, None)
    assert only().error.startswith("ConnectionRefusedError")


def test_what_a_worker_lost_hold_of_is_not_renewed(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the database stays away longer than a worker waits, another takes the job up a minute later."""
    done: list[int] = []

    def finish(_job_id: int, _holder: str) -> bool:
        raise OperationalError("UPDATE", {}, Exception("server closed the connection"))

    with monkeypatch.context() as patched:
        patched.setattr(leases, "finish", finish)
        patched.setattr(worker.time, "sleep", lambda _seconds: None)
        patched.setitem(worker.JOBS, "test.mail", Job(lambda _payload: done.append(1), network=True))
        put("test.mail")
        pulse = worker.Pulse("me")
        assert not worker._survives(worker.run_one, pulse)
    with time_machine.travel(clock.now() + timedelta(seconds=30), tick=False):
        pulse.beat()
    assert only().leased_by == "me" and only().leased_until < clock.now() + rules.LEASE  # type: ignore[operator]


def test_a_change_of_a_worker_that_was_overtaken_is_taken_back(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hung longer than its lease, and another one has the job."""

    def hang(_payload: object) -> None:
        enqueue("left-behind", {})
        db.session.execute(update(Row).where(Row.name == "test.change").values(leased_by="other"))

    monkeypatch.setitem(worker.JOBS, "test.change", Job(hang))
    put("test.change")
    assert worker.run_one("me")
    assert (only().done_at, only().name) == (None, "test.change")


def test_a_job_of_an_absent_plugin_waits_however_long(any_app: Flask) -> None:
    put("gone.tell", plugin="gone")
    put("hook.order_paid", plugin="gone")
    with time_machine.travel(clock.now() + timedelta(days=400), tick=False):
        worker.work(once=True)
    assert (queries.health().waiting, queries.health().dead) == (2, 0)


def test_what_never_failed_goes_before_what_did(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    monkeypatch.setitem(worker.JOBS, "test.mail", Job(lambda payload: ran.append(payload["n"]), network=True))
    early = clock.now() - HOUR
    with writing():
        db.session.add(Row(name="test.mail", payload={"n": 1}, run_at=early, attempts=3))
        db.session.add(Row(name="test.mail", payload={"n": 2}, run_at=clock.now()))
    worker.work(once=True)
    assert ran == [2, 1]


def test_a_lease_is_renewed_while_its_worker_lives_and_not_when_it_hangs(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def long(_payload: object) -> None:
        for minutes, hanging in ((1, False), (2, False), (3, True)):
            with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
                pulse.busy_since = begun - (worker.LONGEST_JOB if hanging else timedelta(0))
                pulse.beat()
                held.append(only().leased_until > clock.now() + timedelta(seconds=30))  # type: ignore[operator]

    monkeypatch.setitem(worker.JOBS, "test.mail", Job(long, network=True))
    put("test.mail")
    begun, pulse = clock.now(), worker.Pulse("me")
    assert worker.run_one("me")
    assert held == [True, True, False]


def test_a_worker_whose_lease_went_to_another_changes_nothing(any_app: Flask) -> None:
    moment = clock.now()
    with writing():
        db.session.add(Row(name="x", payload={}, run_at=moment, leased_until=moment, leased_by="other"))
    job_id = only().id
    with writing():
        leases.finish(job_id, "me")
        assert not leases.fail(job_id, RuntimeError("no"), "me")
        leases.give_back("me")
    assert (only().done_at, only().leased_by, only().error) == (None, "other", "")
    with writing():
        leases.give_back("other")
    assert (only().leased_until, only().leased_by) == (None, None)


def test_what_is_done_is_noted_though_the_database_restarts_meanwhile(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, away = [], iter([True, True, False])
    real = leases.finish

    def finish(job_id: int, holder: str) -> None:
        if next(away):
            raise OperationalError("UPDATE", {}, Exception("server closed the connection"))
        real(job_id, holder)

    monkeypatch.setattr(leases, "finish", finish)
    monkeypatch.setattr(worker.time, "sleep", lambda _seconds: None)
    monkeypatch.setitem(worker.JOBS, "test.mail", Job(lambda _payload: sent.append(1), network=True))
    put("test.mail")
    assert worker.work(once=True) == 1
    assert only().done_at and sent == [1]


def test_jobs_are_done_between_two_things_that_come_again(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that hangs costs each of them half a minute; the mails do not wait for both."""
    did: list[str] = []
    everywhere = [(name, lambda name=name: did.append(name)) for name in ("sweep", "reconcile")]
    periodic = {name: Again(timedelta(minutes=1), act) for name, act in everywhere}
    monkeypatch.setattr(worker, "known_periodic", lambda: periodic)
    monkeypatch.setitem(worker.JOBS, "test.job", Job(lambda _payload: did.append("mail")))
    with writing():
        enqueue("test.job", {})
    worker.work(once=True)
    assert did == ["sweep", "mail", "reconcile"]


def test_what_comes_again_learns_that_the_worker_is_to_end(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping, seen = threading.Event(), []

    def long_work() -> None:
        seen.append(patience.is_spent())
        stopping.set()
        seen.append(patience.is_spent())

    again(monkeypatch, long_work)
    assert worker._work(worker.Pulse("one"), stopping, once=True) == 0
    assert (seen, patience.is_spent()) == ([False, True], False)


def again(monkeypatch: pytest.MonkeyPatch, function: Callable[[], object]) -> None:
    """The only work that comes again is this; plugins have none."""
    only = {"test": Again(timedelta(minutes=1), function)}
    monkeypatch.setattr(worker, "known_periodic", lambda: only)


def test_work_that_comes_again_is_done_once_each_time_over_all_workers(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    again(monkeypatch, lambda: ran.append(1))
    begun = clock.now()
    for seconds, times in ((0, 1), (1, 1), (59, 1), (61, 2), (62, 2), (500, 3)):
        with time_machine.travel(begun + timedelta(seconds=seconds), tick=False):
            worker.run_periodic()
            worker.run_periodic()
        assert len(ran) == times, seconds


def at_once(app: Flask, workers: int, take: Callable[[str], bool]) -> list[bool]:
    """So many workers take the same work in one moment."""
    start, answers = threading.Barrier(workers), []

    def one(number: int) -> None:
        with app.app_context():
            start.wait(timeout=30)
            answers.append(take(f"worker-{number}"))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def take_test(holder: str) -> bool:
    """As the worker takes it."""
    with writing():
        return periodic.take("test", holder)


@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
def test_of_eight_workers_in_one_moment_one_gets_it(any_app: Flask, known: bool) -> None:
    if known:
        with writing():
            db.session.add(Periodic(name="test", next_run_at=clock.now()))
    assert sorted(at_once(any_app, 8, take_test)) == [False] * 7 + [True]


def test_control_looking_first_and_taking_later_gives_it_to_all(any_app: Flask) -> None:
    with writing():
        db.session.add(Periodic(name="test", next_run_at=clock.now()))
    looked = threading.Barrier(8)

    def look_then_take(holder: str) -> bool:
        free = periodic.due(["test"]) == ["test"]
        looked.wait(timeout=30)
        with writing():
            db.session.execute(update(Periodic).values(leased_by=holder))
        return free

    assert at_once(any_app, 8, look_then_take) == [True] * 8


def test_nobody_else_does_it_while_one_is_at_it(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[bool] = []
    again(monkeypatch, lambda: inside.append(worker.run_periodic("another")))
    assert worker.run_periodic("one")
    assert inside == [False]


def test_what_fails_is_noted_and_comes_again_and_what_was_killed_too(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(monkeypatch, refuse)
    begun = clock.now()
    assert worker.run_periodic()
    row = db.session.get_one(Periodic, "test")
    assert row.error.startswith("ConnectionRefusedError") and row.next_run_at > begun
    with time_machine.travel(begun + timedelta(minutes=2), tick=False):
        assert take_test("killed")
        again(monkeypatch, lambda: None)
        assert not worker.run_periodic()
    with time_machine.travel(begun + timedelta(minutes=2) + rules.LEASE * 2, tick=False):
        assert worker.run_periodic()
    assert db.session.get_one(Periodic, "test", populate_existing=True).error == ""


def test_the_heartbeat_is_one_row_however_many_workers(any_app: Flask) -> None:
    for _ in range(3):
        with writing():
            actions.beat()
    assert db.session.query(Heartbeat).count() == 1
    assert not queries.health().is_worker_missing
    with time_machine.travel(clock.now() + rules.MISSING_AFTER + timedelta(seconds=1), tick=False):
        assert queries.health().is_worker_missing
