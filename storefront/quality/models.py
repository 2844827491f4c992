"""Evidence: laboratories, their reports on lots, site certificates, bioavailability references."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storefront.database import LocalText, Model


class Laboratory(Model):
    """Who tests. `group` is compared with the shop and the maker: the same group is not independent."""

    __tablename__ = "laboratory"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    legal_name: Mapped[str] = mapped_column(String(120), default="")
    cities: Mapped[LocalText]
    country: Mapped[str] = mapped_column(String(2))
    company_group: Mapped[str] = mapped_column(String(120), default="")
    standard: Mapped[str] = mapped_column(String(40), default="ISO/IEC 17025")
    accreditation_body: Mapped[str] = mapped_column(String(40), default="")
    accreditation_number: Mapped[str] = mapped_column(String(40), default="")
    accredited_from: Mapped[date | None]
    accredited_until: Mapped[date | None]


class LabReport(Model):
    """A laboratory's report on one lot. It proves nothing after `retest_on`, nor unless it is valid."""

    __tablename__ = "lab_report"
    __table_args__ = (UniqueConstraint("laboratory_id", "report_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    laboratory_id: Mapped[int] = mapped_column(ForeignKey("laboratory.id"), index=True)
    report_number: Mapped[str] = mapped_column(String(60))
    sample: Mapped[str] = mapped_column(String(10), default="finished")  # finished, raw
    state: Mapped[str] = mapped_column(String(12), default="valid")  # draft, valid, withdrawn
    sampled_on: Mapped[date | None]
    reported_on: Mapped[date]
    retest_on: Mapped[date]  # the last day on which the report counts


class TestResult(Model):
    """One measured thing in a report, against its limit."""

    __tablename__ = "test_result"
    __test__ = False  # not a test of pytest

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("lab_report.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=1)
    category: Mapped[str] = mapped_column(String(12))  # identity, assay, impurity, metal, micro, water
    code: Mapped[str] = mapped_column(String(40))  # purity, lead, …
    analytes: Mapped[LocalText]
    substance: Mapped[str] = mapped_column(
        String(80), default=""
    )  # what was measured; see Product.main_analyte
    method: Mapped[str] = mapped_column(String(80), default="")
    method_notes: Mapped[LocalText] = mapped_column(default=dict)
    in_scope: Mapped[bool] = mapped_column(default=True)  # inside the laboratory's accredited scope
    operator: Mapped[str] = mapped_column(String(10), default="=")  # = < <= > >= nd conforms absent
    value: Mapped[Decimal | None]
    unit: Mapped[str] = mapped_column(String(20), default="")
    limit_operator: Mapped[str] = mapped_column(String(10), default="")
    limit_value: Mapped[Decimal | None]
    limit_unit: Mapped[str] = mapped_column(String(20), default="")
    limit_source: Mapped[str] = mapped_column(String(80), default="")
    passed: Mapped[bool] = mapped_column(default=True)


class SiteCertificate(Model):
    """A certificate of the place of production. Valid from and until are both inclusive."""

    __tablename__ = "site_certificate"
    __table_args__ = (UniqueConstraint("scheme", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(60))  # GMP, ISO 22000
    titles: Mapped[LocalText]
    number: Mapped[str] = mapped_column(String(60))
    holder: Mapped[str] = mapped_column(String(120))
    site: Mapped[str] = mapped_column(String(80))  # the town that people read
    site_code: Mapped[str] = mapped_column(String(80), index=True)  # lots made there carry the same code
    country: Mapped[str] = mapped_column(String(2))
    scopes: Mapped[LocalText]  # what the certificate covers
    body: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    withdrawn: Mapped[bool] = mapped_column(default=False)


class BioavailabilityReference(Model):
    """The published assessment that lets the purity badge of a product say "and absorption"."""

    __tablename__ = "bioavailability_reference"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), primary_key=True)
    citation: Mapped[str] = mapped_column(String(300))
    doi: Mapped[str] = mapped_column(String(120))
    assessor: Mapped[str] = mapped_column(String(80))
    year: Mapped[int]
