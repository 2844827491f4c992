"""What the blog's admin reads: the article list, one article to edit, the library, things to choose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from storefront.plugin_api import LANGUAGES, db

from .citations import Identifiers
from .excerpts import folded
from .models import (
    Article,
    ArticleCitation,
    ArticleIngredient,
    ArticleProduct,
    ArticleText,
    ArticleTopic,
    Author,
    Reference,
    Topic,
    TopicText,
)

FOUND_AT_MOST = 20
LACKS = ("title", "slug", "lead", "body", "image_alt")  # what a text can lack


@dataclass(frozen=True, slots=True)
class TextState:
    """How far an article is in one language. `missing`: what it lacks, as words of `LACKS`."""

    state: str  # published, draft
    title: str
    slug: str
    updated_at: datetime
    missing: tuple[str, ...]


@dataclass(slots=True)
class ArticleRow:
    """An article in the admin's list."""

    code: str
    author: str
    published_at: datetime | None
    review_due: date | None
    updated_at: datetime
    has_picture: bool
    texts: dict[str, TextState] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    topic_keys: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)  # codes
    references: int = 0

    def title(self, lang: str) -> str:
        """The title in this language, or in another one that has it."""
        wanted = [lang, *LANGUAGES]
        titles = [self.texts[one].title for one in wanted if one in self.texts]
        return next((title for title in titles if title), self.code)

    @property
    def published(self) -> list[str]:
        """The languages in which readers see it."""
        return [lang for lang in LANGUAGES if lang in self.texts and self.texts[lang].state == "published"]

    @property
    def lacking(self) -> list[str]:
        """The languages in which something is missing."""
        return [lang for lang in LANGUAGES if lang not in self.texts or self.texts[lang].missing]

    def review_overdue(self, today: date) -> bool:
        """True when the day on which it was to be reviewed again has passed."""
        return self.review_due is not None and self.review_due <= today

    @property
    def lags(self) -> str:
        """The language whose text is older than the other by more than a day, or ""."""
        if len(self.texts) < 2:
            return ""
        first, last = sorted(self.texts, key=lambda lang: self.texts[lang].updated_at)[:2]
        return first if (self.texts[last].updated_at - self.texts[first].updated_at).days >= 1 else ""


def article_rows(lang: str) -> list[ArticleRow]:
    """Every article, the one that was changed last first: five queries."""
    query = select(Article, Author.name).outerjoin(Author, Author.id == Article.author_id)
    rows: dict[int, ArticleRow] = {}
    for article, author in db.session.execute(query.order_by(Article.updated_at.desc(), Article.id.desc())):
        rows[article.id] = ArticleRow(
            article.code,
            author or "",
            article.published_at,
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
    return list(rows.values())


def _add_texts(rows: dict[int, ArticleRow]) -> None:
    text = ArticleText
    shown = [text.article_id, text.lang, text.state, text.title, text.slug, text.updated_at]
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
        state = TextState(found["state"], found["title"], found["slug"] or "", found["updated_at"], missing)
        row.texts[found["lang"]] = state


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


def article_to_edit(code: str) -> ArticleToEdit | None:
    """An article by its code."""
    article = db.session.scalar(select(Article).where(Article.code == code))
    if article is None:
        return None
    people = {row.id: row.key for row in db.session.execute(select(Author.id, Author.key))}
    texts = db.session.scalars(select(ArticleText).where(ArticleText.article_id == article.id))
    topics = select(Topic.key).join(ArticleTopic, ArticleTopic.topic_id == Topic.id)
    topics = topics.where(ArticleTopic.article_id == article.id).order_by(ArticleTopic.position)
    about = select(ArticleIngredient.ingredient_code).where(ArticleIngredient.article_id == article.id)
    return ArticleToEdit(
        article,
        {text.lang: text for text in texts},
        people.get(article.author_id or 0, ""),
        people.get(article.reviewer_id or 0, ""),
        list(db.session.scalars(topics)),
        list(db.session.scalars(about)),
    )


def author_choices() -> list[tuple[str, str]]:
    """Who can write or review: (key, name)."""
    query = select(Author.key, Author.name).order_by(Author.name)
    return [(key, name) for key, name in db.session.execute(query)]


def topic_choices(lang: str) -> list[tuple[str, str]]:
    """The topics in their order: (key, name)."""
    query = (
        select(Topic.key, func.coalesce(TopicText.name, Topic.key))
        .outerjoin(TopicText, (TopicText.topic_id == Topic.id) & (TopicText.lang == lang))
        .order_by(Topic.position, Topic.id)
    )
    return [(key, name) for key, name in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class AuthorRow:
    """A person, with the number of articles that they wrote or reviewed."""

    key: str
    name: str
    roles: dict[str, str]
    articles: int


def author_rows() -> list[AuthorRow]:
    """Everybody who writes or reviews, by name."""
    named = (Article.author_id == Author.id) | (Article.reviewer_id == Author.id)
    count = select(func.count(Article.id)).where(named).correlate(Author).scalar_subquery()
    query = select(Author.key, Author.name, Author.roles, count).order_by(Author.name, Author.id)
    return [AuthorRow(*row) for row in db.session.execute(query)]


def author_to_edit(key: str) -> tuple[Author, int] | None:
    """A person by their key, with the number of articles that name them."""
    author = db.session.scalar(select(Author).where(Author.key == key))
    if author is None:
        return None
    named = (Article.author_id == author.id) | (Article.reviewer_id == author.id)
    return author, db.session.scalar(select(func.count(Article.id)).where(named)) or 0


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic with its texts by language and the number of articles under it."""

    topic: Topic
    texts: dict[str, TopicText]
    articles: int

    def name(self, lang: str) -> str:
        """Its name in this language, else in another."""
        names = [self.texts[one].name for one in (lang, *LANGUAGES) if one in self.texts]
        return next(iter(names), self.topic.key)


def topic_rows(key: str = "") -> list[TopicRow]:
    """The topics in their order; with a key, only that one."""
    query = select(Topic).order_by(Topic.position, Topic.id)
    topics = list(db.session.scalars(query.where(Topic.key == key) if key else query))
    texts: dict[int, dict[str, TopicText]] = defaultdict(dict)
    for text in db.session.scalars(select(TopicText)):
        texts[text.topic_id][text.lang] = text
    counted = select(ArticleTopic.topic_id, func.count()).group_by(ArticleTopic.topic_id)
    articles = {row[0]: row[1] for row in db.session.execute(counted)}
    return [TopicRow(topic, texts[topic.id], articles.get(topic.id, 0)) for topic in topics]


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
            found.append((code, named.get(lang) or next((title for title in named.values() if title), code)))
    return found[:limit]


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """A publication in the library, with the number of articles that cite it."""

    reference: Reference
    articles: int


def reference_rows(text: str = "") -> list[ReferenceRow]:
    """The library, newest publication first; with words, only what holds them all."""
    articles = func.count(func.distinct(ArticleText.article_id)).label("articles")
    counts = (
        select(ArticleCitation.reference_id, articles)
        .join(ArticleText, ArticleText.id == ArticleCitation.text_id)
        .group_by(ArticleCitation.reference_id)
        .subquery()
    )
    query = (
        select(Reference, func.coalesce(counts.c.articles, 0))
        .outerjoin(counts, counts.c.reference_id == Reference.id)
        .order_by(Reference.year.desc(), Reference.key)
    )
    words = folded(text).split()
    rows = [ReferenceRow(reference, count) for reference, count in db.session.execute(query)]
    return [row for row in rows if all(word in _hay(row.reference) for word in words)]


def _hay(reference: Reference) -> str:
    """What a search in the library reads."""
    names = [reference.key, *reference.authors, reference.title, reference.journal, reference.journal_abbr]
    numbers = [str(reference.year), reference.doi or "", reference.pmid or "", reference.pmcid or ""]
    return folded(" ".join(names + numbers))


def reference_by_key(key: str) -> Reference | None:
    """A publication by its key."""
    return db.session.scalar(select(Reference).where(Reference.key == key))


def reference_by_number(numbers: Identifiers) -> Reference | None:
    """A publication by one of its numbers."""
    tests: list[Any] = []
    if numbers.doi:
        tests.append(func.lower(Reference.doi) == numbers.doi.lower())
    if numbers.pmid:
        tests.append(Reference.pmid == numbers.pmid)
    if numbers.pmcid:
        tests.append(Reference.pmcid == numbers.pmcid)
    return db.session.scalars(select(Reference).where(or_(*tests))).first() if tests else None


def references_by_key(keys: Collection[str]) -> dict[str, Reference]:
    """Publications by their keys."""
    query = select(Reference).where(Reference.key.in_(keys))
    return {reference.key: reference for reference in db.session.scalars(query)} if keys else {}


def citing_articles(reference: Reference, lang: str) -> list[tuple[str, str]]:
    """The articles that cite a publication: (code, title)."""
    query = (
        select(Article.code, ArticleText.title, ArticleText.lang)
        .join(ArticleText, ArticleText.article_id == Article.id)
        .join(ArticleCitation, ArticleCitation.text_id == ArticleText.id)
        .where(ArticleCitation.reference_id == reference.id)
        .order_by(Article.id, ArticleText.lang)
    )
    titles: dict[str, str] = {}
    for code, title, of in db.session.execute(query):
        if code not in titles or of == lang:
            titles[code] = title or code
    return list(titles.items())
