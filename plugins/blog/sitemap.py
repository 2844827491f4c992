"""The blog's pages for the map of the site."""

from __future__ import annotations

from collections.abc import Iterable

from storefront.plugin_api import LANGUAGES, SitemapEntry, url

from . import people, queries


def entries() -> Iterable[SitemapEntry]:
    """The index, every published article, its topics and its people, with languages and last change."""
    articles = queries.addresses()
    found = {lang for _code, slugs, _at in articles for lang in slugs}
    index = {lang: url("blog.index", lang=lang) for lang in LANGUAGES if lang in found}
    if articles:
        yield SitemapEntry(index, max(at for _code, _slugs, at in articles))
    for _code, slugs, changed in articles:
        yield SitemapEntry(_paths("blog.article", slugs), changed)
    for slugs, changed in queries.topic_addresses():
        yield SitemapEntry(_paths("blog.topic", slugs), changed)
    for key, langs, changed in people.addresses():
        yield SitemapEntry({lang: url("blog.author", lang=lang, key=key) for lang in langs}, changed)


def _paths(endpoint: str, slugs: dict[str, str]) -> dict[str, str]:
    return {lang: url(endpoint, lang=lang, slug=slug) for lang, slug in slugs.items()}
