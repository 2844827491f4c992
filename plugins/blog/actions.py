"""Saving articles, and everything that is derived from their text. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from slugify import slugify
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from storefront.plugin_api import LANGUAGES, Refused, db, enqueue, now, speaking
from storefront.plugin_api import gettext as _

from . import (
    citing,
    evidence,
    excerpts,
    library_queries,
    links,
    markdown,
    references,
    revisions,
    rules,
    tidying,
    translating,
)
from .admin_queries import article_by_code, article_to_edit_by_id
from .drafts import ArticleDraft, TextDraft
from .models import (
    Article,
    ArticleIngredient,
    ArticleRelated,
    ArticleSlugHistory,
    ArticleText,
    ArticleTopic,
    Author,
    Topic,
)

PUBLISH = "blog.publish"  # the job that publishes what was scheduled
RESERVED_SLUGS = {"topics", "authors", "feed-xml", "seen", "reading", "preview"}


def create_article(draft: ArticleDraft, code: str = "") -> Article:
    """A new article. Its code comes from a title unless one is given (demo), and never changes again."""
    titles = [text.title for text in draft.texts.values() if text.title]
    if not titles:
        raise Refused(_("Give the article a title first."), field="nl-title")
    english = draft.texts.get("en")
    title = english.title if english and english.title else titles[0]
    article = Article(code=code or _free_code(title), picture={}, updated_at=now(), source_lang=LANGUAGES[0])
    db.session.add(article)
    db.session.flush()
    _fill(article, draft)
    return article


def save_article(code: str, draft: ArticleDraft, seen: datetime | None = None) -> Article:
    """Save an article and derive what follows from it.

    seen: when the editor's copy was read; a copy that somebody else has overtaken is refused (409).
    Raises Refused for the first thing that keeps a published text from being published.
    """
    article = article_by_code(code)
    if seen is not None and article.updated_at != seen:
        raise Refused(
            _("Somebody else saved this article after you opened it. What differs stands below."),
            status=409,
        )
    _fill(article, draft)
    return article


def restore(code: str, lang: str, number: int, by: str) -> Article:
    """Save an earlier version of a text once more, as the newest; its state stays what it is."""
    article = article_by_code(code)
    fields = revisions.revision(article, lang, number).fields
    draft = article_to_edit_by_id(article.id).as_draft()
    texts = draft.texts | {lang: TextDraft(**{name: fields.get(name, "") for name in revisions.FIELDS})}
    return save_article(code, replace(draft, texts=texts, by=by, deed="restored"))


def delete_article(code: str) -> None:
    """Remove an article that no reader sees."""
    article = article_by_code(code)
    published = select(ArticleText.id).where(
        ArticleText.article_id == article.id, ArticleText.state == "published"
    )
    if db.session.scalar(published.limit(1)):
        raise Refused(_("Take the article offline in every language before you delete it."))
    db.session.delete(article)
    db.session.flush()


def problems_of(draft: ArticleDraft, lang: str, has_picture: bool) -> list[rules.Problem]:
    """What keeps this draft from being published in a language."""
    text = draft.texts.get(lang, TextDraft())
    keys = markdown.keys_in(text.body)
    known = library_queries.references_by_key(keys)
    return rules.problems(
        lang=lang,
        title=text.title,
        slug=text.slug or slug_of(text.title),
        body=text.body,
        image_alt=text.image_alt,
        has_picture=has_picture,
        has_author=bool(draft.author),
        unknown_keys=[key for key in keys if key not in known],
    )


def slug_of(title: str) -> str:
    """An address made from a title: ASCII, words and hyphens."""
    return slugify(title.replace("\u2019", "").replace("'", ""), max_length=110, word_boundary=True)


def derive(text: ArticleText) -> None:
    """Write everything that follows from a text: blocks, contents, links, citations, reading time, search."""
    keys = markdown.keys_in(text.body)
    library = library_queries.references_by_key(keys)
    with speaking(text.lang):
        rendered = markdown.render(text.body, library, evidence.labels(library))
    text.blocks, text.toc, text.links = rendered.blocks, list(rendered.toc), rendered.links
    text.minutes = excerpts.minutes(rendered.words)
    opening = text.lead or rendered.plain
    text.teaser = text.excerpt or excerpts.first_words(opening)
    text.description = text.meta_description or excerpts.description(opening)
    text.sources = [references.as_dict(library[key]) | {"count": n} for key, n in rendered.cited.items()]
    named = [f"{', '.join(s['authors'])} {s['title']} {s['journal']}" for s in text.sources]
    text.search_text = excerpts.folded(" ".join([text.title, text.lead, rendered.plain, *named]))
    db.session.flush()
    links.save_links(text, rendered)
    citing.save_citations(text, rendered, library)


def _fill(article: Article, draft: ArticleDraft) -> None:
    article.author_id = _person(draft.author, "author")
    article.reviewer_id = _person(draft.reviewer, "reviewer")
    article.featured = draft.featured
    article.reviewed_on, article.review_due = draft.reviewed_on, draft.review_due
    article.updated_at = now()
    if draft.picture is not None:
        article.picture = draft.picture
    _save_subjects(article, draft)
    for lang in LANGUAGES:
        _save_text(article, lang, draft)
    db.session.flush()
    _save_source(article, draft)
    translating.save_blocks(article)


def _save_source(article: Article, draft: ArticleDraft) -> None:
    """Keep the language that the article is written in first; the one that is there, when it is alone."""
    langs = db.session.scalars(select(ArticleText.lang).where(ArticleText.article_id == article.id))
    lang = translating.source_of(list(langs), draft.source_lang or article.source_lang)
    if lang != article.source_lang:
        translating.turn(article, lang)


def _save_subjects(article: Article, draft: ArticleDraft) -> None:
    topics = {topic.key: topic.id for topic in db.session.scalars(select(Topic))}
    if unknown := [key for key in draft.topics if key not in topics]:
        raise Refused(_("There is no topic “%(key)s”.", key=unknown[0]), field="topics")
    db.session.execute(delete(ArticleTopic).where(ArticleTopic.article_id == article.id))
    db.session.execute(delete(ArticleIngredient).where(ArticleIngredient.article_id == article.id))
    for position, key in enumerate(dict.fromkeys(draft.topics)):
        db.session.add(ArticleTopic(article_id=article.id, topic_id=topics[key], position=position))
    for code in sorted(set(draft.ingredients)):
        db.session.add(ArticleIngredient(article_id=article.id, ingredient_code=code))
    if draft.related is not None:
        _save_related(article, draft.related)


def _save_related(article: Article, codes: Sequence[str]) -> None:
    """What an editor wants shown beside an article; never the article itself, and nothing twice."""
    ids = {row.code: row.id for row in db.session.execute(select(Article.code, Article.id))}
    wanted = [code for code in dict.fromkeys(codes) if code != article.code]
    if unknown := [code for code in wanted if code not in ids]:
        raise Refused(_("There is no article “%(code)s”.", code=unknown[0]), field="related-0")
    db.session.execute(delete(ArticleRelated).where(ArticleRelated.article_id == article.id))
    for position, code in enumerate(wanted):
        db.session.add(ArticleRelated(article_id=article.id, related_id=ids[code], position=position))


def _save_text(article: Article, lang: str, draft: ArticleDraft) -> None:
    typed = draft.texts.get(lang)
    if typed is None:
        return
    text = db.session.scalar(
        select(ArticleText).where(ArticleText.article_id == article.id, ArticleText.lang == lang)
    )
    wanted = typed.state or (text.state if text else "draft")
    if typed.empty and typed.state == "review":
        raise Refused(_("There is no text in this language yet."), field=f"{lang}-title")
    if typed.empty and wanted not in rules.COMPLETE:
        if text is not None:
            db.session.delete(text)
        return
    if wanted in rules.COMPLETE and (found := problems_of(draft, lang, bool(article.picture))):
        raise Refused(found[0].message, field=found[0].field)
    slug = typed.slug or slug_of(typed.title)
    if slug != slug_of(slug) or slug in RESERVED_SLUGS:
        raise Refused(_("An address has small letters, digits and hyphens only."), field=f"{lang}-slug")
    earlier = revisions.as_it_is(text) if text else None
    if text is None:
        text = ArticleText(
            article_id=article.id,
            lang=lang,
            blocks=[],
            toc=[],
            links={},
            sources=[],
            updated_at=now(),
            state=wanted,
        )
        db.session.add(text)
    planned = text.publish_at
    before = (text.title, text.lead, text.body, text.image_alt, text.state)
    _remember_slug(text, slug)
    text.slug, text.title, text.lead = slug or None, typed.title, typed.lead
    text.excerpt, text.meta_description = typed.excerpt, typed.meta_description
    text.image_alt, text.body = typed.image_alt, tidying.tidy(typed.body)
    set_state(text, wanted, typed.publish_at)
    if text.state == "published" or text.published_at:
        text.published_at = typed.published_at or draft.published_at or text.published_at or now()
    if before != (text.title, text.lead, text.body, text.image_alt, text.state):
        text.updated_at = now()
    _flush_slug(lang)
    _schedule(text, planned)
    derive(text)
    revisions.note(text, earlier, draft.by, draft.deed)


def set_state(text: ArticleText, state: str, publish_at: datetime | None = None) -> None:
    """Bring a text into a state; refused where the one does not follow on the other."""
    if not rules.may_follow(text.state, state):
        raise Refused(_("This cannot be done with the text any more. Load the page anew."), status=409)
    at = publish_at or text.publish_at
    if state == "scheduled" and (at is None or (at != text.publish_at and at <= now())):
        raise Refused(_("Choose a moment that is still to come."), field=f"{text.lang}-publish_day")
    text.state = state
    text.publish_at = at if state == "scheduled" else None


def _schedule(text: ArticleText, planned: datetime | None) -> None:
    """Let the worker publish a text at its moment; a job for a moment that was changed does nothing."""
    if text.publish_at and text.publish_at != planned:
        payload = {"text": text.id, "at": text.publish_at.isoformat()}
        enqueue(PUBLISH, payload, plugin="blog", run_at=text.publish_at)


def _flush_slug(lang: str) -> None:
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        message = _("Another article already stands at this address in this language.")
        raise Refused(message, field=f"{lang}-slug") from error


def _remember_slug(text: ArticleText, slug: str) -> None:
    """Keep the old address of a text that readers saw, for 301; an address in use again is forgotten."""
    history = ArticleSlugHistory
    db.session.execute(delete(history).where(history.lang == text.lang, history.slug == slug))
    if text.slug and text.slug != slug and text.published_at:
        db.session.execute(delete(history).where(history.lang == text.lang, history.slug == text.slug))
        db.session.add(history(lang=text.lang, slug=text.slug, article_id=text.article_id))


def _person(key: str, field: str) -> int | None:
    if not key:
        return None
    found = db.session.scalar(select(Author.id).where(Author.key == key))
    if found is None:
        raise Refused(_("This person is not in the list of authors."), field=field)
    return found


def _free_code(title: str) -> str:
    stem = slugify(title, max_length=50, word_boundary=True) or "article"
    taken = set(
        db.session.scalars(select(Article.code).where(Article.code.startswith(stem, autoescape=True)))
    )
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}-{number}", number + 1
    return code
