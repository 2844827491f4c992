"""Lots, laboratories, reports and certificates in the admin, and what they do to badges."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storefront import clock
from storefront.catalog import editing as products
from storefront.database import db
from storefront.quality import editing, queries
from storefront.quality.models import Laboratory, LabReport, SiteCertificate
from storefront.stock.queries import lot_to_edit

LOT = "26-0412"
PRODUCT = "mgt-c"


def badges(code=PRODUCT, on=None) -> list[str]:
    db.session.rollback()
    product_id = products.product_to_edit(code).product.id
    return [badge.code for badge in queries.badges_of([product_id], on or clock.today())[product_id]]


def report_of(code=LOT) -> editing.ReportEdit:
    db.session.rollback()
    return editing.reports_of(lot_to_edit(code).id)[0]


def results_of(edit) -> list[dict[str, Any]]:
    names = [column.key for column in type(edit.results[0]).__table__.columns if column.key != "id"]
    return [{name: getattr(result, name) for name in names} for result in edit.results]


def test_the_overview_names_everything(admin_client):
    page = admin_client.get("/admin/evidence/").text
    for words in (LOT, "Noordlab", "Eastmere", "FS-20417"):
        assert words in page, words


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_report_saved_without_a_change_stays_as_it_is(admin_client, form_of, lang):
    form_of(admin_client, "/admin/", "/admin/language").press(f"lang={lang}")
    before = results_of(report_of())
    report_id = report_of().report.id
    answer = form_of(admin_client, f"/admin/evidence/reports/{report_id}").press()
    assert answer.status_code == 303, answer.text
    assert results_of(report_of()) == before
    assert badges() == ["purity", "lab", "gmp"]


def test_a_failed_purity_takes_the_badge_away(admin_client, form_of):
    edit = report_of()
    number = next(
        i
        for i, result in enumerate(edit.results)
        if result.category == "assay" and result.unit in {"% area", "% m/m"}
    )
    form = form_of(admin_client, f"/admin/evidence/reports/{edit.report.id}")
    form.set(**{f"results__{number}__value": "98,7", f"results__{number}__limit_operator": ""})
    assert form.press().status_code == 303
    assert "purity" not in badges()


def test_a_value_over_its_limit_cannot_pass(admin_client, form_of):
    edit = report_of()
    form = form_of(admin_client, f"/admin/evidence/reports/{edit.report.id}")
    changes = {
        "operator": "=",
        "value": "9",
        "unit": "mg/kg",
        "limit_operator": "<=",
        "limit_value": "3",
        "limit_unit": "mg/kg",
    }
    form.set(**{f"results__0__{name}": value for name, value in changes.items()}, results__0__passed="y")
    answer = form.press()
    assert answer.status_code == 422 and 'id="results-0-passed-error"' in answer.text


def test_units_are_chosen_and_a_stored_one_stays(admin_client, form_of):
    edit = report_of()
    edit.results[0].unit, edit.results[0].limit_unit = "ppm", "ppm"
    db.session.commit()
    page = f"/admin/evidence/reports/{edit.report.id}"
    form = form_of(admin_client, page)
    assert form.get("results-0-unit") == form.get("results-0-limit_unit") == "ppm"
    assert form.press().status_code == 303
    assert report_of().results[0].unit == "ppm"
    wrong = form_of(admin_client, page).set(results__1__unit="%").press()
    assert wrong.status_code == 422 and 'id="results-1-unit-error"' in wrong.text


def test_the_substance_of_the_product_is_proposed(admin_client, form_of, reread):
    wanted = products.product_to_edit(PRODUCT).product.main_analyte
    for query in (f"lot={LOT}", f"product={PRODUCT}"):
        form = form_of(admin_client, f"/admin/evidence/reports/new?{query}", "/reports/new")
        assert form.get("results-0-substance") == wanted, query
    answer = form.press("do=add:results")
    assert reread(admin_client, answer, "/reports/new").get("results-1-substance") == wanted
    assert f'<option value="{wanted}">' in answer.text


def test_the_product_page_says_that_a_unit_is_wrong(admin_client):
    for edit in editing.reports_of(lot_to_edit(LOT).id):
        for result in edit.results:
            result.unit = "%" if result.category == "assay" else result.unit
    db.session.commit()
    page = admin_client.get(f"/admin/products/{PRODUCT}").text
    assert re.search(rf"<li>Batch {LOT}, (report|rapport) [^<]*“%”|<li>Batch {LOT}, rapport [^<]*‘%’", page)


def test_the_place_of_production_is_chosen_from_the_certificates(admin_client, form_of):
    page = f"/admin/evidence/lots/{LOT}"
    assert form_of(admin_client, page).get("site") == "friso"
    assert form_of(admin_client, page).set(site="elsewhere").press().status_code == 422
    saved = lot_to_edit(LOT)
    saved.site = "elsewhere"
    db.session.commit()
    assert form_of(admin_client, page).press().status_code == 303
    assert lot_to_edit(LOT).site == "elsewhere"


def test_without_a_certificate_the_lot_form_says_where_places_come_from(admin_client, form_of):
    assert "/certificates/new" not in admin_client.get("/admin/evidence/lots/new").text
    for certificate in db.session.scalars(select(SiteCertificate)).all():
        db.session.delete(certificate)
    db.session.commit()
    page = admin_client.get(f"/admin/evidence/lots/{LOT}")
    assert "/certificates/new" in page.text and 'value="friso"' in page.text


def test_a_withdrawn_report_counts_no_more(admin_client, form_of):
    db.session.rollback()
    for edit in editing.reports_of(lot_to_edit(LOT).id):
        form = form_of(admin_client, f"/admin/evidence/reports/{edit.report.id}")
        assert form.set(state="withdrawn").press().status_code == 303
    assert badges() == ["gmp"]


def test_result_rows_are_added_and_removed_without_saving(admin_client, form_of, reread):
    edit = report_of()
    page = f"/admin/evidence/reports/{edit.report.id}"
    rows = len(edit.results)
    answer = form_of(admin_client, page).press("do=add:results")
    assert f"results-{rows}-code" in answer.text
    shorter = reread(admin_client, answer, page).press(f"do=remove:results-{rows}")
    assert f"results-{rows}-code" not in shorter.text
    assert len(report_of().results) == rows
    assert form_of(admin_client, page).press("do=remove:results-999").status_code == 400


def test_a_stale_report_is_refused(admin_client, form_of):
    page = f"/admin/evidence/reports/{report_of().report.id}"
    mine, theirs = form_of(admin_client, page), form_of(admin_client, page)
    assert theirs.set(report_number="NL-1").press().status_code == 303
    answer = mine.set(report_number="NL-2").press()
    assert answer.status_code == 409 and "NL-2" in answer.text
    assert report_of().report.report_number == "NL-1"


def test_a_new_report_on_a_new_lot_carries_a_badge(admin_client, form_of):
    today = clock.today()
    variant_id = lot_to_edit(LOT).variant_id
    lot = form_of(admin_client, "/admin/evidence/lots/new")
    lot.set(code="27-0001", variant=str(variant_id), state="released", released_by="QA", site="friso")
    lot.set(made_on=str(today), best_before=str(today + timedelta(days=700)), released_on=str(today))
    assert lot.press().location == "/admin/evidence/lots/27-0001"
    assert badges() == ["gmp"]
    laboratory = db.session.scalar(select(Laboratory).where(Laboratory.code == "noordlab"))
    report = form_of(admin_client, "/admin/evidence/reports/new?lot=27-0001", "/reports/new")
    assert report.get("lot") == "27-0001"
    report.set(laboratory=str(laboratory.id), report_number="NEW-1", reported_on=str(today))
    report.set(retest_on=str(today + timedelta(days=365)))
    analyte = products.product_to_edit(PRODUCT).product.main_analyte
    row = {
        "category": "assay",
        "code": "purity",
        "analyte_nl": "Zuiverheid",
        "analyte_en": "Purity",
        "substance": analyte,
    }
    row |= {"operator": "=", "value": "99,91", "unit": "% area", "method": "HPLC-UV"}
    report.set(**{f"results__0__{name}": value for name, value in row.items()})
    answer = report.press()
    assert answer.location == "/admin/evidence/lots/27-0001", answer.text
    assert badges() == ["purity", "lab", "gmp"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"best_before": "2001-01-01"}, "best_before"),
        ({"made_on": "yesterday"}, "made_on"),
        ({"state": "released", "released_by": ""}, "released_by"),
        ({"code": ""}, "code"),
        ({"code": "26-0397"}, "code"),
    ],
)
def test_mistakes_of_a_lot_are_told_at_their_field(admin_client, form_of, changes, field):
    form = form_of(admin_client, f"/admin/evidence/lots/{LOT}").set(supplier="Typed and kept", **changes)
    answer = form.press()
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text and "Typed and kept" in answer.text
    named = re.search(rf'<a href="#{field}">(.+?): ', answer.text)
    assert named, "the summary names the field"


def test_a_certificate_that_ended_takes_its_badge_away(admin_client, form_of):
    ended = clock.today() - timedelta(days=1)
    for certificate in db.session.scalars(
        select(SiteCertificate).where(SiteCertificate.scheme == "GMP")
    ).all():
        form = form_of(admin_client, f"/admin/evidence/certificates/{certificate.id}")
        assert form.set(valid_until=str(ended)).press().status_code == 303
    assert badges() == ["purity", "lab"]
    assert badges(on=ended) == ["purity", "lab", "gmp"]


def test_a_certificate_is_withdrawn_by_a_post(admin_client, form_of):
    for certificate in db.session.scalars(select(SiteCertificate)).all():
        page = f"/admin/evidence/certificates/{certificate.id}"
        assert admin_client.get(f"{page}/withdraw").status_code in {404, 405}
        assert form_of(admin_client, page, "/withdraw").press().status_code == 303
    assert badges() == ["purity", "lab"]


def test_a_laboratory_of_the_maker_is_not_independent(admin_client, form_of):
    holder = db.session.scalar(select(SiteCertificate.holder))
    for laboratory in db.session.scalars(select(Laboratory)).all():
        page = f"/admin/evidence/laboratories/{laboratory.id}"
        assert form_of(admin_client, page).set(company_group=holder).press().status_code == 303
    assert "lab" not in badges()


def test_new_laboratories_and_certificates_are_added_once(admin_client, form_of):
    lab = form_of(admin_client, "/admin/evidence/laboratories/new")
    lab.set(
        code="zuidlab", name="Zuidlab", city_nl="Luik", city_en="Liège", country="be", company_group="Zuidlab"
    )
    assert lab.press().status_code == 303
    assert lab.press().status_code == 422
    assert db.session.scalar(select(Laboratory.country).where(Laboratory.code == "zuidlab")) == "BE"
    paper = form_of(admin_client, "/admin/evidence/certificates/new")
    paper.set(
        scheme="GMP",
        number="Z-1",
        title_nl="GMP",
        title_en="GMP",
        holder="Z B.V.",
        site="Luik",
        site_code="zuid",
        country="BE",
        body="Wadcert",
        issued_on="2026-01-01",
        valid_from="2026-01-02",
        valid_until="2029-01-01",
    )
    assert paper.press().status_code == 303
    again = paper.press()
    assert again.status_code == 422 and 'id="number-error"' in again.text


def test_every_change_is_in_the_log(admin_client, form_of):
    report = report_of().report
    form_of(admin_client, f"/admin/evidence/reports/{report.id}").set(sample="raw").press()
    assert f"rapport {report.report_number}" in admin_client.get("/admin/audit/").text
    db.session.rollback()
    assert db.session.scalar(select(LabReport.sample).where(LabReport.id == report.id)) == "raw"
