"""Laboratories: who tests."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import EVIDENCE
from storefront.admin.evidence.board import blueprint, found, save
from storefront.admin.forms.evidence import LaboratoryForm
from storefront.admin.forms.fields import typed
from storefront.admin.frame import guard
from storefront.admin.stale import remembered
from storefront.quality import actions, editing
from storefront.quality.models import Laboratory
from storefront.transactions import repeated

PLAIN = (
    *("code", "name", "legal_name", "country", "company_group", "standard", "accreditation_body"),
    "accreditation_number",
)


@blueprint.get("/laboratories/new")
@guard(EVIDENCE)
def new_laboratory() -> ResponseReturnValue:
    """The empty form."""
    return _page(LaboratoryForm(formdata=None), None)


@blueprint.post("/laboratories/new")
@guard(EVIDENCE)
@repeated
def create_laboratory() -> ResponseReturnValue:
    """Add a laboratory."""
    return _save(None)


@blueprint.get("/laboratories/<int:laboratory_id>")
@guard(EVIDENCE)
def laboratory(laboratory_id: int) -> ResponseReturnValue:
    """A laboratory."""
    saved = found(editing.laboratory(laboratory_id))
    return _page(_form_of(saved), saved)


@blueprint.post("/laboratories/<int:laboratory_id>")
@guard(EVIDENCE)
@repeated
def save_laboratory(laboratory_id: int) -> ResponseReturnValue:
    """Change a laboratory."""
    return _save(found(editing.laboratory(laboratory_id)))


def _save(saved: Laboratory | None) -> ResponseReturnValue:
    form = LaboratoryForm()

    def action() -> str:
        return f"laboratory {actions.save_laboratory(saved.id if saved else None, _data(form)).code}"

    what = "laboratory changed" if saved else "laboratory added"
    return save(
        form,
        (lambda: _form_of(found(editing.laboratory(saved.id)))) if saved else None,
        action,
        what,
        lambda: _page(form, saved),
        lambda: url_for("admin_evidence.index"),
    )


def _form_of(saved: Laboratory) -> LaboratoryForm:
    values = {name: getattr(saved, name) for name in PLAIN} | {
        "city_nl": saved.cities.get("nl", ""),
        "city_en": saved.cities.get("en", ""),
        "accredited_from": saved.accredited_from,
        "accredited_until": saved.accredited_until,
    }
    form = LaboratoryForm(formdata=None, data=values)
    remembered(form)
    return form


def _data(form: LaboratoryForm) -> actions.LaboratoryData:
    plain = {name: form[name].data for name in PLAIN} | {"country": typed(form.country).upper()}
    return actions.LaboratoryData(
        **plain,
        cities={"nl": typed(form.city_nl), "en": typed(form.city_en)},
        accredited_from=form.accredited_from.day,
        accredited_until=form.accredited_until.day,
    )


def _page(form: LaboratoryForm, saved: Laboratory | None) -> str:
    return render_template("admin/laboratory.html", form=form, laboratory=saved)
