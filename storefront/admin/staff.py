"""The people of the shop: a list, adding somebody, shutting somebody out."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from storefront.accounts import actions, queries
from storefront.accounts.rules import STAFF
from storefront.admin.forms import EmptyForm
from storefront.admin.forms.fields import typed
from storefront.admin.forms.staff import StaffMemberForm
from storefront.admin.frame import guard, note, say
from storefront.locale import gettext as _
from storefront.refusals import Refused
from storefront.transactions import repeated, writing

blueprint = Blueprint("admin_staff", __name__)


@blueprint.get("/")
@guard(STAFF)
def index() -> ResponseReturnValue:
    """Everybody, and the form for one more."""
    return _page(StaffMemberForm())


@blueprint.post("/")
@guard(STAFF)
@repeated
def add() -> ResponseReturnValue:
    """Add somebody."""
    form = StaffMemberForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        with writing():
            account = actions.create_staff(
                typed(form.email), typed(form.name), typed(form.password), typed(form.role)
            )
            note("staff added", f"staff {account.email}", {"role": form.role.data})
    except Refused as refusal:
        form.refuse(refusal)
        return _page(form), refusal.status
    say(_("%(name)s can sign in now.", name=account.name))
    return redirect(url_for("admin_staff.index"), 303)


@blueprint.post("/<int:account_id>/<any(in_again, shut_out):what>")
@guard(STAFF)
@repeated
def set_active(account_id: int, what: str) -> ResponseReturnValue:
    """Let somebody in again, or shut them out at once."""
    if not EmptyForm().validate_on_submit():
        abort(400)
    form = StaffMemberForm(formdata=None)
    try:
        with writing():
            account = actions.set_active(account_id, what == "in_again", current_user.id)
            note("staff let in" if account.active else "staff shut out", f"staff {account.email}")
    except Refused as refusal:
        if refusal.status == 404:
            abort(404)
        form.refuse(refusal)
        return _page(form), refusal.status
    say(
        _("%(name)s can sign in again.", name=account.name)
        if account.active
        else _("%(name)s is shut out, and signed out everywhere.", name=account.name)
    )
    return redirect(url_for("admin_staff.index"), 303)


def _page(form: StaffMemberForm) -> str:
    return render_template(
        "admin/staff.html", form=form, people=queries.staff(), button=EmptyForm(formdata=None)
    )
