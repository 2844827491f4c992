"""Quick sign-in as admin or marketer, from buttons on the sign-in page."""

from __future__ import annotations

import secrets

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_security import login_user
from markupsafe import Markup

from storefront.accounts.actions import create_staff
from storefront.accounts.queries import first_with_role
from storefront.accounts.rules import ADMIN, MARKETER
from storefront.development.forms import EnterForm
from storefront.transactions import writing

blueprint = Blueprint("development_enter", __name__)
PEOPLE = {ADMIN: "Marieke de Wit", MARKETER: "Joris Haan"}


@blueprint.record_once
def offer_buttons(state: BlueprintSetupState) -> None:
    """Put the buttons on the sign-in page."""
    state.app.jinja_env.globals["quick_sign_in"] = buttons


@blueprint.post("/<any(admin, marketer):role>")
def enter(role: str) -> ResponseReturnValue:
    """Sign in as somebody with this role; who is missing is made, with a password that nobody knows."""
    form = EnterForm()
    account = first_with_role(role)
    if account is None:
        with writing():
            account = create_staff(f"{role}@helder.example", PEOPLE[role], secrets.token_urlsafe(24), role)
    chosen = session.get("lang")
    session.clear()
    if chosen:
        session["lang"] = chosen
    login_user(account, authn_via=["development"])
    wanted = form.next.data or ""
    inside = wanted.startswith("/admin/") and "\\" not in wanted and "//" not in wanted
    return redirect(request.script_root + wanted if inside else url_for("admin_dashboard.show"), 303)


def buttons(wanted: str = "") -> Markup:
    """Two buttons for the sign-in page."""
    form = EnterForm(formdata=None, next=wanted)
    html = render_template("development/enter.html", form=form)
    return Markup(html)  # nosec B704
