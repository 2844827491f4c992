"""Reads evidence for the people who keep it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from storefront.catalog.models import Product, Variant
from storefront.database import db
from storefront.quality.models import (
    BioavailabilityReference,
    Laboratory,
    LabReport,
    SiteCertificate,
    TestResult,
)
from storefront.stock.models import Lot
from storefront.stock.rules import plain_code


@dataclass(frozen=True, slots=True)
class ReportEdit:
    """A report with its laboratory, lot and results."""

    report: LabReport
    laboratory: Laboratory
    lot: Lot
    results: list[TestResult]


@dataclass(frozen=True, slots=True)
class Ending:
    """Evidence that ends soon or has ended. kind: "report" or "certificate"."""

    kind: str
    id: int
    label: str
    ends_on: date
    product_id: int | None
    product_code: str
    lot_code: str


def laboratories() -> list[Laboratory]:
    """All laboratories by name."""
    return list(db.session.scalars(select(Laboratory).order_by(Laboratory.name)))


def laboratory(laboratory_id: int) -> Laboratory | None:
    """One laboratory."""
    return db.session.get(Laboratory, laboratory_id)


def certificates() -> list[SiteCertificate]:
    """All site certificates, those that end last first."""
    return list(db.session.scalars(select(SiteCertificate).order_by(SiteCertificate.valid_until.desc())))


def certificate(certificate_id: int) -> SiteCertificate | None:
    """One site certificate."""
    return db.session.get(SiteCertificate, certificate_id)


def site_choices() -> list[tuple[str, str]]:
    """(site code, "Leeuwarden, Friso Fill B.V.") of all certified places of production."""
    rows = db.session.execute(
        select(SiteCertificate.site_code, SiteCertificate.site, SiteCertificate.holder)
        .distinct()
        .order_by(SiteCertificate.site)
    )
    return list({row.site_code: (row.site_code, f"{row.site}, {row.holder}") for row in rows}.values())


def all_lots(search: str = "", page: int = 1, per_page: int | None = None) -> list[tuple[Lot, str, str]]:
    """(lot, SKU, product code) of everything that was ever made, the newest first; all, or a page of it.

    Search: a part of a batch number, in any spelling, or of a SKU.
    """
    statement = (
        select(Lot, Variant.sku, Product.code)
        .join(Variant, Variant.id == Lot.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(_named(search))
        .order_by(Lot.made_on.desc(), Lot.code.desc())
    )
    if per_page:
        statement = statement.limit(per_page).offset((page - 1) * per_page)
    return [(row[0], row[1], row[2]) for row in db.session.execute(statement)]


def count_lots(search: str = "") -> int:
    """How many lots `all_lots` finds."""
    statement = select(func.count(Lot.id)).join(Variant, Variant.id == Lot.variant_id)
    return db.session.scalar(statement.where(_named(search))) or 0


def _named(search: str) -> ColumnElement[bool]:
    code, sku = plain_code(search), search.strip().lower()
    if not sku:
        return true()
    in_sku = func.lower(Variant.sku).contains(sku, autoescape=True)
    return or_(Lot.search_code.contains(code, autoescape=True), in_sku) if code else in_sku


def lot_choices(product_code: str = "") -> list[tuple[str, str]]:
    """(lot code, "26-0412 (MGT-C-90)") of all lots, or of those of a product; the newest first."""
    statement = (
        select(Lot.code, Variant.sku)
        .join(Variant, Variant.id == Lot.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .order_by(Lot.made_on.desc(), Lot.code.desc())
    )
    rows = db.session.execute(statement.where(Product.code == product_code) if product_code else statement)
    return [(code, f"{code} ({sku})") for code, sku in rows]


def main_substance(lot_code: str) -> str:
    """The main substance of a lot's product."""
    statement = (
        select(Product.main_analyte)
        .join(Variant, Variant.product_id == Product.id)
        .join(Lot, Lot.variant_id == Variant.id)
        .where(Lot.code == lot_code)
    )
    return db.session.scalar(statement) or ""


def main_substances() -> list[str]:
    """The main substances of all products."""
    statement = select(Product.main_analyte).where(Product.main_analyte != "").distinct()
    return list(db.session.scalars(statement.order_by(Product.main_analyte)))


def reports_of(lot_id: int) -> list[ReportEdit]:
    """The reports on a lot in every state, with their results; two queries."""
    rows = db.session.execute(_reports().where(LabReport.lot_id == lot_id)).all()
    results: dict[int, list[TestResult]] = defaultdict(list)
    statement = select(TestResult).where(TestResult.report_id.in_([row[0].id for row in rows]))
    for result in db.session.scalars(statement.order_by(TestResult.position, TestResult.id)):
        results[result.report_id].append(result)
    return [ReportEdit(row[0], row[1], row[2], results[row[0].id]) for row in rows]


def report(report_id: int) -> ReportEdit | None:
    """One report."""
    row = db.session.execute(_reports().where(LabReport.id == report_id)).first()
    if row is None:
        return None
    results = db.session.scalars(
        select(TestResult)
        .where(TestResult.report_id == report_id)
        .order_by(TestResult.position, TestResult.id)
    )
    return ReportEdit(row[0], row[1], row[2], list(results))


def _reports() -> Select[LabReport, Laboratory, Lot]:
    return (
        select(LabReport, Laboratory, Lot)
        .join(Laboratory, Laboratory.id == LabReport.laboratory_id)
        .join(Lot, Lot.id == LabReport.lot_id)
        .order_by(LabReport.reported_on, LabReport.id)
    )


def absorption_of(product_id: int) -> BioavailabilityReference | None:
    """The bioavailability reference of a product."""
    return db.session.get(BioavailabilityReference, product_id)


def evidence_ending(today: date, within_days: int = 60) -> list[Ending]:
    """Reports on lots that may still be sold, and certificates, that end in so many days or have ended."""
    until = today + timedelta(days=within_days)
    reports = db.session.execute(
        select(LabReport.id, LabReport.report_number, LabReport.retest_on, Product.id, Product.code, Lot.code)
        .join(Lot, Lot.id == LabReport.lot_id)
        .join(Variant, Variant.id == Lot.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(LabReport.state == "valid", LabReport.retest_on <= until, Lot.state == "released")
        .where(Product.state == "published", Lot.best_before >= today)
        .where(or_(Lot.sold_out_on.is_(None), Lot.sold_out_on > today))
    )
    found = [Ending("report", row[0], row[1], row[2], row[3], row[4], row[5]) for row in reports]
    ending = db.session.execute(
        select(
            SiteCertificate.id, SiteCertificate.scheme, SiteCertificate.number, SiteCertificate.valid_until
        ).where(SiteCertificate.withdrawn.is_(False), SiteCertificate.valid_until <= until)
    )
    found += [
        Ending("certificate", row.id, f"{row.scheme} {row.number}", row.valid_until, None, "", "")
        for row in ending
    ]
    return sorted(found, key=lambda ending: (ending.ends_on, ending.label))
