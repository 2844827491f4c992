"""What was handed in of a Shopify blog, read with what this shop knows."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from storefront.plugin_api import LANGUAGES, Refused, code_of_path, db, store_picture
from storefront.plugin_api import gettext as _

from .. import library_queries
from ..models import Article, Import, OldAddress, TopicText
from . import settling, shopify
from .archives import Archive
from .planning import Given
from .shopify import NEW, Choices, Here
from .shopify_files import ByName, Post, posts_of, redirects_of

POSTS, REDIRECTS, PICTURES = "posts.csv", "redirects.csv", "pictures.zip"
SHOP_PATH = re.compile(r"/(?:collections/[^/]+/)?products/([^/]+)|/(collections|pages)/([^/]+)")


def packed(posts: bytes, redirects: bytes, pictures: bytes, choices: dict[str, Any]) -> bytes:
    """The files as they are kept together. Raises Refused, at its field, for one that cannot be read."""
    checks = (
        ("posts", lambda: posts_of(posts, choices["blog"])),
        ("redirects", lambda: redirects_of(redirects) if redirects else None),
        ("pictures", lambda: Archive(pictures) if pictures else None),
    )
    for field, check in checks:
        try:
            check()
        except Refused as refusal:
            raise Refused(refusal.message, field) from refusal
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in ((POSTS, posts), (REDIRECTS, redirects), (PICTURES, pictures)):
            archive.writestr(name, data)
    return file.getvalue()


def files_of(found: Import) -> tuple[list[Post], dict[str, str], ByName]:
    """Posts, redirects and pictures."""
    files = Archive(found.data or b"")
    redirects, pictures = files[REDIRECTS], files[PICTURES]
    return (
        posts_of(files[POSTS], found.choices["blog"]),
        redirects_of(redirects) if redirects else {},
        ByName(Archive(pictures) if pictures else {}),
    )


def read(found: Import) -> Given:
    """What was handed in, by the choices that were made for it."""
    posts, redirects, pictures = files_of(found)
    choices = choices_of(found)
    stories, _left = shopify.stories_of(posts, choices.lang)
    here = _here(stories)
    by_code = {shopify.code_here(story, here)[0]: story for story in stories}

    def entry(code: str) -> Any:
        story = by_code.get(code)
        if story is None:
            return None
        return shopify.entry_of(story, redirects, pictures, choices, here, keep)

    def keep(name: str, alt: str) -> str | None:
        try:
            picture = store_picture(pictures[name], found_by)
        except Refused:
            return None
        described = " ".join(re.sub(r"[\[\]\\]", " ", alt).split())
        return f"![{described}](media:{picture['file']}#{picture['width']}x{picture['height']})"

    found_by = found.made_by
    shared = replace(shopify.shared_of(posts, choices), pictures=pictures)
    return Given(shared, lambda: shopify.plan(posts, redirects, pictures, choices, here), entry, keeps=True)


def choices_of(found: Import) -> Choices:
    """What was chosen, where that is still there."""
    given = found.choices
    return Choices(
        lang=given["blog_lang"],
        host=given["host"],
        published=given["published"],
        authors=given["authors"],
        tags=given["tags"],
    )


def first_choices(posts: bytes, blog: str, blog_lang: str, host: str) -> dict[str, Any]:
    """The choices to begin with: who and what has the same name here; other people are new, tags are not."""
    found = posts_of(posts, blog)
    people = {name.casefold(): key for key, name in library_queries.author_choices()}
    topics: dict[str, str] = {}
    names = select(TopicText.name, TopicText.slug, TopicText.topic_id)
    keys = {row.topic.id: row.topic.key for row in library_queries.topic_rows()}
    for name, slug, topic_id in db.session.execute(names):
        topics |= {name.casefold(): keys[topic_id], slug: keys[topic_id]}
    tags = dict.fromkeys(tag for post in found for tag in post.tags)
    authors = dict.fromkeys(post.author for post in found if post.author)
    return {
        "blog": blog,
        "blog_lang": blog_lang,
        "host": host_of(host),
        "published": False,
        "authors": {name: people.get(name.casefold(), NEW) for name in authors},
        "tags": {tag: topics.get(tag.casefold(), "") for tag in tags},
    }


def host_of(address: str) -> str:
    """The host of a shop as somebody types it: "www.example.com", "https://example.com/"."""
    typed = address.strip().lower()
    try:
        host = urlsplit(typed if "//" in typed else f"//{typed}").hostname or ""
    except ValueError:
        raise Refused(_("This is no web address."), "host") from None
    return host.removeprefix("www.")


def _here(stories: list[shopify.Story]) -> Here:
    old = select(OldAddress.path, Article.code).join(Article, Article.id == OldAddress.article_id)
    came: Mapping[str, str] = {row[0]: row[1] for row in db.session.execute(old)}
    here = Here(settling.known_here(()), came, {}, _target)
    coming = {
        post.path: shopify.code_here(story, here)[0] for story in stories for post in story.posts.values()
    }
    return replace(here, coming=coming)


def _target(path: str) -> str | None:
    """ "product:nmn-c" for "/products/nmn-capsules", where this shop has something at that word."""
    found = SHOP_PATH.fullmatch(path)
    if found is None:
        return None
    kind, slug = ("products", found[1]) if found[1] else (found[2], found[3])
    for lang in LANGUAGES:
        if code := code_of_path(f"/{lang}/{kind}/{slug}"):
            return ":".join(code)
    return None
