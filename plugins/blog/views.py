"""The blog as shoppers see it: index, topic, article, feed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from storefront.plugin_api import (
    LANGUAGES,
    absolute_path,
    alternates,
    breadcrumbs,
    collections,
    gone_or_moved,
    language,
    local,
    media_url,
    offers_by_code,
    public_page,
    set_canonical,
    url,
)
from storefront.plugin_api import gettext as _

from . import cards, citing, queries, structured
from .composing import compose, list_sources
from .ordering import OrderNow, make_order_now
from .queries import ArticlePage, TopicLink

blueprint = Blueprint("blog", __name__)
MOST_PAGES = 10_000
IN_FEED = 20
READ_IN = {"nl": "Lees dit artikel in het Nederlands", "en": "Read this article in English"}
"""The way to the other language, in that language."""


@blueprint.get("")
def index(lang: str) -> ResponseReturnValue:
    """All articles, the featured one first."""
    topics, total = queries.topics(lang)
    breadcrumbs((_("Blog"), url("blog.index", lang=lang)))
    return _list(lang, topics, total, None)


@blueprint.get("/topics/<slug>")
def topic(lang: str, slug: str) -> ResponseReturnValue:
    """The articles of one topic."""
    topics, total = queries.topics(lang)
    chosen = next((topic for topic in topics if topic.slug == slug), None)
    if chosen is None:
        abort(404)
    alternates({other: url("blog.topic", lang=other, slug=word) for other, word in _ordered(chosen.slugs)})
    breadcrumbs(
        (_("Blog"), url("blog.index", lang=lang)), (chosen.name, url("blog.topic", lang=lang, slug=slug))
    )
    return _list(lang, topics, total, chosen)


def _list(lang: str, topics: list[TopicLink], total: int, chosen: TopicLink | None) -> Response:
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= MOST_PAGES:
        abort(404)
    listed, count = cards.listing(lang, chosen.id if chosen else None, number)
    if not listed and number > 1:
        abort(404)
    here = url("blog.topic", lang=lang, slug=chosen.slug) if chosen else url("blog.index", lang=lang)
    if number > 1:
        set_canonical(f"{here}?page={number}")
    html = render_template(
        "blog/index.html",
        topics=topics,
        total=total,
        chosen=chosen,
        cards=listed,
        here=here,
        number=number,
        pages=-(-count // cards.PER_PAGE),
        order_now=_collection_of(topics, chosen),
    )
    return public_page(html)


def _collection_of(topics: list[TopicLink], chosen: TopicLink | None) -> OrderNow | None:
    """The call to action under a list: that of the topic, or of the first topic that has one."""
    sellers = [chosen] if chosen else topics
    seller = next((topic for topic in sellers if topic.collection_code), None)
    if seller is None:
        return None
    code, lang = seller.collection_code, language()
    asked = {"codes": [], "collections": [code], "heading": seller.order_heading}
    offers = offers_by_code([], lang, collections=[code])
    return make_order_now(asked, offers, collections(lang), 1, f"blog:{code}")


@blueprint.get("/<slug>")
def article(lang: str, slug: str) -> ResponseReturnValue:
    """One article in one language."""
    found = queries.article(lang, slug)
    if found is None:
        moved = queries.moved_slug(lang, slug)
        return gone_or_moved(url("blog.article", lang=lang, slug=moved) if moved else None)
    related, slugs = cards.neighbours(found.id, lang, found.links.get("article", []))
    paths = {other: url("blog.article", lang=other, slug=word) for other, word in _ordered(found.slugs)}
    alternates(paths)
    breadcrumbs(*_way_to(found))
    html = render_template(
        "blog/article.html",
        article=found,
        sections=compose(found.blocks, found.links, code=found.code, slugs=slugs | {found.code: found.slug}),
        sources=list_sources(found.sources, lang),
        corrections=citing.shown(found.corrections),
        related=related,
        published=local(found.published_at).date(),
        read_in=READ_IN,
        others=[(other, path) for other, path in paths.items() if other != lang],
        share_picture=_share_picture(found),
        structured=[structured.posting(found)],
    )
    return public_page(html)


def _ordered(slugs: dict[str, str]) -> list[tuple[str, str]]:
    return [(lang, slugs[lang]) for lang in LANGUAGES if lang in slugs]


def _way_to(article: ArticlePage) -> list[tuple[str, str]]:
    way = [(_("Blog"), url("blog.index", lang=article.lang))]
    if article.topic_slug:
        way.append((article.topic, url("blog.topic", lang=article.lang, slug=article.topic_slug)))
    return [*way, (article.title, url("blog.article", lang=article.lang, slug=article.slug))]


def _share_picture(article: ArticlePage) -> str:
    picture: dict[str, Any] = article.picture
    return absolute_path(media_url(picture.get("raster") or picture["file"])) if picture else ""


@blueprint.get("/feed.xml")
def feed(lang: str) -> ResponseReturnValue:
    """The newest articles of this language as Atom."""
    newest = cards.newest(lang, IN_FEED)
    body = structured.feed(newest, lang, _("Helder blog"), _("Articles with their sources."))
    return public_page(body, "application/atom+xml; charset=utf-8")
