"""Putting something into the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete

from storefront import clock
from storefront.database import db
from storefront.jobs.models import Job


def enqueue(name: str, payload: dict[str, Any], plugin: str = "", run_at: datetime | None = None) -> None:
    """Add a job to the caller's transaction; it runs after the commit, or never if that fails.

    payload: JSON values only, ids rather than copies. plugin: the plugin that must do it, empty for the core.
    """
    db.session.add(Job(name=name, plugin=plugin, payload=payload, run_at=run_at or clock.now()))


def forget_done(before: datetime) -> None:
    """Delete the jobs that were done before a moment."""
    db.session.execute(delete(Job).where(Job.done_at < before).execution_options(synchronize_session=False))
