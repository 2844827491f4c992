"""An article as files, one for each language. What the languages share stands in the first of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from storefront.plugin_api import LANGUAGES, Refused
from storefront.plugin_api import gettext as _

from .. import rules
from ..drafts import ArticleDraft, TextDraft
from . import front_matter
from .contents import Entry
from .front_matter import Value

MOST = {"title": 200, "slug": 120, "lead": 1_000, "excerpt": 600, "meta_description": 200, "image_alt": 300}
BODY_CHARACTERS = 100_000
OF_TEXT = ("title", "slug", "state", "published_at", "publish_at", *list(MOST)[2:], "old_slugs")
SHARED = (
    "source_lang",
    "author",
    "reviewer",
    "topics",
    "ingredients",
    "featured",
    "picture",
    "reviewed_on",
    "review_due",
    "related",
    "corrections",
    "old_addresses",
)
LISTS = {"old_slugs", "topics", "ingredients", "related", "corrections", "old_addresses"}
CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def written(entry: Entry) -> dict[str, str]:
    """language -> the file of the article in it."""
    texts = entry.draft.texts
    order = [entry.source_lang, *LANGUAGES]
    langs = [lang for lang in dict.fromkeys(order) if lang in texts]
    return {lang: _file(entry, lang, shared=lang == langs[0]) for lang in langs}


def _file(entry: Entry, lang: str, *, shared: bool) -> str:
    text, draft = entry.draft.texts[lang], entry.draft
    head: dict[str, Value] = {
        "title": text.title,
        "slug": text.slug,
        "state": text.state,
        "published_at": _moment(text.published_at),
        "publish_at": _moment(text.publish_at),
        "lead": text.lead,
        "excerpt": text.excerpt,
        "meta_description": text.meta_description,
        "image_alt": text.image_alt,
        "old_slugs": entry.old_slugs.get(lang, ()),
    }
    if shared:
        head |= {
            "source_lang": entry.source_lang,
            "author": draft.author,
            "reviewer": draft.reviewer,
            "topics": draft.topics,
            "ingredients": draft.ingredients,
            "featured": "yes" if draft.featured else "",
            "picture": entry.picture,
            "reviewed_on": draft.reviewed_on.isoformat() if draft.reviewed_on else "",
            "review_due": draft.review_due.isoformat() if draft.review_due else "",
            "related": entry.related,
            "corrections": entry.corrections,
            "old_addresses": entry.old_addresses,
        }
    return front_matter.join(head, text.body)


def read(code: str, files: Mapping[str, str]) -> Entry:
    """The article of these files (language -> file). Raises Refused with the language it is about."""
    if not CODE.fullmatch(code):
        raise Refused(_("“%(code)s” cannot be the code of an article.", code=code[:60]))
    texts, shared, old_slugs = {}, dict[str, Value](), {}
    for lang, file in files.items():
        try:
            head, body = front_matter.split(file)
            _refuse_unknown(head)
            texts[lang] = _text(head, body)
        except Refused as refusal:
            raise Refused(f"{lang.upper()}: {refusal.message}") from refusal
        if slugs := head.get("old_slugs"):
            old_slugs[lang] = tuple(slugs)
        for name in SHARED:
            value = head.get(name)
            if value and shared.setdefault(name, value) != value:
                message = _("The files of this article give “%(name)s” in two ways.", name=name)
                raise Refused(message)
    return _entry(code, texts, shared, old_slugs)


def _entry(
    code: str, texts: dict[str, TextDraft], shared: dict[str, Value], old_slugs: dict[str, tuple[str, ...]]
) -> Entry:
    one: dict[str, Any] = {name: shared.get(name, () if name in LISTS else "") for name in SHARED}
    draft = ArticleDraft(
        author=one["author"],
        reviewer=one["reviewer"],
        topics=one["topics"],
        ingredients=one["ingredients"],
        featured=one["featured"] == "yes",
        reviewed_on=_read_day("reviewed_on", one["reviewed_on"]),
        review_due=_read_day("review_due", one["review_due"]),
        texts=texts,
    )
    return Entry(
        code,
        draft,
        source_lang=one["source_lang"] or LANGUAGES[0],
        picture=one["picture"],
        related=one["related"],
        corrections=one["corrections"],
        old_slugs=old_slugs,
        old_addresses=tuple(address.lower() for address in one["old_addresses"]),
    )


def _refuse_unknown(head: Mapping[str, Value]) -> None:
    for name, value in head.items():
        if name not in (*OF_TEXT, *SHARED):
            raise Refused(_("Nothing is called “%(name)s” here.", name=name))
        if value and isinstance(value, str) == (name in LISTS):
            said = _("“%(name)s” is a list.", name=name) if name in LISTS else ""
            raise Refused(said or _("“%(name)s” is one value, not a list.", name=name))
        if name in MOST and len(value) > MOST[name]:
            message = _("“%(name)s” has at most %(most)s characters.", name=name, most=MOST[name])
            raise Refused(message)


def _text(head: Mapping[str, Value], body: str) -> TextDraft:
    one: dict[str, Any] = {name: head.get(name) or "" for name in OF_TEXT}
    state = one["state"] or "draft"
    if state not in rules.STATES:
        raise Refused(_("“%(state)s” is no state of an article.", state=state))
    if len(body) > BODY_CHARACTERS or "\x00" in body:
        raise Refused(_("The text has at most %(most)s characters.", most=BODY_CHARACTERS))
    return TextDraft(
        **{name: one[name] for name in MOST},
        body=body,
        state=state,
        published_at=_read_moment("published_at", one["published_at"]),
        publish_at=_read_moment("publish_at", one["publish_at"]),
    )


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def _read_moment(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = _("“%(name)s” has to be a moment such as 2026-11-24T07:30:00Z.", name=name)
        raise Refused(message)
    return moment.astimezone(UTC)


def _read_day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(_("“%(name)s” has to be a day such as 2026-11-24.", name=name)) from None
