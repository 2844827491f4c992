"""Certificates of places of production."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import EVIDENCE
from storefront.admin.evidence.board import blueprint, found, save
from storefront.admin.forms import EmptyForm
from storefront.admin.forms.evidence import CertificateForm
from storefront.admin.forms.fields import typed
from storefront.admin.frame import guard, note, say
from storefront.admin.stale import remembered
from storefront.locale import gettext as _
from storefront.quality import actions, editing
from storefront.quality.models import SiteCertificate
from storefront.transactions import repeated, writing

PLAIN = ("scheme", "number", "holder", "site", "site_code", "country", "body")
DAYS = ("issued_on", "valid_from", "valid_until")


@blueprint.get("/certificates/new")
@guard(EVIDENCE)
def new_certificate() -> ResponseReturnValue:
    """The empty form."""
    return _page(CertificateForm(formdata=None), None)


@blueprint.post("/certificates/new")
@guard(EVIDENCE)
@repeated
def create_certificate() -> ResponseReturnValue:
    """Add a certificate."""
    return _save(None)


@blueprint.get("/certificates/<int:certificate_id>")
@guard(EVIDENCE)
def certificate(certificate_id: int) -> ResponseReturnValue:
    """A certificate."""
    saved = found(editing.certificate(certificate_id))
    return _page(_form_of(saved), saved)


@blueprint.post("/certificates/<int:certificate_id>")
@guard(EVIDENCE)
@repeated
def save_certificate(certificate_id: int) -> ResponseReturnValue:
    """Change a certificate."""
    return _save(found(editing.certificate(certificate_id)))


@blueprint.post("/certificates/<int:certificate_id>/withdraw")
@guard(EVIDENCE)
@repeated
def withdraw_certificate(certificate_id: int) -> ResponseReturnValue:
    """It proves nothing any more."""
    saved = found(editing.certificate(certificate_id))
    if not EmptyForm().validate_on_submit():
        abort(400)
    with writing():
        actions.withdraw_certificate(saved.id)
        note("certificate withdrawn", f"certificate {saved.number}")
    say(_("The certificate is withdrawn; badges that rest on it are gone."))
    return redirect(url_for("admin_evidence.certificate", certificate_id=saved.id), 303)


def _save(saved: SiteCertificate | None) -> ResponseReturnValue:
    form = CertificateForm()

    def action() -> str:
        return f"certificate {actions.save_certificate(saved.id if saved else None, _data(form)).number}"

    what = "certificate changed" if saved else "certificate added"
    return save(
        form,
        (lambda: _form_of(found(editing.certificate(saved.id)))) if saved else None,
        action,
        what,
        lambda: _page(form, saved),
        lambda: url_for("admin_evidence.index"),
    )


def _form_of(saved: SiteCertificate) -> CertificateForm:
    values = {name: getattr(saved, name) for name in (*PLAIN, *DAYS)} | {
        "title_nl": saved.titles.get("nl", ""),
        "title_en": saved.titles.get("en", ""),
        "scope_nl": saved.scopes.get("nl", ""),
        "scope_en": saved.scopes.get("en", ""),
    }
    form = CertificateForm(formdata=None, data=values)
    remembered(form)
    return form


def _data(form: CertificateForm) -> actions.CertificateData:
    values: dict[str, Any] = {name: typed(form[name]) for name in PLAIN} | {
        name: form[name].day for name in DAYS
    }
    return actions.CertificateData(
        **values | {"country": typed(form.country).upper()},
        titles={"nl": typed(form.title_nl), "en": typed(form.title_en)},
        scopes={"nl": typed(form.scope_nl), "en": typed(form.scope_en)},
    )


def _page(form: CertificateForm, saved: SiteCertificate | None) -> str:
    return render_template(
        "admin/certificate.html", form=form, certificate=saved, button=EmptyForm(formdata=None)
    )
