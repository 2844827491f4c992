"""The disk is full while the shop sells: what was promised is kept, pages stay readable, and it comes back.

On a small tmpfs of its own, as root: SQLite's file, or PostgreSQL's tablespace of the shop. Where nobody may
mount, SQLite's `max_page_count` stands for it. The last lines of the run say which.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.engine import make_url

from storefront import database
from storefront.database import db
from storefront.payments.models import Payment
from storefront.testing import Maker
from storefront.testing.databases import maintain
from storefront.testing.servers import served_here
from tests.orders import shelf
from tests.orders.shelf import SMALL
from tests.races.crowd import (
    Answer,
    call,
    crowd,
    is_clear,
    new_cookie,
    partial_orders,
    pay_post,
    stock_faults,
    until,
)

UNITS = 5000
BUYERS = 16  # at once; four of them at a time
SIZE = 64 << 20  # bytes of the tmpfs


@dataclass
class Disk:
    """A shop on a disk that somebody can fill."""

    app: Flask
    how: str
    fill: Callable[[], None]
    free: Callable[[], None]


@contextlib.contextmanager
def tmpfs(folder: Path, owner: str = "root") -> Iterator[Path]:
    """A small disk of our own; the test is left out where nobody may mount one."""
    folder.mkdir()
    shutil.chown(folder, owner)
    options = f"size={SIZE},uid={folder.stat().st_uid},mode=700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def filler(folder: Path, spare: int) -> tuple[Callable[[], None], Callable[[], None]]:
    """Fill the disk with a file, but for so many bytes; and take it away again."""
    stone = folder / "stone"

    def fill() -> None:
        room = os.statvfs(folder)
        with stone.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_bsize - spare)

    return fill, stone.unlink


@contextlib.contextmanager
def sqlite_disk(make_app: Maker, tmp_path: Path) -> Iterator[Disk]:
    """SQLite's file with its log on a tmpfs."""
    with tmpfs(tmp_path / "small") as folder:
        first = make_app("empty", "sqlite").extensions["storefront"].database_url
        shutil.copy(str(make_url(first).database), folder / "shop.sqlite3")
        app = make_app("empty", "sqlite", database_url=f"sqlite:///{folder / 'shop.sqlite3'}")
        yield Disk(app, "SQLite on a tmpfs", *filler(folder, 1 << 20))


@contextlib.contextmanager
def postgres_disk(make_app: Maker, server: str) -> Iterator[Disk]:
    """PostgreSQL with the shop in a tablespace on a tmpfs."""
    if os.environ.get("STOREFRONT_TEST_POSTGRES_URL"):
        pytest.skip("the PostgreSQL server is not ours to fill")
    app, space = make_app("empty", "postgres"), f"small_{uuid.uuid4().hex[:8]}"
    name = str(make_url(app.extensions["storefront"].database_url).database)
    with app.app_context():
        home = Path(str(db.session.scalar(text("SHOW data_directory")))).parent
        db.session.remove()
        db.engine.dispose()
    with tmpfs(home / space, "postgres" if os.geteuid() == 0 else "root") as folder:
        maintain(server, f"CREATE TABLESPACE {space} LOCATION '{folder}'")
        maintain(server, f'ALTER DATABASE "{name}" SET TABLESPACE {space}')
        yield Disk(app, "PostgreSQL in a tablespace on a tmpfs", *filler(folder, 1 << 18))
        with app.app_context():
            db.engine.dispose()
        maintain(server, f'DROP DATABASE "{name}" WITH (FORCE)')
        maintain(server, f"DROP TABLESPACE {space}")


@contextlib.contextmanager
def bounded_disk(make_app: Maker) -> Iterator[Disk]:
    """SQLite that may not grow."""
    app, most = make_app("empty", "sqlite"), {"pages": 1 << 20}
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "checkout")
    def bounded(raw: object, *_: object) -> None:
        raw.execute(f"PRAGMA max_page_count = {most['pages']}")  # type: ignore[attr-defined]

    def fill() -> None:
        with engine.connect() as connection:
            pages = int(connection.scalar(text("PRAGMA page_count")) or 0)
        most["pages"] = pages + 10

    yield Disk(app, "SQLite by max_page_count", fill, lambda: most.update(pages=1 << 20))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres), "max_page_count"])
def disk(make_app: Maker, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Disk]:
    """A shop with units for everybody on a disk that can be filled."""
    made = {
        "sqlite": lambda: sqlite_disk(make_app, tmp_path),
        "postgres": lambda: postgres_disk(make_app, request.getfixturevalue("postgres_url")),
        "max_page_count": lambda: bounded_disk(make_app),
    }[request.param]
    with made() as disk, disk.app.app_context():
        shelf.fill(UNITS)
        yield disk
        db.session.remove()
        db.engine.dispose()


def sell(url: str) -> list[Answer]:
    """Sell until nobody gets an order any more; all answers."""
    answers = list[Answer]()
    while len(answers) < UNITS:
        carts = [new_cookie((SMALL, 1)) for _ in range(BUYERS)]
        answers += crowd(carts, lambda cart: pay_post(url, cart), most=4)
        if all(answer.status != 303 for answer in answers[-BUYERS:]):
            return answers
    pytest.fail("the disk was never full")


def references() -> set[str | None]:
    """The payment pages of all orders."""
    db.session.rollback()
    return set(db.session.scalars(select(Payment.reference)))


def test_a_full_disk_breaks_no_promise_and_pages_stay_readable(
    disk: Disk, figure: Callable[[str], None]
) -> None:
    with served_here(disk.app) as url:
        disk.fill()
        answers = sell(url)
        promised = {answer.location.rpartition("/")[2] for answer in answers if answer.status == 303}
        assert promised
        assert all(answer.status == 303 or is_clear(answer) for answer in answers)
        assert call(f"{url}/en/products").status == 200
        disk.free()
        cart = new_cookie((SMALL, 1))
        seconds = until(lambda: pay_post(url, cart).status == 303, "selling again")
    assert {reference.rpartition("_")[2] for reference in references() if reference} >= promised
    assert (partial_orders(1), stock_faults(UNITS)) == ([], [])
    figure(f"disk full, {disk.how}: {len(promised)} promised and kept, selling again after {seconds:.2f} s")


def test_control_a_full_disk_that_is_not_known_as_such_is_a_fault_of_ours(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "AWAY_STATES", ("08",))
    monkeypatch.setattr(database, "AWAY_WORDS", ("database is locked",))
    with served_here(disk.app) as url:
        disk.fill()
        assert 500 in {answer.status for answer in sell(url)}
        disk.free()
