"""Who writes and reviews: list, add, change, remove."""

from __future__ import annotations

import json

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import (
    LANGUAGES,
    UPLOAD_BYTES,
    Refused,
    actor,
    audit,
    requires,
    url,
    writing,
)
from storefront.plugin_api import gettext as _

from .. import library, library_queries
from ..forms import ButtonForm
from ..library_forms import AuthorForm
from .blueprint import PERMISSION, answer_delete, blueprint, known_code
from .editing import keep_uploads
from .uploads import larger_posts


@blueprint.get("/authors")
@requires(PERMISSION)
def authors_index() -> ResponseReturnValue:
    """Everybody who writes or reviews."""
    return render_template("blog/admin/authors.html", rows=library_queries.author_rows())


@blueprint.route("/authors/new", methods=["GET", "POST"])
@larger_posts(UPLOAD_BYTES)
@requires(PERMISSION)
def new_author() -> ResponseReturnValue:
    """A new person."""
    return _editor(AuthorForm(), "")


@blueprint.route("/authors/edit/<key>", methods=["GET", "POST"])
@larger_posts(UPLOAD_BYTES)
@requires(PERMISSION)
def edit_author(key: str) -> ResponseReturnValue:
    """A person with what readers see of them."""
    found = library_queries.author_to_edit(known_code(key))
    if found is None:
        abort(404)
    author, articles = found
    parts = {
        lang: {"role": author.roles.get(lang, ""), "bio": author.bios.get(lang, "")} for lang in LANGUAGES
    }
    kept = {
        "picture_kept": json.dumps(author.picture) if author.picture else "",
        "same_as": "\n".join(author.same_as),
    }
    return _editor(AuthorForm(data={"name": author.name, **kept, **parts}), key, author.name, articles)


def _editor(form: AuthorForm, key: str, name: str = "", articles: int = 0) -> ResponseReturnValue:
    status = 200
    if form.is_submitted():
        status = 422
        fits = form.validate()
        keep_uploads(form)
        if fits and not form.errors:
            try:
                saved = _save(form, key)
                flash(_("The person was saved."), "ok")
                return redirect(url("blog_admin.edit_author", key=saved), 303)
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
    shown = {
        "form": form,
        "key": key,
        "name": name,
        "articles": articles,
        "picture": {} if form.no_picture.data else form.kept_picture,
        "button": ButtonForm(),
    }
    return render_template("blog/admin/author_edit.html", **shown), status


def _save(form: AuthorForm, key: str) -> str:
    roles = {lang: form[lang].form.role.data or "" for lang in LANGUAGES}
    bios = {lang: form[lang].form.bio.data or "" for lang in LANGUAGES}
    with writing():
        picture = {} if form.no_picture.data else form.kept_picture
        name, pages = form.name.data or "", form.pages
        saved = library.save_author(name, roles, bios, key=key, picture=picture, same_as=pages).key
        audit(actor(), "author.saved", saved)
    return saved


@blueprint.post("/authors/edit/<key>/delete")
@requires(PERMISSION)
def delete_author(key: str) -> ResponseReturnValue:
    """Take a person whom no article names out of the list."""
    return answer_delete(
        library.delete_author,
        key,
        event="author.deleted",
        said=_("The person was removed."),
        stay=url("blog_admin.edit_author", key=key),
        leave=url("blog_admin.authors_index"),
    )
