"""The list of articles, and saving one."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import (
    LANGUAGES,
    UPLOAD_BYTES,
    Refused,
    actor,
    audit,
    language,
    offers_by_code,
    requires,
    today,
    url,
    writing,
)
from storefront.plugin_api import gettext as _

from .. import actions, admin_queries, library_queries, report_queries, working
from ..admin_queries import ArticleRow, ArticleToEdit
from ..drafts import ArticleDraft
from ..forms import ArticleForm, ButtonForm, read_moment
from ..rules import COMPLETE, DEEDS
from . import editing, editorial, insert, languages, selling
from .blueprint import PERMISSION, answer_delete, asked, blueprint, known_code
from .uploads import larger_posts

PER_PAGE = 50
BUTTONS = {"save", *(f"{deed}-{lang}" for deed in DEEDS for lang in LANGUAGES)}
STATES = ("all", "drafts", "in-review", "scheduled", "published", "missing", "review")


def tabs_of(rows: list[ArticleRow]) -> dict[str, list[ArticleRow]]:
    """The rows under each tab of the list."""
    return {
        "all": rows,
        "drafts": [row for row in rows if not row.published],
        "in-review": [row for row in rows if row.in_state("review")],
        "scheduled": [row for row in rows if row.in_state("scheduled")],
        "published": [row for row in rows if row.published],
        "missing": [row for row in rows if row.lacking],
        "review": [row for row in rows if row.review_overdue(today())],
    }


@blueprint.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    """All articles: their state, what they sell, and what is missing."""
    state, text, topic = asked("state") or "all", asked("q"), asked("topic")
    page = int(asked("page")) if asked("page").isdecimal() else 1
    if state not in STATES:
        abort(404)
    tabs = tabs_of(admin_queries.matching(admin_queries.article_rows(language()), text, topic))
    rows = tabs[state][(page - 1) * PER_PAGE : page * PER_PAGE]
    codes = list(dict.fromkeys(code for row in rows for code in row.products))
    return render_template(
        "blog/admin/articles.html",
        tabs={name: len(found) for name, found in tabs.items()},
        state=state,
        rows=rows,
        page=page,
        per_page=PER_PAGE,
        text=text,
        topic=topic,
        topics=library_queries.topic_choices(language()),
        offers=offers_by_code(codes, language(), with_badges=False) if codes else {},
        earned=report_queries.lately(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(PERMISSION)
@larger_posts(UPLOAD_BYTES)
def new() -> ResponseReturnValue:
    """A new article."""
    return _editor(None)


@blueprint.route("/edit/<code>", methods=["GET", "POST"])
@requires(PERMISSION)
@larger_posts(UPLOAD_BYTES)
def edit(code: str) -> ResponseReturnValue:
    """The editor of an article."""
    edited = admin_queries.article_to_edit(known_code(code))
    if edited is None:
        abort(404)
    return _editor(edited)


def _editor(edited: ArticleToEdit | None) -> ResponseReturnValue:
    form = editing.filled_form(edited)
    if not form.is_submitted():
        form.shown.data = asked("shown")
        return _page(form, edited)
    if form.over.data:
        form.do.data = "save"
    fits = form.validate()
    editing.keep_uploads(form)
    selling.press(form)
    languages.press(form, edited)
    if form.insert.data or form.do.data == "add-picture":
        return _page(form, edited, _put_in(form))
    if form.do.data not in BUTTONS:
        return _page(form, edited)
    if not fits or form.errors:
        return _page(form, edited, 422)
    return _save(form, edited)


def _put_in(form: ArticleForm) -> int:
    """Put what was chosen into the text in front; the answer's status."""
    lang = form.shown.data if form.shown.data in LANGUAGES else language()
    try:
        if form.insert.data:
            insert.put_in(form, lang)
            return 200
        markdown = insert.picture_markdown(form.text_picture.data, form.text_picture_alt.data or "")
        body = form.text(lang).body
        body.data = insert.at_end(body.data or "", markdown)
    except Refused as refusal:
        form.refuse(refusal)
        return refusal.status
    return 200


def _save(form: ArticleForm, edited: ArticleToEdit | None) -> ResponseReturnValue:
    wanted, said = _deed(form)
    seen = read_moment(form.over.data) or read_moment(form.shown_at.data)
    if edited is not None and seen is None:
        abort(400)
    draft = editing.draft_of(form, wanted, edited)
    editorial.check(form, wanted, editing.states_of(edited))
    for problem in _problems(draft, form, editing.states_of(edited) | wanted):
        form.refuse(problem)
    if form.listed_errors():
        return _page(form, edited, 422)
    try:
        with writing():
            code = _write(draft, seen, edited)
            working.drop(form.working_key.data or "", actor())
            audit(actor(), f"article.{form.do.data}", code)
    except Refused as refusal:
        form.refuse(refusal)
        stale = refusal.status == 409
        return _page(form, _again(edited), refusal.status, stale=stale)
    flash(said, "ok")
    return redirect(url("blog_admin.edit", code=code, shown=form.shown.data or None), 303)


def _deed(form: ArticleForm) -> tuple[dict[str, str], str]:
    """Which language gets which state by this post, and what to say then."""
    verb, _dash, lang = (form.do.data or "").partition("-")
    if lang not in LANGUAGES or verb not in DEEDS:
        return {}, _("Saved.")
    name = {"nl": _("Dutch"), "en": _("English")}[lang]
    said = {
        "publish": _("Saved and published in %(language)s.", language=name),
        "unpublish": _("Saved; readers no longer see it in %(language)s.", language=name),
        "review": _("Saved; it is in review in %(language)s.", language=name),
        "schedule": _("Saved; it will be published in %(language)s by itself.", language=name),
        "archive": _("Saved and archived in %(language)s; readers no longer see it.", language=name),
        "draft": _("Saved; it is a draft again in %(language)s.", language=name),
    }
    return {lang: DEEDS[verb]}, said[verb]


def _problems(draft: ArticleDraft, form: ArticleForm, states: dict[str, str]) -> list[Refused]:
    """Everything that keeps a language from being published, each once."""
    has_picture = bool(form.kept_picture) and not form.no_picture.data
    found: dict[tuple[str, str], Refused] = {}
    for lang in LANGUAGES:
        if states[lang] in COMPLETE:
            for problem in actions.problems_of(draft, lang, has_picture):
                refusal = Refused(problem.message, field=problem.field)
                found.setdefault((problem.field, problem.message), refusal)
    return list(found.values())


def _write(draft: ArticleDraft, seen: datetime | None, edited: ArticleToEdit | None) -> str:
    if edited is None:
        return actions.create_article(draft).code
    return actions.save_article(edited.article.code, draft, seen=seen).code


def _again(edited: ArticleToEdit | None) -> ArticleToEdit | None:
    return admin_queries.article_to_edit(edited.article.code) if edited else None


def _page(
    form: ArticleForm, edited: ArticleToEdit | None, status: int = 200, stale: bool = False
) -> ResponseReturnValue:
    values = editing.context(form, edited, stale)
    return render_template("blog/admin/article_edit.html", button=ButtonForm(), **values), status


@blueprint.post("/edit/<code>/delete")
@requires(PERMISSION)
def delete(code: str) -> ResponseReturnValue:
    """Delete a draft that no reader sees."""
    return answer_delete(
        actions.delete_article,
        code,
        event="article.deleted",
        said=_("The draft was deleted."),
        stay=url("blog_admin.edit", code=code),
        leave=url("blog_admin.index"),
    )
