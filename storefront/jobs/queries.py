"""Reading the outbox."""

from __future__ import annotations

from sqlalchemy import func, select

from storefront.database import db
from storefront.jobs.models import Job


def waiting() -> int:
    """How many jobs are not done."""
    return db.session.scalar(select(func.count()).select_from(Job).where(Job.done_at.is_(None))) or 0
