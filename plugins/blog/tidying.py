"""Typed addresses of our own become codes when a text is saved, so that no link in it can grow old."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from storefront.plugin_api import LANGUAGES, absolute_path, code_of_path, db, url

from .models import Article, ArticleSlugHistory, ArticleText
from .syntax import PARSER

AFTER = re.compile(r"[?#]")


def tidy(body: str) -> str:
    """The text with its links to articles, products, collections and pages of the shop made living ones.

    An address may be absolute, in any language, or of the past. What stands in code stays as it is.
    """
    for href in _typed(body):
        target = _target(href)
        if target:
            here = re.escape(href)
            body = re.sub(rf"(?<=\]\()(\s*)<?{here}>?(?=[\s)])", rf"\g<1>{target}", body)
            body = re.sub(
                rf"^( {{0,3}}\[[^\]\n]+\]:\s*)<?{here}>?(?=\s|$)", rf"\g<1>{target}", body, flags=re.M
            )
            body = re.sub(rf"(?<!\()<{here}>", f"[{href}]({target})", body)
    return body


def _typed(body: str) -> list[str]:
    """The addresses of the links of a text, as they stand there, each once."""
    env: dict[str, Any] = {"known": None, "levels": {}, "cited": {}, "ids": set()}
    found = []
    for token in PARSER.parse(body, env):
        for child in token.children or []:
            href = str(child.attrGet("href") or "") if child.type == "link_open" else ""
            if href.startswith(("/", "http:", "https:")):
                found.append(href)
    return list(dict.fromkeys(found))


def _target(href: str) -> str | None:
    """ "product:nmn-c" for an address of a product, with what stands behind "?" or "#"."""
    path = AFTER.split(href, maxsplit=1)[0]
    rest = href.removeprefix(path)
    found = code_of_path(path) or _article(path)
    return f"{found[0]}:{found[1]}{rest}" if found else None


def _article(path: str) -> tuple[str, str] | None:
    for lang in LANGUAGES:
        start = url("blog.article", lang=lang, slug="-").removesuffix("-")
        unmounted = start[start.rindex(f"/{lang}/") :]
        for stem in (absolute_path(start), start, unmounted):
            if path.startswith(stem) and (code := _code(lang, path.removeprefix(stem))):
                return "article", code
    return None


def _code(lang: str, slug: str) -> str | None:
    """The code of the article that has this address word, or had it, in any state."""
    here = select(ArticleText.article_id).where(ArticleText.lang == lang, ArticleText.slug == slug)
    past = ArticleSlugHistory
    gone = select(past.article_id).where(past.lang == lang, past.slug == slug)
    query = select(Article.code).where(Article.id.in_(here.union(gone))).order_by(Article.id).limit(1)
    code: str | None = db.session.scalar(query)
    return code
