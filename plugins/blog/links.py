"""What a text shows, offers and links, as rows that can be asked the other way. Written on each save."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from sqlalchemy import delete, select

from storefront.plugin_api import db

from .markdown import Rendered
from .models import ArticleCollection, ArticleLink, ArticleProduct, ArticleText

T = TypeVar("T", bound=Hashable)


def save_links(text: ArticleText, rendered: Rendered) -> None:
    """Write the products, collections and articles of a saved text; a product that stays keeps its row."""
    products = rendered.products
    rows = list(
        db.session.scalars(
            select(ArticleProduct).where(ArticleProduct.text_id == text.id).order_by(ArticleProduct.position)
        )
    )
    kept = aligned([(row.product_code, row.placement) for row in rows], products)
    for position, (code, placement) in enumerate(products):
        if position in kept:
            rows[kept[position]].position = position
        else:
            db.session.add(
                ArticleProduct(text_id=text.id, product_code=code, placement=placement, position=position)
            )
    for index in set(range(len(rows))) - set(kept.values()):
        db.session.delete(rows[index])
    db.session.execute(delete(ArticleCollection).where(ArticleCollection.text_id == text.id))
    for position, (code, placement) in enumerate(rendered.collections):
        db.session.add(
            ArticleCollection(text_id=text.id, collection_code=code, placement=placement, position=position)
        )
    db.session.execute(delete(ArticleLink).where(ArticleLink.text_id == text.id))
    for code in dict.fromkeys(rendered.links["article"]):
        db.session.add(ArticleLink(text_id=text.id, target_code=code))


def aligned(old: Sequence[T], new: Sequence[T]) -> dict[int, int]:
    """Which old block each new one is (new → old index): a block that only moved keeps its row."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {b + n: a + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
