"""The life of a text in the editor: its states and moments, its review, what an editor sets beside it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from storefront.plugin_api import LANGUAGES, Refused, language, local, now, today, url
from storefront.plugin_api import gettext as _

from .. import admin_queries, previewing
from ..admin_queries import ArticleToEdit
from ..forms import REVIEW_AFTER, ArticleForm
from ..rules import DEEDS, EDGES
from ..scheduling import moment_of, read_hour

MOST_CHOICES = 1_000


def moment(form: ArticleForm, lang: str) -> datetime | None:
    """The moment that is typed for publishing in a language, or None where there is none, or none yet."""
    part = form.text(lang)
    hour = read_hour(part.publish_hour.data or "")
    if part.publish_day.day is None or hour is None:
        return None
    return moment_of(part.publish_day.day, hour, local(now()).tzinfo)


def check(form: ArticleForm, wanted: dict[str, str], states: dict[str, str]) -> None:
    """Say at the fields which days and hours cannot be."""
    for lang in LANGUAGES:
        part = form.text(lang)
        if part.published_on.day and part.published_on.day > today():
            form.refuse(Refused(_("Choose today or an earlier day."), f"{lang}-published_on"))
        if (states | wanted)[lang] != "scheduled" or part.publish_day.errors:
            continue
        hour = read_hour(part.publish_hour.data or "")
        if part.publish_day.day is None:
            form.refuse(Refused(_("Choose the day on which it is to be published."), f"{lang}-publish_day"))
        elif hour is None:
            form.refuse(Refused(_("Write the hour as 07:30."), f"{lang}-publish_hour"))
        elif moment(form, lang) is None:
            skipped = _("The clock skips this hour on this day: summer time begins. Choose another hour.")
            form.refuse(Refused(skipped, f"{lang}-publish_hour"))


def review_due(form: ArticleForm) -> date | None:
    """When the article is to be reviewed again: so many months after the last review, or the typed day."""
    if form.review_after.data not in REVIEW_AFTER:
        return form.review_due.day
    months = int(form.review_after.data)
    start = form.reviewed_on.day or today()
    years, month = divmod(start.month - 1 + months, 12)
    last = 28 if month == 1 else 30
    return date(start.year + years, month + 1, min(start.day, last))


def beside(form: ArticleForm, edited: ArticleToEdit | None) -> dict[str, Any]:
    """What the panels of the editor show of this."""
    code = edited.article.code if edited else ""
    choices = [
        (other, title)
        for other, title in admin_queries.article_choices("", language(), limit=MOST_CHOICES)
        if other != code
    ]
    for entry in form.related:
        entry.choices = [("", _("Chosen by itself")), *choices]
        if entry.data and entry.data not in dict(choices):
            entry.choices.append((entry.data, entry.data))
    texts = edited.texts if edited else {}
    states = {lang: texts[lang].state if lang in texts else "draft" for lang in LANGUAGES}
    code = edited.article.code if edited else ""
    return {
        "deeds": {
            lang: [deed for deed, state in DEEDS.items() if _fits(deed, state, states[lang])]
            for lang in states
        },
        "planned": {lang: text.publish_at for lang, text in texts.items() if text.publish_at},
        "previews": {
            lang: url("blog_preview.show", lang=lang, token=previewing.token(code, lang))
            for lang, text in texts.items()
            if text.state != "published"
        },
    }


def _fits(deed: str, after: str, before: str) -> bool:
    """True when a button makes sense for a text in this state; "take offline" is what a published one has."""
    if after not in EDGES[before]:
        return False
    return (deed == "unpublish") == (before == "published") if after == "draft" else True
