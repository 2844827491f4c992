"""The blueprint of the blog's admin, and what every page of it needs."""

from __future__ import annotations

import re

from flask import Blueprint, abort, request

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
