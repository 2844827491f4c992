"""The outbox: done once, repeated after failure, plugins alone, jobs of absent plugins wait."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from storefront import clock, worker
from storefront.database import db
from storefront.jobs import rules
from storefront.jobs.actions import enqueue
from storefront.jobs.models import Job as Row
from storefront.payments.models import ProviderEvent
from storefront.plugin_api import Job
from storefront.transactions import writing


def put(name, plugin="", **payload):
    with writing():
        enqueue(name, payload, plugin=plugin)


def rows() -> list[Row]:
    found = list(db.session.scalars(select(Row).order_by(Row.id)))
    db.session.rollback()
    return found


def test_a_job_that_changes_data_runs_once_with_its_done_mark(any_app, monkeypatch):
    seen = []
    monkeypatch.setitem(worker.JOBS, "test.change", Job(lambda payload: seen.append(payload["n"])))
    put("test.change", n=1)
    put("test.change", n=2)
    assert worker.work(once=True) == 2
    assert worker.work(once=True) == 0
    assert seen == [1, 2]
    assert all(job.done_at for job in rows())


def test_a_failed_job_changes_nothing_and_comes_again_later(any_app, monkeypatch):
    def fail(_payload):
        enqueue("left-behind", {})
        raise RuntimeError("no")

    monkeypatch.setitem(worker.JOBS, "test.fail", Job(fail))
    put("test.fail")
    assert worker.work(once=True) == 1
    (job,) = rows()
    assert job.done_at is None
    assert job.attempts == 1
    assert "no" in job.error
    assert job.run_at > clock.now() + timedelta(seconds=5)


def test_a_network_job_runs_without_a_transaction(any_app, monkeypatch):
    inside = []
    monkeypatch.setitem(
        worker.JOBS,
        "test.mail",
        Job(lambda _payload: inside.append(db.session().in_transaction()), network=True),
    )
    put("test.mail")
    assert worker.work(once=True) == 1
    assert inside == [False]
    assert rows()[0].done_at is not None


def test_a_leased_job_is_not_taken_by_another_worker(any_app, monkeypatch):
    monkeypatch.setitem(worker.JOBS, "test.mail", Job(lambda _payload: None, network=True))
    with writing():
        db.session.add(
            Row(name="test.mail", payload={}, run_at=clock.now(), leased_until=clock.now() + rules.LEASE)
        )
    assert worker.work(once=True) == 0


def test_jobs_of_an_absent_plugin_and_unknown_jobs_wait(any_app):
    put("hook.order_paid", plugin="gone", order_id=1)
    put("nobody.knows")
    assert worker.work(once=True) == 0
    assert all(job.done_at is None for job in rows())


def test_a_database_that_is_away_for_a_moment_does_not_end_the_worker(any_app, monkeypatch):
    def away(*_values):
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(worker.leases, "is_due", away)
    put("test.change", n=1)
    assert worker.work(once=True) == 0
    monkeypatch.undo()
    monkeypatch.setitem(worker.JOBS, "test.change", Job(lambda _payload: None))
    assert worker.work(once=True) == 1


def test_a_network_job_of_a_plugin_runs_without_a_transaction_and_may_write(any_app, monkeypatch):
    inside = []

    def tell(payload):
        inside.append(db.session().in_transaction())
        with writing():
            enqueue("nobody.knows", payload)

    given = {"blog.count": lambda _payload: inside.append(db.session().in_transaction())}
    given["blog.tell"] = Job(tell, network=True)
    monkeypatch.setattr(worker.calling, "call_all", lambda hook: [given] if hook == "jobs" else [])
    put("blog.count", plugin="blog")
    put("blog.tell", plugin="blog", n=1)
    assert worker.work(once=True) == 2
    assert inside == [True, False]
    assert [(job.name, job.done_at is None) for job in rows()] == [
        ("blog.count", False),
        ("blog.tell", False),
        ("nobody.knows", True),
    ]


def test_a_plugin_takes_no_job_of_the_core(any_app, monkeypatch):
    given = {"mail.order_sent": lambda _payload: None, "blog.count": lambda _payload: None}
    monkeypatch.setattr(worker.calling, "call_all", lambda _hook: [given])
    jobs = worker.known_jobs()
    assert jobs["mail.order_sent"] is worker.JOBS["mail.order_sent"]
    assert jobs["blog.count"] == Job(given["blog.count"])


def test_a_job_in_a_transaction_that_opens_another_is_told_so_and_keeps_nothing(any_app, monkeypatch):
    def careless(_payload):
        enqueue("left-behind", {})
        with writing():
            enqueue("left-behind", {})

    monkeypatch.setitem(worker.JOBS, "test.careless", Job(careless))
    put("test.careless")
    assert worker.work(once=True) == 1
    (job,) = rows()
    assert job.done_at is None
    assert "writing() inside writing()" in job.error


def test_a_network_job_that_ends_the_process_counts_as_an_attempt(any_app, monkeypatch):
    def die(_payload):
        raise SystemExit(1)

    monkeypatch.setitem(worker.JOBS, "test.mail", Job(die, network=True))
    put("test.mail")
    with pytest.raises(SystemExit):
        worker.work(once=True)
    (job,) = rows()
    assert (job.attempts, job.done_at) == (1, None)


@pytest.mark.parametrize("fails", [True, False])
def test_a_network_job_counts_one_attempt(any_app, monkeypatch, fails):
    def send(_payload):
        if fails:
            raise RuntimeError("no")

    monkeypatch.setitem(worker.JOBS, "test.mail", Job(send, network=True))
    put("test.mail")
    worker.work(once=True)
    assert rows()[0].attempts == 1


def test_what_was_done_a_month_ago_is_forgotten(any_app):
    old, new = clock.now() - timedelta(days=31), clock.now() - timedelta(days=29)
    with writing():
        for name, run_at, done_at in (("a", old, old), ("b", old, new), ("c", old, None)):
            db.session.add(Row(name=name, payload={}, run_at=run_at, done_at=done_at))
        for name, received_at in (("evt_old", old), ("evt_new", new)):
            db.session.add(ProviderEvent(id=name, kind="x", received_at=received_at))
    worker.work(once=True)
    assert [row.name for row in rows()] == ["b", "c"]
    assert list(db.session.scalars(select(ProviderEvent.id))) == ["evt_new"]
