"""Changes evidence: laboratories, reports with their results, site certificates, absorption references."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from storefront.database import LocalText, db
from storefront.locale import gettext as _
from storefront.quality.models import (
    BioavailabilityReference,
    Laboratory,
    LabReport,
    SiteCertificate,
    TestResult,
)
from storefront.quality.rules import within_limit
from storefront.refusals import Refused

M = TypeVar("M")
CATEGORIES = ("identity", "assay", "impurity", "metal", "micro", "water")
OPERATORS = ("=", "<", "<=", ">", ">=", "nd", "conforms", "absent")
SAMPLES = ("finished", "raw")
REPORT_STATES = ("draft", "valid", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryData:
    """Who tests."""

    code: str
    name: str
    cities: LocalText
    country: str
    company_group: str
    legal_name: str = ""
    standard: str = "ISO/IEC 17025"
    accreditation_body: str = ""
    accreditation_number: str = ""
    accredited_from: date | None = None
    accredited_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultData:
    """One measured thing against its limit."""

    category: str
    code: str
    analytes: LocalText
    substance: str = ""
    method: str = ""
    method_notes: LocalText = field(default_factory=dict)
    in_scope: bool = True
    operator: str = "="
    value: Decimal | None = None
    unit: str = ""
    limit_operator: str = ""
    limit_value: Decimal | None = None
    limit_unit: str = ""
    limit_source: str = ""
    passed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    """A report on a lot, with its results in their order."""

    lot_id: int
    laboratory_id: int
    report_number: str
    reported_on: date
    retest_on: date
    results: list[ResultData]
    sample: str = "finished"
    state: str = "valid"
    sampled_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateData:
    """A certificate of a place of production."""

    scheme: str
    number: str
    holder: str
    site: str
    site_code: str
    country: str
    body: str
    issued_on: date
    valid_from: date
    valid_until: date
    titles: LocalText
    scopes: LocalText = field(default_factory=dict)


def save_laboratory(laboratory_id: int | None, data: LaboratoryData) -> Laboratory:
    """Make or change a laboratory. Its group decides whether it is independent, so it must be named."""
    if not data.company_group.strip():
        raise Refused(
            _("Name the group that the laboratory belongs to, its own name if none."), field="company_group"
        )
    laboratory = _found(Laboratory, laboratory_id)
    _fill(laboratory, data, _("This code is already in use."), "code")
    return laboratory


def save_report(report_id: int | None, data: ReportData) -> LabReport:
    """Make or change a report; its results are replaced."""
    _check_report(data)
    report = _found(LabReport, report_id)
    _fill(
        report, data, _("This laboratory already has a report with this number."), "report_number", "results"
    )
    db.session.execute(delete(TestResult).where(TestResult.report_id == report.id))
    for position, result in enumerate(data.results, start=1):
        row = TestResult(report_id=report.id, position=position)
        for name in result.__slots__:
            setattr(row, name, getattr(result, name))
        db.session.add(row)
    db.session.flush()
    return report


def save_certificate(certificate_id: int | None, data: CertificateData) -> SiteCertificate:
    """Make or change a site certificate."""
    if data.valid_until < data.valid_from:
        raise Refused(_("The end lies before the beginning."), field="valid_until")
    certificate = _found(SiteCertificate, certificate_id)
    _fill(certificate, data, _("This certificate number is already in use."), "number")
    return certificate


def withdraw_certificate(certificate_id: int) -> SiteCertificate:
    """A certificate proves nothing any more, from now on."""
    certificate = _found(SiteCertificate, certificate_id)
    certificate.withdrawn = True
    db.session.flush()
    return certificate


def set_absorption(product_id: int, citation: str, doi: str, assessor: str, year: int) -> None:
    """Link the assessment that lets the purity badge say "and absorption"; an empty DOI takes it away."""
    db.session.execute(
        delete(BioavailabilityReference).where(BioavailabilityReference.product_id == product_id)
    )
    if doi:
        db.session.add(
            BioavailabilityReference(
                product_id=product_id, citation=citation, doi=doi, assessor=assessor, year=year
            )
        )
    db.session.flush()


def _check_report(data: ReportData) -> None:
    if data.retest_on < data.reported_on:
        raise Refused(_("The last day comes after the day of the report."), field="retest_on")
    if data.sampled_on is not None and data.sampled_on > data.reported_on:
        raise Refused(_("The sample was taken before the report was written."), field="sampled_on")
    if data.sample not in SAMPLES:
        raise Refused(_("Choose one of the values."), field="sample")
    if data.state not in REPORT_STATES:
        raise Refused(_("Choose one of the values."), field="state")
    for index, result in enumerate(data.results):
        if result.category not in CATEGORIES or result.operator not in OPERATORS:
            raise Refused(_("Choose one of the values."), field=f"results-{index}-category")
        keeps = within_limit(result.operator, result.value, result.limit_operator, result.limit_value)
        if result.unit == result.limit_unit and keeps is False and result.passed:
            raise Refused(
                _("This value does not keep its limit, so it cannot pass."), field=f"results-{index}-passed"
            )


def _found(model: type[M], row_id: int | None) -> M:
    if row_id is None:
        return model()
    row = db.session.get(model, row_id)
    if row is None:
        raise Refused(_("This does not exist any more."), status=404)
    return row


def _fill(row: Any, data: Any, taken: str, field: str, *left_out: str) -> None:
    """Copy the data; a broken unique rule becomes a refusal at its field."""
    try:
        with db.session.begin_nested():
            for name in data.__slots__:
                if name not in left_out:
                    setattr(row, name, getattr(data, name))
            db.session.add(row)
    except IntegrityError as error:
        raise Refused(taken, field=field) from error
