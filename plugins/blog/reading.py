"""The page on which a reader says whether the shop may remember what was read, and changes their mind."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import breadcrumbs, public_page, url
from storefront.plugin_api import gettext as _

from . import journeys, switches

blueprint = Blueprint("blog_reading", __name__)


@blueprint.get("/reading")
def show(lang: str) -> ResponseReturnValue:
    """The question with both answers. It is the same for everybody: the script knows what was answered."""
    if not switches.is_on(journeys.SWITCH):
        abort(404)
    here = url("blog_reading.show", lang=lang)
    breadcrumbs((_("Blog"), url("blog.index", lang=lang)), (_("Remembering what you read"), here))
    return public_page(render_template("blog/reading.html"))
