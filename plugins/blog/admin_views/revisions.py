"""The versions of an article: a list, two of them beside each other, and bringing one back."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, Refused, actor, audit, language, requires, url, writing
from storefront.plugin_api import gettext as _

from .. import actions, admin_queries, comparing, revisions
from ..admin_queries import ArticleToEdit
from ..forms import ButtonForm
from ..revisions import FIELDS, Fields
from ..rules import title_for
from .blueprint import PERMISSION, asked, blueprint, known_code

NOW = "now"


@blueprint.get("/edit/<code>/versions")
@requires(PERMISSION)
def revisions_index(code: str) -> ResponseReturnValue:
    """Who saved which version of the article in a language, when and by which deed."""
    edited, lang = _asked_for(code)
    return render_template(
        "blog/admin/revisions.html",
        found=revisions.history(edited.article, lang),
        button=ButtonForm(),
        **_around(edited, lang),
    )


@blueprint.get("/edit/<code>/compare")
@requires(PERMISSION)
def compare_revisions(code: str) -> ResponseReturnValue:
    """What two versions of a text have in common, and what became of the rest."""
    edited, lang = _asked_for(code)
    old, new = (_version(edited, lang, asked(name)) for name in ("old", "new"))
    changes = {
        name: comparing.runs(comparing.compared(old[name], new[name]))
        for name in FIELDS
        if old[name] != new[name]
    }
    return render_template(
        "blog/admin/compare.html",
        changes=changes,
        old=asked("old"),
        new=asked("new"),
        button=ButtonForm(),
        **_around(edited, lang),
    )


@blueprint.post("/edit/<code>/versions/<lang>/<int:number>/restore")
@requires(PERMISSION)
def restore_revision(code: str, lang: str, number: int) -> ResponseReturnValue:
    """Save a version once more, as the newest."""
    if not ButtonForm().validate_on_submit() or lang not in LANGUAGES:
        abort(400)
    try:
        with writing():
            actions.restore(known_code(code), lang, number, actor())
            audit(actor(), f"article.restored-{lang}", code, {"version": number})
    except Refused as refusal:
        if refusal.status == 404:
            abort(404)
        flash(str(refusal), "ok")
        return redirect(url("blog_admin.revisions_index", code=code, text_lang=lang), 303)
    flash(_("Version %(number)s is back, saved as the newest.", number=number), "ok")
    return redirect(url("blog_admin.edit", code=code, shown=lang), 303)


def _asked_for(code: str) -> tuple[ArticleToEdit, str]:
    edited = admin_queries.article_to_edit(known_code(code))
    lang = asked("text_lang") or language()
    if edited is None or lang not in LANGUAGES:
        abort(404)
    return edited, lang


def _around(edited: ArticleToEdit, lang: str) -> dict[str, object]:
    titles = {one: text.title for one, text in edited.texts.items()}
    return {"code": edited.article.code, "text_lang": lang, "title": title_for(titles, language())}


def _version(edited: ArticleToEdit, lang: str, word: str) -> Fields:
    """The text of a version, or as it is saved now."""
    if word == NOW:
        return revisions.fields_of(edited.texts[lang]) if lang in edited.texts else dict.fromkeys(FIELDS, "")
    if not word.isdecimal() or len(word) > 6:
        abort(404)
    try:
        return dict.fromkeys(FIELDS, "") | revisions.revision(edited.article, lang, int(word)).fields
    except Refused:
        abort(404)
