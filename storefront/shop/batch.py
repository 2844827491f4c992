"""The batch look-up: type or scan the number on the pack, read the certificate of exactly that batch."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from storefront import clock
from storefront.locale import DEFAULT_LANGUAGE, LANGUAGES, gettext
from storefront.quality import batches
from storefront.quality.batches import Batch
from storefront.shop.frame import breadcrumbs, set_alternates
from storefront.shop.paths import paths
from storefront.web_security import limiter

blueprint = Blueprint("shop_batch", __name__)

LONGEST = 40


@blueprint.get("/batch/<code>")
def qr(code: str) -> Response:
    """The address in the square code on a pack: on to the page in a language that the browser asks for."""
    lang = request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE)
    response = redirect(url_for("shop_batch.show", lang=lang, code=code), 302)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/<lang:lang>/batch")
@blueprint.get("/<lang:lang>/batch/<code>")
@limiter.limit("30/minute", exempt_when=lambda: not asked_for())
def show(lang: str, code: str | None = None) -> str | tuple[str, int]:
    """The form, and below it what is known about the batch that was asked for."""
    asked = asked_for()
    batch = batches.batch(asked, lang) if asked else None
    places = {one: url_for("shop_batch.show", lang=one, code=code) for one in LANGUAGES}
    set_alternates(places)
    breadcrumbs((gettext("Verify your batch"), paths().batch))
    page = render_template(
        "shop/batch.html",
        asked=asked,
        batch=batch,
        verdict=verdict(batch),
        past_its_date=batch is not None and batch.best_before < clock.today(),
    )
    return (page, 404) if code is not None and batch is None else page


def verdict(batch: Batch | None) -> str:
    """What is to be said of a batch: unknown, recalled, passed, failed, or waiting (not released yet)."""
    if batch is None:
        return "unknown"
    if batch.recalled:
        return "recalled"
    if batch.reports and not batch.passed:
        return "failed"
    return "passed" if batch.lot_state == "released" and batch.passed else "waiting"


def asked_for() -> str:
    """The number in the address or in the form, without what cannot be one."""
    given = (request.view_args or {}).get("code") or request.args.get("lot", "")
    return str(given).replace("\x00", "").strip()[:LONGEST]
