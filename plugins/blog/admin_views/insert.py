"""The picker: products, collections, sources, links and pictures that go into a text. Nobody types a code.

With script it is asked piece by piece and puts the Markdown at the cursor; without, its buttons belong to
the editor's form and the Markdown goes to the end of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from storefront.plugin_api import (
    LANGUAGES,
    UPLOAD_BYTES,
    Offer,
    Refused,
    actor,
    collections,
    format_money,
    language,
    media_url,
    offers_by_code,
    requires,
    search_products,
    store_picture,
    url,
    writing,
)
from storefront.plugin_api import gettext as _

from .. import admin_queries, citations, library_queries, pictures, references
from ..forms import KINDS, ArticleForm, PictureForm
from ..models import Reference
from .blueprint import PERMISSION, asked, blueprint
from .uploads import larger_posts

FOUND_AT_MOST = 20
ADDRESS = re.compile(r"https?://[^\s<>()]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Something that can be put into a text. `value` names it in a post; `markdown` is what is put in."""

    value: str
    label: str
    detail: str
    markdown: str
    picture: str = ""
    words: str = ""  # links: what can be read; the words that are selected take its place


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, and what was found. new_source: where a publication that is unknown is added."""

    kind: str
    text: str
    found: list[Found]
    new_source: str = ""


def search(kind: str, text: str, lang: str) -> Search:
    """Look for something to put into a text in `lang`."""
    if kind == "product":
        offers = _offers(text, lang)
        return Search(kind, text, [_product(offer, f":::product {offer.code}") for offer in offers])
    if kind == "order_now":
        return Search(kind, text, _to_order(text, lang))
    if kind == "citation":
        return _sources(text)
    if kind == "picture":
        return Search(kind, text, [_used(one) for one in pictures.used(text, lang)[:FOUND_AT_MOST]])
    if kind == "collection":
        return Search(kind, text, _collections(text, lang, ""))
    return Search(kind, text, _articles(text, lang) if kind == "article" else _links(text, lang))


def _offers(text: str, lang: str) -> list[Offer]:
    """What is found in the shop; without words, everything that stands in a collection."""
    if text:
        return search_products(text, lang)
    return list(offers_by_code([], lang, collections=list(collections(lang)), with_badges=False).values())


def _product(offer: Offer, markdown: str, value: str = "", words: str = "") -> Found:
    price = format_money(offer.price_cents, language())
    detail = f"{price}, {_('sold out')}" if offer.sold_out else price
    picture = media_url(offer.picture["file"]) if offer.picture else ""
    return Found(value or offer.code, offer.name, detail, markdown, picture, words)


def _to_order(text: str, lang: str) -> list[Found]:
    from_collections = _collections(text, lang, "collection:")
    products = [_product(offer, f":::order-now {offer.code}") for offer in _offers(text, lang)]
    return [*from_collections, *products] if text else [*products, *from_collections]


def _collections(text: str, lang: str, kind: str) -> list[Found]:
    """Collections to order from, as one block."""
    return [
        Found(f"{kind}{code}", link.name, _("collection"), f":::order-now collection:{code}")
        for code, link in collections(lang).items()
        if text.casefold() in link.name.casefold()
    ]


def _used(picture: pictures.Used) -> Found:
    return Found(picture.target, picture.alt, _("picture"), picture.markdown, media_url(picture.file))


def _articles(text: str, lang: str, kind: str = "") -> list[Found]:
    titles = admin_queries.article_choices(text, lang)
    return [_link(f"article:{code}", title, _("article"), title, f"{kind}{code}") for code, title in titles]


def _sources(text: str) -> Search:
    numbers = citations.identify(text) if text else citations.Identifiers()
    if numbers:
        known = library_queries.reference_by_number(numbers)
        if known is not None:
            return Search("citation", text, [_source(known)])
        return Search("citation", text, [], url("blog_admin.new_reference", pasted=text))
    rows = library_queries.reference_rows(text)
    return Search("citation", text, [_source(row.reference) for row in rows[:FOUND_AT_MOST]])


def _source(reference: Reference) -> Found:
    shown = references.as_dict(reference)
    return Found(reference.key, references.short(shown), reference.title, f"[@{reference.key}]")


def _links(text: str, lang: str) -> list[Found]:
    if ADDRESS.fullmatch(text):
        return [_link(text, text, _("another site"), text.partition("://")[2].rstrip("/"))]
    products = []
    for offer in _offers(text, lang)[:8]:
        words = _plain(offer.name)
        products.append(_product(offer, f"[{words}](product:{offer.code})", f"product:{offer.code}", words))
    lists = [
        _link(f"collection:{code}", link.name, _("collection"), link.name)
        for code, link in collections(lang).items()
        if text.casefold() in link.name.casefold()
    ]
    return [*_articles(text, lang, "article:"), *products, *lists]


def _link(target: str, label: str, detail: str, words: str, value: str = "") -> Found:
    words = _plain(words)
    return Found(value or target, label, detail, f"[{words}]({target})", words=words)


def _plain(words: str) -> str:
    """Words that are safe between the brackets of a link."""
    return " ".join(re.sub(r"[\[\]\\]", "", words).split())


def put_in(form: ArticleForm, lang: str) -> None:
    """Put what was chosen at the end of the text. Raises Refused when nothing fits."""
    kind, _mark, value = (form.insert.data or "").partition(":")
    chosen = list(dict.fromkeys(form.chosen.data or [])) if kind == "order_now" and not value else [value]
    if kind not in KINDS or not all(chosen) or not chosen:
        raise Refused(_("Choose something first."), field="look_for")
    markdown = _markdown(kind, chosen, lang)
    heading = _one_line(form.heading.data or "")
    if kind == "order_now" and heading:
        markdown += f" | {heading}"
    body = form.text(lang).body
    body.data = at_end(body.data or "", markdown, inline=kind in ("citation", "link", "article"))


def at_end(body: str, markdown: str, inline: bool = False) -> str:
    """The text with something behind it: in the last line, or in a paragraph of its own."""
    body = body.rstrip()
    if not body:
        return markdown
    last = body.rpartition("\n")[2]
    if not inline or last.startswith((":::", "#", "|")):
        return f"{body}\n\n{markdown}"
    return body + (markdown if markdown.startswith("[@") else f" {markdown}")


def _markdown(kind: str, chosen: list[str], lang: str) -> str:
    if kind == "citation":
        if library_queries.reference_by_key(chosen[0]) is None:
            raise Refused(_("This source is not in the library."), field="look_for")
        return f"[@{chosen[0]}]"
    if kind in ("link", "article"):
        return _link_markdown(chosen[0] if kind == "link" else f"article:{chosen[0]}", lang)
    if kind == "picture":
        return _picture_again(chosen[0], lang)
    if kind == "collection":
        kind, chosen = "order_now", [f"collection:{chosen[0]}"]
    known = set(offers_by_code([code for code in chosen if ":" not in code], lang, with_badges=False))
    if kind == "order_now":
        known |= {f"collection:{code}" for code in collections(lang)}
    if not set(chosen) <= known:
        raise Refused(_("The shop does not sell this."), field="look_for")
    return f":::order-now {' '.join(chosen)}" if kind == "order_now" else f":::product {chosen[0]}"


def _link_markdown(target: str, lang: str) -> str:
    if ADDRESS.fullmatch(target):
        return _links(target, lang)[0].markdown
    kind, _colon, code = target.partition(":")
    names: dict[str, str] = {}
    if kind == "article":
        names = dict(admin_queries.article_choices("", lang, limit=10_000))
    elif kind == "product":
        names = {key: offer.name for key, offer in offers_by_code([code], lang, with_badges=False).items()}
    elif kind == "collection":
        names = {key: link.name for key, link in collections(lang).items()}
    if code not in names:
        raise Refused(_("There is no such page."), field="look_for")
    return f"[{_plain(names[code])}]({target})"


def _picture_again(target: str, lang: str) -> str:
    for picture in pictures.used("", lang):
        if picture.target == target:
            return picture.markdown
    raise Refused(_("No article shows this picture."), field="look_for")


def _one_line(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def picture_markdown(upload: Any, alt: str) -> str:
    """Store a picture and say how a text shows it. Raises Refused."""
    alt = _plain(alt)
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise Refused(_("Choose a picture first."), field="text_picture")
    if not alt:
        raise Refused(_("Describe the picture for those who cannot see it."), field="text_picture_alt")
    data = upload.read()
    try:
        with writing():
            picture = store_picture(data, actor())
    except Refused as refusal:
        raise Refused(refusal.message, field="text_picture") from refusal
    return f"![{alt}](media:{picture['file']}#{picture['width']}x{picture['height']})"


@blueprint.get("/pick")
@requires(PERMISSION)
def pick() -> ResponseReturnValue:
    """The results of a search as a piece of HTML, for the script of the editor."""
    kind, text, lang = asked("kind"), asked("text"), asked("lang")
    if kind not in KINDS or lang not in LANGUAGES:
        abort(404)
    found = search(kind, text, lang)
    return render_template("blog/admin/found.html", search=found, text_lang=lang, listbox=True)


@blueprint.post("/pictures")
@requires(PERMISSION)
@larger_posts(UPLOAD_BYTES)
def add_picture() -> ResponseReturnValue:
    """Store a picture and answer the Markdown that shows it, or say why not; for the script of the editor."""
    form = PictureForm()
    if not form.validate_on_submit():
        return _("This picture could not be read. Load the page again."), 400
    try:
        markdown = picture_markdown(form.text_picture.data, form.text_picture_alt.data or "")
    except Refused as refusal:
        return str(refusal), refusal.status, {"Content-Type": "text/plain; charset=utf-8"}
    return markdown, 200, {"Content-Type": "text/plain; charset=utf-8"}
