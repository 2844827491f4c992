"""Between the editor's form and the article: filling the one, reading the other, and the page around them."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

from werkzeug.datastructures import FileStorage

from storefront.plugin_api import (
    LANGUAGES,
    CollectionLink,
    Offer,
    Refused,
    actor,
    collections,
    ingredients,
    language,
    local,
    now,
    offers_by_code,
    product_states,
    shop_path,
    speaking,
    store_picture,
    today,
    url,
    writing,
)

from .. import (
    actions,
    admin_queries,
    call_to_action,
    claims,
    excerpts,
    findings,
    library_queries,
    markdown,
    references,
)
from ..admin_queries import ArticleToEdit
from ..call_to_action import CallToAction
from ..drafts import ArticleDraft, TextDraft
from ..findings import Finding
from ..forms import KINDS, ArticleForm
from ..library_forms import AuthorForm
from ..rules import title_for
from . import editorial, insert, languages, preview, selling, working

TEXT_FIELDS = ("title", "slug", "lead", "excerpt", "meta_description", "image_alt", "body")
NEW_DAY_STARTS = time(9)  # the hour of an article whose day was chosen by hand


def filled_form(edited: ArticleToEdit | None) -> ArticleForm:
    """The form for an article as it is saved, or an empty one; in a post, as it was sent.

    When a working copy is taken back, the form is filled as its post would fill it.
    """
    given: dict[str, Any] = {}
    if edited is not None:
        article = edited.article
        given = {
            "source_lang": article.source_lang,
            "author": edited.author,
            "reviewer": edited.reviewer,
            "main_topic": edited.topics[0] if edited.topics else "",
            "topics": edited.topics[1:],
            "ingredients": edited.ingredients,
            "featured": article.featured,
            "reviewed_on": article.reviewed_on,
            "review_due": article.review_due,
            "related": edited.related,
            "picture_kept": json.dumps(article.picture) if article.picture else "",
            "shown_at": article.updated_at.isoformat(),
        }
        for one, text in edited.texts.items():
            given[one] = {name: getattr(text, name) or "" for name in TEXT_FIELDS}
            given[one]["published_on"] = local(text.published_at).date() if text.published_at else None
            if text.publish_at:
                given[one]["publish_day"] = local(text.publish_at).date()
                given[one]["publish_hour"] = f"{local(text.publish_at):%H:%M}"
    copy = working.taken(edited.article.code if edited else "")
    form = ArticleForm(data=given) if copy is None else ArticleForm(copy, data=given)
    if not form.is_submitted() and copy is None:
        for one in LANGUAGES:
            form.cta(one).show(call_to_action.read(form.text(one).body.data or "") or CallToAction())
    lang = language()
    form.offer(library_queries.author_choices(), library_queries.topic_choices(lang), ingredients(lang))
    return form


def states_of(edited: ArticleToEdit | None) -> dict[str, str]:
    """The state of each language now; what is not there yet is a draft."""
    texts = edited.texts if edited else {}
    return {lang: texts[lang].state if lang in texts else "draft" for lang in LANGUAGES}


def draft_of(form: ArticleForm, wanted: dict[str, str], edited: ArticleToEdit | None) -> ArticleDraft:
    """What the form holds, as plain values. wanted: the languages whose state changes."""
    texts = {}
    for lang in LANGUAGES:
        part = form.text(lang)
        values: dict[str, Any] = {name: part[name].data or "" for name in TEXT_FIELDS}
        before = edited.texts[lang].published_at if edited and lang in edited.texts else None
        day = _moment(part.published_on.day, before)
        values |= {"published_at": day, "publish_at": editorial.moment(form, lang)}
        texts[lang] = TextDraft(**values, state=wanted.get(lang, ""))
    return ArticleDraft(
        by=actor(),
        source_lang=form.source_lang.data or "",
        author=form.author.data or "",
        reviewer=form.reviewer.data or "",
        topics=tuple(form.chosen_topics),
        ingredients=tuple(form.ingredients.data or ()),
        featured=bool(form.featured.data),
        picture={} if form.no_picture.data else (form.kept_picture or None),
        reviewed_on=form.reviewed_on.day,
        review_due=editorial.review_due(form),
        related=tuple(code for code in dict.fromkeys(form.related.data) if code),
        texts=texts,
    )


def _moment(day: date | None, before: datetime | None) -> datetime | None:
    """The moment of publishing for a chosen day; the hour stays when the day does."""
    if day is None:
        return None
    if before and local(before).date() == day:
        return before
    moment = datetime.combine(day, NEW_DAY_STARTS, local(now()).tzinfo)
    return min(moment, now())


def keep_uploads(form: ArticleForm | AuthorForm) -> None:
    """Store an uploaded picture at once, so that it is not lost when the form comes back."""
    upload = form.picture.data
    if not isinstance(upload, FileStorage) or not upload.filename:
        return
    data = upload.read()
    try:
        with writing():
            picture = store_picture(data, actor(), crops=True)
    except Refused as refusal:
        form.refuse(Refused(refusal.message, field="picture"))
        return
    form.picture_kept.data = json.dumps(picture)
    form.no_picture.data = False


def context(form: ArticleForm, edited: ArticleToEdit | None, stale: bool = False) -> dict[str, Any]:
    """Everything that the editor's page shows."""
    states = states_of(edited)
    draft = draft_of(form, {}, edited)
    both = form.shown.data == "both"
    shown = form.shown.data if form.shown.data in LANGUAGES else language()
    kind = form.look_in.data if form.look_in.data in KINDS else KINDS[0]
    lists = collections(language())
    shown_offers = selling.in_shop(lists, language())
    selling.offer_choices(form, shown_offers, lists)
    beside = languages.sides(edited)
    sides = {lang: beside[lang] | _side(lang, form, draft, edited, lists, shown_offers) for lang in LANGUAGES}
    wrong = [lang for lang in LANGUAGES if any(field.errors for field in form.text(lang))]
    if wrong and shown not in wrong:
        shown = wrong[0]
    title = title_for({one: text.title for one, text in draft.texts.items()}, language())
    look_for = form.look_for.data or ""
    looked = bool(look_for or form.do.data == "find")
    return {
        "form": form,
        "code": edited.article.code if edited else "",
        "title": title,
        "shown": shown,
        "both": both,
        "sides": sides,
        "states": states,
        "source_lang": edited.article.source_lang if edited else form.source_lang.data,
        "rule_pack": claims.PACK,
        **editorial.beside(form, edited),
        "shared_findings": findings.of_article(draft, today()),
        "picture": {} if form.no_picture.data else form.kept_picture,
        "kind": kind,
        "search": insert.search(kind, look_for, shown) if looked and not form.look_for.errors else None,
        "stale": stale,
        "newer": edited.article.updated_at if stale and edited else None,
        "saved_at": edited.article.updated_at if edited else None,
        **working.around(form, edited, stale),
        "deletable": edited is not None and "published" not in states.values(),
    }


def _side(
    lang: str,
    form: ArticleForm,
    draft: ArticleDraft,
    edited: ArticleToEdit | None,
    lists: dict[str, CollectionLink],
    in_shop: dict[str, Offer],
) -> dict[str, Any]:
    """One language: its preview, findings, sources and products."""
    text = draft.texts[lang]
    keys = markdown.keys_in(text.body)
    library = library_queries.references_by_key(keys)
    with speaking(lang):
        rendered = markdown.render(text.body, library)
    offers = in_shop | offers_by_code(rendered.product_codes, language(), with_badges=False)
    absent = [code for code in rendered.product_codes if code not in offers]
    slug = edited.texts[lang].slug if edited and lang in edited.texts else ""
    facts = findings.Facts(
        lang=lang,
        text=text,
        rendered=rendered,
        offers=offers,
        states=product_states(absent) if absent else {},
        collections=set(lists),
        held={code: [one for one in link.product_codes if one in offers] for code, link in lists.items()},
        proposals=[
            offer
            for offer in in_shop.values()
            if offer.ingredient_code in draft.ingredients and not offer.sold_out
        ],
        library=library,
        lost=[
            f"{kind}:{code}"
            for kind in ("collection", "page")
            for code in rendered.links[kind]
            if shop_path(kind, code, lang) is None
        ],
        articles={code for code, _title in admin_queries.article_choices("", lang, limit=10_000)},
    )
    cited = [(key, count) for key, count in rendered.cited.items() if key in library]
    return {
        "part": form.text(lang),
        "page": preview.page(lang, preview.typed_in(form, lang, edited.article.code if edited else "")),
        "words": rendered.words,
        "minutes": excerpts.minutes(rendered.words),
        "findings": _findings(facts, draft, bool(form.kept_picture) and not form.no_picture.data),
        "cited": [(library[key], references.short(references.as_dict(library[key])), n) for key, n in cited],
        "products": _linked(rendered, offers),
        "path": url("blog.article", lang=lang, slug=slug)
        if slug and states_of(edited)[lang] == "published"
        else "",
    }


def _linked(rendered: markdown.Rendered, offers: dict[str, Offer]) -> list[tuple[Offer, list[str]]]:
    """The products of a text, each with the places where it stands."""
    places: dict[str, list[str]] = {code: [] for code in rendered.product_codes if code in offers}
    for code, place in dict.fromkeys(rendered.products):
        if code in places:
            places[code].append(place)
    return [(offers[code], there) for code, there in places.items()]


def _findings(facts: findings.Facts, draft: ArticleDraft, has_picture: bool) -> list[Finding]:
    """What keeps this language from being published, then what else to look at."""
    if facts.text.empty:
        return []
    problems = actions.problems_of(draft, facts.lang, has_picture)
    names = ingredients(language())
    return [
        *(Finding("bad", problem.message, field=problem.field) for problem in problems),
        *findings.of_text(facts, draft, names),
        *_claims(facts),
    ]


def _claims(facts: findings.Facts) -> list[Finding]:
    """What the text says about health."""
    cited = [facts.library[key] for key in facts.rendered.cited if key in facts.library]
    texts = {
        "title": [facts.text.title],
        "lead": [facts.text.lead],
        "body": markdown.paragraphs(facts.text.body),
        "sources": [f"{work.title} {work.journal}" for work in cited],
    }
    sells = bool(facts.rendered.product_codes or facts.rendered.collections)
    return claims.findings(texts, facts.lang, sells=sells)
