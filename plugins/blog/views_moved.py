"""Where imported articles once stood: addresses of a Shopify blog, with or without a language before them."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from storefront.plugin_api import LANGUAGES, db, gone_or_moved, url

from .models import ArticleText, OldAddress

blueprint = Blueprint("blog_moved", __name__)
in_language = Blueprint("blog_moved_in_language", __name__)
LONGEST = 300  # characters of a path


@blueprint.get("/<path:rest>")
def moved(rest: str) -> ResponseReturnValue:
    """301 to the article that stood here."""
    return _moved(rest, "")


@in_language.get("/<path:rest>")
def moved_in_language(lang: str, rest: str) -> ResponseReturnValue:
    """The same, in this language where the article has it."""
    return _moved(rest, lang)


def _moved(rest: str, lang: str) -> ResponseReturnValue:
    path = f"/blogs/{rest.strip('/').lower()}"
    if "\x00" in path or len(path) > LONGEST:
        return gone_or_moved(None)
    query = (
        select(OldAddress.lang, ArticleText.lang, ArticleText.slug)
        .join(ArticleText, ArticleText.article_id == OldAddress.article_id)
        .where(OldAddress.path == path, ArticleText.state == "published")
    )
    rows = list(db.session.execute(query))
    slugs = {of: slug for _old, of, slug in rows}
    wanted = [lang, *(old for old, _of, _slug in rows), *LANGUAGES]
    found = next((one for one in wanted if one in slugs), "")
    return gone_or_moved(url("blog.article", lang=found, slug=slugs[found]) if found else None)
