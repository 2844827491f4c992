"""What articles earn: the list of all, one article, and both for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import SoldLine, format_number, language, offers_by_code, requires, sales
from storefront.plugin_api import gettext as _

from .. import admin_queries, journeys, report, report_queries, switches
from ..charts import chart
from ..report import Figures
from ..rules import PLACEMENTS, title_for
from .blueprint import PERMISSION, asked, blueprint, known_code
from .periods import DAYS, Period, asked_period

FORMULA = ("=", "+", "-", "@", "\t")  # what a spreadsheet would reckon with


@blueprint.get("/performance")
@requires(PERMISSION)
def performance() -> ResponseReturnValue:
    """All articles by what they earn for a thousand views."""
    period = asked_period()
    rows = admin_queries.article_rows(language())
    titles = {row.code: row.title(language()) for row in rows}
    counts = report_queries.counts(period.since, period.until, period.lang, by_day=False)
    lines = sales(period.since, period.until)
    sold, ways = report.direct(lines, period.lang), _ways(lines, period)
    published = [row.code for row in rows if (period.lang in row.published if period.lang else row.published)]
    ranked = report.ranked(
        report.by_article(counts, sold), [*published, *(code for of in ways.values() for code in of)]
    )
    if asked("as") == "csv":
        header = [_("Article"), _("Title"), *_columns(), *_way_columns(ways)]
        lines_of = (
            [code, titles.get(code, ""), *_values(of), *_way_values(ways, code)] for code, of in ranked
        )
        return _sheet("articles", header, lines_of)
    return render_template(
        "blog/admin/performance.html",
        period=period,
        periods=DAYS,
        rows=ranked,
        titles=titles,
        total=report.total(counts, sold),
        ways=ways,
        rule=_rule(ways),
    )


@blueprint.get("/performance/<code>")
@requires(PERMISSION)
def article_performance(code: str) -> ResponseReturnValue:
    """What one article does, by day, place, product and language."""
    period = asked_period()
    edited = admin_queries.article_to_edit(known_code(code))
    counts = report_queries.counts(period.since, period.until, period.lang, code)
    lines = sales(period.since, period.until)
    sold, ways = report.direct(lines, period.lang, code), _ways(lines, period)
    mine = {role: of[code] for role, of in ways.items() if code in of}
    if edited is None and not counts and not sold and not mine:
        abort(404)
    views = report.views_by_day(counts, period.since, period.until)
    days = [period.since + timedelta(days=n) for n in range(period.days)]
    if asked("as") == "csv":
        by_day = report.by_day(counts, sold)
        rows = ([day.isoformat(), *_values(by_day.get(day, Figures()))] for day in days)
        return _sheet(code, [_("Day"), *_columns()], rows)
    before = report_queries.counts(*period.before, period.lang, code)
    earlier = report.views_by_day(before, *period.before)
    products = report.by_product(sold)
    return render_template(
        "blog/admin/performance_article.html",
        code=code,
        title=_title(edited, code),
        there=edited is not None,
        period=period,
        periods=DAYS,
        total=report.total(counts, sold),
        earlier=report.total(before, []),
        all_revenue=report.total([], report.direct(lines, period.lang)).revenue,
        views=views,
        views_before=earlier,
        days=days,
        chart=chart(views, earlier, period.since),
        places=_in_order(report.by_placement(counts, sold)),
        languages_of=report.by_language(counts, sold),
        products=sorted(products.items(), key=lambda row: (-row[1].revenue, row[0])),
        offers=offers_by_code(sorted(products), language(), with_badges=False) if products else {},
        ways=mine if ways else None,
        roles=journeys.ROLES,
        nothing=Figures(),
        share=report.share,
        percent=_percent,
        rule=_rule(ways),
    )


def _ways(lines: Iterable[SoldLine], period: Period) -> dict[str, dict[str, Figures]]:
    """The figures of journeys by role and article; empty where the shop does not ask for them."""
    if not switches.is_on(journeys.SWITCH):
        return {}
    found = journeys.journeys(lines)
    return {role: journeys.by_role(found, role, period.lang) for role in journeys.ROLES}


def _rule(ways: object) -> tuple[object, ...]:
    return (*report.RULE, *(journeys.RULE if ways else ()))


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


def _way_columns(ways: dict[str, dict[str, Figures]]) -> list[str]:
    words = {
        journeys.FIRST: [_("First: orders"), _("First: revenue in euros")],
        journeys.LAST: [_("Last: orders"), _("Last: revenue in euros")],
        journeys.ASSISTED: [_("Assisted: orders"), _("Assisted: revenue in euros")],
    }
    return [word for role in ways for word in words[role]]


def _way_values(ways: dict[str, dict[str, Figures]], code: str) -> list[str]:
    found = [of.get(code, Figures()) for of in ways.values()]
    return [value for of in found for value in (str(of.orders), _euros(of.revenue))]


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
