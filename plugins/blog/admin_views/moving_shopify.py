"""A Shopify blog: its files handed in, and what becomes of its people and tags."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from storefront.plugin_api import (
    UPLOAD_BYTES,
    Refused,
    actor,
    requires,
    url,
    writing,
)
from storefront.plugin_api import gettext as _

from ..exchange import imports, shopify_import
from ..models import Import
from .blueprint import PERMISSION, blueprint
from .moving import found_import, moving_page
from .moving_forms import ChoicesForm, choices_form, empty_form, uploaded
from .uploads import larger_posts


@blueprint.post("/moving/shopify")
@requires(PERMISSION)
@larger_posts(UPLOAD_BYTES)
def hand_in_shopify() -> ResponseReturnValue:
    """Take the files of a Shopify blog in hand and show what would happen to each post."""
    form = empty_form()
    if not form.validate_on_submit():
        return moving_page(422, shopify_form=form)
    try:
        posts = uploaded(form.posts.data, "posts")
        others = {name: _if_any(form[name].data) for name in ("redirects", "pictures")}
        blog = (form.blog.data or "news").strip("/").lower()
        with writing():
            choices = shopify_import.first_choices(posts, blog, form.blog_lang.data, form.host.data or "")
            data = shopify_import.packed(posts, **others, choices=choices)
            found = imports.hand_in("shopify", data, actor(), choices).id
    except Refused as refusal:
        form.refuse(refusal if refusal.field else Refused(refusal.message, "posts"))
        return moving_page(refusal.status, shopify_form=form)
    return redirect(url("blog_admin.one_import", import_id=found), 303)


def _if_any(upload: Any) -> bytes:
    return uploaded(upload, "") if isinstance(upload, FileStorage) and upload.filename else b""


@blueprint.post("/moving/<int:import_id>/choices")
@requires(PERMISSION)
def choose_import(import_id: int) -> ResponseReturnValue:
    """Keep what was chosen and show again what would happen, or take it in by it."""
    found = found_import(import_id)
    if found.kind != "shopify":
        abort(404)
    form = choices_form(found)
    if not form.validate_on_submit() or not _fits(form, found):
        abort(400)
    try:
        with writing():
            found = found_import(import_id, lock=True)
            if found.state != "looked_at":
                raise Refused(_("This is being taken in already."), status=409)
            found.choices = found.choices | {
                "authors": dict(zip(found.choices["authors"], form.authors.data, strict=True)),
                "tags": dict(zip(found.choices["tags"], form.tags.data, strict=True)),
                "published": bool(form.published.data),
            }
            imports.look(found)
            if form.do.data == "start":
                imports.start(found, actor())
    except Refused as refusal:
        flash(str(refusal), "ok")
    else:
        started = form.do.data == "start"
        flash(imports.started() if started else _("This is what would happen now."), "ok")
    return redirect(url("blog_admin.one_import", import_id=import_id), 303)


def _fits(form: ChoicesForm, found: Import) -> bool:
    """True when each name has one of the answers that were offered."""
    if len(form.authors) != len(found.choices["authors"]) or len(form.tags) != len(found.choices["tags"]):
        return False
    fields = [*form.authors, *form.tags]
    return all(field.data in [value for value, _label in field.choices or ()] for field in fields)
