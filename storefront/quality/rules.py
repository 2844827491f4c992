"""Badges: what may be said about a product today, from the evidence alone.

Pure. A badge is either there with all that it says, or it is missing for one reason. No evidence, or
evidence that has expired: no badge. Days are those of the shop's time zone; both ends of a span count.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from storefront.catalog.search import fold
from storefront.config import SHOP_NAME
from storefront.locale import current
from storefront.locale import gettext as _
from storefront.money import format_number
from storefront.quality.facts import (
    Absorption,
    Badge,
    CertificateFact,
    GmpBadge,
    LabBadge,
    LabLine,
    LotFact,
    Purity,
    PurityBadge,
    ReportFact,
)

PURITY_THRESHOLD = Decimal("99.8")
PURITY_UNITS = ("% area", "% m/m")  # two different things: a share of the signal, a share of the mass
FOR_EVER = (date.max, "lot")  # a day, and what ends on it: a lot by its best-before date, or a report
AT_LEAST = frozenset({"=", ">", ">="})
_LEGAL_FORMS = re.compile(r"\b(bv|b v|nv|n v|inc|ltd|llc|gmbh|corp|vof|holding|group|groep)\b")


def badges(
    lots: Iterable[LotFact],
    reports: Collection[ReportFact],
    certificates: Collection[CertificateFact],
    absorption: Absorption | None,
    today: date,
    unproven: Sequence[str] = (),
) -> tuple[Badge, ...]:
    """The badges of a product, always in the order purity, lab, gmp.

    lots: of all its variants on sale. unproven: SKUs that can be bought although no lot of theirs is on sale.
    """
    found = judged(lots, reports, certificates, absorption, today, unproven)
    return tuple(badge for badge in found.values() if not isinstance(badge, str))


def judged(
    lots: Iterable[LotFact],
    reports: Collection[ReportFact],
    certificates: Collection[CertificateFact],
    absorption: Absorption | None,
    today: date,
    unproven: Sequence[str],
) -> dict[str, Badge | str]:
    """Each badge, or the reason why it is missing."""
    here = sorted(
        (lot for lot in lots if lot.in_stock(today)),
        key=lambda lot: (lot.position, lot.best_before, lot.code),
    )
    if not here:
        return dict.fromkeys(("purity", "lab", "gmp"), _("No released batch is on sale."))
    if unproven:
        reason = _("%(sku)s can be bought, but no released batch of it is on sale.", sku=unproven[0])
        return dict.fromkeys(("purity", "lab", "gmp"), reason)
    valid = {lot.code: [r for r in reports if r.lot_code == lot.code and r.counts(today)] for lot in here}
    return {
        "purity": _purity(here, valid, absorption),
        "lab": _lab(here, valid, certificates),
        "gmp": _gmp(here, certificates, today),
    }


def _purity(
    lots: list[LotFact], valid: dict[str, list[ReportFact]], absorption: Absorption | None
) -> PurityBadge | str:
    """Every lot needs a result of the main substance, in scope, all in one unit, none below the threshold."""
    units = set(PURITY_UNITS)
    for lot in lots:
        if not valid[lot.code]:
            return _no_report(lot)
        measured = {p.unit for r in valid[lot.code] for p in r.purities if p.counts}
        if not measured & set(PURITY_UNITS):
            return _("Batch %(lot)s has no accredited purity result of the main substance.", lot=lot.code)
        units &= measured
    if not units:
        return _("The batches were measured in different units; area percent and mass percent do not mix.")
    unit = next(unit for unit in PURITY_UNITS if unit in units)
    lowest: tuple[Decimal, ReportFact, Purity] | None = None
    until = FOR_EVER
    for lot in lots:
        lot_until = date.min
        for report in valid[lot.code]:
            for purity in report.purities:
                if not purity.counts or purity.unit != unit:
                    continue
                if not proves(purity):
                    return below(lot, purity)
                assert purity.value is not None
                if lowest is None or purity.value < lowest[0]:
                    lowest = (purity.value, report, purity)
                lot_until = max(lot_until, report.retest_on)
        until = min(until, (lot.best_before, "lot"), (lot_until, "report"))
    assert lowest is not None  # every lot has a result in this unit
    value, report, purity = lowest
    return PurityBadge(
        value=value,
        threshold=PURITY_THRESHOLD,
        operator=purity.operator,
        unit=unit,
        method=purity.method,
        lot_code=report.lot_code,
        lab_name=report.lab_name,
        lab_cities=report.lab_cities,
        lab_country=report.lab_country,
        reported_on=report.reported_on,
        report_number=report.report_number,
        valid_until=until[0],
        ended_by=until[1],
        absorption=absorption,
        lots=len(lots),
    )


def proves(purity: Purity) -> bool:
    """True when a measured value is certainly not below the threshold."""
    return purity.value is not None and purity.operator in AT_LEAST and purity.value >= PURITY_THRESHOLD


def below(lot: LotFact, purity: Purity) -> str:
    """That a value does not reach the threshold."""
    sign = "" if purity.operator == "=" else f"{purity.operator} "
    figure = "–" if purity.value is None else format_number(purity.value, current())
    value = f"{sign}{figure} {purity.unit}"
    return _(
        "Batch %(lot)s: a result of %(value)s does not prove at least %(threshold)s.",
        lot=lot.code,
        value=value,
        threshold=threshold(),
    )


def threshold() -> str:
    """The threshold as it is written: "99,8 %"."""
    return f"{format_number(PURITY_THRESHOLD, current())} %"


def _no_report(lot: LotFact) -> str:
    return _("Batch %(lot)s has no valid report on the finished product.", lot=lot.code)


def _lab(
    lots: list[LotFact], valid: dict[str, list[ReportFact]], certificates: Collection[CertificateFact]
) -> LabBadge | str:
    """Every lot needs a report, all passed, of a laboratory apart from the shop and the maker."""
    twice = True
    until = FOR_EVER
    shown: list[ReportFact] = []
    for lot in lots:
        if not valid[lot.code]:
            return _no_report(lot)
        for report in valid[lot.code]:
            if report.passed < report.tests:
                return _(
                    "Batch %(lot)s: report %(number)s has failed results.",
                    lot=lot.code,
                    number=report.report_number,
                )
        own = {plain_company(SHOP_NAME)} | {
            plain_company(c.holder) for c in certificates if c.site_code == lot.site
        }
        free = [r for r in valid[lot.code] if r.tests and is_independent(r.lab_group, own)]
        if not free:
            return _("Batch %(lot)s has no report of an independent laboratory.", lot=lot.code)
        twice = twice and len({plain_company(report.lab_group) for report in free}) > 1
        retest_on = max(report.retest_on for report in free)
        until = min(until, (lot.best_before, "lot"), (retest_on, "report"))
        shown = shown or free
    lines = sorted(shown, key=lambda report: (report.reported_on, report.report_number))
    return LabBadge(
        reports=tuple(_line(report) for report in lines),
        twice=twice,
        lot_code=lots[0].code,
        valid_until=until[0],
        ended_by=until[1],
    )


def _line(report: ReportFact) -> LabLine:
    purity = next((p for unit in PURITY_UNITS for p in report.purities if p.unit == unit and p.counts), None)
    return LabLine(
        lab_name=report.lab_name,
        cities=report.lab_cities,
        country=report.lab_country,
        report_number=report.report_number,
        reported_on=report.reported_on,
        tests=report.tests,
        passed=report.passed,
        standard=report.standard,
        accreditation=report.accreditation,
        purity=purity.value if purity else None,
        purity_unit=purity.unit if purity else "",
    )


def _gmp(lots: list[LotFact], certificates: Collection[CertificateFact], today: date) -> GmpBadge | str:
    """Every place that made a lot in stock needs a GMP certificate that is valid today."""
    sites = list(dict.fromkeys(lot.site for lot in lots))
    until = date.max
    shown: list[CertificateFact] = []
    for site in sites:
        valid = [c for c in certificates if c.site_code == site and c.counts(today)]
        gmp = [certificate for certificate in valid if certificate.is_gmp]
        if not gmp:
            return _("No GMP certificate of the place of production (%(site)s) is valid.", site=site or "–")
        until = min(until, max(certificate.valid_until for certificate in gmp))
        shown += valid
    shown.sort(key=lambda certificate: (not certificate.is_gmp, certificate.scheme, certificate.number))
    return GmpBadge(certificates=tuple(shown), valid_until=until)


@lru_cache(maxsize=4096)
def plain_company(name: str) -> str:
    """A company's name without its legal form, for comparing: "Friso Fill B.V." → "friso fill"."""
    return " ".join(_LEGAL_FORMS.sub(" ", fold(name)).split())


def is_independent(lab_group: str, own: Collection[str]) -> bool:
    """True when a laboratory is known to belong to none of `own` (plain names)."""
    group = plain_company(lab_group)
    return bool(group) and group not in own


@lru_cache(maxsize=4096)
def same_substance(one: str, other: str) -> bool:
    """True when two names mean the same substance, whatever their hyphens and capitals."""
    return bool(one) and fold(one) == fold(other)


def within_limit(
    operator: str, value: Decimal | None, limit_operator: str, limit_value: Decimal | None
) -> bool | None:
    """Whether a result keeps its limit; None where that does not follow from the figures."""
    if value is None or limit_value is None or operator not in {"=", "<", "<=", ">", ">="}:
        return None
    if limit_operator in {"<", "<="}:
        if operator in {">", ">="}:
            return None if value <= limit_value else False
        return value < limit_value or (value == limit_value and (limit_operator == "<=" or operator == "<"))
    if limit_operator in {">", ">="}:
        if operator in {"<", "<="}:
            return None if value >= limit_value else False
        return value > limit_value or (value == limit_value and (limit_operator == ">=" or operator == ">"))
    return None
