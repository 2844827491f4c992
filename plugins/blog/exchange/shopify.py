"""A Shopify blog: what would become of each post, and each post as an article. Pure."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from slugify import slugify

from storefront.plugin_api import LANGUAGES
from storefront.plugin_api import gettext as _

from .. import actions
from ..drafts import ArticleDraft, TextDraft
from ..from_html import markdown_of
from ..rules import title_for
from .contents import Contents, Entry
from .planning import Row
from .settling import Known
from .shopify_files import ByName, Post, followed, path_of

SUFFIX = re.compile(r"(.+)-(nl|en)")
LINK = re.compile(r"""(<a\b[^>]*?\shref\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)
OURS = "https://moved.invalid/"  # stands for a code while the text is HTML
NEW = "+"  # chosen for a name: make one of it
OWN_HOST = re.compile(r"(?:^|\.)myshopify\.com$")


@dataclass(frozen=True)
class Choices:
    """What the person chose who handed it in."""

    lang: str = "nl"  # of posts that do not say theirs
    host: str = ""  # of the old shop
    published: bool = False  # publish what was published there
    authors: Mapping[str, str] = field(default_factory=dict)  # name there -> key here, NEW, or "" for nobody
    tags: Mapping[str, str] = field(default_factory=dict)  # tag there -> key of a topic, NEW, or ""


@dataclass(frozen=True)
class Here:
    """What this shop knows."""

    known: Known
    came: Mapping[str, str] = field(default_factory=dict)  # path there -> code of the article that it became
    coming: Mapping[str, str] = field(default_factory=dict)  # the same, of the posts at hand
    target: Callable[[str], str | None] = lambda _path: None  # "/products/nmn" -> "product:nmn-c"


@dataclass(frozen=True)
class Story:
    """Posts that are one article, by language."""

    code: str
    posts: dict[str, Post]


def stories_of(posts: Iterable[Post], lang: str) -> tuple[list[Story], list[tuple[Post, str]]]:
    """Posts as articles, and those that are left out with the reason.

    A post says its language itself, or by the end of its handle when there is such a post without it.
    """
    posts = list(posts)
    handles = {(post.blog, post.handle) for post in posts}
    groups: dict[tuple[str, str], dict[str, Post]] = defaultdict(dict)
    left: list[tuple[Post, str]] = []
    for post in posts:
        base, of = post.handle, post.lang or lang
        ending = SUFFIX.fullmatch(post.handle)
        if ending and {(post.blog, ending[1]), *_others(post.blog, ending)} & handles:
            base, of = ending[1], post.lang or ending[2]
        if not post.title.strip():
            left.append((post, _("It has no title.")))
        elif of in groups[post.blog, base]:
            left.append((post, _("It stands in the file twice.")))
        else:
            groups[post.blog, base][of] = post
    stories, codes = [], set[str]()
    for (blog, base), of_langs in groups.items():
        if of_langs:
            code = slugify(base, max_length=50) or "article"
            code = slugify(f"{blog} {base}", max_length=50) if code in codes else code
            codes.add(code)
            stories.append(Story(code, of_langs))
    return stories, left


def _others(blog: str, ending: re.Match[str]) -> set[tuple[str, str]]:
    return {(blog, f"{ending[1]}-{lang}") for lang in LANGUAGES if lang != ending[2]}


def shared_of(posts: Iterable[Post], choices: Choices) -> Contents:
    """The people and topics that are made of names there."""
    posts = list(posts)
    names = dict.fromkeys(post.author for post in posts if choices.authors.get(post.author) == NEW)
    tags = dict.fromkeys(tag for post in posts for tag in post.tags if choices.tags.get(tag) == NEW)
    return Contents(
        authors=tuple({"key": key_of(name), "name": name} for name in names),
        topics=tuple(
            {"key": key_of(tag), "name": {choices.lang: tag[:120]}, "position": 100} for tag in tags
        ),
    )


def key_of(name: str) -> str:
    """The key of somebody or something that is made of a name."""
    return slugify(name, max_length=50) or "x"


def plan(
    posts: Iterable[Post], redirects: Mapping[str, str], pictures: ByName, choices: Choices, here: Here
) -> list[Row]:
    """What becomes of each post, in the order in which they are taken in."""
    posts = list(posts)
    shared = shared_of(posts, choices)
    stories, left = stories_of(posts, choices.lang)
    rows = [
        *(
            Row("author", one["key"], one["name"], "same" if one["key"] in here.known.people else "new")
            for one in shared.authors
        ),
        *(
            Row(
                "topic",
                one["key"],
                one["name"][choices.lang],
                "same" if one["key"] in here.known.topics else "new",
            )
            for one in shared.topics
        ),
    ]
    slugs = dict(here.known.slugs)
    for story in stories:
        rows.append(_row(story, redirects, pictures, choices, here, slugs))
    for post, why in left:
        rows.append(Row("article", f"{post.handle}~{post.row}", post.title or post.handle, "skip", why))
    return rows


def _row(
    story: Story,
    redirects: Mapping[str, str],
    pictures: ByName,
    choices: Choices,
    here: Here,
    slugs: dict[tuple[str, str], str],
) -> Row:
    """What becomes of one story. slugs: the address words that are taken, by this one too from now on."""
    title = title_for({lang: post.title for lang, post in story.posts.items()}, choices.lang)
    code, replaces = code_here(story, here)
    row = Row("article", code, title, "replace" if replaces else "new", "", tuple(story.posts))
    if not replaces and code in here.known.codes:
        return replace(row, deed="skip", why=_("An article of this shop has its code already."))
    for lang, post in story.posts.items():
        slug = slug_of(post, story)
        if slug in actions.RESERVED_SLUGS:
            return replace(row, deed="skip", why=_("“%(slug)s” cannot be a web address.", slug=slug))
        if slugs.setdefault((lang, slug), code) != code:
            return replace(
                row, deed="skip", why=_("The address “%(slug)s” belongs to another article.", slug=slug)
            )
    notes = [note for post in story.posts.values() for note in notes_of(post, pictures, choices)]
    others = old_addresses(story, redirects)
    if len(others) > len(story.posts):
        notes.append(_("Old addresses that lead to it: %(count)s.", count=len(others)))
    return replace(row, why=" ".join(dict.fromkeys(notes)))


def code_here(story: Story, here: Here) -> tuple[str, bool]:
    """The code of the article that it became earlier, or its own; and whether it came earlier."""
    before = next((here.came[post.path] for post in story.posts.values() if post.path in here.came), "")
    return (before, True) if before else (story.code, False)


def slug_of(post: Post, story: Story) -> str:
    """Its address word here: the handle, without the language at its end."""
    ending = SUFFIX.fullmatch(post.handle)
    alone = len(story.posts) == 1
    return actions.slug_of(post.handle if alone or not ending else ending[1])


def notes_of(post: Post, pictures: ByName, choices: Choices) -> list[str]:
    """What of a post is left out, and what keeps it from being published."""
    notes = []
    if not choices.authors.get(post.author):
        notes.append(_("It gets no author."))
    shown = images_of(post.body)
    sources = [src for src, _alt in shown] + ([post.image] if post.image else [])
    if lost := [src for src in sources if not pictures.of(src)]:
        names = ", ".join(dict.fromkeys(src.partition("?")[0].rpartition("/")[2][:60] for src in lost))
        notes.append(_("Pictures that are not in the zip: %(names)s.", names=names))
    if undescribed(post, pictures) or (pictures.of(post.image) and not post.alt):
        notes.append(_("A picture has no alternative text; it stays a draft."))
    return notes


def undescribed(post: Post, pictures: ByName) -> bool:
    """True when a picture in the text has no alternative text."""
    return any(not alt.strip() and pictures.of(src) for src, alt in images_of(post.body))


def old_addresses(story: Story, redirects: Mapping[str, str]) -> tuple[str, ...]:
    """Everywhere it stood: its own paths, and those that led to them, however far around."""
    found = []
    for lang, post in story.posts.items():
        ways = [path for path in redirects if followed(path, redirects) == post.path]
        found += [f"{lang} {path}" for path in (post.path, *ways) if path.startswith("/blogs/")]
    return tuple(dict.fromkeys(found))


def entry_of(
    story: Story,
    redirects: Mapping[str, str],
    pictures: ByName,
    choices: Choices,
    here: Here,
    store: Callable[[str, str], str | None],
) -> Entry:
    """A post as an article. store: keeps a picture (name in the zip, description), gives its Markdown."""
    texts, picture = {}, ""
    first = next(iter(story.posts.values()))
    for lang, post in story.posts.items():
        texts[lang] = _text(story, post, redirects, pictures, choices, here, store)
        picture = picture or pictures.of(post.image)
    keys = [_topic(tag, choices) for post in story.posts.values() for tag in post.tags]
    author = choices.authors.get(first.author, "")
    draft = ArticleDraft(
        author=key_of(first.author) if author == NEW else author,
        topics=tuple(dict.fromkeys(key for key in keys if key)),
        texts=texts,
    )
    langs = [lang for lang in (choices.lang, *LANGUAGES) if lang in texts]
    code, _replaces = code_here(story, here)
    return Entry(
        code, draft, source_lang=langs[0], picture=picture, old_addresses=old_addresses(story, redirects)
    )


def _topic(tag: str, choices: Choices) -> str:
    chosen = choices.tags.get(tag, "")
    return key_of(tag) if chosen == NEW else chosen


def _text(
    story: Story,
    post: Post,
    redirects: Mapping[str, str],
    pictures: ByName,
    choices: Choices,
    here: Here,
    store: Callable[[str, str], str | None],
) -> TextDraft:
    def shown(src: str, alt: str) -> str | None:
        name = pictures.of(src)
        return store(name, alt) if name else None

    linked = LINK.sub(lambda found: _link(found, redirects, choices, here), post.body)
    body = markdown_of(linked, picture=shown).replace(OURS, "")
    public = choices.published and post.published and not undescribed(post, pictures)
    return TextDraft(
        title=post.title[:200].strip(),
        slug=slug_of(post, story),
        excerpt=plain(post.summary)[:600].strip(),
        image_alt=post.alt,
        body=body,
        state="published" if public else "",
        published_at=post.published_at,
    )


def _link(found: re.Match[str], redirects: Mapping[str, str], choices: Choices, here: Here) -> str:
    """A link's beginning with where it leads here. What the old shop had and we do not know is no link."""
    address = html.unescape(found[3]).strip()
    if not _was_own(address, choices.host):
        return found[0]
    path = followed(path_of(address), redirects)
    code = here.came.get(path) or here.coming.get(path)
    target = f"article:{code}" if code else here.target(path)
    if target is None:
        return re.sub(r"\shref\s*=\s*$", " data-was=", found[1], flags=re.IGNORECASE) + '""'
    kind, _colon, code = target.partition(":")
    return f'{found[1]}"{OURS}{kind}:{code}"'


def _was_own(address: str, host: str) -> bool:
    """True for an address of the old shop: without a host, or with one of its hosts."""
    there = re.match(r"(?:https?:)?//([^/?#:]+)", address, re.IGNORECASE)
    if there is None:
        return address.startswith("/")
    name = there[1].lower()
    return bool(OWN_HOST.search(name)) or (bool(host) and name.removeprefix("www.") == host)


class _Images(HTMLParser):
    """Collects the pictures of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Note a picture."""
        values = dict(attrs)
        if tag == "img" and values.get("src"):
            self.found.append((values["src"], values.get("alt") or ""))

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words.append(data)


def images_of(text: str) -> list[tuple[str, str]]:
    """The pictures of a text in HTML: address and alternative text."""
    reader = _Images()
    reader.feed(text)
    return reader.found


def plain(text: str) -> str:
    """The words of a text in HTML."""
    reader = _Images()
    reader.feed(text)
    return " ".join("".join(reader.words).split())
