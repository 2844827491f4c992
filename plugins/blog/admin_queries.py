"""Articles as the admin reads them: the list, one to edit, those to choose, those that link a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select

from storefront.plugin_api import LANGUAGES, Refused, db
from storefront.plugin_api import gettext as _

from . import revisions
from .drafts import ArticleDraft, TextDraft
from .excerpts import folded
from .models import (
    Article,
    ArticleCitation,
    ArticleIngredient,
    ArticleProduct,
    ArticleRelated,
    ArticleText,
    ArticleTopic,
    Author,
    Topic,
    TopicText,
)
from .rules import title_for
from .translating import Lag, lags

LACKS = ("title", "slug", "lead", "body", "image_alt")  # what a text can lack


@dataclass(frozen=True, slots=True)
class TextState:
    """How far an article is in one language. `missing`: what it lacks, as words of `LACKS`."""

    state: str  # published, draft
    title: str
    slug: str
    updated_at: datetime
    missing: tuple[str, ...]
    publish_at: datetime | None


@dataclass(slots=True)
class ArticleRow:
    """An article in the admin's list."""

    code: str
    author: str
    source_lang: str
    review_due: date | None
    updated_at: datetime
    has_picture: bool
    texts: dict[str, TextState] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    topic_keys: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)  # codes
    references: int = 0
    lags: dict[str, Lag] = field(default_factory=dict)  # how far each translation is behind

    def title(self, lang: str) -> str:
        """The title in this language, or in another one that has it."""
        return title_for({one: text.title for one, text in self.texts.items()}, lang) or self.code

    @property
    def published(self) -> list[str]:
        """The languages in which readers see it."""
        return [lang for lang in LANGUAGES if lang in self.texts and self.texts[lang].state == "published"]

    def in_state(self, state: str) -> list[str]:
        """The languages in which it is in this state."""
        return [lang for lang in LANGUAGES if lang in self.texts and self.texts[lang].state == state]

    @property
    def publish_at(self) -> datetime | None:
        """When it is next to be published in a language."""
        return min((text.publish_at for text in self.texts.values() if text.publish_at), default=None)

    @property
    def lacking(self) -> list[str]:
        """The languages in which something is missing."""
        return [lang for lang in LANGUAGES if lang not in self.texts or self.texts[lang].missing]

    def review_overdue(self, today: date) -> bool:
        """True when the day on which it was to be reviewed again has passed."""
        return self.review_due is not None and self.review_due <= today


def article_rows(lang: str) -> list[ArticleRow]:
    """Every article, the one that was changed last first: six queries."""
    query = select(Article, Author.name).outerjoin(Author, Author.id == Article.author_id)
    rows: dict[int, ArticleRow] = {}
    for article, author in db.session.execute(query.order_by(Article.updated_at.desc(), Article.id.desc())):
        rows[article.id] = ArticleRow(
            article.code,
            author or "",
            article.source_lang,
            article.review_due,
            article.updated_at,
            bool(article.picture),
        )
    _add_texts(rows)
    _add_topics(rows, lang)
    _add_products(rows)
    cited = (
        select(ArticleText.article_id, func.count(func.distinct(ArticleCitation.reference_id)))
        .join(ArticleCitation, ArticleCitation.text_id == ArticleText.id)
        .group_by(ArticleText.article_id)
    )
    for article_id, count in db.session.execute(cited):
        rows[article_id].references = count
    for (article_id, of), lag in lags().items():
        rows[article_id].lags[of] = lag
    return list(rows.values())


def _add_texts(rows: dict[int, ArticleRow]) -> None:
    text = ArticleText
    shown = [text.article_id, text.lang, text.state, text.title, text.slug, text.updated_at]
    shown.append(text.publish_at)
    there = [
        (text.image_alt != "").label("image_alt"),
        (text.lead != "").label("lead"),
        (text.body != "").label("body"),
    ]
    for found in db.session.execute(select(*shown, *there)).mappings():
        row = rows[found["article_id"]]
        missing = tuple(name for name in LACKS if not found[name])
        if not row.has_picture:
            missing = tuple(name for name in missing if name != "image_alt")
        row.texts[found["lang"]] = TextState(
            found["state"],
            found["title"],
            found["slug"] or "",
            found["updated_at"],
            missing,
            found["publish_at"],
        )


def _add_topics(rows: dict[int, ArticleRow], lang: str) -> None:
    query = (
        select(ArticleTopic.article_id, Topic.key, func.coalesce(TopicText.name, Topic.key))
        .join(Topic, Topic.id == ArticleTopic.topic_id)
        .outerjoin(TopicText, (TopicText.topic_id == Topic.id) & (TopicText.lang == lang))
        .order_by(ArticleTopic.position)
    )
    for article_id, key, name in db.session.execute(query):
        rows[article_id].topic_keys.append(key)
        rows[article_id].topics.append(name)


def _add_products(rows: dict[int, ArticleRow]) -> None:
    query = (
        select(ArticleText.article_id, ArticleProduct.product_code)
        .join(ArticleProduct, ArticleProduct.text_id == ArticleText.id)
        .order_by(ArticleText.article_id, ArticleProduct.position)
    )
    for article_id, code in db.session.execute(query):
        if code not in rows[article_id].products:
            rows[article_id].products.append(code)


def matching(rows: Iterable[ArticleRow], text: str, topic: str = "") -> list[ArticleRow]:
    """The rows that hold every word of `text` in a title, author, code or topic."""
    words = folded(text).split()
    found = []
    for row in rows:
        titles = " ".join(state.title for state in row.texts.values())
        hay = folded(" ".join([titles, row.author, row.code, *row.topics, *row.products]))
        if all(word in hay for word in words) and (not topic or topic in row.topic_keys):
            found.append(row)
    return found


@dataclass(frozen=True, slots=True)
class ArticleToEdit:
    """Everything of one article that its editor shows."""

    article: Article
    texts: dict[str, ArticleText]
    author: str  # key
    reviewer: str  # key
    topics: list[str]  # keys, the main one first
    ingredients: list[str]
    related: list[str]  # codes of articles, as an editor chose them

    def as_draft(self) -> ArticleDraft:
        """The article as it is, to be saved again with something else in it."""
        texts = {lang: TextDraft(**revisions.fields_of(text)) for lang, text in self.texts.items()}
        return ArticleDraft(
            source_lang=self.article.source_lang,
            author=self.author,
            reviewer=self.reviewer,
            topics=tuple(self.topics),
            ingredients=tuple(self.ingredients),
            featured=self.article.featured,
            reviewed_on=self.article.reviewed_on,
            review_due=self.article.review_due,
            texts=texts,
        )


def hold(article_id: int) -> Article:
    """An article as it is now, held until the end of the transaction."""
    query = select(Article).where(Article.id == article_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def article_by_code(code: str) -> Article:
    """An article by its code, held until the end of the transaction; refused when there is none."""
    article = db.session.scalar(select(Article).where(Article.code == code).with_for_update())
    if article is None:
        raise Refused(_("This article does not exist."), status=404)
    return article


def article_to_edit(code: str) -> ArticleToEdit | None:
    """Everything of an article that its editor shows, or None when there is no such article."""
    article = db.session.scalar(select(Article).where(Article.code == code))
    return _to_edit(article) if article else None


def article_to_edit_by_id(article_id: int) -> ArticleToEdit:
    """Everything of an article that is known to be there."""
    return _to_edit(db.session.get_one(Article, article_id))


def _to_edit(article: Article) -> ArticleToEdit:
    people = {row.id: row.key for row in db.session.execute(select(Author.id, Author.key))}
    texts = db.session.scalars(select(ArticleText).where(ArticleText.article_id == article.id))
    topics = select(Topic.key).join(ArticleTopic, ArticleTopic.topic_id == Topic.id)
    topics = topics.where(ArticleTopic.article_id == article.id).order_by(ArticleTopic.position)
    about = select(ArticleIngredient.ingredient_code).where(ArticleIngredient.article_id == article.id)
    beside = select(Article.code).join(ArticleRelated, ArticleRelated.related_id == Article.id)
    beside = beside.where(ArticleRelated.article_id == article.id)
    return ArticleToEdit(
        article,
        {text.lang: text for text in texts},
        people.get(article.author_id or 0, ""),
        people.get(article.reviewer_id or 0, ""),
        list(db.session.scalars(topics)),
        list(db.session.scalars(about)),
        list(db.session.scalars(beside.order_by(ArticleRelated.position))),
    )


def article_choices(text: str, lang: str, limit: int = 8) -> list[tuple[str, str]]:
    """Articles to link by a search in titles: (code, title in this language, else in another)."""
    query = select(Article.code, ArticleText.lang, ArticleText.title).join(
        ArticleText, ArticleText.article_id == Article.id
    )
    titles: dict[str, dict[str, str]] = defaultdict(dict)
    for code, of, title in db.session.execute(query.order_by(Article.id.desc())):
        titles[code][of] = title
    words = folded(text).split()
    found = []
    for code, named in titles.items():
        if all(word in folded(" ".join(named.values())) for word in words):
            found.append((code, title_for(named, lang) or code))
    return found[:limit]


@dataclass(frozen=True, slots=True)
class StaffLink:
    """An article in the product editor."""

    code: str
    title: str
    langs: str  # "NL, EN"


def linking_for_staff(product_code: str, lang: str) -> list[StaffLink]:
    """The articles that link a product in any language, drafts too; titles in `lang`, else in another."""
    with_product = select(1).where(
        ArticleProduct.text_id == ArticleText.id, ArticleProduct.product_code == product_code
    )
    query = (
        select(Article.code, ArticleText.title, ArticleText.lang)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .where(with_product.exists())
        .order_by(Article.id, ArticleText.lang.desc())
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, title, of in db.session.execute(query):
        found[code][of] = title
    return [
        StaffLink(code, title_for(titles, lang) or code, ", ".join(titles).upper())
        for code, titles in found.items()
    ]
