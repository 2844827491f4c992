"""The orders behind a figure: which they are, and what of each the figure counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from storefront.plugin_api import language, local, may, offers_by_code, requires, sales

from .. import admin_queries, journeys, report, switches
from ..report import Sale
from ..rules import PLACEMENTS
from .blueprint import CODE, PERMISSION, asked, blueprint
from .periods import asked_period

DIRECT = "direct"
PER_PAGE = 50


@dataclass
class Earned:
    """An order with what of it counts: cents, net of refunds and VAT."""

    number: str
    day: date
    cents: int = 0
    parts: list[Sale] = field(default_factory=list)
    steps: tuple[journeys.Step, ...] = ()


@blueprint.get("/earned")
@requires(PERMISSION)
def earned() -> ResponseReturnValue:
    """The orders that one figure of the pages about earnings counts, the newest first."""
    period, part = asked_period(), asked("part") or DIRECT
    article, place, product = asked("article"), asked("place"), asked("product")
    if (article and not CODE.fullmatch(article)) or place not in ("", *PLACEMENTS):
        abort(404)
    lines = sales(period.since, period.until)
    if part == DIRECT:
        found = of_sales(
            sale
            for sale in report.direct(lines, period.lang, article)
            if place in ("", sale.origin.placement) and product in ("", sale.line.product_code)
        )
    elif part in journeys.ROLES and article and switches.is_on(journeys.SWITCH):
        ways = [way for way in journeys.journeys(lines) if article in way.articles(part, period.lang)]
        found = [Earned(way.order, way.day, way.net_cents, steps=way.steps) for way in ways]
    else:
        abort(404)
    found.reverse()
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= max(1, -(-len(found) // PER_PAGE)):
        abort(404)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    codes = sorted({sale.line.product_code for one in shown for sale in one.parts} | {product} - {""})
    return render_template(
        "blog/admin/earned.html",
        period=period,
        part=part,
        article=article,
        place=place,
        product=product,
        rows=shown,
        orders=len(found),
        revenue=sum(one.cents for one in found),
        page=page,
        per_page=PER_PAGE,
        titles={row.code: row.title(language()) for row in admin_queries.article_rows(language())},
        offers=offers_by_code(codes, language(), with_badges=False) if codes else {},
        sees_orders=may("orders"),
    )


def of_sales(found: Iterable[Sale]) -> list[Earned]:
    """The lines put together by their orders, in the order in which these were paid."""
    orders: dict[str, Earned] = {}
    for sale in found:
        line = sale.line
        one = orders.setdefault(line.order, Earned(line.order, local(line.paid_at).date()))
        one.cents += line.net_cents
        one.parts.append(sale)
    return list(orders.values())
