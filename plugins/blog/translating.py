"""Two languages, block by block: what the translation was made of, and what has changed since.

Written on each save. A block that changes keeps its row and gets a higher version; the block that translates
it knows the version, and the words, that it was made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from storefront.plugin_api import LANGUAGES, Refused, db
from storefront.plugin_api import gettext as _

from . import blocks, comparing
from .blocks import Piece
from .comparing import Part
from .models import Article, ArticleText, TextBlock


@dataclass
class Side:
    """The blocks of one text after a save, and those that this save made or changed."""

    rows: list[TextBlock]
    touched: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a translation lacks: a block to look at again. `block` is what "still right" answers."""

    lang: str  # of the translation
    reason: str  # stale, missing, surplus
    block: int
    kind: str
    own: str  # what the translation says
    parts: list[Part]  # what became of the words that it was made of


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a text is behind the one that it translates."""

    compared: bool
    behind: int = 0  # blocks that were changed, are missing, or whose source is gone


def save_blocks(article: Article) -> None:
    """Write the blocks of the saved texts of an article, the source language first, and pair them."""
    texts = select(ArticleText).where(ArticleText.article_id == article.id)
    found = {text.lang: _save_side(text) for text in db.session.scalars(texts)}
    if len(found) > 1:
        source = found.pop(article.source_lang)
        for translation in found.values():
            _pair(source, translation)
    db.session.flush()


def _save_side(text: ArticleText) -> Side:
    old = _rows(text.id)
    pieces = blocks.blocks_of(text)
    which = blocks.aligned([Piece(row.kind, row.source) for row in old], pieces)
    side = Side([])
    fresh: list[TextBlock] = []
    for position, piece in enumerate(pieces):
        if position in which:
            row = old[which[position]]
            if row.source != piece.source:
                row.source, row.version = piece.source, row.version + 1
                side.touched.add(row.id)
            row.position = position
        else:
            row = TextBlock(
                text_id=text.id, position=position, kind=piece.kind, source=piece.source, version=1
            )
            db.session.add(row)
            fresh.append(row)
        side.rows.append(row)
    for index in set(range(len(old))) - set(which.values()):
        side.gone.add(old[index].id)
        db.session.delete(old[index])
    db.session.flush()
    side.touched |= {row.id for row in fresh}
    return side


def _rows(text_id: int) -> list[TextBlock]:
    query = select(TextBlock).where(TextBlock.text_id == text_id).order_by(TextBlock.position)
    return list(db.session.scalars(query))


def _pair(source: Side, translation: Side) -> None:
    """Bring a translation up to date with what this save did to both texts."""
    known = {row.id: row for row in source.rows}
    for row in translation.rows:
        if row.of_id in source.gone:
            row.of_id = None
        partner = known.get(row.of_id or 0)
        if partner is not None and (row.id in translation.touched or partner.source == row.of_source):
            _made_of(row, partner)
        elif partner is None and row.id in translation.touched:
            row.of_version, row.of_source = None, ""
    _back_again(source.rows, translation.rows)
    for row, partner in _new_pairs(source.rows, translation):
        _made_of(row, partner)


def _back_again(rows: Sequence[TextBlock], theirs: Sequence[TextBlock]) -> None:
    """Blocks of the source that were gone and came back as they were: what translated them still does."""
    taken = {row.of_id for row in theirs}
    free = {row.source: row for row in reversed(rows) if row.id not in taken}
    for row in theirs:
        if row.of_id is None and row.of_version is not None and row.of_source in free:
            _made_of(row, free.pop(row.of_source))


def _new_pairs(rows: Sequence[TextBlock], translation: Side) -> list[tuple[TextBlock, TextBlock]]:
    """Blocks that this save put into the translation, with blocks of the source that nothing translates."""
    taken = {row.of_id for row in translation.rows}
    mine = [_sign(row, row.id, free=row.id not in taken) for row in rows]
    theirs = [
        _sign(row, row.of_id or -row.id, free=row.of_id is None and row.id in translation.touched)
        for row in translation.rows
    ]
    found = blocks.paired(mine, theirs)
    return [(translation.rows[b], rows[a]) for b, a in found.items() if translation.rows[b].of_id is None]


def _sign(row: TextBlock, held: int, *, free: bool) -> str:
    """What a block is found by in the other language: its pair when it has one."""
    return blocks.sign(Piece(row.kind, row.source)) if free else f"#{held}"


def _made_of(row: TextBlock, partner: TextBlock) -> None:
    row.of_id, row.of_version, row.of_source = partner.id, partner.version, partner.source


def turn(article: Article, lang: str) -> None:
    """Make another language the source: each pair is kept, the other way round; what was stale stays so."""
    texts = select(ArticleText).where(ArticleText.article_id == article.id)
    ids = {text.lang: text.id for text in db.session.scalars(texts)}
    before, article.source_lang = article.source_lang, lang
    if before not in ids or lang not in ids:
        return
    known = {row.id: row for row in _rows(ids[before])}
    for row in _rows(ids[lang]):
        partner = known.get(row.of_id or 0)
        if partner is not None:
            stale = partner.version > (row.of_version or 0)
            partner.of_id = row.id
            partner.of_version, partner.of_source = (0, "") if stale else (row.version, row.source)
        row.of_id, row.of_version, row.of_source = None, None, ""
    db.session.flush()


def still_right(article: Article, block_id: int) -> None:
    """Somebody looked at what is marked: it needs no change."""
    query = select(TextBlock, ArticleText.lang).join(ArticleText, ArticleText.id == TextBlock.text_id)
    found = db.session.execute(
        query.where(TextBlock.id == block_id, ArticleText.article_id == article.id)
    ).one_or_none()
    if found is None:
        raise Refused(_("This part of the text is not there any more."), status=404)
    row, lang = found
    if lang == article.source_lang:
        row.alone = row.version
    elif row.of_id is None:
        row.of_version = None
    else:
        _made_of(row, db.session.get_one(TextBlock, row.of_id))
    db.session.flush()


def marks(article: Article) -> list[Mark]:
    """What the translations of an article lack, in the order of the text: two queries."""
    texts = select(ArticleText.id, ArticleText.lang).where(ArticleText.article_id == article.id)
    sides = {lang: text_id for text_id, lang in db.session.execute(texts)}
    source_id = sides.pop(article.source_lang, None)
    if source_id is None:
        return []
    query = select(TextBlock).where(TextBlock.text_id.in_([source_id, *sides.values()]))
    rows = list(db.session.scalars(query.order_by(TextBlock.position)))
    source = [row for row in rows if row.text_id == source_id]
    found: list[Mark] = []
    for lang, text_id in sides.items():
        theirs = [row for row in rows if row.text_id == text_id]
        if source and theirs:
            found += _marks_of(lang, source, theirs)
    return found


def _marks_of(lang: str, source: list[TextBlock], theirs: list[TextBlock]) -> list[Mark]:
    by_source = {row.of_id: row for row in theirs if row.of_id}
    found = []
    for row in source:
        partner = by_source.get(row.id)
        if partner is None and (row.alone or 0) < row.version:
            found.append(Mark(lang, "missing", row.id, row.kind, "", [Part("ins", row.source)]))
        elif partner is not None and row.version > (partner.of_version or 0):
            parts = comparing.words(partner.of_source, row.source)
            found.append(Mark(lang, "stale", partner.id, row.kind, partner.source, parts))
    for row in theirs:
        if row.of_id is None and row.of_version is not None:
            parts = [Part("del", row.of_source)]
            found.append(Mark(lang, "surplus", row.id, row.kind, row.source, parts))
    return found


def lags(article_id: int | None = None) -> dict[tuple[int, str], Lag]:
    """How far each translation is behind, by article and language: one query for all, or for one."""
    own, of, by = aliased(TextBlock), aliased(TextBlock), aliased(TextBlock)
    query = (
        select(
            ArticleText.article_id,
            ArticleText.lang,
            Article.source_lang,
            func.count(own.id).label("blocks"),
            func.sum(case((of.version > own.of_version, 1), else_=0)).label("stale"),
            func.sum(case((own.of_id.is_(None) & own.of_version.is_not(None), 1), else_=0)).label("surplus"),
            func.sum(case((by.id.is_(None) & (func.coalesce(own.alone, 0) < own.version), 1), else_=0)).label(
                "missing"
            ),
        )
        .join(Article, Article.id == ArticleText.article_id)
        .outerjoin(own, own.text_id == ArticleText.id)
        .outerjoin(of, of.id == own.of_id)
        .outerjoin(by, by.of_id == own.id)
        .group_by(ArticleText.article_id, ArticleText.lang, Article.source_lang)
    )
    if article_id is not None:
        query = query.where(Article.id == article_id)
    rows = {(row.article_id, row.lang): row for row in db.session.execute(query)}
    found = {}
    for (article_id, lang), row in rows.items():
        source = rows.get((article_id, row.source_lang))
        if lang != row.source_lang and source is not None:
            compared = bool(row.blocks and source.blocks)
            count = row.stale + row.surplus + source.missing
            found[article_id, lang] = Lag(compared, count if compared else 0)
    return found


def source_of(langs: Sequence[str], before: str) -> str:
    """The language that an article is written in first: the one it had, when it has a text there."""
    there = [lang for lang in LANGUAGES if lang in langs]
    return before if before in there or not there else there[0]
