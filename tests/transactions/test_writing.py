"""writing() commits, rolls back, begins IMMEDIATE; foreign keys are on."""

import contextlib
import threading

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storefront.app import create_app
from storefront.database import db
from storefront.jobs.actions import enqueue
from storefront.jobs.models import Job
from storefront.stock.models import StockLevel
from storefront.transactions import RETRY_STATES, repeated, writing


def names() -> list[str]:
    found = list(db.session.scalars(select(Job.name).order_by(Job.id)))
    db.session.rollback()
    return found


def test_writing_commits_at_the_end_and_rolls_back_on_an_exception(any_app):
    with writing():
        enqueue("kept", {})
    with pytest.raises(RuntimeError), writing():
        enqueue("lost", {})
        raise RuntimeError
    assert names() == ["kept"]


def test_foreign_keys_are_on(any_app):
    with pytest.raises(IntegrityError), writing():
        db.session.add(StockLevel(variant_id=999, available=1))
        db.session.flush()


def test_a_level_below_zero_is_refused_by_the_database(any_demo_app):
    with pytest.raises(IntegrityError), writing():
        db.session.execute(text("UPDATE stock_level SET available = -1"))


def read_then_write(app, begin, barrier, failures):
    with app.app_context():
        try:
            with begin():
                db.session.scalar(select(Job.id).limit(1))
                barrier.wait(timeout=5)
                enqueue("x", {})
                db.session.flush()
        except threading.BrokenBarrierError:
            pass
        except Exception as error:
            failures.append(error)
        finally:
            db.session.remove()


def test_two_writers_that_read_first_do_not_refuse_each_other_on_sqlite(app):
    """IMMEDIATE makes the second writer wait; the control without it is refused at once."""

    @contextlib.contextmanager
    def careless():
        db.session.rollback()
        yield
        db.session.commit()

    def run(begin) -> list[Exception]:
        failures: list[Exception] = []
        barrier = threading.Barrier(
            1 if begin is writing else 2
        )  # two writing() never hold the lock together
        threads = [
            threading.Thread(target=read_then_write, args=(app, begin, barrier, failures)) for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return failures

    assert run(writing) == []
    assert any("locked" in str(error) for error in run(careless))


def test_a_view_is_repeated_after_a_serialisation_failure():
    class Failure(Exception):
        sqlstate = "40001"

    calls = []

    @repeated
    def view() -> str:
        calls.append(1)
        if len(calls) < 3:
            raise OperationalError("x", {}, Failure())
        return "done"

    @repeated
    def broken() -> None:
        calls.append(1)
        raise IntegrityError("x", {}, Exception())

    app = Flask("x")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    with app.app_context():
        assert view() == "done"
        assert len(calls) == 3
        with pytest.raises(IntegrityError):
            broken()
    assert len(calls) == 4


def test_a_block_inside_a_block_is_refused_and_nothing_of_it_is_kept(any_app):
    with pytest.raises(RuntimeError, match=r"writing\(\) inside writing\(\)"), writing():
        enqueue("outer", {})
        with writing():
            enqueue("inner", {})
    assert names() == []
    with writing():
        enqueue("after", {})
    assert names() == ["after"]


@pytest.mark.parametrize("state", sorted(RETRY_STATES))
def test_a_view_that_fails_again_and_again_is_given_up_after_three_tries(app, state):
    failure = type("Failure", (Exception,), {"sqlstate": state})
    calls = []

    @repeated
    def view() -> None:
        calls.append(1)
        raise OperationalError("x", {}, failure())

    with pytest.raises(OperationalError):
        view()
    assert len(calls) == 3


def test_what_was_committed_outlives_a_power_cut(app):
    """The app as it is served, not the hasty one of the tests."""
    with create_app(app.extensions["storefront"]).app_context():
        assert db.session.scalar(text("PRAGMA synchronous")) == 2, "FULL"
        assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
        db.session.remove()
        db.engine.dispose()


@pytest.mark.postgres
def test_nobody_waits_long_for_a_lock_of_postgres(make_app):
    with make_app("empty", "postgres").app_context():
        assert db.session.scalar(text("SHOW lock_timeout")) == "3s"
        db.session.remove()
