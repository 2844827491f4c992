"""Noting what was published about a work later, and taking it back."""

from __future__ import annotations

from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, Refused, actor, audit, ngettext, requires, url, writing
from storefront.plugin_api import gettext as _

from .. import corrections, library_queries, looking, switches
from ..forms import ButtonForm
from ..library_forms import UpdateForm
from ..models import Reference
from .blueprint import PERMISSION, blueprint, known_code
from .library import filled, page


@blueprint.post("/references/<key>/updates")
@requires(PERMISSION)
def record_update(key: str) -> ResponseReturnValue:
    """Note an erratum, a concern or a retraction; the articles that cite the work say so at once."""
    reference = _reference(key)
    form = UpdateForm()
    form.offer()
    if not form.validate_on_submit():
        return page(filled(reference, posted=False), reference, 422, update=form)
    notes = {lang: form[f"note_{lang}"].data for lang in LANGUAGES if form[f"note_{lang}"].data}
    try:
        with writing():
            update = corrections.record_update(
                reference, form.update_kind.data, form.update_doi.data or "", notes
            )
            marked = corrections.articles_marked(update)
            audit(actor(), f"reference.{update.kind}", reference.key, {"articles": marked})
    except Refused as refusal:
        form.refuse(refusal)
        reference = _reference(key)
        return page(filled(reference, posted=False), reference, refusal.status, update=form)
    said = ngettext("Noted. %(num)s article says so now.", "Noted. %(num)s articles say so now.", len(marked))
    flash(said, "ok")
    return redirect(url("blog_admin.edit_reference", key=key), 303)


@blueprint.post("/references/<key>/updates/<int:update_id>/undo")
@requires(PERMISSION)
def undo_update(key: str, update_id: int) -> ResponseReturnValue:
    """Take back what was noted by mistake."""
    reference = _reference(key)
    if not ButtonForm().validate_on_submit():
        abort(400)
    try:
        with writing():
            corrections.undo_update(reference, update_id)
            audit(actor(), "reference.update_undone", key)
    except Refused:
        abort(404)
    flash(_("It was taken back, and the notes on the articles with it."), "ok")
    return redirect(url("blog_admin.edit_reference", key=key), 303)


@blueprint.post("/references/<key>/look-up")
@requires(PERMISSION)
def look_up(key: str) -> ResponseReturnValue:
    """Have a work looked up now, when the owner of the shop allows it."""
    reference = _reference(key)
    if not ButtonForm().validate_on_submit() or not switches.is_on(looking.SWITCH):
        abort(400)
    with writing():
        looking.ask_for(reference)
    flash(_("The registers are being asked. Load this page again in a moment."), "ok")
    return redirect(url("blog_admin.edit_reference", key=key), 303)


def _reference(key: str) -> Reference:
    reference = library_queries.reference_by_key(known_code(key))
    if reference is None:
        abort(404)
    return reference
