"""Articles in and out: everything as a zip, and what was handed in, row by row, before it is taken in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Response, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import (
    UPLOAD_BYTES,
    Refused,
    actor,
    db,
    language,
    requires,
    today,
    url,
    writing,
)
from storefront.plugin_api import gettext as _

from ..exchange import current, folder, imports
from ..forms import ButtonForm
from ..models import Import
from .blueprint import PERMISSION, asked, blueprint
from .moving_forms import FolderForm, choices_form, empty_form, uploaded
from .uploads import larger_posts

PER_PAGE = 100
LATEST = 10
PIECE = 256 * 1024  # bytes of a zip that are sent at once


@blueprint.get("/moving")
@requires(PERMISSION)
def moving() -> ResponseReturnValue:
    """Out and in: the buttons, and what was handed in lately."""
    return moving_page()


def moving_page(status: int = 200, **forms: Any) -> ResponseReturnValue:
    """The page with every form, one of them as it was sent."""
    latest = [(one, imports.counts(one)) for one in imports.latest(LATEST)]
    shown = {"folder_form": FolderForm(), "shopify_form": empty_form(), "latest": latest} | forms
    return render_template("blog/admin/moving.html", **shown), status


@blueprint.get("/export.zip")
@requires(PERMISSION)
def export() -> ResponseReturnValue:
    """All articles with their library, people, topics and pictures."""
    pieces = _pieces()
    first = next(pieces)  # a failure is an error page, not a broken zip
    name = f"articles-{today().isoformat()}.zip"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(chain([first], pieces), mimetype="application/zip", headers=headers)


def _pieces() -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        folder.write(current.contents(), file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


@blueprint.post("/moving/folder")
@requires(PERMISSION)
@larger_posts(UPLOAD_BYTES)
def hand_in_folder() -> ResponseReturnValue:
    """Take a zip of articles in hand and show what would happen."""
    form = FolderForm()
    if not form.validate_on_submit():
        return moving_page(422, folder_form=form)
    try:
        data = uploaded(form.articles.data, "articles")
        with writing():
            found = imports.hand_in("markdown", data, actor(), {}).id
    except Refused as refusal:
        form.refuse(Refused(refusal.message, "articles"))
        return moving_page(refusal.status, folder_form=form)
    return redirect(url("blog_admin.one_import", import_id=found), 303)


@blueprint.get("/moving/<int:import_id>")
@requires(PERMISSION)
def one_import(import_id: int) -> ResponseReturnValue:
    """What would happen to each row, or what became of it."""
    found = found_import(import_id)
    page = int(asked("page")) if asked("page").isdecimal() else 1
    rows = imports.rows_for(found, language())
    shown = {
        "found": found,
        "counts": imports.counts(found),
        "rows": rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        "page": page,
        "per_page": PER_PAGE,
        "button": ButtonForm(),
        "choices_form": None,
    }
    if found.kind == "shopify" and found.state == "looked_at":
        shown["choices_form"] = choices_form(found)
    return render_template("blog/admin/moving_import.html", **shown)


@blueprint.post("/moving/<int:import_id>/start")
@requires(PERMISSION)
def start_import(import_id: int) -> ResponseReturnValue:
    """Let the worker take it in."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    try:
        with writing():
            imports.start(found_import(import_id, lock=True), actor())
    except Refused as refusal:
        flash(str(refusal), "ok")
    else:
        flash(imports.started(), "ok")
    return redirect(url("blog_admin.one_import", import_id=import_id), 303)


@blueprint.post("/moving/<int:import_id>/drop")
@requires(PERMISSION)
def drop_import(import_id: int) -> ResponseReturnValue:
    """Throw away what was only looked at."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        found = found_import(import_id, lock=True)
        if found.state == "waiting":
            abort(409)
        db.session.delete(found)
    flash(_("It was thrown away. Nothing else was changed."), "ok")
    return redirect(url("blog_admin.moving"), 303)


def found_import(import_id: int, *, lock: bool = False) -> Import:
    """What was handed in under this number."""
    found = db.session.get(Import, import_id, with_for_update=lock)
    if found is None:
        abort(404)
    return found
