"""Loads the demo's laboratories, certificates, lots and reports from templates with their differences."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from storefront.catalog.models import Variant
from storefront.database import db
from storefront.quality import actions as quality
from storefront.quality.actions import CertificateData, LaboratoryData, ReportData, ResultData
from storefront.stock import actions as stock
from storefront.stock.actions import LotData


def load(data: dict[str, Any], today: date) -> None:
    """Load everything of evidence.json."""
    laboratories = {
        lab["code"]: quality.save_laboratory(None, _laboratory(lab, today)).id for lab in data["laboratories"]
    }
    for certificate in data["site_certificates"]:
        quality.save_certificate(None, _certificate(certificate, today))
    variants = {row.sku: row.id for row in db.session.execute(select(Variant.sku, Variant.id))}
    for lot in data["lots"]:
        row = stock.add_lot(_lot(lot, variants[lot["sku"]], today))
        for report in lot["reports"]:
            template = data["templates"][report["template"]]
            quality.save_report(None, _report(report, row.id, laboratories[report["lab"]], template, today))


def lot_code(serial: str, made_on: date) -> str:
    """The code as it is printed: year of production and serial number, "26-0412"."""
    return f"{made_on:%y}-{serial}"


def _ago(today: date, days: int | None) -> date | None:
    return None if days is None else today - timedelta(days=days)


def _laboratory(lab: dict[str, Any], today: date) -> LaboratoryData:
    return LaboratoryData(
        code=lab["code"],
        name=lab["name"],
        legal_name=lab["legal_name"],
        cities=lab["city"],
        country=lab["country"],
        company_group=lab["group"],
        standard=lab["standard"],
        accreditation_body=lab["accreditation_body"],
        accreditation_number=lab["accreditation_no"],
        accredited_from=today - timedelta(days=lab["accredited_from_days_ago"]),
        accredited_until=today + timedelta(days=lab["accredited_until_in_days"]),
    )


def _certificate(certificate: dict[str, Any], today: date) -> CertificateData:
    return CertificateData(
        scheme=certificate["scheme"],
        number=certificate["number"],
        holder=certificate["holder"],
        site=certificate["site"],
        site_code=certificate["site_code"],
        country=certificate["country"],
        body=certificate["body"],
        titles=certificate["title"],
        scopes=certificate["scope"],
        issued_on=today - timedelta(days=certificate["issued_days_ago"]),
        valid_from=today - timedelta(days=certificate["valid_from_days_ago"]),
        valid_until=today + timedelta(days=certificate["valid_until_in_days"]),
    )


def _lot(lot: dict[str, Any], variant_id: int, today: date) -> LotData:
    made_on = today - timedelta(days=lot["made_days_ago"])
    recall = lot.get("recall") or {}
    sold_out = lot["archived"] and lot["state"] == "released"
    return LotData(
        code=lot_code(lot["serial"], made_on),
        variant_id=variant_id,
        state=lot["state"],
        site=lot["site"],
        raw_received_on=_ago(today, lot["raw_received_days_ago"]),
        made_on=made_on,
        received_on=_ago(today, lot["received_days_ago"]),
        released_on=_ago(today, lot["released_days_ago"]),
        released_by=lot["released_by"],
        on_sale_since=_ago(today, lot["on_sale_days_ago"]),
        sold_out_on=_sold_out_on(lot, today) if sold_out else None,
        best_before=_end_of_month(today + timedelta(days=lot["best_before_in_days"])),
        recalled_on=_ago(today, recall.get("days_ago")),
        recall_reasons=recall.get("reason", {}),
        recall_advice=recall.get("advice", {}),
    )


def _end_of_month(day: date) -> date:
    """The last day of a day's month: labels say "end of June 2026"."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _sold_out_on(lot: dict[str, Any], today: date) -> date:
    """An archived lot sold out half a year after it came on sale, or on the day before loading."""
    began = today - timedelta(days=lot["on_sale_days_ago"])
    return min(began + timedelta(days=183), today - timedelta(days=1))


def _report(
    report: dict[str, Any], lot_id: int, laboratory_id: int, template: list[dict[str, Any]], today: date
) -> ReportData:
    return ReportData(
        lot_id=lot_id,
        laboratory_id=laboratory_id,
        report_number=report["report_no"],
        sample=report["sample"],
        state=report["state"],
        sampled_on=_ago(today, report["sampled_days_ago"]),
        reported_on=today - timedelta(days=report["reported_days_ago"]),
        retest_on=today + timedelta(days=report["retest_in_days"]),
        results=[_result(merged(result, report["overrides"].get(result["code"]))) for result in template],
    )


def merged(result: dict[str, Any], override: str | dict[str, Any] | None) -> dict[str, Any]:
    """A result of a template with its difference: a value alone, or several fields."""
    if override is None:
        return result
    return result | (override if isinstance(override, dict) else {"value": override})


def _result(result: dict[str, Any]) -> ResultData:
    value, limit = result["value"], result["limit_value"]
    return ResultData(
        category=result["category"],
        code=result["code"],
        analytes=result["analyte"],
        substance=result["substance"] or "",
        method=result["method"] or "",
        method_notes=result["method_note"] or {},
        in_scope=result["in_scope"],
        operator=result["operator"],
        value=None if value is None else Decimal(value),
        unit=result["unit"] or "",
        limit_operator=result["limit_operator"] or "",
        limit_value=None if limit is None else Decimal(limit),
        limit_unit=result["limit_unit"] or "",
        limit_source=result["limit_source"] or "",
        passed=result["passed"],
    )
