"""What every admin page shares: who may enter, the rail, the language and the messages.

Nobody is let in by forgetting something: each path under /admin needs a signed-in person, except the few
endpoints of OPEN. `guard` names the permission that a view needs on top of that.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.exceptions import HTTPException

from storefront import clock, locale
from storefront.accounts import rules
from storefront.accounts.actions import audit
from storefront.admin.errors import error_page
from storefront.admin.forms import EmptyForm, LanguageForm
from storefront.jobs import queries as jobs
from storefront.locale import gettext as _
from storefront.orders import queries as orders
from storefront.orders.rules import TO_SEND
from storefront.orders.withdrawal_queries import number_waiting
from storefront.plugin_system.calling import call_lists, plugins
from storefront.plugin_system.hookspecs import MenuItem

P = ParamSpec("P")
HOME = "admin_dashboard.show"
SIGN_IN = "admin_sign_in.show"
OPEN = {SIGN_IN, "admin_sign_in.enter", "admin_sign_in.set_language"}


@dataclass(frozen=True, slots=True)
class RailItem:
    """A link in the rail, with the number of things to do there."""

    label: str
    path: str
    icon: str
    current: bool
    to_do: int = 0


@dataclass(frozen=True, slots=True)
class RailGroup:
    """Links under one heading."""

    title: str
    items: list[RailItem]


@dataclass(frozen=True, slots=True)
class Frame:
    """What admin_base.html shows around a page."""

    groups: list[RailGroup]
    name: str
    sign_out: EmptyForm
    language: LanguageForm
    failed_plugins: dict[str, str]
    outbox: jobs.Health | None  # for those who may look after it


def init_app(app: Flask) -> None:
    """Close the admin to strangers, and give its templates their frame."""
    app.before_request(enter)
    app.after_request(keep_private)
    app.jinja_env.globals["admin_frame"] = frame
    app.extensions["admin_error_page"] = error_page  # asked by the site-wide handler for paths under /admin
    # Development puts its own here; in production there is nothing to show.
    app.jinja_env.globals.setdefault("quick_sign_in", _nothing)
    app.jinja_env.globals.setdefault("shown_date_form", _nothing)


def is_admin_path(path: str) -> bool:
    """True for the pages of the staff."""
    return path == "/admin" or path.startswith("/admin/")


def enter() -> ResponseReturnValue | None:
    """Before each request under /admin: set the language, and send strangers to the sign-in page.

    The language is the chosen one, else the browser's, as in the shop.
    """
    if not is_admin_path(request.path):
        return None
    chosen = session.get("lang")
    if chosen not in locale.LANGUAGES:
        chosen = request.accept_languages.best_match(locale.LANGUAGES, locale.DEFAULT_LANGUAGE)
    locale.set_current(chosen)
    if request.endpoint in OPEN or current_user.is_authenticated:
        return None
    return to_sign_in()


def keep_private(response: Response) -> Response:
    """After each request under /admin: no cache may keep the page."""
    if is_admin_path(request.path):
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def to_sign_in() -> Response:
    """A redirect to the sign-in page that comes back here; after a post to the page that sent it."""
    if request.method == "GET":
        back = request.full_path.rstrip("?")
    else:
        back = _page_of_origin()
        say(_("You were signed out, so nothing was saved. Sign in to go on where you were."))
    response: Response = redirect(url_for(SIGN_IN, next=back or None), 303)  # type: ignore[assignment]
    return response


def _page_of_origin() -> str:
    """The path of the admin page that sent this post, empty when it cannot be opened."""
    try:
        sent_from = urlsplit(request.referrer or "")
        path = sent_from.path.removeprefix(request.script_root)
        if sent_from.netloc != request.host or not is_admin_path(path):
            return ""
        current_app.create_url_adapter(request).match(path, "GET")  # type: ignore[union-attr]
    except (HTTPException, ValueError):  # of the second kind is "http://["
        return ""
    return f"{path}?{sent_from.query}".rstrip("?")


def guard(
    permission: str,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let only staff with `permission` into a view: strangers go to the sign-in page, others get 403."""

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @functools.wraps(view)
        def inner(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return to_sign_in()
            if not allowed(permission):
                abort(403)
            return view(*args, **kwargs)

        inner.__dict__["permission"] = permission
        return inner

    return decorate


def allowed(permission: str) -> bool:
    """True when the signed-in person may do what `permission` names."""
    if not current_user.is_authenticated:
        return False
    return rules.may({role.name for role in current_user.roles}, permission, _for_marketers())


def actor() -> str:
    """The signed-in person's name for event logs: what they are called, else their address."""
    return str(current_user.name or current_user.email)


def note(action: str, target: str, details: dict[str, object] | None = None) -> None:
    """Write to the audit log what the signed-in person did, in the transaction that does it."""
    audit(actor(), action, target, details)


def say(message: str) -> None:
    """Show a message on the next page that is shown."""
    flash(message, "ok")


def real_today() -> date:
    """Today in the shop's time zone, also while the shop is shown as on another day."""
    return clock.local(clock.now()).date()


def page_number() -> int:
    """The page of a list that was asked for; the first one for anything odd."""
    asked = request.args.get("page", "")
    return int(asked) if re.fullmatch("[1-9][0-9]{0,5}", asked) else 1


def search_words() -> str:
    """What a list is searched for."""
    return request.args.get("q", "").replace("\x00", "").strip()[:100]


def frame() -> Frame:
    """The frame of this request's pages, made once."""
    if "admin_frame" not in g:
        g.admin_frame = Frame(
            groups=_groups(),
            name=actor() if current_user.is_authenticated else "",
            sign_out=EmptyForm(),
            language=LanguageForm(back=request.full_path.rstrip("?") if request.method == "GET" else ""),
            failed_plugins=plugins().failed if allowed(rules.STAFF) else {},
            outbox=outbox() if allowed(rules.SETTINGS) else None,
        )
    made: Frame = g.admin_frame
    return made


def outbox() -> jobs.Health:
    """How the outbox stands; asked once per request."""
    if "outbox" not in g:
        g.outbox = jobs.health()
    found: jobs.Health = g.outbox
    return found


def _groups() -> list[RailGroup]:
    if not current_user.is_authenticated:
        return []
    sell = [
        _item(_("Dashboard"), HOME, "home", "", ("admin_dashboard.",)),
        _item(_("Orders"), "admin_orders.index", "box", rules.ORDERS, ("admin_orders.",), _orders_to_send),
        _item(
            _("Withdrawals"),
            "admin_withdrawals.index",
            "return",
            rules.ORDERS,
            ("admin_withdrawals.",),
            number_waiting,
        ),
        _item(_("Products"), "admin_products.index", "tag", rules.PRODUCTS, ("admin_products.",)),
        _item(
            _("Ingredients and collections"),
            "admin_assortment.index",
            "list",
            rules.PRODUCTS,
            ("admin_assortment.",),
        ),
        _item(_("Discounts"), "admin_discounts.index", "tag", rules.SETTINGS, ("admin_discounts.",)),
        _item(_("Evidence"), "admin_evidence.index", "barcode", rules.EVIDENCE, ("admin_evidence.",)),
    ]
    shop = [
        _item(_("Pages"), "admin_pages.index", "list", rules.PAGES, ("admin_pages.",)),
        _item(_("Delivery and VAT"), "admin_delivery.index", "truck", rules.SETTINGS, ("admin_delivery.",)),
        _item(_("Staff"), "admin_staff.index", "user", rules.STAFF, ("admin_staff.",)),
        _item(_("Jobs"), "admin_jobs.index", "gear", rules.SETTINGS, ("admin_jobs.",), lambda: outbox().dead),
        _item(_("Audit log"), "admin_audit.index", "clock", rules.STAFF, ("admin_audit.",)),
    ]
    groups = [
        RailGroup(_("Sell"), [item for item in sell if item]),
        RailGroup(_("Publish"), _plugin_items()),
        RailGroup(_("Shop"), [item for item in shop if item]),
    ]
    return [group for group in groups if group.items]


def _item(
    label: str,
    endpoint: str,
    icon: str,
    permission: str,
    prefixes: tuple[str, ...],
    count: Callable[[], int] | None = None,
) -> RailItem | None:
    if permission and not allowed(permission):
        return None
    current = (request.endpoint or "").startswith(prefixes)
    return RailItem(label, url_for(endpoint), icon, current, count() if count else 0)


def _plugin_items() -> list[RailItem]:
    items: list[MenuItem] = sorted(call_lists("admin_menu"), key=lambda item: item.position)
    here = request.endpoint or ""
    return [
        RailItem(i.label, i.path, i.icon, bool(i.endpoint_prefix) and here.startswith(i.endpoint_prefix))
        for i in items
        if not i.permission or allowed(i.permission)
    ]


def _orders_to_send() -> int:
    counts = orders.counts_by_state()
    return sum(counts[state] for state in TO_SEND)


def _for_marketers() -> set[str]:
    """The permissions that are open to marketers; asked once per request."""
    if "for_marketers" not in g:
        g.for_marketers = {p.name for p in call_lists("permissions") if p.marketer}
    names: set[str] = g.for_marketers
    return names


def _nothing(*_values: object) -> str:
    return ""
