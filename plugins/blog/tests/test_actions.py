"""Saving: what follows from a text is derived, and only what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from plugins.blog import actions, library
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.links import aligned
from plugins.blog.models import (
    Article,
    ArticleCitation,
    ArticleCollection,
    ArticleLink,
    ArticleProduct,
    ArticleText,
    Reference,
    TopicText,
)
from storefront.plugin_api import Refused, db, writing

Write = Callable[..., str]
pytestmark = pytest.mark.usefixtures("people", "sources")
BODY = "One[@liu2016] [link](product:nmn-c).\n\n:::product mgt-c\n\nTwo[@liu2016][@slutsky2010].\n\n"


def draft(**values: Any) -> ArticleDraft:
    body = values.pop("body", "Text.")
    state = "published" if values.pop("published", True) else "draft"
    text = TextDraft(title="Magnesium", slug="magnesium", body=body, state=state)
    return ArticleDraft(author="ada", texts={"en": text}, **values)


def save(code: str, **values: Any) -> None:
    with writing():
        actions.save_article(code, draft(**values))


def products(code: str) -> list[tuple[int, str, str]]:
    query = (
        select(ArticleProduct.id, ArticleProduct.product_code, ArticleProduct.placement)
        .join(ArticleText, ArticleText.id == ArticleProduct.text_id)
        .join(Article, Article.id == ArticleText.article_id)
        .where(Article.code == code, ArticleText.lang == "en")
        .order_by(ArticleProduct.position)
    )
    return [tuple(row) for row in db.session.execute(query)]


def test_products_collections_and_citations_follow_from_the_text(app: Flask, write: Write) -> None:
    linking = "[one](article:zinc) [two](article:zinc)\n\n"
    body = BODY + linking + ":::order-now mgt-c mgb-c collection:magnesium"
    code = write("Magnesium", body=body, langs=("en",))
    assert [row[1:] for row in products(code)] == [
        ("mgt-c", "card"),
        ("mgt-c", "end"),
        ("mgb-c", "end"),
        ("nmn-c", "link"),
    ]
    assert list(db.session.scalars(select(ArticleCollection.collection_code))) == ["magnesium"]
    assert list(db.session.scalars(select(ArticleLink.target_code))) == ["zinc"]
    cited = select(Reference.key, ArticleCitation.ordinal, ArticleCitation.count).join(
        Reference, Reference.id == ArticleCitation.reference_id
    )
    assert [tuple(row) for row in db.session.execute(cited.order_by(ArticleCitation.ordinal))] == [
        ("liu2016", 1, 2),
        ("slutsky2010", 2, 1),
    ]
    save(code, body="Nothing any more.")
    assert products(code) == []
    assert db.session.scalar(select(ArticleCitation.ordinal)) is None
    assert db.session.scalar(select(ArticleCollection.id)) is None


def test_a_block_that_moves_along_keeps_its_row(app: Flask, write: Write) -> None:
    code = write("Magnesium", body=BODY, langs=("en",))
    before = {row[1:]: row[0] for row in products(code)}
    save(code, body=":::product nmn-p\n\n" + BODY)
    after = {row[1:]: row[0] for row in products(code)}
    assert after.keys() == before.keys() | {("nmn-p", "card")}
    assert all(after[row] == number for row, number in before.items())


@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.integers(0, 3), max_size=8))
def test_alignment_is_one_to_one_and_equal(old: list[int], new: list[int]) -> None:
    found = aligned(old, new)
    assert len(set(found.values())) == len(found)
    assert all(new[to] == old[at] for to, at in found.items())


def test_a_stale_editor_is_told_and_changes_nothing(app: Flask, write: Write) -> None:
    code = write("Magnesium", langs=("en",))
    article = db.session.scalars(select(Article)).one()
    with pytest.raises(Refused) as refused, writing():
        actions.save_article(code, draft(body="Mine."), seen=article.updated_at - timedelta(seconds=1))
    assert refused.value.status == 409
    assert db.session.scalars(select(ArticleText.body)).one() == "A text of some words."


@pytest.mark.parametrize(
    ("lacking", "field"),
    [
        ({"title": ""}, "en-title"),
        ({"body": ""}, "en-body"),
        ({"body": "x[@none]"}, "en-body"),
        ({"title": "…", "slug": ""}, "en-slug"),
    ],
)
def test_publishing_is_refused_for_what_a_reader_would_miss(
    app: Flask, write: Write, lacking: dict[str, str], field: str
) -> None:
    code = write("Magnesium", langs=("en",), published=False)
    good = draft()
    with pytest.raises(Refused) as refused, writing():
        actions.save_article(code, replace(good, texts={"en": replace(good.texts["en"], **lacking)}))
    assert refused.value.field == field


def test_a_picture_needs_its_words_in_the_language(app: Flask, write: Write) -> None:
    picture = {"file": "a.svg", "raster": "a.jpg", "width": 16, "height": 9}
    with pytest.raises(Refused) as refused:
        write("Magnesium", picture=picture, langs=("nl",))
    assert refused.value.field == "nl-image_alt"
    assert write("Magnesium", picture=picture, image_alt="A drawing", langs=("nl",)) == "magnesium"


def test_a_taken_address_is_refused_beside_its_field(app: Flask, write: Write) -> None:
    write("One", slug="same")
    with pytest.raises(Refused) as refused:
        write("Two", slug="same")
    assert refused.value.field in {"nl-slug", "en-slug"}


@pytest.mark.parametrize("slug", ["Upper", "a b", "a/b", "é", "topics"])
def test_an_address_is_ascii_words_and_hyphens(app: Flask, write: Write, slug: str) -> None:
    with pytest.raises(Refused) as refused:
        write("One", slug=slug)
    assert str(refused.value.field).endswith("-slug")


def test_the_moment_of_publishing_is_the_first_one_unless_given(app: Flask) -> None:
    with writing():
        code = actions.create_article(draft(published=False)).code
    assert db.session.scalars(select(ArticleText.published_at)).one() is None
    save(code)
    first = db.session.scalars(select(ArticleText.published_at)).one()
    save(code, body="Changed.")
    assert db.session.scalars(select(ArticleText.published_at)).one() == first
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    save(code, published_at=moment)
    assert db.session.scalars(select(ArticleText.published_at)).one() == moment


def test_codes_are_made_from_titles_and_never_twice(app: Flask, write: Write) -> None:
    assert [write("Same title", slug=f"s{n}") for n in range(3)] == [
        "same-title",
        "same-title-2",
        "same-title-3",
    ]
    with pytest.raises(Refused):
        write("", published=False)


def test_only_an_article_that_no_reader_sees_can_be_deleted(app: Flask, write: Write) -> None:
    code = write("Magnesium", body=BODY, langs=("en",))
    with pytest.raises(Refused), writing():
        actions.delete_article(code)
    save(code, published=False)
    with writing():
        actions.delete_article(code)
    for model in (Article, ArticleText, ArticleProduct, ArticleCitation):
        assert db.session.scalars(select(model)).first() is None


def test_every_problem_of_a_draft_is_told_at_once(app: Flask) -> None:
    found = actions.problems_of(
        ArticleDraft(texts={"en": TextDraft(body="x[@a] y[@b]")}), "en", has_picture=True
    )
    assert [problem.field for problem in found] == [
        "en-title",
        "en-slug",
        "en-image_alt",
        "en-body",
        "en-body",
        "author",
    ]


def test_topics_and_people_that_articles_need_stay(app: Flask, write: Write) -> None:
    write("Magnesium", topics=("minerals",), reviewer="rik")
    for key in ("ada", "rik"):
        with pytest.raises(Refused), writing():
            library.delete_author(key)
    with pytest.raises(Refused) as refused:
        write("Other", topics=("nothing",))
    assert refused.value.field == "topics"
    with pytest.raises(Refused) as refused:
        write("Other", author="nobody")
    assert refused.value.field == "author"


def test_a_topic_keeps_its_heading_when_a_form_does_not_give_it(app: Flask) -> None:
    names, slugs, intros = {"nl": "Zout", "en": "Salt"}, {"nl": "zout", "en": "salt"}, {"nl": "", "en": ""}
    headings = {"nl": "Bestel zout", "en": "Order salt"}
    with writing():
        topic = library.save_topic(names, slugs, intros, order_headings=headings, new_key="salt")
    with writing():
        library.save_topic(names | {"en": ""}, slugs, intros, key=topic.key)
    rows = db.session.execute(
        select(TopicText.lang, TopicText.order_heading).where(TopicText.slug.in_(slugs.values()))
    )
    assert [tuple(row) for row in rows] == [("nl", "Bestel zout")]
