"""What a report reads: the sums per day, and the orders that came from articles."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select

from storefront.plugin_api import db, sales, today

from .models import DaySum
from .report import Count, Figures, Sale, by_article, direct

LATELY = 30  # days, today included


def counts(since: date, until: date, lang: str = "", article: str = "", by_day: bool = True) -> list[Count]:
    """What was counted on these days, in all languages or one, for all articles or one.

    by_day: else the days are added up, and stand as the first of them.
    """
    keys = (DaySum.article_code, DaySum.lang, DaySum.measure)
    query = select(DaySum.day, *keys, DaySum.count) if by_day else select(*keys, func.sum(DaySum.count))
    query = query.where(DaySum.day >= since, DaySum.day <= until)
    if lang:
        query = query.where(DaySum.lang == lang)
    if article:
        query = query.where(DaySum.article_code == article)
    if not by_day:
        query = query.group_by(*keys)
    rows = db.session.execute(query)
    if by_day:
        return [Count(*row) for row in rows]
    return [Count(since, code, of, measure, int(count)) for code, of, measure, count in rows]


def sold(since: date, until: date, lang: str = "", article: str = "") -> list[Sale]:
    """The lines of paid orders that came from articles."""
    return direct(sales(since, until), lang, article)


def lately(product: str = "") -> dict[str, Figures]:
    """What each article earned in the last days, with one product or all; one query."""
    until = today()
    found = sold(until - timedelta(days=LATELY - 1), until)
    return by_article([], [sale for sale in found if product in ("", sale.line.product_code)])
