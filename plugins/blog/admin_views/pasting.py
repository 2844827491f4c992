"""What is pasted from Word, Google Docs or a page of the web, as clean Markdown."""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LongTextField, StaffForm, requires, within

from ..from_html import markdown_of
from .blueprint import PERMISSION, blueprint

PASTED_CHARACTERS = 600_000


class PasteForm(StaffForm):
    """What the clipboard held, as HTML."""

    html = LongTextField(validators=[within(PASTED_CHARACTERS, 1)])


@blueprint.post("/clean")
@requires(PERMISSION)
def clean() -> ResponseReturnValue:
    """The Markdown of pasted HTML, for the script of the editor; pictures have to be put in by themselves."""
    form = PasteForm()
    if not form.validate_on_submit():
        abort(400)
    return markdown_of(form.html.data or ""), 200, {"Content-Type": "text/plain; charset=utf-8"}
