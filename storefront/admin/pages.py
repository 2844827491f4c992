"""The shop's own pages: a list, and an editor with both languages side by side."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from storefront.accounts.rules import PAGES
from storefront.admin.forms.fields import typed
from storefront.admin.forms.pages import PageForm
from storefront.admin.frame import guard, note, say
from storefront.locale import LANGUAGES
from storefront.locale import gettext as _
from storefront.pages import actions, queries
from storefront.pages.actions import PageTextData
from storefront.pages.queries import PageEdit
from storefront.refusals import Refused
from storefront.transactions import repeated, writing

blueprint = Blueprint("admin_pages", __name__)
NEVER = datetime.min.replace(tzinfo=UTC)
TEXT_FIELDS = ("title", "slug", "meta_description", "body")


@blueprint.get("/")
@guard(PAGES)
def index() -> ResponseReturnValue:
    """All pages."""
    return render_template("admin/pages.html", pages=queries.all_pages())


@blueprint.get("/<code>")
@guard(PAGES)
def edit(code: str) -> ResponseReturnValue:
    """The editor of a page."""
    found = _page(code)
    return _editor(_form_of(found), found)


@blueprint.post("/<code>")
@guard(PAGES)
@repeated
def save(code: str) -> ResponseReturnValue:
    """Save a page."""
    found, form = _page(code), PageForm()
    if not form.validate_on_submit():
        return _editor(form, found), 422
    texts = {
        lang: PageTextData(**{name: typed(form[lang].form[name]) for name in TEXT_FIELDS})
        for lang in LANGUAGES
    }
    try:
        with writing():
            changed = actions.save_page(code, texts, _shown_at(form, found))
            if changed:
                note("page changed", f"page {code}", {"languages": changed})
    except Refused as refusal:
        form.refuse(refusal)
        return _editor(form, found), refusal.status
    say(_("Saved."))
    return redirect(url_for("admin_pages.edit", code=code), 303)


def _page(code: str) -> PageEdit:
    found = queries.page_to_edit(code)
    if found is None:
        abort(404)
    return found


def _form_of(found: PageEdit) -> PageForm:
    values = {lang: {name: getattr(text, name) for name in TEXT_FIELDS} for lang, text in found.texts.items()}
    shown_at = found.updated_at.isoformat() if found.updated_at else ""
    return PageForm(formdata=None, data=values | {"shown_at": shown_at})


def _shown_at(form: PageForm, found: PageEdit) -> datetime | None:
    """When the page was last saved as the form was shown; None for one that nobody has written yet."""
    shown = typed(form.shown_at)
    if not shown:
        return NEVER if found.updated_at else None
    try:
        return datetime.fromisoformat(shown)
    except ValueError:
        abort(400)


def _editor(form: PageForm, found: PageEdit) -> str:
    return render_template("admin/page.html", form=form, page=found)
