"""Reading the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from storefront import clock
from storefront.database import db
from storefront.jobs import rules
from storefront.jobs.models import Heartbeat, Job

WAITING = (Job.done_at.is_(None), Job.dead_at.is_(None))
DEAD = (Job.done_at.is_(None), Job.dead_at.is_not(None))
LIST_PAGE = 50


@dataclass(frozen=True, slots=True)
class Health:
    """How the outbox stands: what waits, what was given up, and when a worker was last seen."""

    waiting: int
    dead: int
    seen_at: datetime | None

    @property
    def is_worker_missing(self) -> bool:
        """True when no worker has shown itself for a while, or ever."""
        return rules.is_missing(self.seen_at, clock.now())


@dataclass(frozen=True, slots=True)
class Trouble:
    """A job that failed: given up, or to be tried again."""

    id: int
    name: str
    plugin: str
    payload: dict[str, Any]
    attempts: int
    first_tried_at: datetime | None
    run_at: datetime
    dead_at: datetime | None
    error: str


def health() -> Health:
    """Waiting, dead and the heartbeat, by one query."""
    row = db.session.execute(
        select(
            select(func.count()).select_from(Job).where(*WAITING).scalar_subquery(),
            select(func.count()).select_from(Job).where(*DEAD).scalar_subquery(),
            select(func.max(Heartbeat.seen_at)).scalar_subquery(),
        )
    ).one()
    return Health(*row)


def dead_jobs(page: int = 1) -> tuple[list[Trouble], int]:
    """One page of the jobs that were given up, the newest first, and how many there are."""
    return _troubles(DEAD, Job.dead_at.desc(), page)


def failing_jobs(page: int = 1) -> tuple[list[Trouble], int]:
    """One page of the jobs that failed and come again, the next one first, and how many there are."""
    return _troubles((*WAITING, Job.error != ""), Job.run_at, page)


def _troubles(wanted: tuple[ColumnElement[bool], ...], order: Any, page: int) -> tuple[list[Trouble], int]:
    total = db.session.scalar(select(func.count()).select_from(Job).where(*wanted)) or 0
    columns = (
        Job.id,
        Job.name,
        Job.plugin,
        Job.payload,
        Job.attempts,
        Job.first_tried_at,
        Job.run_at,
        Job.dead_at,
        Job.error,
    )
    found = select(*columns).where(*wanted).order_by(order, Job.id)
    rows = db.session.execute(found.limit(LIST_PAGE).offset((max(page, 1) - 1) * LIST_PAGE)).all()
    return [Trouble(*row) for row in rows], total
