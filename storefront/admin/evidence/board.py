"""The overview of evidence, and what its forms share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront import clock
from storefront.accounts.rules import EVIDENCE
from storefront.admin.forms import NestedForm
from storefront.admin.forms.evidence import CertificateForm, LaboratoryForm, LotForm, ReportForm
from storefront.admin.frame import guard, note, page_number, say, search_words
from storefront.admin.stale import refuse_stale
from storefront.locale import gettext as _
from storefront.quality import editing
from storefront.refusals import Refused
from storefront.transactions import writing

blueprint = Blueprint("admin_evidence", __name__)
PER_PAGE = 50
EvidenceForm = LotForm | LaboratoryForm | ReportForm | CertificateForm
Saved = TypeVar("Saved")


@blueprint.get("/")
@guard(EVIDENCE)
def index() -> ResponseReturnValue:
    """Everything that badges are computed from; batches are found by their number or article number."""
    search, page = search_words(), page_number()
    return render_template(
        "admin/evidence.html",
        lots=editing.all_lots(search, page, PER_PAGE),
        total=editing.count_lots(search),
        search=search,
        page=page,
        per_page=PER_PAGE,
        address=lambda n: url_for("admin_evidence.index", page=n, q=search or None),
        laboratories=editing.laboratories(),
        certificates=editing.certificates(),
        ending=editing.evidence_ending(clock.today()),
        today=clock.today(),
    )


def found(thing: Saved | None) -> Saved:
    """The thing, or 404."""
    if thing is None:
        abort(404)
    return thing


def save(
    form: EvidenceForm,
    saved: Callable[[], NestedForm] | None,
    action: Callable[[], str],
    what: str,
    show: Callable[[], str],
    path: Callable[[], str],
) -> ResponseReturnValue:
    """Save a valid form. saved: the form of what is saved now, None for a new thing.

    action: saves, and names the target for the log.
    """
    if not form.validate_on_submit():
        return show(), 422
    try:
        with writing():
            if saved is not None:
                refuse_stale(form, saved())
            target = action()
            note(what, target)
    except Refused as refusal:
        if refusal.status == 404:
            abort(404)
        form.refuse(refusal)
        return show(), refusal.status
    say(_("Saved."))
    return redirect(path(), 303)
