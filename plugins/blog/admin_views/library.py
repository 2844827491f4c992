"""The library of references: list, add by form or by a pasted number, change, remove."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, Refused, actor, audit, language, requires, url, writing
from storefront.plugin_api import gettext as _

from .. import citations, library_queries, references
from .. import library as actions
from ..drafts import ReferenceDraft
from ..forms import ButtonForm, read_moment
from ..library_forms import STUDY_TEXTS, PasteForm, ReferenceForm
from ..models import Reference
from .blueprint import PERMISSION, answer_delete, asked, blueprint, known_code

PAPER = (
    "kind",
    "title",
    "lang",
    "journal",
    "journal_abbr",
    "volume",
    "issue",
    "pages",
    "article_no",
    "published",
)
NUMBERS = ("doi", "pmid", "pmcid", "erratum_doi")


@blueprint.get("/references")
@requires(PERMISSION)
def references_index() -> ResponseReturnValue:
    """The library."""
    return _list(PasteForm(), asked("q"))


@blueprint.post("/references")
@requires(PERMISSION)
def paste() -> ResponseReturnValue:
    """A pasted DOI, PubMed number or address: to that publication, or to a form for a new one."""
    form = PasteForm()
    if not form.validate_on_submit():
        return _list(form, "", 422)
    numbers = citations.identify(form.pasted.data or "")
    if not numbers:
        form.refuse(Refused(_("There is no DOI, PubMed or PMC number in this."), field="pasted"))
        return _list(form, "", 422)
    known = library_queries.reference_by_number(numbers)
    if known is not None:
        flash(_("This publication is in the library already."), "ok")
        return redirect(url("blog_admin.edit_reference", key=known.key), 303)
    return redirect(url("blog_admin.new_reference", pasted=form.pasted.data), 303)


def _list(form: PasteForm, text: str, status: int = 200) -> ResponseReturnValue:
    found = library_queries.reference_rows(text)
    rows = [(row, references.short(references.as_dict(row.reference))) for row in found]
    return render_template("blog/admin/references.html", form=form, rows=rows, text=text), status


@blueprint.route("/references/new", methods=["GET", "POST"])
@requires(PERMISSION)
def new_reference() -> ResponseReturnValue:
    """A new publication, with the numbers that were pasted filled in."""
    numbers = citations.identify(asked("pasted", 500))
    form = ReferenceForm(data={"doi": numbers.doi, "pmid": numbers.pmid, "pmcid": numbers.pmcid})
    form.offer()
    known = library_queries.reference_by_number(numbers)
    return _editor(form, None, known)


@blueprint.route("/references/<key>", methods=["GET", "POST"])
@requires(PERMISSION)
def edit_reference(key: str) -> ResponseReturnValue:
    """A publication and its study card."""
    reference = library_queries.reference_by_key(known_code(key))
    if reference is None:
        abort(404)
    form = ReferenceForm(data=_values(reference))
    form.offer()
    return _editor(form, reference)


def _values(reference: Reference) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(reference, name) or "" for name in PAPER + NUMBERS}
    values |= {"authors": "\n".join(reference.authors), "year": reference.year}
    values["more_authors"] = reference.more_authors
    study = reference.study or {}
    values["participants"] = study.get("n")
    for lang in LANGUAGES:
        values[lang] = {name: (study.get(name) or {}).get(lang, "") for name in STUDY_TEXTS}
    return values | {"shown_at": reference.updated_at.isoformat()}


def _editor(
    form: ReferenceForm, reference: Reference | None, known: Reference | None = None
) -> ResponseReturnValue:
    if not form.is_submitted():
        return _page(form, reference, known=known)
    if not form.validate():
        return _page(form, reference, 422)
    try:
        with writing():
            _refuse_stale(form, reference)
            saved = actions.save_reference(_draft(form), key=reference.key if reference else "")
            audit(actor(), "reference.saved", saved.key)
            key = saved.key
    except Refused as refusal:
        form.refuse(refusal)
        again = library_queries.reference_by_key(reference.key) if reference else None
        return _page(form, again, refusal.status)
    flash(_("The source was saved."), "ok")
    return redirect(url("blog_admin.edit_reference", key=key), 303)


def _refuse_stale(form: ReferenceForm, reference: Reference | None) -> None:
    if reference is not None and read_moment(form.shown_at.data) != reference.updated_at:
        words = _(
            "Somebody else saved this source after you opened it. Copy your changes, then load it anew."
        )
        raise Refused(words, status=409)


def _draft(form: ReferenceForm) -> ReferenceDraft:
    study: dict[str, Any] = {"n": form.participants.whole}
    for name in STUDY_TEXTS:
        texts = {lang: form[lang].form[name].data for lang in LANGUAGES if form[lang].form[name].data}
        study[name] = texts or None
    columns = {name: form[name].data or "" for name in PAPER + NUMBERS}
    return ReferenceDraft(
        authors=tuple(form.author_names),
        more_authors=bool(form.more_authors.data),
        year=form.year.whole or 0,
        study=study,
        **columns,
    )


def _page(
    form: ReferenceForm, reference: Reference | None, status: int = 200, known: Reference | None = None
) -> ResponseReturnValue:
    shown = references.shown(references.as_dict(reference), language()) if reference else None
    articles = library_queries.citing_articles(reference, language()) if reference else []
    html = render_template(
        "blog/admin/reference_edit.html",
        form=form,
        reference=reference,
        name=references.short(references.as_dict(reference)) if reference else "",
        shown=shown,
        articles=articles,
        known=known,
        button=ButtonForm(),
    )
    return html, status


@blueprint.post("/references/<key>/delete")
@requires(PERMISSION)
def delete_reference(key: str) -> ResponseReturnValue:
    """Take a publication that nothing cites out of the library."""
    return answer_delete(
        actions.delete_reference,
        key,
        event="reference.deleted",
        said=_("The source was removed."),
        stay=url("blog_admin.edit_reference", key=key),
        leave=url("blog_admin.references_index"),
    )
