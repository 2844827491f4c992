"""What protects every request: headers, cross-site posts, sessions where needed, sizes, rate limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, has_request_context, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from storefront import addresses
from storefront.config import Settings

BODY_BYTES = 1 * 1024 * 1024
UPLOAD_BYTES = 20 * 1024 * 1024
LARGEST_KEY = 2**31 - 1
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; "
    "form-action 'self' {payment}"
)
HOSTED_CHECKOUT = "https://checkout.stripe.com"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

limiter = Limiter(get_remote_address, headers_enabled=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Switch all of it on."""
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES,
        SESSION_COOKIE_NAME="staff",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        RATELIMIT_STORAGE_URI=settings.rate_limit_store,
        RATELIMIT_ENABLED=app.config.get("RATELIMIT_ENABLED", True),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.url_map.converters["int"] = KeyConverter
    app.extensions["content_security_policy"] = POLICY.format(payment=_payment_origin(settings))
    app.session_interface = StaffSessions()
    with asked_only_with_session(app):  # limits stand on views, whose decorator checks them everywhere
        limiter.init_app(app)
    app.before_request(refuse_cross_site)
    app.after_request(add_headers)


class KeyConverter(IntegerConverter):
    """A number in an address, of plugins too. What no key can be leads nowhere: databases raise at it."""

    regex = "[0-9]{1,10}"

    def __init__(
        self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int = LARGEST_KEY
    ) -> None:
        super().__init__(map, fixed_digits, min, max)


class StaffSessions(SecureCookieSessionInterface):
    """Opens a session under /admin, the account and sign-in only; public pages have none at all."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not has_session(request.path):
            return SecureCookieSession()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if has_session(request.path):
            super().save_session(app, session, response)


def has_session(path: str) -> bool:
    """True for the paths that may know who is there."""
    return path.startswith(("/admin", "/dev/")) or path.split("/")[2:3] == ["account"]


@contextmanager
def asked_only_with_session(app: Flask) -> Iterator[None]:
    """What an extension set up in this block asks for each request and template, only where a session is.

    On public pages there is nobody to ask for, and the asking takes longer than a query.
    """
    before = app.before_request_funcs.setdefault(None, [])
    context = app.template_context_processors[None]
    own, known = len(before), len(context)
    yield
    before[own:] = [_with_session(hook, None) for hook in before[own:]]
    context[known:] = [_with_session(hook, {}) for hook in context[known:]]


def _with_session(hook: Callable[[], Any], otherwise: Any) -> Callable[[], Any]:
    @wraps(hook)
    def asked() -> Any:
        return hook() if not has_request_context() or has_session(request.path) else otherwise

    return asked


def refuse_cross_site() -> None:
    """Answer 403 to an unsafe request that another site caused.

    Sec-Fetch-Site decides; without it Origin must be ours; without both it is allowed, except where a form
    token is needed anyway. Webhooks are signed and exempt.
    """
    if request.method in SAFE_METHODS or request.path.startswith("/webhooks/"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            abort(403)
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin not in own_origins():
        abort(403)


def own_origins() -> set[str]:
    """The origins that count as ours: BASE_URL's, and the one of this request."""
    base = urlsplit(addresses.settings().base_url)
    origins = {request.host_url.rstrip("/")}
    if base.netloc:
        origins.add(f"{base.scheme}://{base.netloc}")
    return origins


def _payment_origin(settings: Settings) -> str:
    """Where the checkout may lead: to the provider's hosted page."""
    base = urlsplit(settings.stripe_api_base)
    return f"{base.scheme}://{base.netloc}" if base.netloc else HOSTED_CHECKOUT


def add_headers(response: Response) -> Response:
    """Security headers on every answer; a view may have set its own already."""
    response.headers.setdefault("Content-Security-Policy", current_app.extensions["content_security_policy"])
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
