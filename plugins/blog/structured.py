"""What the blog says to programs: JSON-LD and the Atom feed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from storefront.plugin_api import SHOP_NAME, absolute, absolute_path, ingredients, local, media_url

from . import excerpts, references
from .cards import Card
from .people import PersonPage
from .queries import ArticlePage, Person

CONTEXT = "https://schema.org"
TAGS = re.compile(r"<[^>]*>")
CITATIONS = re.compile(r'<sup\b.*?</sup>|<a class="cite\b.*?</a>', re.DOTALL)
HEADLINE = 110  # characters; search engines cut longer ones
ATOM = "http://www.w3.org/2005/Atom"


def posting(article: ArticlePage, products: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """An article as BlogPosting, with its sources as citations.

    products: (name, path) of the products that it shows or offers now.
    """
    address = absolute("blog.article", lang=article.lang, slug=article.slug)
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "BlogPosting",
        "headline": headline(article.title),
        "description": article.description,
        "inLanguage": article.lang,
        "url": address,
        "mainEntityOfPage": _web_page(article, address),
        "datePublished": moment(article.published_at),
        "dateModified": moment(article.updated_at),
        "author": _person(article.author, article.lang),
        "publisher": _publisher(),
        "isAccessibleForFree": True,
        "timeRequired": f"PT{article.minutes}M",
        "wordCount": word_count(article),
        "citation": [citation(source) for source in article.sources],
    }
    if article.topic:
        data["articleSection"] = article.topic
    if article.picture:
        data["image"] = _files(article.picture)
    subjects = [
        {"@type": "Thing", "name": name, "url": absolute("blog.topic", lang=article.lang, slug=slug)}
        for name, slug in article.topics[::-1]
    ]
    subjects += [{"@type": "Thing", "name": name} for name in _others(article)]
    if subjects:
        data["about"] = subjects
    mentions = [{"@type": "Product", "name": name, "url": absolute_path(path)} for name, path in products]
    if mentions:
        data["mentions"] = mentions
    return data


def _others(article: ArticlePage) -> list[str]:
    """The ingredients that the article is about, by name, without those that a topic names."""
    named = {excerpts.folded(name) for name, _slug in article.topics}
    names = ingredients(article.lang) if article.ingredients else {}
    about = [names.get(code, code) for code in article.ingredients]
    return [name for name in about if excerpts.folded(name) not in named]


def word_count(article: ArticlePage) -> int:
    """The words of the text that people read, without the numbers of its citations."""
    html = " ".join(block["html"] for block in article.blocks if "html" in block)
    return len(f"{article.lead} {TAGS.sub(' ', CITATIONS.sub('', html))}".split())


def _publisher() -> dict[str, Any]:
    """The shop, as its home page says it."""
    return {
        "@type": "Organization",
        "@id": absolute_path("/#organization"),
        "name": SHOP_NAME,
        "url": absolute_path("/"),
        "logo": absolute("static", filename="img/apple-touch-icon.png"),
    }


def _files(picture: dict[str, Any]) -> list[str]:
    """The addresses of a picture in the shapes that search engines ask for, or as it is."""
    crops = picture.get("crops", {})
    return [absolute_path(media_url(crop["file"])) for crop in crops.values()] or [_file(picture)]


def _file(picture: dict[str, Any]) -> str:
    """The address of a picture's raster file, which every program can read."""
    return absolute_path(media_url(picture.get("raster") or picture["file"]))


def _web_page(article: ArticlePage, address: str) -> dict[str, Any]:
    page: dict[str, Any] = {"@type": "WebPage", "@id": address}
    if article.reviewer:
        page["reviewedBy"] = _person(article.reviewer, article.lang)
    if article.reviewed_on:
        page["lastReviewed"] = article.reviewed_on.isoformat()
    return page


def _person(person: Person | PersonPage, lang: str) -> dict[str, Any]:
    """A person with the address of their page."""
    data = {"@type": "Person", "name": person.name, "url": absolute("blog.author", lang=lang, key=person.key)}
    return data | {"jobTitle": person.role} if person.role else data


def profile(person: PersonPage, lang: str) -> dict[str, Any]:
    """A person's page."""
    about = _person(person, lang) | {"worksFor": _publisher()}
    if person.bio:
        about["description"] = person.bio
    if person.picture:
        about["image"] = _file(person.picture)
    if person.same_as:
        about["sameAs"] = person.same_as
    return {
        "@context": CONTEXT,
        "@type": "ProfilePage",
        "url": about["url"],
        "inLanguage": lang,
        "dateModified": moment(person.changed),
        "mainEntity": about,
    }


def about_product(cards: Iterable[Card], lang: str) -> list[dict[str, Any]]:
    """The articles about a product, as its own data names them."""
    return [
        {
            "@type": "BlogPosting",
            "headline": headline(card.title),
            "url": absolute_path(card.path),
            "datePublished": moment(card.published_at),
            "inLanguage": lang,
            "author": {
                "@type": "Person",
                "name": card.author,
                "url": absolute("blog.author", lang=lang, key=card.author_key),
            },
        }
        for card in cards
    ]


def headline(title: str) -> str:
    """A title of at most 110 characters, cut at a word."""
    return excerpts.description(title, HEADLINE)


def citation(source: dict[str, Any]) -> dict[str, Any]:
    """A source as ScholarlyArticle."""
    data: dict[str, Any] = {
        "@type": "ScholarlyArticle",
        "name": source["title"],
        "author": [{"@type": "Person", "name": name} for name in source["authors"]],
        "datePublished": source["published"] or str(source["year"]),
        "isPartOf": {"@type": "Periodical", "name": source["journal"] or source["journal_abbr"]},
    }
    address = references.shown(source, "en").address
    if address:
        data["url"] = address
    if source["doi"]:
        data["identifier"] = {"@type": "PropertyValue", "propertyID": "DOI", "value": source["doi"]}
    return data


def moment(at: datetime) -> str:
    """A moment with the zone of the shop: "2026-03-30T07:30:00+02:00"."""
    return local(at).isoformat(timespec="seconds")


def feed(cards: Iterable[Card], lang: str, endpoint: str, title: str, subtitle: str, **values: str) -> bytes:
    """The newest articles of one language, or of one of its topics, as Atom.

    endpoint: of the page whose feed this is, with its values; the feed stands below it.
    """
    cards = list(cards)
    page = absolute(endpoint, lang=lang, **values)
    here = f"{page}/feed.xml"
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": lang})
    _add(root, "title", title)
    _add(root, "subtitle", subtitle)
    _add(root, "id", here)
    _add(root, "updated", moment(max(card.updated_at for card in cards)) if cards else "1970-01-01T00:00:00Z")
    _add(root, "link", rel="self", type="application/atom+xml", href=here)
    _add(root, "link", rel="alternate", type="text/html", hreflang=lang, href=page)
    for card in cards:
        _entry(root, card, lang)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _entry(root: ElementTree.Element, card: Card, lang: str) -> None:
    address = absolute("blog.article", lang=lang, slug=card.slug)
    entry = ElementTree.SubElement(root, "entry")
    _add(entry, "title", card.title)
    _add(entry, "id", f"tag:{urlsplit(address).hostname},{card.published_at:%Y-%m-%d}:{card.code}.{lang}")
    _add(entry, "link", rel="alternate", type="text/html", hreflang=lang, href=address)
    _add(entry, "published", moment(card.published_at))
    _add(entry, "updated", moment(max(card.updated_at, card.published_at)))
    _add(ElementTree.SubElement(entry, "author"), "name", card.author)
    if card.topic:
        _add(entry, "category", term=card.topic)
    _add(entry, "summary", card.teaser)


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> None:
    child = ElementTree.SubElement(parent, name, attributes)
    if text:
        child.text = text
