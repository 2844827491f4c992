"""What an article from outside becomes here: what it names has to be there, and states follow the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from storefront.plugin_api import db, now, setting
from storefront.plugin_api import gettext as _

from .. import actions, markdown, rules, tidying
from ..drafts import TextDraft
from ..models import Article, ArticleText, Author, Reference, ReferenceUpdate, Topic
from .contents import STORED, Contents, Entry, hash_of
from .current import IN_TEXT


@dataclass(frozen=True)
class Known:
    """What is here, or comes along."""

    people: Collection[str]
    topics: Collection[str]
    keys: Collection[str]  # of works
    updates: Collection[str]  # "<key> <kind> <DOI>"
    codes: Collection[str]  # of articles
    slugs: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (lang, address word) -> code


@dataclass(frozen=True)
class Settled:
    """An article as it would be saved; `refused` when it cannot be; `reasons` for what is left out of it."""

    entry: Entry
    reasons: tuple[str, ...] = ()
    refused: str = ""


def known(*all_contents: Contents) -> Known:
    """What is here and comes along, taken together; the first that has an address word keeps it."""
    works = [work for one in all_contents for work in one.works]
    entries = [entry for one in all_contents for entry in one.entries]
    slugs: dict[tuple[str, str], str] = {}
    for entry in entries:
        for lang, text in entry.draft.texts.items():
            slugs.setdefault((lang, text.slug or actions.slug_of(text.title)), entry.code)
    return Known(
        people={author["key"] for one in all_contents for author in one.authors},
        topics={topic["key"] for one in all_contents for topic in one.topics},
        keys={work.draft.key for work in works},
        updates={
            " ".join(filter(None, [work.draft.key, update.kind, update.doi]))
            for work in works
            for update in work.updates
        },
        codes={entry.code for entry in entries},
        slugs=slugs,
    )


def known_here(coming: Collection[str]) -> Known:
    """What is here now, with the codes of the articles that come along."""
    text, update = ArticleText, ReferenceUpdate
    updates = select(Reference.key, update.kind, update.doi).join(
        Reference, Reference.id == update.reference_id
    )
    slugs = select(text.lang, text.slug, Article.code).join(Article, Article.id == text.article_id)
    return Known(
        people=set(db.session.scalars(select(Author.key))),
        topics=set(db.session.scalars(select(Topic.key))),
        keys=set(db.session.scalars(select(Reference.key))),
        updates={" ".join(filter(None, row)) for row in db.session.execute(updates)},
        codes={*db.session.scalars(select(Article.code)), *coming},
        slugs={(lang, slug or ""): code for lang, slug, code in db.session.execute(slugs)},
    )


def settled(
    entry: Entry, here: Entry | None, pictures: Mapping[str, bytes], there: Known, *, drawings: bool = False
) -> Settled:
    """The article as it would be saved. here: as it is now, None for a new one.

    drawings: SVG files may come in. They can hold script; of others' drawings the pixels are taken.
    """
    entry = completed(entry, here)
    draft, reasons = entry.draft, []
    for name in (draft.author, draft.reviewer):
        if name and name not in there.people:
            return Settled(entry, refused=_("There is no author “%(key)s”.", key=name))
    if reserved := [one.slug for one in draft.texts.values() if not _is_address(one.slug)]:
        return Settled(entry, refused=_("“%(slug)s” cannot be a web address.", slug=reserved[0]))
    if unknown := [key for key in draft.topics if key not in there.topics]:
        return Settled(entry, refused=_("There is no topic “%(key)s”.", key=unknown[0]))
    if not any(text.title for text in draft.texts.values()):
        return Settled(entry, refused=_("It has no title."))
    picture = _picture(entry, here, pictures, drawings=drawings)
    if entry.picture and not picture:
        reasons.append(_("The picture “%(name)s” is missing.", name=entry.picture[:60]))
    entry = replace(entry, picture=picture)
    texts = {}
    for lang, text in draft.texts.items():
        if there.slugs.get((lang, text.slug or actions.slug_of(text.title)), entry.code) != entry.code:
            taken = _("The address “%(slug)s” belongs to another article.", slug=text.slug)
            return Settled(entry, refused=f"{lang.upper()}: {taken}")
        texts[lang], said = _text(entry, lang, text, here, pictures, there)
        reasons += [f"{lang.upper()}: {one}" for one in said]
    return Settled(
        replace(
            entry,
            draft=replace(draft, texts=texts),
            related=tuple(code for code in entry.related if code in there.codes and code != entry.code),
            corrections=_joined(
                here.corrections if here else (), [one for one in entry.corrections if one in there.updates]
            ),
            old_slugs=_old_slugs(entry, here),
            old_addresses=_joined(here.old_addresses if here else (), entry.old_addresses),
        ),
        tuple(reasons),
    )


def completed(entry: Entry, here: Entry | None) -> Entry:
    """An article of which a language has no file: what its files leave open for both stays as it is here.

    What the languages share stands in one of the files, and that one may be the file that did not come.
    """
    if here is None or here.draft.texts.keys() <= entry.draft.texts.keys():
        return entry
    mine, theirs = here.draft, entry.draft
    draft = replace(
        theirs,
        author=theirs.author or mine.author,
        reviewer=theirs.reviewer or mine.reviewer,
        topics=theirs.topics or mine.topics,
        ingredients=theirs.ingredients or mine.ingredients,
        featured=theirs.featured or mine.featured,
        reviewed_on=theirs.reviewed_on or mine.reviewed_on,
        review_due=theirs.review_due or mine.review_due,
    )
    return replace(
        entry,
        draft=draft,
        source_lang=entry.source_lang if here.source_lang in theirs.texts else here.source_lang,
        picture=entry.picture or here.picture,
        related=entry.related or here.related,
    )


def is_same(entry: Entry, here: Entry) -> bool:
    """True when saving it would change nothing: in languages that did not come, nothing is compared."""
    texts = {lang: text for lang, text in here.draft.texts.items() if lang in entry.draft.texts}
    mine = replace(here.draft, texts=texts, ingredients=tuple(sorted(set(here.draft.ingredients))))
    theirs = replace(entry.draft, ingredients=tuple(sorted(set(entry.draft.ingredients))))
    return replace(entry, draft=theirs) == replace(here, draft=mine)


def _picture(entry: Entry, here: Entry | None, pictures: Mapping[str, bytes], *, drawings: bool) -> str:
    """The name of its picture: that of here when it is the same one, "" when the file did not come."""
    stem, _dot, ending = entry.picture.rpartition(".")
    pixels = [f"{stem}.{one}" for one in ("jpg", "png")] if ending == "svg" and not drawings else []
    names = [entry.picture, *pixels]
    if here and here.picture and any(means(name, here.picture, pictures) for name in names):
        return here.picture
    return next((name for name in pixels or names if name in pictures), "")


def means(name: str, stored: str, pictures: Mapping[str, bytes]) -> bool:
    """True when a picture from outside is the stored one: by its own name, or by what is in the file."""
    there = STORED.fullmatch(name)
    return bool(stored) and stored[:64] in {there[1] if there else "", hash_of(name, pictures)}


def _text(
    entry: Entry,
    lang: str,
    text: TextDraft,
    here: Entry | None,
    pictures: Mapping[str, bytes],
    there: Known,
) -> tuple[TextDraft, list[str]]:
    before = here.draft.texts.get(lang) if here else None
    state, reasons = text.state or (before.state if before else "draft"), []
    if state in rules.COMPLETE:
        keys = markdown.keys_in(text.body)
        problems = rules.problems(
            lang=lang,
            title=text.title,
            slug=text.slug or actions.slug_of(text.title),
            body=text.body,
            image_alt=text.image_alt,
            has_picture=bool(entry.picture or (here and here.picture)),
            has_author=bool(entry.draft.author),
            unknown_keys=[key for key in keys if key not in there.keys],
        )
        if problems:
            state = "draft"
            reasons += [_("It stays a draft:"), *(problem.message for problem in problems)]
    if state == "scheduled" and (text.publish_at is None or text.publish_at <= now()):
        state = "review"
        reasons.append(_("Its moment has passed; it waits for a review."))
    if before and not rules.may_follow(before.state, state):
        state = before.state
    published_at = text.published_at or (before.published_at if before else None)
    body, lost = _body(tidying.tidy(text.body), pictures)
    reasons += [_("The picture “%(name)s” is missing.", name=name[:60]) for name in lost]
    return replace(
        text,
        body=body,
        slug=text.slug or actions.slug_of(text.title),
        state=state,
        publish_at=text.publish_at if state == "scheduled" else None,
        published_at=published_at,
    ), [" ".join(reasons)] if reasons else []


def _body(body: str, pictures: Mapping[str, bytes]) -> tuple[str, list[str]]:
    """The text with its pictures by the names that they get here, and the names of those that are missing."""
    folder, lost = Path(setting("media_dir")), []
    for file, width in dict.fromkeys(IN_TEXT.findall(body)):
        whole = whole_of(file, width, pictures)
        if (folder / file).is_file():
            continue
        if not whole:
            lost.append(file)
            continue
        body = body.replace(f"(media:{file}", f"(media:{hash_of(whole, pictures)}{file[64:]}")
    return body, lost


def whole_of(file: str, width: str, pictures: Mapping[str, bytes]) -> str:
    """The file among the pictures that holds the whole of one in a text; "" when it did not come."""
    names = [f"{file[:64]}-{width}.jpg", f"{file[:64]}-{width}.png", file]
    return next((name for name in names if name in pictures), "")


def _is_address(slug: str) -> bool:
    return slug == actions.slug_of(slug) and slug not in actions.RESERVED_SLUGS


def keeping(entry: Entry, here: Entry) -> Entry:
    """An article that comes again from a file that cannot say everything: the rest stays as it is here."""
    mine, theirs = here.draft, entry.draft
    texts = {}
    for lang, text in theirs.texts.items():
        before = mine.texts.get(lang, TextDraft())
        texts[lang] = replace(
            text,
            lead=text.lead or before.lead,
            excerpt=text.excerpt or before.excerpt,
            meta_description=text.meta_description or before.meta_description,
            image_alt=text.image_alt or before.image_alt,
            published_at=before.published_at or text.published_at,
            publish_at=before.publish_at,
        )
    draft = replace(
        mine, author=theirs.author or mine.author, topics=theirs.topics or mine.topics, texts=texts
    )
    return replace(
        entry,
        draft=draft,
        source_lang=here.source_lang,
        picture=entry.picture or here.picture,
        related=here.related,
    )


def _old_slugs(entry: Entry, here: Entry | None) -> dict[str, tuple[str, ...]]:
    """Address words of before: of here and of there, without the one that is used."""
    found = {}
    before = here.old_slugs if here else {}
    for lang in {*before, *entry.old_slugs}:
        draft = entry.draft.texts.get(lang) or (here.draft.texts.get(lang) if here else None)
        words = {*before.get(lang, ()), *entry.old_slugs.get(lang, ())} - {draft.slug if draft else ""}
        if words:
            found[lang] = tuple(sorted(words))
    return found


def _joined(before: Collection[str], added: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*before, *added]))
