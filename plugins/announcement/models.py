"""The announcement: its table (one row at most), the query that reads it, the action that replaces it."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from storefront.plugin_api import LocalText, Model, Refused, db, fetch, gettext, today


class Notice(Model):
    """A text per language, shown from its first day to its last, both included."""

    __tablename__ = "plugin_announcement_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    texts: Mapped[LocalText]
    first_day: Mapped[date]
    last_day: Mapped[date]


def notice() -> tuple[Any, ...]:
    """The announcement: texts, first day, last day; before the first one, an empty one of today."""
    rows = fetch(lambda: db.select(Notice.texts, Notice.first_day, Notice.last_day))
    return tuple(rows[0]) if rows else ({}, today(), today())


def replace(texts: LocalText, first_day: date, last_day: date) -> None:
    """Put a new announcement in the place of the old one."""
    if last_day < first_day:
        raise Refused(gettext("The last day is before the first day."), field="last_day")
    db.session.merge(Notice(id=1, texts=texts, first_day=first_day, last_day=last_day))
