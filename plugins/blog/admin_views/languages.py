"""The two languages side by side: what a translation lacks, in the editor and for all articles."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, Refused, actor, audit, language, requires, writing

from .. import admin_queries, translating
from ..admin_queries import ArticleRow, ArticleToEdit
from ..forms import ArticleForm
from .blueprint import PERMISSION, asked, blueprint

LACKS = ("all", "missing", "behind", "unknown")


def sides(edited: ArticleToEdit | None) -> dict[str, dict[str, Any]]:
    """For each language of the editor: whether it has a text, how far it is behind, and in what."""
    if edited is None:
        return {lang: {"there": False, "lag": None, "marks": []} for lang in LANGUAGES}
    article = edited.article
    lags, marks = translating.lags(article.id), translating.marks(article)
    return {
        lang: {
            "there": lang in edited.texts,
            "lag": lags.get((article.id, lang)),
            "marks": [mark for mark in marks if mark.lang == lang],
        }
        for lang in LANGUAGES
    }


def press(form: ArticleForm, edited: ArticleToEdit | None) -> None:
    """Take in that a block which is marked needs no change; what was typed stays as it is, unsaved."""
    verb, _colon, block = (form.do.data or "").partition(":")
    if verb != "right":
        return
    if edited is None or not block.isdecimal() or len(block) > 9:
        abort(400)
    try:
        with writing():
            article = admin_queries.article_by_code(edited.article.code)
            translating.still_right(article, int(block))
            audit(actor(), "article.still-right", article.code)
    except Refused as refusal:
        form.refuse(refusal)


def lack(row: ArticleRow) -> str:
    """What the article lacks in its other language, as a word of LACKS; "" when nothing."""
    if len(row.texts) < len(LANGUAGES):
        return "missing"
    lag = next(iter(row.lags.values()), None)
    if lag is None or not lag.compared:
        return "unknown"
    return "behind" if lag.behind else ""


@blueprint.get("/languages")
@requires(PERMISSION)
def languages_index() -> ResponseReturnValue:
    """Every article and what is missing, or behind, in each language; the most urgent first."""
    shown = asked("lacks") or "all"
    if shown not in LACKS:
        abort(404)
    rows = [(row, lack(row)) for row in admin_queries.article_rows(language())]
    rows.sort(key=lambda found: LACKS[1:].index(found[1]) if found[1] else len(LACKS))
    counts = Counter(word for _row, word in rows)
    return render_template(
        "blog/admin/languages.html",
        rows=[(row, word) for row, word in rows if shown in ("all", word)],
        tabs={name: counts[name] if name != "all" else len(rows) for name in LACKS},
        shown=shown,
    )
