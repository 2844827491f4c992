"""Evidence in the database: badges of lists, the look-up, and what staff change."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update

from storefront import clock, locale
from storefront.catalog.models import Product
from storefront.database import db
from storefront.quality import actions, batches, editing, queries
from storefront.quality.facts import LabBadge, PurityBadge
from storefront.quality.models import LabReport, SiteCertificate, TestResult
from storefront.refusals import Refused
from storefront.stock.models import Lot
from storefront.transactions import writing

DAY = timedelta(days=1)
Counting = Callable[[Flask], AbstractContextManager[list[str]]]


def product_id(code: str) -> int:
    return db.session.scalars(select(Product.id).where(Product.code == code)).one()


def badges(code: str, today: date | None = None) -> dict[str, object]:
    one = product_id(code)
    return {badge.code: badge for badge in queries.badges_of([one], today or clock.today())[one]}


def test_the_demo_shop_shows_what_its_brief_says(any_demo_app: Flask) -> None:
    for code in ("nmn-c", "mgt-c", "nmn-p", "mgb-c", "mgt-p"):
        shown = badges(code)
        assert list(shown) == ["purity", "lab", "gmp"], code
        lab, purity = shown["lab"], shown["purity"]
        assert isinstance(lab, LabBadge) and lab.twice
        assert isinstance(purity, PurityBadge) and purity.value > Decimal("99.8")
        assert (purity.absorption is not None) == code.startswith("mgt")
    for code in ("crm-p", "tmg-c", "tmg-p", "nrc-c"):
        assert list(badges(code)) == ["lab", "gmp"], code


def test_every_badge_of_the_demo_lasts_eighteen_months(demo_app: Flask) -> None:
    day = clock.today() + timedelta(days=548)
    ids = list(db.session.scalars(select(Product.id)))
    assert {key: [b.code for b in found] for key, found in queries.badges_of(ids, day).items()} == {
        key: [b.code for b in found] for key, found in queries.badges_of(ids, clock.today()).items()
    }


def test_badges_of_any_list_cost_two_queries(demo_app: Flask, queries: Counting) -> None:
    from storefront.quality.queries import badges_of

    ids = list(db.session.scalars(select(Product.id)))
    for asked in (ids[:1], ids):
        with queries(demo_app) as seen:
            badges_of(asked, clock.today())
        assert len(seen) == 2
    with queries(demo_app) as seen:
        assert badges_of([], clock.today()) == {}
        assert badges_of([12345], clock.today()) == {12345: ()}
    assert len(seen) == 1


def test_a_withdrawn_report_takes_its_badge(any_demo_app: Flask) -> None:
    lot = db.session.scalars(select(Lot).where(Lot.code.endswith("-0430"))).one()
    (report,) = editing.reports_of(lot.id)
    with writing():
        report.report.state = "withdrawn"
    assert list(badges("crm-p")) == ["gmp"]
    reasons = {r.code: r.reason for r in queries.explain_for(product_id("crm-p"), clock.today())}
    assert lot.code in reasons["lab"]


def test_staff_are_told_that_a_unit_is_wrong_or_a_report_a_draft(any_demo_app: Flask) -> None:
    with writing():
        db.session.execute(update(TestResult).where(TestResult.unit == "% area").values(unit="%"))
        db.session.execute(update(LabReport).where(LabReport.id == 1).values(state="draft"))
    with locale.speaking("en"):
        told = [
            line
            for code in ("nmn-c", "mgt-c")
            for reason in queries.explain_for(product_id(code), clock.today())
            for line in reason.missing
        ]
    assert any("the unit is “%”" in line for line in told)
    assert any(line.endswith("it is a draft.") for line in told)


def test_a_lot_swap_brings_the_evidence_of_the_new_lot(any_demo_app: Flask) -> None:
    with writing():
        db.session.execute(update(Lot).where(Lot.code.endswith("-0365")).values(sold_out_on=clock.today()))
    assert badges("mgb-c") == {}


def test_an_expired_accreditation_takes_the_purity_badge(any_demo_app: Flask) -> None:
    for laboratory in editing.laboratories():
        data = actions.LaboratoryData(
            **{name: getattr(laboratory, name) for name in actions.LaboratoryData.__slots__}
        )
        with writing():
            ended = replace(data, accredited_until=clock.today() - timedelta(days=300))
            actions.save_laboratory(laboratory.id, ended)
    shown = badges("mgt-c")
    assert list(shown) == ["lab", "gmp"]
    lab = shown["lab"]
    assert isinstance(lab, LabBadge)
    assert [line.accreditation for line in lab.reports] == ["", ""]


def test_a_certificate_shows_until_its_last_day(any_demo_app: Flask) -> None:
    today = clock.today()
    with writing():
        db.session.execute(update(SiteCertificate).values(valid_until=today))
    assert "gmp" in badges("nmn-c", today)
    assert "gmp" not in badges("nmn-c", today + DAY)
    kinds = [(ending.kind, ending.ends_on) for ending in editing.evidence_ending(today)]
    assert kinds == [("certificate", today), ("certificate", today)]


@pytest.mark.parametrize("written", ["{}", " {} ", "batch {}"])
def test_a_batch_is_found_in_any_spelling(any_demo_app: Flask, written: str) -> None:
    code = db.session.scalars(select(Lot.code).where(Lot.code.endswith("-0412"))).one()
    for spelling in (code, code.replace("-", ""), code.replace("-", " "), code.replace("-", "‑")):
        found = batches.batch(written.format(spelling), "nl")
        assert found is not None and found.lot_code == code


def test_a_batch_has_its_reports_with_their_results(demo_app: Flask, queries: Counting) -> None:
    code = db.session.scalars(select(Lot.code).where(Lot.code.endswith("-0412"))).one()
    with locale.speaking("en"), queries(demo_app) as seen:
        found = batches.batch(code)
    assert len(seen) == 1
    assert found is not None
    assert found.product_name == "Magnesium L‑threonate, capsules"
    assert found.product_slug == "magnesium-l-threonate-capsules"
    assert [(report.lab_name, report.tests, report.passed) for report in found.reports] == [
        ("Noordlab", 10, 10),
        ("Eastmere Labs", 5, 5),
    ]
    assert found.passed and found.on_sale(clock.today()) and not found.recalled
    assert found.picture is not None
    purity = found.reports[0].results[1]
    assert (purity.code, purity.value, purity.unit) == ("purity", Decimal("99.87"), "% area")


def test_batches_that_never_were_on_sale_are_unknown(any_demo_app: Flask) -> None:
    assert batches.batch("99-9999") is None
    assert batches.batch("") is None
    assert batches.batch("‑ ") is None
    with writing():
        db.session.execute(update(Lot).where(Lot.code.endswith("-0412")).values(state="quarantine"))
    code = db.session.scalars(select(Lot.code).where(Lot.code.endswith("-0412"))).one()
    assert batches.batch(code) is None


def test_a_recalled_batch_says_why_and_what_to_do(any_demo_app: Flask) -> None:
    code = db.session.scalars(select(Lot.code).where(Lot.state == "recalled")).one()
    found = batches.batch(code, "nl")
    assert found is not None and found.recalled and not found.on_sale(clock.today())
    assert set(found.recall_reasons) == set(found.recall_advice) == {"nl", "en"}


def report_data(**changes: object) -> actions.ReportData:
    lot_id, laboratory_id = db.session.execute(select(LabReport.lot_id, LabReport.laboratory_id)).all()[0]
    result = actions.ResultData(
        category="assay",
        code="purity",
        analytes={"nl": "Zuiverheid", "en": "Purity"},
        substance="NMN",
        value=Decimal("99.90"),
        unit="% area",
        limit_operator=">",
        limit_value=Decimal("99.8"),
        limit_unit="% area",
    )
    values: dict[str, object] = {
        "lot_id": lot_id,
        "laboratory_id": laboratory_id,
        "report_number": "NEW-1",
        "reported_on": clock.today(),
        "retest_on": clock.today() + 100 * DAY,
        "results": [result],
    }
    return actions.ReportData(**(values | changes))  # type: ignore[arg-type]


def test_a_report_is_saved_with_its_results_and_changed(any_demo_app: Flask) -> None:
    with writing():
        made = actions.save_report(None, report_data())
    with writing():
        two = [replace(report_data().results[0], code=code) for code in ("purity", "again")]
        actions.save_report(made.id, report_data(results=two))
    found = editing.report(made.id)
    assert found is not None
    assert [(result.position, result.code) for result in found.results] == [(1, "purity"), (2, "again")]
    assert str(found.results[0].value) == "99.90"
    with writing():
        actions.save_report(made.id, report_data(state="withdrawn"))
    assert db.session.scalar(select(LabReport.state).where(LabReport.id == made.id)) == "withdrawn"


def test_what_cannot_be_is_refused_at_its_field(any_demo_app: Flask) -> None:
    taken = db.session.execute(select(LabReport.report_number)).scalars().first()
    number = db.session.scalar(select(SiteCertificate.number).where(SiteCertificate.scheme == "GMP"))
    result = report_data().results[0]
    today = clock.today()
    certificate = actions.CertificateData(
        scheme="GMP",
        number=str(number),
        holder="X",
        site="Y",
        site_code="z",
        country="NL",
        body="B",
        titles={},
        issued_on=today,
        valid_from=today,
        valid_until=today,
    )
    laboratory = actions.LaboratoryData(code="noordlab", name="X", cities={}, country="NL", company_group="X")
    cases: list[tuple[str, Callable[[], object]]] = [
        ("report_number", lambda: actions.save_report(None, report_data(report_number=taken))),
        ("retest_on", lambda: actions.save_report(None, report_data(retest_on=today - DAY))),
        ("sampled_on", lambda: actions.save_report(None, report_data(sampled_on=today + DAY))),
        (
            "results-0-passed",
            lambda: actions.save_report(None, report_data(results=[replace(result, value=Decimal("99.8"))])),
        ),
        ("sample", lambda: actions.save_report(None, report_data(sample="half"))),
        ("state", lambda: actions.save_report(None, report_data(state="lost"))),
        (
            "results-0-category",
            lambda: actions.save_report(None, report_data(results=[replace(result, category="smell")])),
        ),
        ("number", lambda: actions.save_certificate(None, certificate)),
        ("valid_until", lambda: actions.save_certificate(None, replace(certificate, valid_from=today + DAY))),
        ("code", lambda: actions.save_laboratory(None, laboratory)),
        ("company_group", lambda: actions.save_laboratory(None, replace(laboratory, company_group=" "))),
    ]
    before = db.session.scalar(select(TestResult.id).order_by(TestResult.id.desc()).limit(1))
    for field, act in cases:
        with writing(), pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.field == field
    assert db.session.scalar(select(TestResult.id).order_by(TestResult.id.desc()).limit(1)) == before
    with writing(), pytest.raises(Refused) as refusal:
        actions.withdraw_certificate(12345)
    assert refusal.value.status == 404


def test_an_absorption_reference_can_be_taken_away(any_demo_app: Flask) -> None:
    with writing():
        actions.set_absorption(product_id("mgt-c"), "", "", "", 0)
    purity = badges("mgt-c")["purity"]
    assert isinstance(purity, PurityBadge)
    assert purity.absorption is None
    assert editing.absorption_of(product_id("mgt-p")) is not None


def test_lists_for_staff(demo_app: Flask) -> None:
    assert [code for code, _label in editing.site_choices()] == ["friso"]
    assert len(editing.all_lots()) == len(list(db.session.scalars(select(Lot.id))))
    assert editing.report(12345) is None
