"""Keeping what is written: the editor's script sends it here, and the editor offers it again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from storefront.plugin_api import LANGUAGES, Refused, actor, local, now, requires, url, writing
from storefront.plugin_api import gettext as _

from .. import admin_queries, comparing, working
from ..admin_queries import ArticleToEdit
from ..comparing import Row
from ..forms import ArticleForm, ButtonForm, DropForm, WorkingForm, read_moment
from ..working import Fields, Window
from .blueprint import CODE, PERMISSION, asked, blueprint

MOST_FIELDS = 1_000
LONGEST_NAME = 80
# What is no part of the article: buttons, the picker, files.
PASSING = {
    *("csrf_token", "working_key", "do", "insert", "over", "chosen", "heading", "look_in", "look_for"),
    *("picture", "text_picture", "text_picture_alt"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two versions differ, block by block."""

    lang: str
    name: str
    rows: list[Row]


def key_of(form: ArticleForm) -> str:
    """The key of the window that shows this form; a new one when it has none yet."""
    if not working.KEY.fullmatch(form.working_key.data or ""):
        form.working_key.data = secrets.token_urlsafe(16)
    return str(form.working_key.data)


def taken(code: str) -> MultiDict[str, str] | None:
    """What the writer takes back from a working copy into this editor, as a post of it would be."""
    key = asked("copy") if request.method == "GET" else ""
    copy = working.own(key, actor()) if working.KEY.fullmatch(key) else None
    if copy is None or copy.article_code != code:
        return None
    pairs = [(name, value) for name, values in copy.fields.items() for value in values]
    return MultiDict([*pairs, ("working_key", copy.key)])


def around(form: ArticleForm, edited: ArticleToEdit | None, stale: bool) -> dict[str, Any]:
    """What the editor shows of working copies: what was not saved, who else is there, what differs."""
    key = key_of(form)
    shown = _shown(edited, key)
    if stale and edited:
        mine = {f"{lang}-{name}": [form.text(lang)[name].data or ""] for lang, name in _compared()}
        shown |= {"differing": differences(edited, mine), "last": working.last_saved(edited.article)}
    return shown


def _shown(edited: ArticleToEdit | None, key: str, seen: datetime | None = None) -> dict[str, Any]:
    texts = edited.texts if edited else {}
    code = edited.article.code if edited else ""
    overtaken = edited is not None and seen is not None and edited.article.updated_at != seen
    return {
        "said": "",
        "keeper": actor(),
        "unsaved": working.unsaved(code, actor(), texts, besides=key),
        "others": working.present(code, actor(), texts),
        "overtaken": working.last_saved(edited.article) if overtaken and edited else None,
        "hour": hour,
        "drop": ButtonForm(),
    }


def hour(moment: datetime) -> str:
    """The hour of a moment of today, "14:31"; of an earlier one its day too."""
    at = local(moment)
    return f"{at:%H:%M}" if at.date() == local(now()).date() else f"{at:%d-%m %H:%M}"


def differences(edited: ArticleToEdit | None, fields: Mapping[str, list[str]]) -> list[Difference]:
    """Where the typed fields are not what is saved."""
    saved = edited.texts if edited else {}
    found = []
    for lang, name in _compared():
        if f"{lang}-{name}" in fields:
            before, after = working.standing(saved, lang, name), working.typed(fields, lang, name)
            if before != after:
                found.append(Difference(lang, name, _rows(name, before, after)))
    return found


def _rows(name: str, before: str, after: str) -> list[Row]:
    return (
        comparing.compared(before, after)
        if name == "body"
        else [Row("changed", comparing.words(before, after))]
    )


def _compared() -> list[tuple[str, str]]:
    return [(lang, name) for lang in LANGUAGES for name in working.COMPARED]


@blueprint.get("/working")
@requires(PERMISSION)
def working_state() -> ResponseReturnValue:
    """What a window is shown about others and about its own unsaved text, for the script."""
    key = asked("key")
    return _piece(_article(asked("code")), key if working.KEY.fullmatch(key) else "")


@blueprint.post("/working")
@requires(PERMISSION)
def keep_working() -> ResponseReturnValue:
    """Take in what stands in a window of the editor, for the script."""
    form = WorkingForm()
    if not form.validate_on_submit():
        return "", 403 if form.csrf_token.errors else 400
    window, fields, seen = read(form.fields.data or "")
    try:
        with writing():
            working.keep(window, fields)
    except Refused as refusal:
        return str(refusal), refusal.status
    return _piece(_article(window.code), window.key, seen, kept=fields is not None)


def _article(code: str) -> ArticleToEdit | None:
    return admin_queries.article_to_edit(code) if CODE.fullmatch(code) else None


def _piece(
    edited: ArticleToEdit | None, key: str, seen: datetime | None = None, kept: bool = False
) -> ResponseReturnValue:
    shown = _shown(edited, key, seen)
    said = _("Draft saved %(hour)s", hour=hour(now())) if kept else ""
    code = edited.article.code if edited else ""
    return render_template("blog/admin/working.html", **shown | {"said": said, "code": code})


def read(text: str) -> tuple[Window, Fields | None, datetime | None]:
    """What the script sends, as plain values; 400 for what it never sends."""
    try:
        given = json.loads(text)
        key, code, pairs = given["key"], given["code"], given["fields"]
        seen = read_moment(given["seen"])
    except (ValueError, KeyError, TypeError, RecursionError):
        abort(400)
    if not isinstance(key, str) or not working.KEY.fullmatch(key):
        abort(400)
    if not isinstance(code, str) or not (code == "" or CODE.fullmatch(code)):
        abort(400)
    if not (pairs is None or isinstance(pairs, list)) or len(pairs or []) > MOST_FIELDS:
        abort(400)
    fields: Fields | None = None if pairs is None else {}
    for pair in pairs or []:
        name, value = _pair(pair)
        if fields is not None and name not in PASSING:
            fields.setdefault(name, []).append(value)
    return Window(key, code, actor(), seen), fields, seen


def _pair(pair: object) -> tuple[str, str]:
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
        abort(400)
    name, value = (part.encode(errors="replace").decode() for part in pair)
    if len(name) > LONGEST_NAME or "\x00" in name + value:
        abort(400)
    return name, value


@blueprint.get("/working/<key>")
@requires(PERMISSION)
def compare_working(key: str) -> ResponseReturnValue:
    """What was not saved beside what is."""
    copy = working.own(key, actor())
    if copy is None:
        abort(404)
    edited = _article(copy.article_code)
    return render_template(
        "blog/admin/working_compare.html",
        copy=copy,
        code=edited.article.code if edited else "",
        differing=differences(edited, copy.fields),
        hour=hour,
        button=ButtonForm(),
    )


@blueprint.post("/working/drop")
@requires(PERMISSION)
def drop_working() -> ResponseReturnValue:
    """Throw away what was not saved."""
    form = DropForm()
    key = form.key.data or ""
    if not form.validate_on_submit() or not working.KEY.fullmatch(key):
        abort(400)
    copy = working.own(key, actor())
    code = copy.article_code if copy else ""
    with writing():
        working.drop(key, actor())
    flash(_("What was not saved was thrown away."), "ok")
    edited = _article(code)
    back = url("blog_admin.edit", code=code) if edited else url("blog_admin.index")
    return redirect(back, 303)
