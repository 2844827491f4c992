"""The live preview: the page of the shop as readers will see it, made of what is typed and not saved."""

from __future__ import annotations

import re

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from storefront.plugin_api import LANGUAGES, breadcrumbs, local, requires, shop_page, url
from storefront.plugin_api import gettext as _

from .. import cards, citing, composing, sharing
from ..forms import ArticleForm, PreviewForm, read_picture
from ..sketches import Typed, page_of
from .blueprint import PERMISSION, blueprint

SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)


def typed_in(form: ArticleForm, lang: str, code: str) -> Typed:
    """One language of the editor's form."""
    part = form.text(lang)
    return Typed(
        code=code,
        title=part.title.data or "",
        lead=part.lead.data or "",
        body=part.body.data or "",
        image_alt=part.image_alt.data or "",
        author=form.author.data or "",
        reviewer=form.reviewer.data or "",
        topic=form.main_topic.data or "",
        picture={} if form.no_picture.data else form.kept_picture,
    )


def page(lang: str, typed: Typed) -> str:
    """The page of the shop with this text; without scripts, for the frame beside the text."""
    shown = composing.preview(typed.body, lang)
    with shop_page(lang):
        article = page_of(typed, shown.rendered, lang)
        index = url("blog.index", lang=lang)
        above = [(name, url("blog.topic", lang=lang, slug=slug)) for name, slug in article.topics]
        breadcrumbs((_("Blog"), index), *above, (article.title, index))
        html = render_template(
            "blog/admin/preview_page.html",
            empty=not (typed.title or typed.lead or shown.sections),
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
    return SCRIPT.sub("", html)


@blueprint.post("/preview")
@requires(PERMISSION)
def show_preview() -> ResponseReturnValue:
    """The preview of what stands in the form, for the script of the editor."""
    form = PreviewForm()
    lang = form.lang.data
    if not form.validate_on_submit() or lang not in LANGUAGES:
        abort(400)
    typed = Typed(
        code=form.code.data or "",
        title=form.title.data or "",
        lead=form.lead.data or "",
        body=form.body.data or "",
        image_alt=form.image_alt.data or "",
        author=form.author.data or "",
        reviewer=form.reviewer.data or "",
        topic=form.main_topic.data or "",
        picture={} if form.no_picture.data else read_picture(form.picture_kept.data),
    )
    return page(lang, typed)
