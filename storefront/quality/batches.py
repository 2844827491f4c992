"""Reads one batch with its certificate of analysis: for the look-up, the product page and the QR code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, select

from storefront import clock, locale
from storefront.catalog.models import Product, ProductText, Variant
from storefront.database import LocalText, built_once, decoded, fetch, undecoded
from storefront.quality.models import Laboratory, LabReport, TestResult
from storefront.stock.models import Lot
from storefront.stock.rules import is_on_sale, plain_code


class Result(NamedTuple):
    """One measured thing."""

    category: str
    code: str
    analytes: LocalText
    substance: str
    method: str
    method_notes: LocalText
    in_scope: bool
    operator: str
    value: Decimal | None
    unit: str
    limit_operator: str
    limit_value: Decimal | None
    limit_unit: str
    limit_source: str
    passed: bool


@dataclass(frozen=True)
class Report:
    """A laboratory's report as the page shows it."""

    report_number: str
    lab_name: str
    lab_cities: LocalText
    lab_country: str
    standard: str
    accreditation_body: str
    accreditation_number: str
    sample: str
    sampled_on: date | None
    reported_on: date
    retest_on: date
    results: tuple[Result, ...]

    @property
    def tests(self) -> int:
        """How many things were measured."""
        return len(self.results)

    @property
    def passed(self) -> int:
        """How many of them kept their limit."""
        return sum(result.passed for result in self.results)

    @property
    def accreditation(self) -> str:
        """Who accredited the laboratory, and under which number."""
        return f"{self.accreditation_body} {self.accreditation_number}".strip()


@dataclass(frozen=True)
class Batch:
    """A lot with its product and its reports, the oldest report first.

    product_slug is empty when the product has no page in this language, or is not in the shop any more.
    """

    lot_code: str
    lot_state: str
    site: str
    raw_received_on: date | None
    made_on: date
    received_on: date | None
    released_on: date | None
    released_by: str
    on_sale_since: date | None
    sold_out_on: date | None
    best_before: date
    recalled_on: date | None
    recall_reasons: LocalText
    recall_advice: LocalText
    variant_id: int
    sku: str
    variant_labels: LocalText
    product_id: int
    product_code: str
    product_name: str
    product_slug: str
    form: str
    pictures: list[dict[str, Any]]
    reports: tuple[Report, ...]

    @property
    def picture(self) -> dict[str, Any] | None:
        """The main picture of the product."""
        return self.pictures[0] if self.pictures else None

    @property
    def recalled(self) -> bool:
        """True when the lot was called back."""
        return self.lot_state == "recalled"

    @property
    def passed(self) -> bool:
        """True when there are reports and every result in them passed."""
        return bool(self.reports) and all(report.passed == report.tests for report in self.reports)

    def on_sale(self, today: date) -> bool:
        """True when orders of this day may be packed from this lot."""
        return is_on_sale(self.lot_state, self.best_before, self.on_sale_since, self.sold_out_on, today)


# A lot's row is repeated for each of its results: JSON comes as text, last in its group, to be decoded once.
_LOT = (
    *(Lot.code, Lot.state, Lot.site, Lot.raw_received_on, Lot.made_on, Lot.received_on, Lot.released_on),
    *(Lot.released_by, Lot.on_sale_since, Lot.sold_out_on, Lot.best_before, Lot.recalled_on),
    *(undecoded(Lot.recall_reasons), undecoded(Lot.recall_advice), Variant.id, Variant.sku),
    *(undecoded(Variant.labels), Product.id, Product.code, ProductText.name, ProductText.slug, Product.form),
    undecoded(Product.pictures),
)
_REPORT = (
    *(LabReport.report_number, Laboratory.name, undecoded(Laboratory.cities), Laboratory.country),
    *(Laboratory.standard, Laboratory.accreditation_body, Laboratory.accreditation_number, LabReport.sample),
    *(LabReport.sampled_on, LabReport.reported_on, LabReport.retest_on),
)
_RESULT = (
    *(TestResult.category, TestResult.code, undecoded(TestResult.analytes), TestResult.substance),
    *(TestResult.method, undecoded(TestResult.method_notes), TestResult.in_scope, TestResult.operator),
    *(TestResult.value, TestResult.unit, TestResult.limit_operator, TestResult.limit_value),
    *(TestResult.limit_unit, TestResult.limit_source, TestResult.passed),
)
_LOT_END = len(_LOT)
_REPORT_END = _LOT_END + len(_REPORT)

_BATCH: Select[*tuple[Any, ...]] = (
    select(*_LOT, *_REPORT, *_RESULT, Product.state, LabReport.id)
    .select_from(Lot)
    .join(Variant, Variant.id == Lot.variant_id)
    .join(Product, Product.id == Variant.product_id)
    .outerjoin(ProductText, and_(ProductText.product_id == Product.id, ProductText.lang == bindparam("lang")))
    .outerjoin(
        LabReport,
        and_(
            LabReport.lot_id == Lot.id,
            LabReport.state == "valid",
            LabReport.reported_on <= bindparam("today"),
        ),
    )
    .outerjoin(Laboratory, Laboratory.id == LabReport.laboratory_id)
    .outerjoin(TestResult, TestResult.report_id == LabReport.id)
    .order_by(LabReport.reported_on, LabReport.id, TestResult.position, TestResult.id)
)
_BY_CODE = built_once(
    lambda: _BATCH.where(Lot.search_code == bindparam("search_code"), Lot.state != "quarantine")
)


def batch(code: str, lang: str | None = None) -> Batch | None:
    """A lot that was ever released, by its code in any spelling; one query."""
    given = {"search_code": plain_code(code), "lang": lang or locale.current(), "today": clock.today()}
    rows = [tuple(row) for row in fetch(_BY_CODE, given)]
    if not rows:
        return None
    reports: dict[int, tuple[Any, list[Result]]] = {}
    for row in rows:
        report_id = row[-1]
        if report_id is None:
            continue
        _columns, results = reports.setdefault(report_id, (row[_LOT_END:_REPORT_END], []))
        if row[_REPORT_END] is not None:
            results.append(_result(*row[_REPORT_END:-2]))
    found = tuple(_report(*columns, results=results) for columns, results in reports.values())
    return _batch(*rows[0][:_LOT_END], published=rows[0][-2] == "published", reports=found)


def _result(
    category: str, code: str, analytes: str, substance: str, method: str, notes: str, *rest: Any
) -> Result:
    return Result(category, code, decoded(analytes), substance, method, decoded(notes), *rest)


def _report(number: str, name: str, cities: str, *rest: Any, results: list[Result]) -> Report:
    values: list[Any] = [number, name, decoded(cities), *rest, tuple(results)]
    return Report(*values)


def _batch(*columns: Any, published: bool, reports: tuple[Report, ...]) -> Batch:
    *lot, reasons, advice, variant_id, sku, labels, product_id, code, name, slug, form, pictures = columns
    values: list[Any] = [*lot, decoded(reasons), decoded(advice), variant_id, sku, decoded(labels)]
    values += [
        product_id,
        code,
        name or "",
        slug if slug and published else "",
        form,
        decoded(pictures),
        reports,
    ]
    return Batch(*values)
