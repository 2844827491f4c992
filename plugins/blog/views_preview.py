"""The page of a text that is not published, for whoever has the address, for a week."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import breadcrumbs, local, url
from storefront.plugin_api import gettext as _

from . import admin_queries, cards, citing, composing, previewing, sharing
from .admin_queries import ArticleToEdit
from .models import ArticleText
from .sketches import Typed, page_of

blueprint = Blueprint("blog_preview", __name__)


@blueprint.get("/preview/<token>")
def show(lang: str, token: str) -> ResponseReturnValue:
    """The saved text as readers will see it; its own page once they do. 404 when the address is too old."""
    opened = previewing.text_of(token)
    edited = admin_queries.article_to_edit(opened[0]) if opened and opened[1] == lang else None
    text = edited.texts.get(lang) if edited else None
    if edited is None or text is None:
        abort(404)
    if text.state == "published" and text.slug:
        return _closed(make_response(redirect(url("blog.article", lang=lang, slug=text.slug))))
    return _closed(make_response(_page(edited, text)))


def _page(edited: ArticleToEdit, text: ArticleText) -> str:
    lang = text.lang
    typed = Typed(
        code=edited.article.code,
        title=text.title,
        lead=text.lead,
        body=text.body,
        image_alt=text.image_alt,
        author=edited.author,
        reviewer=edited.reviewer,
        topic=edited.topics[0] if edited.topics else "",
        picture=edited.article.picture,
    )
    shown = composing.preview(text.body, lang)
    article = page_of(typed, shown.rendered, lang)
    index = url("blog.index", lang=lang)
    above = [(name, url("blog.topic", lang=lang, slug=slug)) for name, slug in article.topics]
    breadcrumbs((_("Blog"), index), *above, (article.title, index))
    return render_template(
        "blog/preview_link.html",
        article=article,
        sections=shown.sections,
        sources=shown.sources,
        corrections=citing.shown(article.corrections),
        related=cards.neighbours(article.id, lang, [])[0],
        published=local(article.published_at).date(),
        share=sharing.of_article(article),
        others=[],
        read_in={},
    )


def _closed(answer: Response) -> Response:
    """Kept by nobody, found by no search engine, and its address goes to no other site."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
