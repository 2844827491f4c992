"""Signing in and out of the admin by password. Accounts, hashing and sessions are flask-security's."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import Security, current_user, hash_password, login_user, logout_user, verify_password
from werkzeug.exceptions import TooManyRequests

from storefront import locale
from storefront.accounts.models import Account
from storefront.accounts.queries import account_by_email, datastore
from storefront.admin.forms import EmptyForm, LanguageForm, SignInForm
from storefront.admin.forms.fields import typed
from storefront.admin.frame import HOME, SIGN_IN, is_admin_path
from storefront.locale import gettext as _
from storefront.transactions import ends_reading
from storefront.web_security import asked_only_with_session, limiter

blueprint = Blueprint("admin_sign_in", __name__)
FAILED = 422
# Only failed attempts count, so that nobody is shut out by signing in often.
LIMIT = "10 per 5 minutes; 50 per day"
CHEAP_HASHING = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


def init_app(app: Flask) -> None:
    """Set up flask-security without its own pages: ours are clearer, and nothing unused stands open.

    CHEAP_PASSWORDS in the config (tests only) makes hashing fast and weak.
    """
    app.config.update(
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},  # no second hash: changing SECRET_KEY keeps the passwords
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_CLI_USERS_NAME=False,
        SECURITY_CLI_ROLES_NAME=False,
    )
    if app.config.get("CHEAP_PASSWORDS"):
        app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = CHEAP_HASHING
    with asked_only_with_session(app):
        Security(app, datastore, register_blueprint=False)


@blueprint.get("/sign-in")
def show() -> ResponseReturnValue:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect(_after(request.args.get("next", "")))
    return _page(SignInForm(next=request.args.get("next", "")))


@blueprint.post("/sign-in")
@limiter.limit(LIMIT, deduct_when=lambda response: bool(response.status_code == FAILED))
def enter() -> ResponseReturnValue:
    """Let somebody in, or say that it did not work without saying why."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form, FAILED)
    account = _account(typed(form.email), typed(form.password))
    if account is None:
        form.form_errors.append(_("That did not work. Check the e-mail address and the password."))
        return _page(form, FAILED)
    _begin_session(account)
    return redirect(_after(form.next.data), 303)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session; the language stays."""
    form = EmptyForm()
    if not form.validate_on_submit():
        return redirect(url_for(HOME), 303)
    chosen = session.get("lang")
    logout_user()
    session.clear()
    if chosen:
        session["lang"] = chosen
    return redirect(url_for(SIGN_IN), 303)


@blueprint.post("/language")
def set_language() -> ResponseReturnValue:
    """Choose the language of the admin; works before signing in too."""
    form = LanguageForm()
    if form.validate_on_submit() and form.lang.data in locale.LANGUAGES:
        session["lang"] = form.lang.data
    return redirect(_after(form.back.data), 303)


@blueprint.errorhandler(429)
def too_many(_error: TooManyRequests) -> ResponseReturnValue:
    """Too many failed attempts from one address."""
    form = SignInForm()
    form.form_errors.append(_("That was tried too often. Wait a few minutes and try again."))
    return _page(form, 429)


def local_path(wanted: str | None) -> str:
    """`wanted` when it is a path of the admin and nothing else, else an empty string."""
    if not wanted or "\\" in wanted or any(ord(sign) < 32 for sign in wanted):
        return ""
    try:
        parts = urlsplit(wanted)
    except ValueError:  # such as "http://["
        return ""
    if parts.scheme or parts.netloc or not is_admin_path(parts.path) or "/../" in f"{parts.path}/":
        return ""
    return wanted


def _after(wanted: str | None) -> str:
    path = local_path(wanted)
    return request.script_root + path if path else url_for(HOME)


def _account(email: str, password: str) -> Account | None:
    """The account when the password is right. An unknown address costs the same time as a wrong password."""
    account = account_by_email(email)
    ends_reading()
    if account is None or not account.active:
        hash_password(password)
        return None
    return account if verify_password(password, account.password) else None


def _begin_session(account: Account) -> None:
    """A new session, with a new form token: nothing of before the sign-in stays but the language."""
    chosen = session.get("lang")
    session.clear()
    if chosen:
        session["lang"] = chosen
    login_user(account, authn_via=["password"])


def _page(form: SignInForm, status: int = 200) -> tuple[str, int]:
    return render_template("security/sign_in.html", form=form), status
