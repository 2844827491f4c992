"""The live preview: a text as readers will see it, not saved."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, requires, speaking

from .. import composing
from ..forms import PreviewForm
from .blueprint import PERMISSION, blueprint


def fragment(lang: str, title: str, lead: str, body: str) -> str:
    """The text as a piece of HTML."""
    shown = composing.preview(body, lang)
    with speaking(lang):
        return render_template("blog/admin/preview.html", title=title, lead=lead, preview=shown)


def page(lang: str, piece: str) -> str:
    """The piece as a page of its own, for the frame beside the text: the shop's styles stay inside."""
    with speaking(lang):
        return render_template("blog/admin/preview_page.html", piece=piece)


@blueprint.post("/preview")
@requires(PERMISSION)
def show_preview() -> ResponseReturnValue:
    """The preview of what stands in the form, for the script of the editor."""
    form = PreviewForm()
    lang = form.lang.data
    if not form.validate_on_submit() or lang not in LANGUAGES:
        abort(400)
    return fragment(lang, form.title.data or "", form.lead.data or "", form.body.data or "")
