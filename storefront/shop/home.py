"""The home page, and the choice of language at the bare address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from storefront.locale import DEFAULT_LANGUAGE, LANGUAGES
from storefront.offers.queries import Offer, offers
from storefront.plugin_system.calling import call_markup
from storefront.quality.facts import Badge, LabBadge, LabLine
from storefront.responses import public_page
from storefront.shop import structured

blueprint = Blueprint("shop_home", __name__)

SHOWN = 4
PAIR = ("nmn-c", "mgt-c")  # the two packs of the drawing; the notes speak of the second one


@blueprint.get("/")
def choose() -> Response:
    """Send the visitor to the home page in a language that the browser asks for."""
    lang = request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE)
    response = redirect(url_for("shop_home.show", lang=lang), 302)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/<lang:lang>/")
def show(lang: str) -> Response:
    """The home page."""
    leading = offers(lang, limit=SHOWN, with_badges=True)
    by_code = {offer.code: offer for offer in leading}
    pair = [by_code[code] for code in PAIR if code in by_code]
    example = pair[-1] if len(pair) == len(PAIR) else None
    html = render_template(
        "shop/home.html",
        leading=leading,
        example=example,
        purity=purity_of_lot(example) if example else None,
        badges=promises(leading, example),
        sections=call_markup("home_sections", lang=lang),
        structured=home_data(),
    )
    return public_page(html)


def purity_of_lot(offer: Offer) -> LabLine | None:
    """The lowest purity that an independent laboratory found in the lot that the offer is sold from."""
    found = [
        line
        for badge in offer.badges
        if isinstance(badge, LabBadge) and badge.lot_code == offer.default.lot_code
        for line in badge.reports
        if line.purity is not None
    ]
    return min(found, key=lambda line: line.purity or 0, default=None)


def promises(leading: Sequence[Offer], example: Offer | None) -> list[Badge]:
    """The badges that every leading product has now, as the example (else the first product) has them."""
    if not leading:
        return []
    common = set.intersection(*({badge.code for badge in offer.badges} for offer in leading))
    return [badge for badge in (example or leading[0]).badges if badge.code in common]


def home_data() -> list[dict[str, Any]]:
    """Who we are and what this site is, as JSON-LD."""
    return [structured.organization(), structured.website()]
