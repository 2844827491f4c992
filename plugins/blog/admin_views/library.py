"""The library of references: list, add by form or by a pasted number, change, remove."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, Refused, actor, audit, language, requires, url, writing
from storefront.plugin_api import gettext as _

from .. import checking, judging, library_queries, looking, references, switches
from .. import library as actions
from ..checking import Verdict
from ..drafts import ReferenceDraft
from ..forms import ButtonForm, read_moment
from ..library_forms import STUDY_TEXTS, PasteForm, ReferenceForm, UpdateForm
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
NUMBERS = ("doi", "pmid", "pmcid")
STATES = ("", "look", "unchecked")  # everything; what contradicts something or was corrected; never compared


@blueprint.get("/references")
@requires(PERMISSION)
def references_index() -> ResponseReturnValue:
    """The library."""
    if asked("state") not in STATES:
        abort(404)
    return _list(PasteForm(), asked("q"), state=asked("state"))


@blueprint.post("/references")
@requires(PERMISSION)
def paste() -> ResponseReturnValue:
    """Something pasted: to that publication, to a form for a new one, or what does not fit."""
    form = PasteForm()
    if not form.validate_on_submit():
        return _list(form, "", 422)
    library = judging.works()
    work = checking.read(form.pasted.data or "", library)
    verdict = checking.check(work, library)
    if any(problem.rule == "syntax" for problem in verdict.problems):
        form.refuse(Refused(_("This is not a DOI. A DOI looks like 10.3233/JAD-150538."), field="pasted"))
        return _list(form, "", 422)
    if not (work.doi or work.pmid or work.pmcid):
        form.refuse(Refused(_("There is no DOI, PubMed or PMC number in this."), field="pasted"))
        return _list(form, "", 422)
    if verdict.errors:
        return _list(form, "", verdict=verdict)
    if verdict.key:
        flash(_("This publication is in the library already."), "ok")
        for problem in verdict.problems:
            flash(judging.said(asdict(problem)), "ok")
        return redirect(url("blog_admin.edit_reference", key=verdict.key), 303)
    return redirect(url("blog_admin.new_reference", pasted=form.pasted.data), 303)


def _list(
    form: PasteForm, text: str, status: int = 200, *, state: str = "", verdict: Verdict | None = None
) -> ResponseReturnValue:
    found = library_queries.reference_rows(text)
    tabs = {name: [row for row in found if _belongs(row.reference, name)] for name in STATES}
    html = render_template(
        "blog/admin/references.html",
        form=form,
        rows=[(row, references.short(references.as_dict(row.reference))) for row in tabs[state]],
        tabs={name: len(rows) for name, rows in tabs.items()},
        text=text,
        state=state,
        verdict=verdict,
        sentences=[judging.said(asdict(problem)) for problem in verdict.problems] if verdict else [],
    )
    return html, status


def _belongs(reference: Reference, state: str) -> bool:
    if state == "look":
        kept = reference.state == "mismatch" and reference.kept_because
        return reference.state in ("mismatch", "corrected", "retracted", "not_found") and not kept
    return reference.state == state or not state


@blueprint.route("/references/new", methods=["GET", "POST"])
@requires(PERMISSION)
def new_reference() -> ResponseReturnValue:
    """A new publication, with what was pasted filled in."""
    library = judging.works()
    work = checking.read(asked("pasted", 500), library)
    data: dict[str, Any] = {"doi": work.doi, "pmid": work.pmid, "pmcid": work.pmcid}
    data |= {"authors": work.author, "year": work.year or "", "journal": "".join(work.journals)}
    form = ReferenceForm(data=data)
    form.offer()
    return _editor(form, None, checking.check(work, library).key)


@blueprint.route("/references/<key>", methods=["GET", "POST"])
@requires(PERMISSION)
def edit_reference(key: str) -> ResponseReturnValue:
    """A publication and its study card."""
    reference = library_queries.reference_by_key(known_code(key))
    if reference is None:
        abort(404)
    return _editor(filled(reference), reference)


def filled(reference: Reference, *, posted: bool = True) -> ReferenceForm:
    """The form for a publication as it is saved; with `posted`, as it was sent."""
    sent = {} if posted else {"formdata": None}
    form = ReferenceForm(data=_values(reference), **sent)
    form.offer()
    return form


def _values(reference: Reference) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(reference, name) or "" for name in PAPER + NUMBERS}
    values |= {"authors": "\n".join(reference.authors), "year": reference.year}
    values |= {"more_authors": reference.more_authors, "kept_because": reference.kept_because}
    study = reference.study or {}
    values["participants"] = study.get("n")
    for lang in LANGUAGES:
        values[lang] = {name: (study.get(name) or {}).get(lang, "") for name in STUDY_TEXTS}
    return values | {"shown_at": reference.updated_at.isoformat()}


def _editor(form: ReferenceForm, reference: Reference | None, known: str = "") -> ResponseReturnValue:
    if not form.is_submitted():
        return page(form, reference, known=known)
    if not form.validate():
        return page(form, reference, 422)
    try:
        with writing():
            _refuse_stale(form, reference)
            before = reference.kept_because if reference else ""
            saved = actions.save_reference(_draft(form), key=reference.key if reference else "")
            audit(actor(), "reference.saved", saved.key)
            if saved.kept_because != before:
                audit(actor(), "reference.kept", saved.key, {"reason": saved.kept_because})
            looking.ask_for(saved)
            key = saved.key
    except Refused as refusal:
        form.refuse(refusal)
        again = library_queries.reference_by_key(reference.key) if reference else None
        return page(form, again, refusal.status)
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
        compared_by=actor() if form.compared.data else "",
        kept_because=form.kept_because.data or "",
        **columns,
    )


def page(
    form: ReferenceForm,
    reference: Reference | None,
    status: int = 200,
    *,
    known: str = "",
    update: UpdateForm | None = None,
) -> ResponseReturnValue:
    """The page of a publication; `known`: the key of the one that it seems to be."""
    shown = references.shown(references.as_dict(reference), language()) if reference else None
    articles = library_queries.citing_articles(reference, language()) if reference else []
    if update is None:
        update = UpdateForm(formdata=None)
        update.offer()
    html = render_template(
        "blog/admin/reference_edit.html",
        form=form,
        reference=reference,
        name=references.short(references.as_dict(reference)) if reference else "",
        shown=shown,
        articles=articles,
        known=library_queries.reference_by_key(known) if known else None,
        problems=[(it, judging.said(it)) for it in reference.problems] if reference else [],
        update=update,
        address=references.doi_address,
        lookup=switches.is_on(looking.SWITCH),
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
