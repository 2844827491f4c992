"""What nothing leads to, as a list of tasks."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, requires

from .. import orphans
from .blueprint import PERMISSION, blueprint


@blueprint.get("/orphans")
@requires(PERMISSION)
def orphans_index() -> ResponseReturnValue:
    """Articles that no published text links, and products on sale without an article, per language."""
    return render_template("blog/admin/orphans.html", found=[orphans.orphans(lang) for lang in LANGUAGES])
