"""What an article offers: the panel that writes the order-now line, and buttons that mend findings."""

from __future__ import annotations

from typing import Any

from flask import abort

from storefront.plugin_api import LANGUAGES, CollectionLink, Offer, offers_by_code
from storefront.plugin_api import gettext as _

from .. import call_to_action
from ..call_to_action import CallToAction
from ..forms import ArticleForm
from ..selling_forms import stands
from ..syntax import CODE


def press(form: ArticleForm) -> None:
    """Do what a button of the panel or of a finding says, then write changed panels into their texts."""
    verb, _colon, rest = (form.do.data or "").partition(":")
    lang, _colon, what = rest.partition(":")
    if verb == "fix":
        _fix(form, lang, what)
        return
    if verb == "cta" and lang in LANGUAGES:
        for other in LANGUAGES:
            if other != lang:
                _take_over(form, lang, other)
    for one in LANGUAGES:
        _write(form, one)


def _fix(form: ArticleForm, lang: str, what: str) -> None:
    """Put another product in the place of one that does not fit: "nmn-c:mgt-c", "collection:nmn:mgt-c"."""
    old, _colon, new = what.rpartition(":")
    if (
        lang not in LANGUAGES
        or not CODE.fullmatch(new)
        or not CODE.fullmatch(old.removeprefix("collection:"))
    ):
        abort(400)
    body = form.text(lang).body
    body.data = call_to_action.swapped(body.data or "", old, new)
    form.cta(lang).show(call_to_action.read(body.data) or CallToAction())


def _take_over(form: ArticleForm, lang: str, other: str) -> None:
    """The same offer in the other language; the wording stays that language's own."""
    given, own = form.cta(lang).asked, form.cta(other)
    own.sells.data, own.substitute.data = list(given.targets), given.substitute
    own.placement.data, own.style.data = given.placement, given.style


def _write(form: ArticleForm, lang: str) -> None:
    part, body = form.cta(lang), form.text(lang).body
    if part.was.data is None:
        return  # a form without the panel
    asked = part.asked
    if stands(asked) != part.was.data:
        body.data = call_to_action.put((body.data or "").replace("\r\n", "\n"), asked)
        part.show(call_to_action.read(body.data) or CallToAction(placement=asked.placement))


def offer_choices(form: ArticleForm, shown: dict[str, Offer], lists: dict[str, CollectionLink]) -> None:
    """Say what the panels can choose from; what a text names and the shop does not have stays as its code."""
    products = [(code, offer.name) for code, offer in shown.items()]
    named = [(f"collection:{code}", f"{link.name} ({_('collection')})") for code, link in lists.items()]
    places = {"lead": _("Near the beginning"), "text": _("In the text"), "end": _("At the end")}
    looks = {
        "": _("Usual"),
        "deep": _("Dark"),
        "light": _("Light, in a frame"),
        "line": _("Between two lines"),
    }
    for lang in LANGUAGES:
        part = form.cta(lang)
        known = {value for value, _name in [*named, *products]}
        lost = [(word, word) for word in part.sells.data or [] if word not in known]
        part.sells.choices = [*named, *products, *lost]
        spare: list[tuple[Any, str]] = [("", _("Readers can ask to be told when it is back")), *products]
        if part.substitute.data and part.substitute.data not in known:
            spare.append((part.substitute.data, part.substitute.data))
        part.substitute.choices = spare
        part.placement.choices, part.style.choices = list(places.items()), list(looks.items())


def in_shop(lists: dict[str, CollectionLink], lang: str) -> dict[str, Offer]:
    """Every product of the shop's collections."""
    return offers_by_code([], lang, collections=list(lists), with_badges=False) if lists else {}
