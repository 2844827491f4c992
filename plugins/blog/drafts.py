"""What an editor's form holds, as plain values for the actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class TextDraft:
    """An article in one language, as typed."""

    title: str = ""
    slug: str = ""
    lead: str = ""
    excerpt: str = ""
    meta_description: str = ""
    image_alt: str = ""
    body: str = ""
    state: str = ""  # see rules.STATES; "" leaves it as it is, and a new text is a draft
    published_at: datetime | None = None  # None leaves it as it is; the first publishing sets it
    publish_at: datetime | None = None  # when it is to be published, for a text that is scheduled

    @property
    def empty(self) -> bool:
        """True when nothing was written."""
        return not any(
            (self.title, self.slug, self.lead, self.excerpt, self.meta_description, self.image_alt, self.body)
        )


@dataclass(frozen=True)
class ArticleDraft:
    """An article as typed; `picture` None keeps the picture it has."""

    author: str = ""  # key; "" for none yet
    reviewer: str = ""
    topics: tuple[str, ...] = ()  # keys, the main one first
    ingredients: tuple[str, ...] = ()
    featured: bool = False
    picture: dict[str, Any] | None = None
    reviewed_on: date | None = None
    review_due: date | None = None
    related: tuple[str, ...] | None = None  # codes of articles, in order; None keeps those it has
    source_lang: str = ""  # the language that it is written in first; "" leaves it
    published_at: datetime | None = None  # for texts that name none themselves
    by: str = ""  # who saves it
    deed: str = ""  # restored, imported; "" for what the states of the texts say
    texts: dict[str, TextDraft] = field(default_factory=dict)


@dataclass(frozen=True)
class ReferenceDraft:
    """A publication as typed or read from demo data."""

    title: str
    authors: tuple[str, ...]
    year: int
    key: str = ""
    kind: str = "article"
    more_authors: bool = False
    lang: str = "en"
    journal: str = ""
    journal_abbr: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    article_no: str = ""
    published: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    erratum_doi: str = ""  # of a correction that is known already
    compared_by: str = ""  # who has just compared it with the publication
    kept_because: str = ""  # why it stays though something contradicts it
    study: dict[str, Any] = field(default_factory=dict)
