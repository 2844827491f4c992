"""Laboratory reports on batches, with their results as rows."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import EVIDENCE
from storefront.admin.evidence.board import blueprint, found, save
from storefront.admin.forms.evidence import MOST_RESULTS, ReportForm, unit_choices
from storefront.admin.forms.fields import choices, typed
from storefront.admin.frame import guard
from storefront.admin.stale import remembered
from storefront.quality import actions, editing
from storefront.quality.editing import ReportEdit
from storefront.stock.queries import lot_to_edit
from storefront.transactions import repeated

SAME = (
    *("category", "code", "substance", "method", "operator", "unit", "limit_operator", "limit_unit"),
    *("limit_source", "in_scope", "passed"),
)
EMPTY_RESULT = {"in_scope": True, "passed": True}


@blueprint.get("/reports/new")
@guard(EVIDENCE)
def new_report() -> ResponseReturnValue:
    """The empty form; for a batch, or for the batches of a product, when one is named."""
    form = ReportForm(formdata=None, lot=request.args.get("lot", ""))
    product = request.args.get("product", "")
    _with_choices(form, product)
    _append_result(form)
    return _page(form, None)


@blueprint.post("/reports/new")
@guard(EVIDENCE)
@repeated
def create_report() -> ResponseReturnValue:
    """Add a report, or do what another button of the form says."""
    return _save(None)


@blueprint.get("/reports/<int:report_id>")
@guard(EVIDENCE)
def report(report_id: int) -> ResponseReturnValue:
    """A report."""
    saved = found(editing.report(report_id))
    return _page(_form_of(saved), saved)


@blueprint.post("/reports/<int:report_id>")
@guard(EVIDENCE)
@repeated
def save_report(report_id: int) -> ResponseReturnValue:
    """Change a report, or do what another button of the form says."""
    return _save(found(editing.report(report_id)))


def _save(saved: ReportEdit | None) -> ResponseReturnValue:
    form = _with_choices(ReportForm(), saved=saved)
    if form.do.data:
        _press(form, form.do.data)
        return _page(form, saved)

    def action() -> str:
        made = actions.save_report(saved.report.id if saved else None, _data(form))
        return f"report {made.report_number}"

    what = "report changed" if saved else "report added"
    return save(
        form,
        (lambda: _form_of(found(editing.report(saved.report.id)))) if saved else None,
        action,
        what,
        lambda: _page(form, saved),
        lambda: url_for("admin_evidence.lot", code=form.lot.data),
    )


def _press(form: ReportForm, button: str) -> None:
    what, _, name = button.partition(":")
    if what == "add":
        if len(form.results.entries) < MOST_RESULTS:
            _append_result(form)
        return
    for entry in form.results.entries:
        if what == "remove" and entry.name == name:
            form.results.entries.remove(entry)
            return
    abort(400)


def _append_result(form: ReportForm) -> None:
    """A further row; the main substance of the product is proposed."""
    lot = form.lot.data or next((choice[0] for choice in form.lot.iter_choices()), "")
    form.results.append_entry(EMPTY_RESULT | {"substance": editing.main_substance(lot)})


def _form_of(saved: ReportEdit) -> ReportForm:
    report = saved.report
    values: dict[str, Any] = {
        "lot": saved.lot.code,
        "laboratory": str(report.laboratory_id),
        "report_number": report.report_number,
        "sample": report.sample,
        "state": report.state,
        "sampled_on": report.sampled_on,
        "reported_on": report.reported_on,
        "retest_on": report.retest_on,
        "results": [_result(result) for result in saved.results],
    }
    form = _with_choices(ReportForm(formdata=None, data=values), saved=saved)
    remembered(form)
    return form


def _result(result: Any) -> dict[str, Any]:
    return {name: getattr(result, name) for name in SAME} | {
        "analyte_nl": result.analytes.get("nl", ""),
        "analyte_en": result.analytes.get("en", ""),
        "method_note_nl": result.method_notes.get("nl", ""),
        "method_note_en": result.method_notes.get("en", ""),
        "value": result.value,
        "limit_value": result.limit_value,
    }


def _data(form: ReportForm) -> actions.ReportData:
    reported_on, retest_on = form.reported_on.day, form.retest_on.day
    assert reported_on is not None and retest_on is not None  # the form is valid
    return actions.ReportData(
        lot_id=found(lot_to_edit(form.lot.data)).id,
        laboratory_id=int(form.laboratory.data),
        report_number=typed(form.report_number),
        sample=typed(form.sample),
        state=typed(form.state),
        sampled_on=form.sampled_on.day,
        reported_on=reported_on,
        retest_on=retest_on,
        results=[_result_data(entry.form) for entry in form.results.entries],
    )


def _result_data(part: Any) -> actions.ResultData:
    return actions.ResultData(
        **{name: part[name].data for name in SAME},
        analytes={"nl": part.analyte_nl.data, "en": part.analyte_en.data},
        method_notes={
            lang: text
            for lang, text in (("nl", part.method_note_nl.data), ("en", part.method_note_en.data))
            if text
        },
        value=part.value.value,
        limit_value=part.limit_value.value,
    )


def _with_choices(form: ReportForm, product: str = "", saved: ReportEdit | None = None) -> ReportForm:
    """Batches, of one product when it is named; laboratories; units, those of the saved report too."""
    form.lot.choices = choices(editing.lot_choices(product))
    form.laboratory.choices = choices((str(lab.id), lab.name) for lab in editing.laboratories())
    stored = [unit for result in saved.results for unit in (result.unit, result.limit_unit)] if saved else []
    for entry in form.results.entries:
        entry.form.unit.choices = entry.form.limit_unit.choices = unit_choices(stored)
    return form


def _page(form: ReportForm, saved: ReportEdit | None) -> str:
    return render_template(
        "admin/report.html",
        form=form,
        report=saved,
        substances=editing.main_substances(),
    )
