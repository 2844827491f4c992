"""Changes the shop's own pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from slugify import slugify
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storefront import clock
from storefront.database import db
from storefront.locale import gettext as _
from storefront.pages.models import Page, PageText
from storefront.pages.queries import page_to_edit
from storefront.refusals import Refused

# The pages of fixed purpose, in their order.
CODES = (
    *("how-we-test", "editorial-policy", "delivery", "returns", "contact", "about", "privacy", "terms"),
    "accessibility",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTextData:
    """A page in one language; body is Markdown. An empty slug is made from the title."""

    title: str
    body: str
    slug: str = ""
    meta_description: str = ""


def save_page(
    code: str,
    texts: Mapping[str, PageTextData],
    expected_updated_at: datetime | None,
    position: int | None = None,
) -> list[str]:
    """Make or change the page with this code. Returns the languages that changed.

    Refuses with 409 when it was saved since `expected_updated_at` (None: do not ask), and at "nl-slug" an
    address that another page has.
    """
    edit = page_to_edit(code)
    if expected_updated_at is not None and (edit is None or edit.updated_at != expected_updated_at):
        raise Refused(_("Somebody else saved this page meanwhile. Look at it again."), status=409)
    row = db.session.scalar(select(Page).where(Page.code == code)) or Page(code=code)
    if position is not None:
        row.position = position
    db.session.add(row)
    db.session.flush()
    existing = edit.texts if edit else {}
    return [lang for lang, data in texts.items() if _save_text(row.id, lang, data, existing.get(lang))]


def add_shells() -> bool:
    """Add the pages that the shop points to and does not have, without texts. Returns whether any was."""
    present = set(db.session.scalars(select(Page.code)))
    missing = [(number, code) for number, code in enumerate(CODES, 1) if code not in present]
    db.session.add_all(Page(code=code, position=number) for number, code in missing)
    db.session.flush()
    return bool(missing)


def _save_text(page_id: int, lang: str, data: PageTextData, text: PageText | None) -> bool:
    slug = slugify(data.slug, max_length=120) or slugify(data.title, max_length=120)
    if not data.title.strip():
        raise Refused(_("A page needs a title."), field=f"{lang}-title")
    if not slug:
        raise Refused(_("An address needs letters or digits."), field=f"{lang}-slug")
    values = {
        "slug": slug,
        "title": data.title.strip(),
        "meta_description": data.meta_description.strip(),
        "body": data.body.replace("\r\n", "\n").strip(),
    }
    text = text or PageText(page_id=page_id, lang=lang)
    if all(getattr(text, name) == value for name, value in values.items()):
        return False
    try:
        with db.session.begin_nested():
            for name, value in values.items():
                setattr(text, name, value)
            text.updated_at = clock.now()
            db.session.add(text)
    except IntegrityError as error:
        raise Refused(_("Another page has this address."), field=f"{lang}-slug") from error
    return True
