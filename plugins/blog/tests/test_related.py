"""SE-23: which articles stand beside one, held against a plain list of rules over generated blogs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from plugins.blog import actions, cards, library
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.models import (
    ArticleCitation,
    ArticleIngredient,
    ArticleRelated,
    ArticleText,
    ArticleTopic,
    Reference,
    Topic,
)
from storefront.plugin_api import db, writing

BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MANY = 7
OF_TEXT = (ArticleText.article_id, ArticleText.id)


@dataclass
class Made:
    """One article as the rules see it; the day is that of the English text."""

    topics: list[int] = field(default_factory=list)
    ingredients: set[str] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)
    chosen: list[int] = field(default_factory=list)
    published: bool = True
    day: int = 0


BLOGS = st.lists(
    st.builds(
        Made,
        topics=st.lists(st.integers(0, 2), unique=True, max_size=2),
        ingredients=st.sets(st.sampled_from(["magnesium", "nmn", "creatine"]), max_size=2),
        sources=st.sets(st.integers(0, 2), max_size=2),
        chosen=st.lists(st.integers(0, MANY - 1), unique=True, max_size=4),
        published=st.booleans() | st.just(True),
        day=st.integers(0, 3),
    ),
    min_size=MANY,
    max_size=MANY,
)


def wanted(blog: list[Made], me: int) -> list[int]:
    """The rules of the issue, one after another."""
    mine, others = blog[me], [n for n in range(MANY) if n != me and blog[n].published]

    def nearness(n: int) -> int:
        it = blog[n]
        ways = [
            it.topics[:1] == mine.topics[:1] != [],
            bool(set(it.topics) & set(mine.topics)),
            bool(it.ingredients & mine.ingredients),
            bool(it.sources & mine.sources),
        ]
        return ways.index(True) if True in ways else len(ways)

    chosen = [n for n in mine.chosen if n in others]
    rest = sorted((n for n in others if n not in chosen), key=lambda n: (nearness(n), -blog[n].day, -n))
    return (chosen + rest)[: max(3, len(chosen))]


@pytest.mark.usefixtures("people", "sources")
def test_se_23_related_articles_follow_the_rules_whatever_the_blog(app: Flask) -> None:
    with writing():
        library.save_topic({"en": "Sleep"}, {}, {}, new_key="sleep")
        made = []
        for number in range(MANY):
            texts = {"en": TextDraft(title=f"Article {number}", body="B.", state="published")}
            made.append(actions.create_article(ArticleDraft(author="ada", texts=texts)))
        ids, codes = [one.id for one in made], [one.code for one in made]
    topics = list(db.session.scalars(select(Topic.id)))
    sources = list(db.session.scalars(select(Reference.id)))
    texts_of = {row.article_id: row.id for row in db.session.execute(select(*OF_TEXT))}
    seen: set[str] = set()

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(BLOGS)
    def hold(blog: list[Made]) -> None:
        for model in (ArticleTopic, ArticleIngredient, ArticleRelated, ArticleCitation):
            db.session.execute(delete(model))
        for it, article_id in zip(blog, ids, strict=True):
            at, text_id = BEGIN + timedelta(days=it.day), texts_of[article_id]
            mine = update(ArticleText).where(ArticleText.id == text_id)
            state = "published" if it.published else "draft"
            db.session.execute(mine.values(published_at=at, state=state))
            rows: list[Any] = [
                ArticleTopic(article_id=article_id, topic_id=topics[n], position=place)
                for place, n in enumerate(it.topics)
            ]
            rows += [
                ArticleIngredient(article_id=article_id, ingredient_code=code) for code in it.ingredients
            ]
            rows += [
                ArticleCitation(text_id=text_id, reference_id=sources[n], ordinal=1, count=1)
                for n in it.sources
            ]
            rows += [
                ArticleRelated(article_id=article_id, related_id=ids[n], position=place)
                for place, n in enumerate(it.chosen)
            ]
            db.session.add_all(rows)
        db.session.flush()
        for me in range(MANY):
            found, slugs = cards.neighbours(ids[me], "en", [codes[0]])
            assert [card.code for card in found] == [codes[n] for n in wanted(blog, me)], me
            assert (codes[0] in slugs) == (blog[0].published and me != 0)
            seen.add(f"{len(found)} shown")
        db.session.rollback()

    hold()
    assert {"3 shown", "4 shown"} <= seen
