"""The blog as shoppers see it: index, topic, person, article, feeds."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from storefront.plugin_api import (
    LANGUAGES,
    alternates,
    breadcrumbs,
    collections,
    gone_or_moved,
    language,
    local,
    offers_by_code,
    public_page,
    set_canonical,
    url,
)
from storefront.plugin_api import gettext as _

from . import cards, citing, excerpts, journeys, people, queries, sharing, structured, switches
from .composing import compose, list_sources, shown_products
from .ordering import OrderNow, make_order_now
from .queries import TopicLink

blueprint = Blueprint("blog", __name__)
MOST_PAGES = 10_000
IN_FEED = 20
READ_IN = {"nl": "Lees dit artikel in het Nederlands", "en": "Read this article in English"}
"""The way to the other language, in that language."""


@blueprint.get("")
def index(lang: str) -> ResponseReturnValue:
    """All articles, the featured one first."""
    topics, total = queries.topics(lang)
    breadcrumbs(*_way([], lang))
    return _list(lang, topics, total, None)


@blueprint.get("/topics/<slug>")
def topic(lang: str, slug: str) -> ResponseReturnValue:
    """The articles of one topic and of the topics below it; an address of the past answers 301."""
    topics, total = queries.topics(lang)
    chosen = next((topic for topic in topics if topic.slug == slug), None)
    if chosen is None:
        moved = queries.moved_topic(lang, slug)
        return gone_or_moved(url("blog.topic", lang=lang, slug=moved) if moved else None)
    alternates({other: url("blog.topic", lang=other, slug=word) for other, word in _ordered(chosen.slugs)})
    above = [topic for topic in topics if topic.id == chosen.parent_id]
    breadcrumbs(*_way([(topic.name, topic.slug) for topic in (*above, chosen)], lang))
    return _list(lang, topics, total, chosen)


@blueprint.get("/authors/<key>")
def author(lang: str, key: str) -> ResponseReturnValue:
    """A person with what they wrote and reviewed."""
    person = people.person(key, lang)
    if person is None:
        abort(404)
    alternates({code: url("blog.author", lang=code, key=key) for code in LANGUAGES if code in person.langs})
    here = url("blog.author", lang=lang, key=key)
    breadcrumbs(*_way([], lang), (person.name, here))
    number = _page_number()
    listed, count = cards.of_person(lang, person.id, number)
    if not listed:
        abort(404)
    if number > 1:
        set_canonical(f"{here}?page={number}")
    about = excerpts.description(person.bio) or _("What %(name)s wrote and reviewed.", name=person.name)
    html = render_template(
        "blog/author.html",
        person=person,
        about=about,
        share=sharing.of_person(person, about),
        written=[card for card in listed if card.author_key == key],
        reviewed=[card for card in listed if card.author_key != key],
        here=here,
        number=number,
        pages=-(-count // cards.PER_PAGE),
        structured=[structured.profile(person, lang)],
    )
    return public_page(html)


def _page_number() -> int:
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= MOST_PAGES:
        abort(404)
    return number


def _list(lang: str, topics: list[TopicLink], total: int, chosen: TopicLink | None) -> Response:
    number = _page_number()
    listed, count = cards.listing(lang, chosen.id if chosen else None, number)
    if not listed and number > 1:
        abort(404)
    here = url("blog.topic", lang=lang, slug=chosen.slug) if chosen else url("blog.index", lang=lang)
    if number > 1:
        set_canonical(f"{here}?page={number}")
    title = chosen.name if chosen else _("Blog")
    intro = chosen.intro if chosen else _introduction()
    about = excerpts.description(intro) or _("%(topic)s: articles", topic=title)
    html = render_template(
        "blog/index.html",
        heading=title,
        intro=intro,
        about=about,
        share=sharing.of_list(title, about, listed),
        topics=[topic for topic in topics if topic.parent_id is None],
        below=_below(topics, chosen),
        total=total,
        chosen=chosen,
        cards=listed,
        here=here,
        number=number,
        pages=-(-count // cards.PER_PAGE),
        order_now=_collection_of(topics, chosen),
    )
    return public_page(html)


def _introduction() -> str:
    return _(
        "We read the papers behind the ingredients we sell. Every article names its author and its sources."
    )


def _below(topics: list[TopicLink], chosen: TopicLink | None) -> list[TopicLink]:
    """The topics of the second level under the one that is chosen, or beside it."""
    if chosen is None:
        return []
    return [topic for topic in topics if topic.parent_id == (chosen.parent_id or chosen.id)]


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
    here = url("blog.article", lang=lang, slug=found.slug)
    breadcrumbs(*_way(found.topics, lang), (found.title, here))
    sections = compose(found.blocks, found.links, code=found.code, slugs=slugs | {found.code: found.slug})
    html = render_template(
        "blog/article.html",
        article=found,
        sections=sections,
        sources=list_sources(found.sources, lang),
        corrections=citing.shown(found.corrections),
        related=related,
        published=local(found.published_at).date(),
        read_in=READ_IN,
        others=[(other, path) for other, path in paths.items() if other != lang],
        share=sharing.of_article(found),
        structured=[structured.posting(found, shown_products(sections))],
        remembers=switches.is_on(journeys.SWITCH),
    )
    return public_page(html)


def _ordered(slugs: dict[str, str]) -> list[tuple[str, str]]:
    return [(lang, slugs[lang]) for lang in LANGUAGES if lang in slugs]


def _way(topics: list[tuple[str, str]], lang: str) -> list[tuple[str, str]]:
    """The way to the blog and through topics (name, address word), as breadcrumbs."""
    way = [(_("Blog"), url("blog.index", lang=lang))]
    return way + [(name, url("blog.topic", lang=lang, slug=slug)) for name, slug in topics]


@blueprint.get("/feed.xml")
def feed(lang: str) -> ResponseReturnValue:
    """The newest articles of this language as Atom."""
    newest = cards.newest(lang, IN_FEED)
    about = _("Articles with their sources.")
    return _atom(structured.feed(newest, lang, "blog.index", _("Helder blog"), about))


@blueprint.get("/topics/<slug>/feed.xml")
def topic_feed(lang: str, slug: str) -> ResponseReturnValue:
    """The newest articles of one topic as Atom."""
    topics, _total = queries.topics(lang)
    chosen = next((topic for topic in topics if topic.slug == slug), None)
    if chosen is None:
        moved = queries.moved_topic(lang, slug)
        return gone_or_moved(url("blog.topic_feed", lang=lang, slug=moved) if moved else None)
    newest = cards.newest(lang, IN_FEED, chosen.id)
    title = _("Helder blog: %(topic)s", topic=chosen.name)
    return _atom(structured.feed(newest, lang, "blog.topic", title, chosen.intro, slug=slug))


def _atom(body: bytes) -> Response:
    return public_page(body, "application/atom+xml; charset=utf-8")
