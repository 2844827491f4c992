"""What articles are about: list, add, change, remove."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import (
    LANGUAGES,
    Refused,
    actor,
    audit,
    collections,
    language,
    requires,
    url,
    writing,
)
from storefront.plugin_api import gettext as _

from .. import library, library_queries
from ..forms import ButtonForm
from ..library_forms import TopicForm
from .blueprint import PERMISSION, answer_delete, blueprint, known_code

LAST = 100  # the place of a topic for which none was chosen
TEXTS = ("name", "slug", "intro", "order_heading")


@blueprint.get("/topics")
@requires(PERMISSION)
def topics_index() -> ResponseReturnValue:
    """The topics in the order in which readers see them."""
    return render_template("blog/admin/topics.html", rows=library_queries.topic_rows())


@blueprint.route("/topics/new", methods=["GET", "POST"])
@requires(PERMISSION)
def new_topic() -> ResponseReturnValue:
    """A new topic."""
    return _editor(TopicForm(), None)


@blueprint.route("/topics/edit/<key>", methods=["GET", "POST"])
@requires(PERMISSION)
def edit_topic(key: str) -> ResponseReturnValue:
    """A topic with its page in every language."""
    rows = library_queries.topic_rows(known_code(key))
    if not rows:
        abort(404)
    row = rows[0]
    parts = {lang: {name: getattr(text, name) or "" for name in TEXTS} for lang, text in row.texts.items()}
    above = next((one for one in library_queries.topic_rows() if one.topic.id == row.topic.parent_id), None)
    values = {
        "position": row.topic.position,
        "collection": row.topic.collection_code,
        "parent": above.topic.key if above else "",
        **parts,
    }
    return _editor(TopicForm(data=values), row)


def _editor(form: TopicForm, row: library_queries.TopicRow | None) -> ResponseReturnValue:
    names = {code: link.name for code, link in collections(language()).items()}
    key, status = row.topic.key if row else "", 200
    parents = library_queries.parent_choices(key, language())
    form.offer(names, row.topic.collection_code if row else "", parents)
    title, articles = (row.name(language()), row.articles) if row else ("", 0)
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                saved = _save(form, key)
                flash(_("The topic was saved."), "ok")
                return redirect(url("blog_admin.edit_topic", key=saved), 303)
            except Refused as refusal:
                form.refuse(refusal)
                status = refusal.status
    shown = {"form": form, "key": key, "name": title, "articles": articles, "button": ButtonForm()}
    return render_template("blog/admin/topic_edit.html", **shown), status


def _save(form: TopicForm, key: str) -> str:
    texts = {name: {lang: form[lang].form[name].data or "" for lang in LANGUAGES} for name in TEXTS}
    with writing():
        saved = library.save_topic(
            texts["name"],
            texts["slug"],
            texts["intro"],
            position=form.position.whole or LAST,
            collection_code=form.collection.data or "",
            order_headings=texts["order_heading"],
            parent=form.parent.data or "",
            key=key,
        ).key
        audit(actor(), "topic.saved", saved)
    return saved


@blueprint.post("/topics/edit/<key>/delete")
@requires(PERMISSION)
def delete_topic(key: str) -> ResponseReturnValue:
    """Take a topic away under which no article stands."""
    return answer_delete(
        library.delete_topic,
        key,
        event="topic.deleted",
        said=_("The topic was removed."),
        stay=url("blog_admin.edit_topic", key=key),
        leave=url("blog_admin.topics_index"),
    )
