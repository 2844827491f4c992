"""An article's stored blocks put together with what is true now: offers, collections, addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import request
from markupsafe import Markup

from storefront.plugin_api import (
    Offer,
    collections,
    language,
    media_url,
    offers_by_code,
    shop_path,
    speaking,
    url,
)

from . import evidence, library_queries, markdown, queries, references, rules, syntax
from .ordering import OrderNow, make_order_now
from .references import Shown, Source

Block = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """A product in the text."""

    offer: Offer
    heading: str  # h2 or h3, so that no level is skipped
    source: str
    reason: str = ""  # why this product stands here
    placement: ClassVar[str] = "card"


@dataclass(frozen=True)
class Prose:
    """Text, with product cards in it."""

    kind: ClassVar[str] = "prose"
    parts: list[Markup | Card]


@dataclass(frozen=True)
class ListedSource:
    """A reference at the foot of an article, with the places that cite it."""

    number: int
    shown: Shown
    notices: list[tuple[str, str]]  # of what was published about it later: kind, address or ""
    level: str  # how much it can show, in words
    study: list[tuple[str, str]]
    marks: list[str]  # "a", "b", … one per citation


@dataclass(frozen=True)
class Preview:
    """A text as readers would see it, without saving it."""

    rendered: markdown.Rendered
    sections: list[Prose | OrderNow]
    sources: list[ListedSource]


def compose(
    blocks: list[Block], links: dict[str, list[str]], *, code: str, slugs: dict[str, str]
) -> list[Prose | OrderNow]:
    """Blocks with live offers, in the language of now. What is no longer sold leaves no trace.

    slugs: address per code of the articles that the text links; missing ones become plain text.
    """
    asked = [block["order_now"] for block in blocks if "order_now" in block]
    codes = {block["product"] for block in blocks if "product" in block} | set(links.get("product", []))
    codes.update(*(block["codes"] for block in asked), *([block.get("substitute")] for block in asked))
    wanted = {name for block in asked for name in block["collections"]}
    lang = language()
    known = collections(lang) if wanted else {}
    offers = (
        offers_by_code(sorted(codes - {None}), lang, collections=sorted(wanted)) if codes or wanted else {}
    )
    address = address_book(offers, slugs)
    sections: list[Prose | OrderNow] = []
    for block, place in zip(blocks, rules.placed(blocks), strict=True):
        if "order_now" in block:
            number = sum(section.kind == "order_now" for section in sections) + 1
            source = f"article:{code}:{place}:{lang}" if code else ""
            order_now = make_order_now(block["order_now"], offers, known, number, source, place)
            if order_now:
                sections.append(order_now)
            continue
        part = _part(block, offers, address, code)
        if part is None:
            continue
        if not sections or not isinstance(sections[-1], Prose):
            sections.append(Prose([]))
        prose = sections[-1]
        assert isinstance(prose, Prose)
        prose.parts.append(part)
    return sections


def shown_products(sections: list[Prose | OrderNow]) -> list[tuple[str, str]]:
    """The products that a composed article shows or offers, each once: (name, path)."""
    offers: list[Offer] = []
    for section in sections:
        if isinstance(section, OrderNow):
            offers += section.offers
        else:
            offers += [part.offer for part in section.parts if isinstance(part, Card)]
    return list({offer.code: (offer.name, product_path(offer)) for offer in offers}.values())


def _part(
    block: Block, offers: dict[str, Offer], address: Callable[[str, str], str | None], code: str
) -> Markup | Card | None:
    if "html" in block:
        return Markup(markdown.resolved(block["html"], address, media_url, request.script_root))
    offer = offers.get(block["product"])
    source = f"article:{code}:card:{language()}" if code else ""  # a preview is not counted
    return Card(offer, f"h{block['level']}", source, block.get("reason", "")) if offer else None


def address_book(offers: dict[str, Offer], slugs: dict[str, str]) -> Callable[[str, str], str | None]:
    """A function from our links ("article", "creatine-55") to paths; None when nothing is there."""

    def address(kind: str, code: str) -> str | None:
        if kind == "article":
            return url("blog.article", lang=language(), slug=slugs[code]) if code in slugs else None
        if kind == "product":
            return product_path(offers[code]) if code in offers else None
        if kind in ("collection", "page"):
            return shop_path(kind, code, language())
        return url("shop_batch.show", lang=language(), **({"code": code} if code else {}))

    return address


def product_path(offer: Offer) -> str:
    """Where a product's page stands in the language of now."""
    return url("shop_products.show", lang=language(), slug=offer.slug)


def list_sources(sources: list[Source], lang: str) -> list[ListedSource]:
    """The reference list of an article; "count" says how often the text cites each."""
    listed = []
    for number, source in enumerate(sources, 1):
        notices = [(it["kind"], references.doi_address(it["doi"])) for it in source["updates"]]
        marks = [syntax.letters(n) for n in range(1, source["count"] + 1)]
        shown = references.shown(source, lang)
        level = evidence.words(evidence.level(source))
        study = references.study_lines(source, lang)
        listed.append(ListedSource(number, shown, notices, level, study, marks))
    return listed


def preview(body: str, lang: str) -> Preview:
    """Show a text that is not saved: with the offers of now, and unknown citations marked."""
    with speaking(lang):
        keys = markdown.keys_in(body)
        library = library_queries.references_by_key(keys)
        rendered = markdown.render(body, library, evidence.labels(library), lines=True)
        slugs = queries.slugs_of(rendered.links["article"], lang)
        sections = compose(rendered.blocks, rendered.links, code="", slugs=slugs)
        sources = [references.as_dict(library[key]) | {"count": n} for key, n in rendered.cited.items()]
        listed = list_sources(sources, lang)
    return Preview(rendered, sections, listed)
