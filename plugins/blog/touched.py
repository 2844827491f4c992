"""The articles that an action on a product touches, for the product's editor."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import literal, select, union_all

from storefront.plugin_api import Touched, db, url
from storefront.plugin_api import gettext as _

from .models import Article, ArticleCollection, ArticleProduct, ArticleText
from .rules import title_for


def articles(products: Collection[str], collections: Collection[str], lang: str) -> Iterable[Touched]:
    """The articles that show, offer or link these products, or offer one of these collections; one query.

    Each once, with its title in `lang`, its languages, and in what ways it speaks of them.
    """
    shown = select(ArticleProduct.text_id, ArticleProduct.placement, literal("product").label("what"))
    offered = select(ArticleCollection.text_id, ArticleCollection.placement, literal("collection"))
    both = union_all(
        shown.where(ArticleProduct.product_code.in_(products)),
        offered.where(ArticleCollection.collection_code.in_(collections)),
    ).subquery()
    query = (
        select(
            Article.code,
            ArticleText.title,
            ArticleText.lang,
            ArticleText.state,
            both.c.placement,
            both.c.what,
        )
        .join(ArticleText, ArticleText.article_id == Article.id)
        .join(both, both.c.text_id == ArticleText.id)
        .order_by(Article.id, ArticleText.lang.desc())
    )
    titles: dict[str, dict[str, str]] = {}
    langs: dict[str, list[str]] = {}
    ways: dict[str, list[str]] = {}
    for code, title, of, state, placement, what in db.session.execute(query):
        titles.setdefault(code, {})[of] = title
        draft = "" if state == "published" else f" ({_('draft')})"
        langs.setdefault(code, []).append(of.upper() + draft)
        ways.setdefault(code, []).append(_way(placement, what))
    for code, named in titles.items():
        said = [", ".join(dict.fromkeys(parts[code])) for parts in (langs, ways)]
        yield Touched(title_for(named, lang) or code, url("blog_admin.edit", code=code), " · ".join(said))


def _way(placement: str, what: str) -> str:
    if what == "collection":
        return _("call to action for the collection")
    words = {"card": _("card"), "link": _("link"), "substitute": _("substitute")}
    return words.get(placement) or _("call to action")
