"""The outbox: the only durable queue. Rows are written in the transaction that causes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storefront.database import Model


class Job(Model):
    """Something to do after the commit. `plugin` is set when a plugin has to do it.

    Waiting until `done_at` or `dead_at` is set; both are set when staff let a dead one go.
    """

    __tablename__ = "job"
    affects_pages = False
    __table_args__ = (Index("ix_job_due", "done_at", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    plugin: Mapped[str] = mapped_column(String(40), default="")
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(40))  # the worker that has it in hand
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")


class Periodic(Model):
    """Work that comes again and again, and that one worker does at a time, however many there are."""

    __tablename__ = "periodic"
    affects_pages = False

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_run_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(40))
    ran_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")


class Heartbeat(Model):
    """When a worker last said that it lives; one row for all of them."""

    __tablename__ = "heartbeat"
    affects_pages = False

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seen_at: Mapped[datetime]
