"""Reads the evidence of products: badges for whole lists, and reasons for staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select

from storefront.catalog.models import Product, Variant
from storefront.database import built_once, fetch
from storefront.quality import explaining, rules
from storefront.quality.facts import (
    Absorption,
    Badge,
    CertificateFact,
    Explanation,
    LotFact,
    Purity,
    ReportFact,
)
from storefront.quality.models import (
    BioavailabilityReference,
    Laboratory,
    LabReport,
    SiteCertificate,
    TestResult,
)
from storefront.stock.models import Lot, StockLevel

_passed = (
    select(func.sum(case((TestResult.passed, 1), else_=0)))
    .where(TestResult.report_id == LabReport.id)
    .correlate(LabReport)
    .scalar_subquery()
)
_tests = (
    select(func.count(TestResult.id))
    .where(TestResult.report_id == LabReport.id)
    .correlate(LabReport)
    .scalar_subquery()
)
_assay = TestResult.__table__.alias("assay")


_COLUMNS = (
    Product.id.label("product_id"),
    Product.main_analyte,
    Variant.id.label("variant_id"),
    Variant.sku,
    Variant.position,
    StockLevel.available,
    Lot.code.label("lot_code"),
    Lot.state.label("lot_state"),
    Lot.site,
    Lot.best_before,
    Lot.on_sale_since,
    Lot.sold_out_on,
    LabReport.id.label("report_id"),
    LabReport.report_number,
    LabReport.sample,
    LabReport.state.label("report_state"),
    LabReport.reported_on,
    LabReport.retest_on,
    Laboratory.name.label("lab_name"),
    Laboratory.cities.label("lab_cities"),
    Laboratory.country.label("lab_country"),
    Laboratory.company_group.label("lab_group"),
    Laboratory.standard,
    Laboratory.accreditation_body,
    Laboratory.accreditation_number,
    Laboratory.accredited_from,
    Laboratory.accredited_until,
    _tests.label("tests"),
    _passed.label("passed"),
    _assay.c.id.label("assay_id"),
    _assay.c.substance,
    _assay.c.method,
    _assay.c.in_scope,
    _assay.c.operator,
    _assay.c.value,
    _assay.c.unit,
    BioavailabilityReference.citation,
    BioavailabilityReference.doi,
    BioavailabilityReference.assessor,
    BioavailabilityReference.year,
)


def _evidence(everything: bool) -> Any:
    """One row per product × variant × lot × report × purity result.

    everything: also reports and results that cannot count, so that staff can be told why.
    """
    report, assay = [LabReport.lot_id == Lot.id], [_assay.c.category == "assay"]
    if not everything:
        report.append(LabReport.state == "valid")
        assay.append(_assay.c.unit.in_(rules.PURITY_UNITS))
    return (
        select(*_COLUMNS)
        .select_from(Product)
        .join(Variant, and_(Variant.product_id == Product.id, Variant.on_sale))
        .outerjoin(StockLevel, StockLevel.variant_id == Variant.id)
        .outerjoin(
            Lot,
            and_(
                Lot.variant_id == Variant.id, Lot.state == "released", Lot.best_before >= bindparam("today")
            ),
        )
        .outerjoin(LabReport, and_(*report))
        .outerjoin(Laboratory, Laboratory.id == LabReport.laboratory_id)
        .outerjoin(_assay, and_(_assay.c.report_id == LabReport.id, *assay))
        .outerjoin(BioavailabilityReference, BioavailabilityReference.product_id == Product.id)
        .where(Product.id.in_(bindparam("product_ids", expanding=True)))
        .order_by(Product.id, Variant.position, Lot.id, LabReport.id, _assay.c.id)
    )


_EVIDENCE = built_once(lambda: _evidence(False))
_ALL_EVIDENCE = built_once(lambda: _evidence(True))
_CERTIFICATES = built_once(
    lambda: select(
        SiteCertificate.scheme,
        SiteCertificate.number,
        SiteCertificate.holder,
        SiteCertificate.site_code,
        SiteCertificate.valid_from,
        SiteCertificate.valid_until,
        SiteCertificate.titles,
        SiteCertificate.site,
        SiteCertificate.country,
        SiteCertificate.body,
        SiteCertificate.withdrawn,
    ).where(SiteCertificate.site_code.in_(bindparam("sites", expanding=True)))
)


@dataclass(slots=True)
class Evidence:
    """All that is known about one product, as the rules take it."""

    absorption: Absorption | None = None
    lots: dict[str, LotFact] = field(default_factory=dict)
    reports: dict[int, ReportFact] = field(default_factory=dict)
    certificates: list[CertificateFact] = field(default_factory=list)
    in_stock: dict[int, str] = field(default_factory=dict)  # variants that can be bought: id -> SKU

    def arguments(self, today: date) -> tuple[Any, ...]:
        """What `rules.badges` and `explaining.explain` are called with."""
        proven = {lot.variant_id for lot in self.lots.values() if lot.in_stock(today)}
        unproven = [sku for variant_id, sku in self.in_stock.items() if variant_id not in proven]
        return (
            self.lots.values(),
            self.reports.values(),
            self.certificates,
            self.absorption,
            today,
            unproven,
        )


def badges_of(product_ids: Collection[int], today: date) -> dict[int, tuple[Badge, ...]]:
    """The badges that each product may show on a day; two queries for any number of products."""
    evidence = evidence_of(product_ids, today)
    return {
        product_id: rules.badges(*evidence[product_id].arguments(today)) if product_id in evidence else ()
        for product_id in product_ids
    }


def explain_for(product_id: int, today: date) -> list[Explanation]:
    """For each badge of a product: shown, or not shown and why."""
    evidence = evidence_of([product_id], today, everything=True).get(product_id, Evidence())
    return explaining.explain(*evidence.arguments(today))


def evidence_of(product_ids: Collection[int], today: date, everything: bool = False) -> dict[int, Evidence]:
    """The evidence on products; those without a variant on sale are left out.

    everything: also what cannot count, for `explaining`.
    """
    if not product_ids:
        return {}
    found: dict[int, Evidence] = defaultdict(Evidence)
    for row in fetch(
        _ALL_EVIDENCE if everything else _EVIDENCE, {"product_ids": list(product_ids), "today": today}
    ):
        _take_in(found[row.product_id], row)
    sites = {lot.site for evidence in found.values() for lot in evidence.lots.values()}
    if sites:
        rows = fetch(_CERTIFICATES, {"sites": sorted(sites)})
        certificates = [CertificateFact(**row._mapping) for row in rows]
        for evidence in found.values():
            own = {lot.site for lot in evidence.lots.values()}
            evidence.certificates = [c for c in certificates if c.site_code in own]
    return dict(found)


def _take_in(evidence: Evidence, row: Any) -> None:
    if row.available:
        evidence.in_stock[row.variant_id] = row.sku
    if row.doi is not None and evidence.absorption is None:
        evidence.absorption = Absorption(
            citation=row.citation, doi=row.doi, assessor=row.assessor, year=row.year
        )
    if row.lot_code is None:
        return
    if row.lot_code not in evidence.lots:
        evidence.lots[row.lot_code] = LotFact(
            code=row.lot_code,
            variant_id=row.variant_id,
            position=row.position,
            state=row.lot_state,
            site=row.site,
            best_before=row.best_before,
            on_sale_since=row.on_sale_since,
            sold_out_on=row.sold_out_on,
        )
    if row.report_id is None:
        return
    purities = evidence.reports[row.report_id].purities if row.report_id in evidence.reports else ()
    purity = _purity(row)
    if purity is not None or row.report_id not in evidence.reports:
        evidence.reports[row.report_id] = _report(row, (*purities, *((purity,) if purity else ())))


def _accredited(row: Any) -> bool:
    return (row.accredited_from is None or row.accredited_from <= row.reported_on) and (
        row.accredited_until is None or row.accredited_until >= row.reported_on
    )


def _purity(row: Any) -> Purity | None:
    if row.assay_id is None:
        return None
    return Purity(
        value=row.value,
        unit=row.unit,
        operator=row.operator,
        method=row.method,
        in_scope=bool(row.in_scope) and _accredited(row),
        accredited=_accredited(row),
        substance=row.substance,
        main_substance=row.main_analyte,
        is_main=rules.same_substance(row.main_analyte, row.substance),
    )


def _report(row: Any, purities: tuple[Purity, ...]) -> ReportFact:
    accreditation = f"{row.accreditation_body} {row.accreditation_number}".strip() if _accredited(row) else ""
    return ReportFact(
        lot_code=row.lot_code,
        report_number=row.report_number,
        lab_name=row.lab_name,
        lab_cities=row.lab_cities,
        lab_country=row.lab_country,
        lab_group=row.lab_group,
        sample=row.sample,
        state=row.report_state,
        reported_on=row.reported_on,
        retest_on=row.retest_on,
        tests=row.tests or 0,
        passed=row.passed or 0,
        purities=purities,
        standard=row.standard if accreditation else "",
        accreditation=accreditation,
    )
