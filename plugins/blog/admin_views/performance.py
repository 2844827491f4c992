"""What articles earn: the list of all, one article, and both for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, format_number, language, offers_by_code, requires, today
from storefront.plugin_api import gettext as _

from .. import admin_queries, report, report_queries
from ..charts import chart
from ..report import Figures
from ..rules import PLACEMENTS, title_for
from .blueprint import PERMISSION, asked, blueprint, known_code

DAYS = ("30", "7", "90", "365")  # the first is shown when none is asked for
FORMULA = ("=", "+", "-", "@", "\t")  # what a spreadsheet would reckon with


@dataclass(frozen=True)
class Period:
    """Which days and which language are shown."""

    days: int
    lang: str  # "" for all
    since: date
    until: date

    @property
    def before(self) -> tuple[date, date]:
        """As many days before."""
        return self.since - timedelta(days=self.days), self.since - timedelta(days=1)


def asked_period() -> Period:
    """The period of the address; 404 for one that no page of ours links."""
    days, lang = asked("days") or DAYS[0], asked("lang")
    if days not in DAYS or lang not in ("", *LANGUAGES):
        abort(404)
    until = today()
    return Period(int(days), lang, until - timedelta(days=int(days) - 1), until)


@blueprint.get("/performance")
@requires(PERMISSION)
def performance() -> ResponseReturnValue:
    """All articles by what they earn for a thousand views."""
    period = asked_period()
    rows = admin_queries.article_rows(language())
    titles = {row.code: row.title(language()) for row in rows}
    counts = report_queries.counts(period.since, period.until, period.lang, by_day=False)
    sales = report_queries.sold(period.since, period.until, period.lang)
    published = [row.code for row in rows if (period.lang in row.published if period.lang else row.published)]
    figures = report.by_article(counts, sales)
    ranked = report.ranked(figures, published)
    if asked("as") == "csv":
        header = [_("Article"), _("Title"), *_columns()]
        return _sheet("articles", header, ([code, titles.get(code, ""), *_values(of)] for code, of in ranked))
    return render_template(
        "blog/admin/performance.html",
        period=period,
        periods=DAYS,
        rows=ranked,
        titles=titles,
        total=report.total(counts, sales),
        rule=report.RULE,
    )


@blueprint.get("/performance/<code>")
@requires(PERMISSION)
def article_performance(code: str) -> ResponseReturnValue:
    """What one article does, by day, place, product and language."""
    period = asked_period()
    edited = admin_queries.article_to_edit(known_code(code))
    counts = report_queries.counts(period.since, period.until, period.lang, code)
    sales = report_queries.sold(period.since, period.until, period.lang, code)
    if edited is None and not counts and not sales:
        abort(404)
    views = report.views_by_day(counts, period.since, period.until)
    days = [period.since + timedelta(days=n) for n in range(period.days)]
    if asked("as") == "csv":
        header = [_("Day"), *_columns()]
        by_day = report.by_day(counts, sales)
        lines = ([day.isoformat(), *_values(by_day.get(day, Figures()))] for day in days)
        return _sheet(code, header, lines)
    before = report_queries.counts(*period.before, period.lang, code)
    earlier = report.views_by_day(before, *period.before)
    everything = report_queries.sold(period.since, period.until, period.lang)
    products = report.by_product(sales)
    return render_template(
        "blog/admin/performance_article.html",
        code=code,
        title=_title(edited, code),
        there=edited is not None,
        period=period,
        periods=DAYS,
        total=report.total(counts, sales),
        earlier=report.total(before, []),
        all_revenue=report.total([], everything).revenue,
        views=views,
        views_before=earlier,
        days=days,
        chart=chart(views, earlier, period.since),
        places=_in_order(report.by_placement(counts, sales)),
        languages_of=report.by_language(counts, sales),
        products=sorted(products.items(), key=lambda row: (-row[1].revenue, row[0])),
        offers=offers_by_code(sorted(products), language(), with_badges=False) if products else {},
        share=report.share,
        percent=_percent,
        rule=report.RULE,
    )


def _title(edited: admin_queries.ArticleToEdit | None, code: str) -> str:
    texts = edited.texts if edited else {}
    named = {lang: text.title for lang, text in texts.items()}
    return title_for(named, language()) or code


def _in_order(places: dict[str, Figures]) -> list[tuple[str, Figures]]:
    return [(place, places[place]) for place in PLACEMENTS if place in places]


def _percent(part: int, whole: int) -> str:
    """One number as percent of another, "7.3%"; a dash of nothing."""
    thousandths = report.share(part, whole)
    if thousandths is None:
        return "–"
    return f"{format_number(Decimal(thousandths) / Decimal(10), language())}%"


def _columns() -> list[str]:
    return [
        _("Views"),
        _("Read to the half"),
        _("Read to the end"),
        _("Seen"),
        _("Carts"),
        _("Orders"),
        _("Revenue in euros"),
        _("Per 1,000 views"),
    ]


def _values(of: Figures) -> list[str]:
    counted = [of.views, of.read.get(50, 0), of.read.get(100, 0), of.seen, of.carts, of.orders]
    rate = "" if of.per_thousand is None else _euros(of.per_thousand)
    return [*map(str, counted), _euros(of.revenue), rate]


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _sheet(name: str, header: list[str], lines: Iterable[list[str]]) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for line in lines:
        writer.writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line)
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
