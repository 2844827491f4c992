"""The blueprint of the blog's admin, and what every page of it needs."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from storefront.plugin_api import Refused, actor, audit, writing

from ..forms import ButtonForm

PERMISSION = "blog.articles"
CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
blueprint = Blueprint("blog_admin", __name__)


def known_code(code: str) -> str:
    """A code or key from an address; 404 when it can be none."""
    if not CODE.fullmatch(code):
        abort(404)
    return code


def asked(name: str, most: int = 300) -> str:
    """A word of the query; 400 for what no browser sends."""
    value = request.args.get(name, "").strip()
    if "\x00" in value or len(value) > most:
        abort(400)
    return value


def answer_delete(
    delete: Callable[[str], None], code: str, *, event: str, said: str, stay: str, leave: str
) -> ResponseReturnValue:
    """Answer a delete button: on to `leave` when it is done, back to `stay` with the reason when refused."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    try:
        with writing():
            delete(known_code(code))
            audit(actor(), event, code)
    except Refused as refusal:
        if refusal.status == 404:
            abort(404)
        flash(str(refusal), "ok")
        return redirect(stay, 303)
    flash(said, "ok")
    return redirect(leave, 303)
