"""The blog of this shop as it is now, to be carried out or compared."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storefront.plugin_api import db, setting

from ..drafts import ArticleDraft, ReferenceDraft, TextDraft
from ..models import (
    Article,
    ArticleIngredient,
    ArticleRelated,
    ArticleSlugHistory,
    ArticleText,
    ArticleTopic,
    Author,
    Correction,
    OldAddress,
    Reference,
    ReferenceUpdate,
    Topic,
    TopicSlugHistory,
    TopicText,
)
from .contents import Contents, Entry
from .csl import Update, Work

IN_TEXT = re.compile(r"\(media:([0-9a-f]{64}(?:-\d+)?\.[a-z]{3,4})(?:#(\d+)x\d+)?")
OF_WORK = [name for name in ReferenceDraft.__dataclass_fields__ if name not in ("compared_by", "erratum_doi")]


def contents() -> Contents:
    """Everything."""
    found = tuple(entries())
    people = tuple(authors())
    named = {entry.picture for entry in found} | {str(one.get("picture", "")) for one in people}
    bodies = [text.body for entry in found for text in entry.draft.texts.values()]
    return Contents(people, tuple(topics()), tuple(works()), found, StoredPictures(named, bodies))


def authors() -> Iterator[dict[str, Any]]:
    """The people, by the order in which they came."""
    for author in db.session.scalars(select(Author).order_by(Author.id)):
        kept = {
            "role": _filled(author.roles),
            "bio": _filled(author.bios),
            "picture": picture_name(author.picture),
            "same_as": author.same_as,
        }
        yield {"key": author.key, "name": author.name} | {
            name: value for name, value in kept.items() if value
        }


def topics() -> Iterator[dict[str, Any]]:
    """The topics in their order."""
    texts: dict[int, list[TopicText]] = defaultdict(list)
    for text in db.session.scalars(select(TopicText).order_by(TopicText.lang.desc())):
        texts[text.topic_id].append(text)
    rows = list(db.session.scalars(select(Topic).order_by(Topic.position, Topic.id)))
    rows.sort(key=lambda topic: topic.parent_id is not None)  # what lies below others comes after them
    keys = {topic.id: topic.key for topic in rows}
    old: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for slug in db.session.scalars(select(TopicSlugHistory).order_by(TopicSlugHistory.slug)):
        old[slug.topic_id][slug.lang].append(slug.slug)
    for topic in rows:
        of = texts[topic.id]
        kept = {
            name: _filled({text.lang: getattr(text, name) for text in of})
            for name in ("name", "slug", "intro", "order_heading")
        }
        more = {
            "collection": topic.collection_code,
            "parent": keys.get(topic.parent_id or 0, ""),
            "old_slugs": dict(old[topic.id]),
        }
        values = {"key": topic.key} | kept | {"position": topic.position} | more
        yield {name: value for name, value in values.items() if value}


def works() -> Iterator[Work]:
    """The library."""
    for row in db.session.scalars(select(Reference).order_by(Reference.id)):
        values = {name: getattr(row, name) for name in OF_WORK} | {"authors": tuple(row.authors)}
        values = {name: "" if value is None else value for name, value in values.items()}
        draft = ReferenceDraft(**values, compared_by=row.checked_by)
        updates = [Update(one.kind, one.doi, one.noted_on, dict(one.notes)) for one in row.updates]
        compared_on = row.checked_at.isoformat() if row.checked_by and row.checked_at else ""
        yield Work(draft, compared_on, tuple(updates))


def entries(codes: Collection[str] = ()) -> Iterator[Entry]:
    """The articles, by the order in which they came; only these when codes are given."""
    query = select(Article).order_by(Article.id)
    articles = list(db.session.scalars(query.where(Article.code.in_(codes)) if codes else query))
    ids = [article.id for article in articles] if codes else None
    texts: dict[int, dict[str, ArticleText]] = defaultdict(dict)
    of_texts = select(ArticleText).order_by(ArticleText.lang.desc())
    for text in db.session.scalars(_of(ids, of_texts, ArticleText.article_id)):
        texts[text.article_id][text.lang] = text
    keys: dict[int | None, str] = {None: ""}
    keys |= {row[0]: row[1] for row in db.session.execute(select(Author.id, Author.key))}
    lists = _lists(ids)
    for article in articles:
        of = lists[article.id]
        yield Entry(
            article.code,
            ArticleDraft(
                author=keys[article.author_id],
                reviewer=keys[article.reviewer_id],
                topics=tuple(of["topics"]),
                ingredients=tuple(of["ingredients"]),
                featured=article.featured,
                reviewed_on=article.reviewed_on,
                review_due=article.review_due,
                texts={lang: _text(text) for lang, text in texts[article.id].items()},
            ),
            source_lang=article.source_lang,
            picture=picture_name(article.picture),
            related=tuple(of["related"]),
            corrections=tuple(of["corrections"]),
            old_slugs={lang: tuple(of[f"slugs {lang}"]) for lang in texts[article.id] if of[f"slugs {lang}"]},
            old_addresses=tuple(of["addresses"]),
        )


def _text(text: ArticleText) -> TextDraft:
    return TextDraft(
        title=text.title,
        slug=text.slug or "",
        lead=text.lead,
        excerpt=text.excerpt,
        meta_description=text.meta_description,
        image_alt=text.image_alt,
        body=text.body,
        state=text.state,
        published_at=text.published_at,
        publish_at=text.publish_at,
    )


def _lists(ids: list[int] | None) -> dict[int, dict[str, list[str]]]:
    """What belongs to articles, by the article's id and a word for it."""
    topics_of = select(ArticleTopic.article_id, Topic.key).join(Topic, Topic.id == ArticleTopic.topic_id)
    ingredient, history, old, note = ArticleIngredient, ArticleSlugHistory, OldAddress, Correction
    related = select(ArticleRelated.article_id, Article.code)
    related = related.join(Article, Article.id == ArticleRelated.related_id)
    notes = (
        select(note.article_id, Reference.key, ReferenceUpdate.kind, ReferenceUpdate.doi)
        .join(ReferenceUpdate, ReferenceUpdate.id == note.update_id)
        .join(Reference, Reference.id == ReferenceUpdate.reference_id)
        .order_by(ReferenceUpdate.id)
    )
    ingredients = select(ingredient.article_id, ingredient.ingredient_code)
    slugs = select(history.article_id, history.lang, history.slug)
    addresses = select(old.article_id, old.lang, old.path).order_by(old.path)
    asked: list[tuple[str, Any, Any]] = [
        ("topics", topics_of.order_by(ArticleTopic.position), ArticleTopic.article_id),
        ("ingredients", ingredients.order_by(ingredient.ingredient_code), ingredient.article_id),
        ("related", related.order_by(ArticleRelated.position), ArticleRelated.article_id),
        ("addresses", addresses, old.article_id),
        ("corrections", notes, note.article_id),
    ]
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, query, column in asked:
        for article, *words in db.session.execute(_of(ids, query, column)):
            found[article][name].append(" ".join(word for word in words if word))
    for article, lang, slug in db.session.execute(_of(ids, slugs.order_by(history.slug), history.article_id)):
        found[article][f"slugs {lang}"].append(slug)
    return found


def _of(ids: list[int] | None, query: Any, column: Any) -> Any:
    """Only of these articles; of all for None."""
    return query if ids is None else query.where(column.in_(ids))


def picture_name(picture: Mapping[str, Any]) -> str:
    """The file that stands for a stored picture: a drawing itself, else the whole picture."""
    if not picture:
        return ""
    file: str = picture["file"]
    return file if file.endswith(".svg") else str(picture.get("raster") or file)


class StoredPictures(Mapping[str, bytes]):
    """The pictures that articles show, by the name of the file that stands for each."""

    def __init__(self, named: Collection[str], bodies: Collection[str]) -> None:
        folder = Path(setting("media_dir"))
        self._paths = {}
        for name in sorted(filter(None, named)):
            self._paths[name] = folder / name
        for body in bodies:
            for file, width in IN_TEXT.findall(body):
                self._paths |= {name: folder / name for name in _whole(folder, file, width)}
        self._paths |= dict(self._drawn(folder))
        self._paths = {name: path for name, path in self._paths.items() if path.is_file()}

    def _drawn(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """The pixels of each drawing, under its name, since that is how they are found again."""
        drawings = [name for name in self._paths if name.endswith(".svg")]
        if not drawings:
            return
        for article in db.session.scalars(select(Article)):
            file, raster = article.picture.get("file", ""), article.picture.get("raster", "")
            if file in drawings and raster:
                yield f"{Path(file).stem}{Path(raster).suffix}", folder / raster

    def __getitem__(self, name: str) -> bytes:
        return self._paths[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _whole(folder: Path, file: str, width: str) -> list[str]:
    """The whole picture of one in a text, of which the text shows a smaller one."""
    stem = file[:64]
    wanted = [f"{stem}-{width}.{ending}" for ending in ("jpg", "png")] if width else []
    return [name for name in wanted if (folder / name).is_file()] or [file]


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {lang: text for lang, text in texts.items() if text}
