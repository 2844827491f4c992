"""The shop as on another date: badges fall and return before your eyes.

A cookie holds the date; it moves `clock.today` for one request at a time. Orders, jobs and sign-in keep the
real time.
"""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from storefront import clock
from storefront.development.forms import ShownDateForm

blueprint = Blueprint("development_shown_date", __name__)
COOKIE = "shown_date"
DAY = 24 * 60 * 60


@blueprint.record_once
def offer_tools(state: BlueprintSetupState) -> None:
    """Give shop pages their bar and the admin its form."""
    state.app.jinja_env.globals.update(development_bar=bar, shown_date_form=date_form)


@blueprint.before_app_request
def look() -> None:
    """Before each request: today is the date of the cookie."""
    clock.show_date(shown_date())


@blueprint.post("/")
def choose() -> ResponseReturnValue:
    """Look at another date, or return to the real one with an empty field."""
    form = ShownDateForm()
    response: Response = redirect(_back(form.back.data), 303)  # type: ignore[assignment]
    wanted = None if form.end.data else _day(form.shown.data or "")
    if wanted is None:
        response.delete_cookie(COOKIE)
    else:
        response.set_cookie(COOKIE, wanted.isoformat(), max_age=DAY, httponly=True, samesite="Lax")
    return response


def shown_date() -> date | None:
    """The date that this visitor looks at, or None for the real one."""
    return _day(request.cookies.get(COOKIE, ""))


def bar() -> Markup:
    """The bar on shop pages while another date is shown."""
    shown = shown_date()
    if shown is None:
        return Markup()
    html = render_template("development/bar.html", shown=shown, form=_form())
    return Markup(html)  # nosec B704


def date_form(prefix: str = "") -> Markup:
    """The form in the rail of the admin. prefix: keeps ids apart when it stands twice on a page."""
    html = render_template(
        "development/date_form.html", shown=shown_date(), form=_form(), field_id=f"{prefix}shown-date"
    )
    return Markup(html)  # nosec B704


def _form() -> ShownDateForm:
    here = request.full_path.rstrip("?") if request.method == "GET" else ""
    return ShownDateForm(formdata=None, back=here, shown=(shown_date() or clock.today()).isoformat())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _back(wanted: str | None) -> str:
    """The page where the form stood, when it is a path of this site."""
    path = wanted or "/"
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        path = "/"
    return request.script_root + path
