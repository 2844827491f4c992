"""Tells staff why a badge is there or not, and of the purity badge each condition that is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from storefront.locale import format_date
from storefront.locale import gettext as _
from storefront.quality.facts import (
    Absorption,
    CertificateFact,
    Explanation,
    LotFact,
    Purity,
    ReportFact,
)
from storefront.quality.rules import PURITY_UNITS, below, judged, proves, threshold


def explain(
    lots: Iterable[LotFact],
    reports: Collection[ReportFact],
    certificates: Collection[CertificateFact],
    absorption: Absorption | None,
    today: date,
    unproven: Sequence[str] = (),
) -> list[Explanation]:
    """For each of the three badges: shown until when, or not shown and why."""
    lots = list(lots)
    found = judged(lots, reports, certificates, absorption, today, unproven)
    explanations = []
    for code, badge in found.items():
        if not isinstance(badge, str):
            until = _("The evidence counts until %(day)s.", day=format_date(badge.valid_until))
            explanations.append(Explanation(code, True, until))
            continue
        here = [] if unproven or code != "purity" else [lot for lot in lots if lot.in_stock(today)]
        missing = [line for lot in here for line in missing_of_purity(lot, reports, today)]
        explanations.append(Explanation(code, False, badge, tuple(line for line in missing if line != badge)))
    return explanations


def missing_of_purity(lot: LotFact, reports: Collection[ReportFact], today: date) -> Iterator[str]:
    """What keeps the reports on a lot from proving its purity; nothing when one of them proves it."""
    own = [report for report in reports if report.lot_code == lot.code]
    counting = [report for report in own if report.counts(today)]
    usable = [p for r in counting for p in r.purities if p.counts and p.unit in PURITY_UNITS]
    if usable:
        yield from (below(lot, purity) for purity in usable if not proves(purity))
        return
    if not own:
        yield _("Batch %(lot)s has no report at all.", lot=lot.code)
    for report in own:
        name = _("Batch %(lot)s, report %(number)s", lot=lot.code, number=report.report_number)
        for condition in (*_of_report(report, today), *_of_results(report)):
            yield f"{name}: {condition}"


def _of_report(report: ReportFact, today: date) -> Iterator[str]:
    """State, sample and dates."""
    if report.state != "valid":
        yield _("it is withdrawn.") if report.state == "withdrawn" else _("it is a draft.")
    if report.sample != "finished":
        yield _("the sample is the raw material, not the finished product.")
    if report.reported_on > today:
        yield _("its date, %(day)s, is still to come.", day=format_date(report.reported_on))
    if report.retest_on < today:
        yield _("it counted until %(day)s.", day=format_date(report.retest_on))


def _of_results(report: ReportFact) -> Iterator[str]:
    """What the result that comes nearest lacks."""
    if not report.purities:
        yield _("it has no result of the kind “Content and purity”.")
        return
    lacking = [(not purity.is_main, list(_of_result(purity))) for purity in report.purities]
    yield from min(lacking, key=lambda found: (len(found[1]), found[0]))[1]


def _of_result(purity: Purity) -> Iterator[str]:
    """Substance, unit, scope and value."""
    if not purity.is_main:
        yield _(
            "the substance is “%(substance)s”, that of the product is “%(main)s”.",
            substance=purity.substance or "–",
            main=purity.main_substance or "–",
        )
    if purity.unit not in PURITY_UNITS:
        yield _(
            "the unit is “%(unit)s”; a purity is in %(area)s or %(mass)s.",
            unit=purity.unit or "–",
            area=PURITY_UNITS[0],
            mass=PURITY_UNITS[1],
        )
    if not purity.accredited:
        yield _("the laboratory was not accredited on the day of the report.")
    elif not purity.in_scope:
        yield _("the result lies outside the accredited scope.")
    if purity.value is None:
        yield _("the result has no value.")
    elif purity.is_main and "%" in purity.unit and not proves(purity):
        yield _("its value does not prove at least %(threshold)s.", threshold=threshold())
