"""Publishing at a chosen moment: the job of the worker, and the moment that a day and an hour mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import select

from storefront.plugin_api import audit, db, now, writing

from . import actions, admin_queries, revisions
from .models import ArticleText

WORKER = "worker"
LATE = timedelta(minutes=10)  # after this a scheduled text is published without its job


def publish(payload: dict[str, Any]) -> None:
    """Publish what was scheduled for this moment, in the worker's transaction; it bears a repeat.

    A text that was moved, published or taken back meanwhile is left alone. One that may not be published any
    more, since a source or its author is gone, goes into review.
    """
    text = _held(payload["text"])
    if text is None or text.state != "scheduled" or text.publish_at is None:
        return
    if text.publish_at.isoformat() != payload["at"]:
        return
    edited = admin_queries.article_to_edit_by_id(text.article_id)
    wrong = actions.problems_of(edited.as_draft(), text.lang, bool(edited.article.picture))
    before = revisions.as_it_is(text)
    actions.set_state(text, "review" if wrong else "published")
    text.updated_at = now()
    if not wrong:
        text.published_at = text.published_at or now()
    revisions.note(text, before, WORKER)
    done = "article.not-published" if wrong else "article.published"
    audit(WORKER, f"{done}-{text.lang}", edited.article.code, {"why": [problem.field for problem in wrong]})


def publish_overdue() -> None:
    """Publish what was scheduled and whose job never came: a safety net, for the worker."""
    late = select(ArticleText.id, ArticleText.publish_at).where(
        ArticleText.state == "scheduled", ArticleText.publish_at < now() - LATE
    )
    for text_id, moment in db.session.execute(late).all():
        with writing():
            publish({"text": text_id, "at": moment.isoformat() if moment else ""})


def _held(text_id: int) -> ArticleText | None:
    """The text as it is now, with its article held: a save at the same instant comes before or after."""
    article_id = db.session.scalar(select(ArticleText.article_id).where(ArticleText.id == text_id))
    if article_id is None:
        return None
    admin_queries.hold(article_id)
    query = select(ArticleText).where(ArticleText.id == text_id).execution_options(populate_existing=True)
    return db.session.scalar(query)


def moment_of(day: date, hour: time, zone: tzinfo | None) -> datetime | None:
    """The moment that a clock of this zone shows this day and hour; None in an hour that it skips.

    In the hour that comes twice, it is the first.
    """
    there = datetime.combine(day, hour, zone)
    moment = there.astimezone(UTC)
    shown = moment.astimezone(zone)
    return moment if shown.replace(tzinfo=None) == there.replace(tzinfo=None) else None


def read_hour(text: str) -> time | None:
    """The hour that somebody typed, "07:30" or "7:30"; None for anything else."""
    hours, colon, minutes = text.partition(":")
    if not colon or not (hours + minutes).isdecimal() or not text.isascii() or len(minutes) != 2:
        return None
    return (
        time(int(hours), int(minutes)) if len(hours) <= 2 and int(hours) < 24 and int(minutes) < 60 else None
    )
