"""Pages about what went wrong, in the visitor's language, with a way on. They never fail themselves."""

from __future__ import annotations

import secrets
from html import escape
from typing import Any

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from storefront import locale
from storefront.locale import gettext, lazy_gettext
from storefront.offers.queries import Offer, offers, search_offers
from storefront.shop.frame import bare_frame

log = structlog.get_logger("errors")

SUGGESTED = 4
RETRY_SECONDS = "60"
FOR_MACHINES = ("/media/", "/static/", "/webhooks/", "/healthz", "/readyz")
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
AGAIN = lazy_gettext(
    "Your cart is kept. Try again in a minute. Were you paying? Then look at your order first."
)
TITLES = {
    400: lazy_gettext("We could not read that request"),
    403: lazy_gettext("This request came from another site"),
    404: lazy_gettext("We looked everywhere for this page"),
    405: lazy_gettext("That does not work here"),
    409: lazy_gettext("That is no longer possible"),
    413: lazy_gettext("That was too much to send at once"),
    429: lazy_gettext("That was a lot in a short time"),
    500: lazy_gettext("Something broke on our side"),
    503: lazy_gettext("We are away for a moment"),
}
TEXTS = {
    400: lazy_gettext("Something was missing from it or was not as it should be. Go back and try once more."),
    403: lazy_gettext("For your safety we did nothing with it. Go back to the shop and try it from there."),
    404: lazy_gettext("The address may be old or mistyped. Search, or look at what others visit most."),
    405: lazy_gettext("This address is meant for something else. Go back and follow a link or a button."),
    409: lazy_gettext("Something changed in the meantime. Go back and look again."),
    413: lazy_gettext("Send a smaller file or a shorter text."),
    429: lazy_gettext("Wait a minute and try again."),
    500: AGAIN,
    503: AGAIN,
}


def init_app(app: Flask) -> None:
    """Answer every error of the site with these pages, unless a blueprint has its own."""
    app.register_error_handler(HTTPException, answer)


def answer(error: HTTPException) -> Response:
    """The page for an error; a status that we have no words for gets those of its kind."""
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    code = ""
    if status >= 500:
        code = new_code()
        log.error("page failed", code=code, status=status, path=request.path)
    staff_page = current_app.extensions.get("admin_error_page")
    if staff_page is not None and request.path.startswith("/admin"):
        return make_response(staff_page(error))
    if request.path.startswith(FOR_MACHINES):
        return Response(f"{status} {error.name}\n", status, mimetype="text/plain")
    response = Response(page(status, code), status, mimetype="text/html")
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    if status == 503:
        response.headers.setdefault("Retry-After", RETRY_SECONDS)
    return response


def page(status: int, code: str = "") -> str:
    """The page as HTML: with suggestions when the page was not found, else without asking the database."""
    heading, sentence = title(status), text(status)
    words: dict[str, Any] = {"status": status, "code": code, "title": heading, "text": sentence}
    if status == 404:
        try:
            return render_template("shop/error.html", suggested=suggestions(locale.current()), **words)
        except Exception:
            log.exception("suggestions failed", path=request.path)
    try:
        bare_frame(locale.current())
        return render_template("shop/error.html", suggested=[], **words)
    except Exception:
        log.exception("error page failed", path=request.path)
        return plain_page(heading, sentence, code)


def suggestions(lang: str) -> list[Offer]:
    """Products whose words stand in the address; else the leading ones."""
    words = request.path.rstrip("/").rpartition("/")[2].replace("-", " ").replace("\x00", "")[:80]
    return search_offers(words, lang, SUGGESTED) or offers(lang, limit=SUGGESTED)


def title(status: int) -> str:
    """The heading for a status."""
    return str(TITLES.get(status) or TITLES[500 if status >= 500 else 400])


def text(status: int) -> str:
    """The sentence for a status."""
    return str(TEXTS.get(status) or TEXTS[500 if status >= 500 else 400])


def new_code() -> str:
    """A short code that a visitor can mention and that stands in the log: "7F3K-2QM"."""
    letters = [secrets.choice(LETTERS) for _ in range(7)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def plain_page(heading: str, sentence: str, code: str) -> str:
    """A page that needs no template."""
    lang = locale.current()
    home = f"{request.script_root}/{lang}/"
    mention = f"<p>{escape(code)}</p>" if code else ""
    head = f'<head><meta charset="utf-8"><title>{escape(heading)}</title></head>'
    label = gettext("To the home page")
    way_on = f'<p><a href="{escape(home)}">{escape(label)}</a></p>'
    said = f"<h1>{escape(heading)}</h1><p>{escape(sentence)}</p>{mention}"
    return f'<!doctype html><html lang="{lang}">{head}<body><main>{said}{way_on}</main></body></html>'
