"""The blog's share of the demo shop: authors, topics, the library and the articles of demo/."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from storefront.plugin_api import LANGUAGES, store_drawing

from .actions import create_article
from .drafts import ArticleDraft, ReferenceDraft, TextDraft
from .library import save_author, save_reference, save_topic

HERE = Path(__file__).parent / "demo"
PUBLISHED_AT = time(7, 30, tzinfo=UTC)


def load(today: date) -> None:
    """Load everything, in the caller's transaction. All dates count from the day of loading."""
    for author in _read("authors"):
        save_author(author["name"], author["role"], author["bio"], new_key=author["key"])
    for position, topic in enumerate(_read("topics"), 1):
        save_topic(
            topic["name"],
            topic["slug"],
            topic["intro"],
            position=position,
            collection_code=topic.get("collection") or "",
            order_headings=topic.get("order_heading"),
            new_key=topic["key"],
        )
    for reference in _read("references"):
        save_reference(ReferenceDraft(**_known(reference)))
    for article in _read("articles"):
        _load_article(article, today)


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _known(reference: dict[str, Any]) -> dict[str, Any]:
    """Empty fields of the file ("null") are the draft's defaults; `type` is called `kind` here."""
    values = {key: value for key, value in reference.items() if value is not None}
    values["kind"] = values.pop("type", "article")
    values["authors"] = tuple(values["authors"])
    return values


def _load_article(article: dict[str, Any], today: date) -> None:
    texts = {}
    for lang in LANGUAGES:
        path = HERE / "articles" / f"{article['code']}.{lang}.md"
        if path.is_file():
            texts[lang] = read_text(path.read_text(encoding="utf-8"))
    if not texts:
        return
    day = today - timedelta(days=article["published_days_ago"])
    drawing = HERE / "art" / article["image"]
    draft = ArticleDraft(
        author=article["author"],
        reviewer=article["reviewer"] or "",
        topics=tuple(article["topics"]),
        ingredients=tuple(article["ingredients"]),
        featured=article["featured"],
        picture=store_drawing(drawing, drawing.with_suffix(".jpg")),
        reviewed_on=today - timedelta(days=article["reviewed_days_ago"]),
        review_due=today + timedelta(days=article["review_due_in_days"]),
        published_at=datetime.combine(day, PUBLISHED_AT),
        texts=texts,
    )
    create_article(draft, code=article["code"])


def read_text(file: str) -> TextDraft:
    """An article file: lines "name: value" between two lines of dashes, then Markdown."""
    _start, head, body = file.split("---\n", 2)
    values: dict[str, Any] = {}
    for line in head.strip().splitlines():
        name, _colon, value = line.partition(":")
        values[name.strip()] = value.strip()
    return TextDraft(body=body.strip(), state="published", **values)
