"""Reads the shop's own pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, literal_column, or_, select

from storefront.content_version import kept
from storefront.database import db, fetch
from storefront.pages.models import Page, PageText


@dataclass(frozen=True, slots=True)
class PageView:
    """A page in one language; body is Markdown. slugs: its address word in every language."""

    code: str
    slug: str
    title: str
    meta_description: str
    body: str
    updated_at: datetime
    slugs: dict[str, str]


@dataclass(frozen=True, slots=True)
class PageAddress:
    """A page of the sitemap in one language."""

    kind: str
    code: str
    lang: str
    slug: str
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageEdit:
    """A page with its texts in all languages, for its editor."""

    code: str
    texts: dict[str, PageText]

    @property
    def updated_at(self) -> datetime | None:
        """When a text of it was last saved."""
        return max((text.updated_at for text in self.texts.values()), default=None)


_PAGE: Select[*tuple[Any, ...]] = (
    select(
        Page.code,
        PageText.lang,
        PageText.slug,
        PageText.title,
        PageText.meta_description,
        PageText.body,
        PageText.updated_at,
    )
    .join(PageText, PageText.page_id == Page.id)
    .where(
        Page.id
        == select(PageText.page_id)
        .where(PageText.lang == bindparam("lang"), PageText.slug == bindparam("slug"))
        .scalar_subquery()
    )
)
LINKS: Select[*tuple[Any, ...]] = select(
    literal_column("'page'").label("kind"),
    Page.code,
    Page.position,
    PageText.slug,
    PageText.title.label("label"),
).join(PageText, and_(PageText.page_id == Page.id, PageText.lang == bindparam("lang")))
"""SQL for `catalog.queries.navigation`: kind "page", code, position, slug, label of every page."""


def page(slug: str, lang: str) -> PageView | None:
    """A page by its address word; one query."""
    rows = fetch(_PAGE, {"slug": slug, "lang": lang})
    slugs = {row.lang: row.slug for row in rows}
    for row in rows:
        if row.lang == lang:
            return PageView(
                row.code, row.slug, row.title, row.meta_description, row.body, row.updated_at, slugs
            )
    return None


def code_of(lang: str, slug: str) -> str | None:
    """The code of the page with this address word; the code leads there too."""
    statement = select(Page.code).join(PageText, PageText.page_id == Page.id).where(PageText.lang == lang)
    return db.session.scalar(statement.where(or_(PageText.slug == slug, Page.code == slug)).limit(1))


def saved_at(code: str, lang: str) -> datetime | None:
    """When a page's text was last saved: which version of the terms somebody agreed to."""
    statement = select(PageText.updated_at).join(Page, PageText.page_id == Page.id)
    mine = statement.where(Page.code == code, PageText.lang == lang)
    return kept(f"saved {code} {lang}", lambda: db.session.scalar(mine))


def all_pages() -> list[PageEdit]:
    """Every page with its texts in all languages, in its order; one that nobody wrote has none."""
    found: dict[str, dict[str, PageText]] = {}
    for code, text in db.session.execute(
        select(Page.code, PageText)
        .outerjoin(PageText, PageText.page_id == Page.id)
        .order_by(Page.position, Page.code)
        .execution_options(populate_existing=True)
    ):
        texts = found.setdefault(code, {})
        if text is not None:
            texts[text.lang] = text
    return [PageEdit(code, texts) for code, texts in found.items()]


def page_to_edit(code: str) -> PageEdit | None:
    """A page by its code."""
    return next((edit for edit in all_pages() if edit.code == code), None)


def sitemap() -> list[PageAddress]:
    """Every page in every language that it has."""
    statement: Select[*tuple[Any, ...]] = (
        select(literal_column("'page'"), Page.code, PageText.lang, PageText.slug, PageText.updated_at)
        .join(PageText, PageText.page_id == Page.id)
        .order_by(Page.position, Page.code, PageText.lang)
    )
    return [PageAddress(*row) for row in db.session.execute(statement)]
