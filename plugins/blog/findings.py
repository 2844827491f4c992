"""What a marketer should look at in an article. Findings inform; only `rules.problems` refuse. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from storefront.plugin_api import Offer, format_date
from storefront.plugin_api import gettext as _

from . import call_to_action, evidence, excerpts, references
from .drafts import ArticleDraft, TextDraft
from .markdown import Rendered
from .models import Reference

TYPED = re.compile(r"(?:^|<p>)(:::.*?)(?:</p>|<br ?/?>|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. level: bad (keeps a text from being published), warn. field: its form field."""

    level: str
    title: str
    detail: str = ""
    field: str = ""
    fix: str = ""  # the value of a button that does something about it
    fix_label: str = ""


@dataclass(frozen=True)
class Facts:
    """What the findings about one language's text are made of."""

    lang: str
    text: TextDraft
    rendered: Rendered
    offers: Mapping[str, Offer]  # every product that the text names and the shop sells
    collections: Collection[str]  # the codes of the collections that exist
    library: Mapping[str, Reference]
    articles: Collection[str] = field(default_factory=tuple)  # the codes of the articles that exist
    proposals: Sequence[Offer] = ()  # what could be sold in its place: in stock, and of the article's topic
    held: Mapping[str, Collection[str]] = field(default_factory=dict)  # the products of offered collections
    states: Mapping[str, str] = field(default_factory=dict)  # of the products that the shop knows
    lost: Collection[str] = field(default_factory=tuple)  # links to what the shop has no page for


def of_text(facts: Facts, draft: ArticleDraft, ingredients: Mapping[str, str]) -> list[Finding]:
    """The findings about one language's text."""
    return [
        *_products(facts, draft, ingredients),
        *_links(facts),
        *_sources(facts),
        *_description(facts),
    ]


def of_article(draft: ArticleDraft, today: date) -> list[Finding]:
    """The findings about what both languages share."""
    found = []
    if draft.review_due and draft.review_due <= today:
        words = _("It was to be reviewed again by %(day)s.", day=format_date(draft.review_due))
        found.append(Finding("warn", _("Review overdue"), words, "review_due"))
    if not draft.topics:
        words = _("Without one, related articles are only the newest.")
        found.append(Finding("warn", _("No topic"), words, "main_topic"))
    if not draft.ingredients:
        words = _("Then nothing can tell whether a product fits the article.")
        found.append(Finding("warn", _("Not said what it is about"), words, "ingredients"))
    return found


def _products(facts: Facts, draft: ArticleDraft, ingredients: Mapping[str, str]) -> list[Finding]:
    rendered = facts.rendered
    ordered = [code for code, place in rendered.products if place not in ("card", "link", "substitute")]
    here = f"{facts.lang}-body"
    found = []
    found += [*_absent_products(facts), *_absent_collections(facts), *_not_understood(facts)]
    found += dict.fromkeys(_other_topics(facts, draft, ingredients))
    substitutes = any(place == "substitute" for _code, place in rendered.products)
    for code in dict.fromkeys(ordered):
        offer = facts.offers.get(code)
        if offer and offer.sold_out and not substitutes:
            words = _("The order-now block cannot sell it until there is stock again.")
            found.append(Finding("warn", _("%(product)s is sold out", product=offer.name), words, here))
    if facts.text.body and not ordered and not rendered.collections:
        words = _("Put an order-now block where readers should be able to order.")
        found.append(Finding("warn", _("No call to action"), words, here))
    return [*found, *_calls(facts)]


def _absent_products(facts: Facts) -> Iterable[Finding]:
    """Codes that the shop does not know, with the nearest one that it does; and what is not for sale."""
    here = f"{facts.lang}-body"
    nothing = _("Readers see nothing in its place; of a link, only the words.")
    for code in facts.rendered.product_codes:
        if code in facts.offers:
            continue
        if code in facts.states:
            why = {"draft": _("It is a draft."), "archived": _("It is archived.")}.get(facts.states[code])
            why = why or _("It has no size on sale, or no text in this language.")
            yield Finding("warn", _("Product %(code)s is not for sale", code=code), f"{why} {nothing}", here)
            continue
        [near] = difflib.get_close_matches(code, list(facts.offers), n=1) or [""]
        fix = f"fix:{facts.lang}:{code}:{near}" if near else ""
        label = _("Put %(product)s in its place", product=facts.offers[near].name) if near else ""
        yield Finding("warn", _("The shop has no product %(code)s", code=code), nothing, here, fix, label)


def _absent_collections(facts: Facts) -> Iterable[Finding]:
    """Collections that a call to action offers and that have nothing to sell."""
    here = f"{facts.lang}-body"
    for code in dict.fromkeys(facts.rendered.collection_codes):
        if code not in facts.collections:
            title = _("The shop has no collection %(code)s", code=code)
        elif not facts.held.get(code):
            title = _("The collection %(code)s is empty", code=code)
        else:
            continue
        yield Finding("warn", title, _("A call to action for nothing else is not shown to readers."), here)


def _not_understood(facts: Facts) -> Iterable[Finding]:
    """Lines that begin like ours and are none, such as a product without a code: readers see them."""
    for block in facts.rendered.blocks:
        for line in TYPED.findall(block.get("html", "")):
            words = _("Readers see it as it is typed: %(line)s", line=Markup(line).striptags())
            yield Finding("warn", _("A line with ::: that is not understood"), words, f"{facts.lang}-body")


def _other_topics(facts: Facts, draft: ArticleDraft, ingredients: Mapping[str, str]) -> Iterable[Finding]:
    """What is sold of another topic and without a reason; a call to action with what could stand instead."""
    if not draft.ingredients:
        return
    about = ", ".join(ingredients.get(code, code) for code in draft.ingredients)
    there = set(facts.rendered.product_codes)
    instead = next((offer for offer in facts.proposals if offer.code not in there), None)
    for block in facts.rendered.blocks:
        asked = block.get("order_now") or {"codes": [block["product"]] if "product" in block else []}
        if block.get("reason") or asked.get("reason"):
            continue
        sold = {code: facts.offers[code] for code in asked["codes"] if code in facts.offers}
        for name in asked.get("collections", []):
            sold |= {f"collection:{name}": facts.offers[code] for code in facts.held.get(name, ())}
        fits = any(offer.ingredient_code in draft.ingredients for offer in sold.values())
        if fits and "order_now" in block:
            continue
        for old, offer in sold.items():
            if offer.ingredient_code not in draft.ingredients:
                words = _(
                    "The article is about %(about)s. With a reason behind it, it can stay.", about=about
                )
                title = _("%(product)s is another topic", product=offer.name)
                fix = f"fix:{facts.lang}:{old}:{instead.code}" if instead else ""
                label = _("Put %(product)s in its place", product=instead.name) if instead else ""
                yield Finding("warn", title, words, f"{facts.lang}-body", fix, label)


def _calls(facts: Facts) -> Iterable[Finding]:
    """More than one call to action, and wordings that stand for nothing."""
    here = f"{facts.lang}-body"
    asked = [block["order_now"] for block in facts.rendered.blocks if "order_now" in block]
    if len(asked) > 1:
        words = _("The first one is the primary; a reader who is asked twice decides less easily.")
        yield Finding("warn", _("More than one call to action"), words, here)
    unknown = [word for one in asked for word in call_to_action.unknown_words(one["heading"])]
    if unknown:
        names = ", ".join(f"{{{word}}}" for word in dict.fromkeys(unknown))
        words = _("It stays in the heading as it is typed: %(words)s", words=names)
        yield Finding("warn", _("Unknown word in braces"), words, here)


def _links(facts: Facts) -> Iterable[Finding]:
    gone = [code for code in facts.rendered.links["article"] if code not in facts.articles]
    if gone:
        words = _("Readers see the words without a link: %(codes)s", codes=", ".join(gone))
        yield Finding("warn", _("Link to an article that does not exist"), words, f"{facts.lang}-body")
    if facts.lost:
        words = _("Readers see the words without a link: %(codes)s", codes=", ".join(facts.lost))
        yield Finding("warn", _("Link to a page that the shop does not have"), words, f"{facts.lang}-body")


def _sources(facts: Facts) -> Iterable[Finding]:
    here = f"{facts.lang}-body"
    cited = [facts.library[key] for key in facts.rendered.cited if key in facts.library]
    if facts.text.body and not cited:
        yield Finding("warn", _("No sources"), _("Nothing in the text says where it comes from."), here)
    cards = {work.key: references.as_dict(work) for work in cited}
    thin = [key for key, card in cards.items() if evidence.is_empty(card, facts.lang)]
    if thin:
        words = _("In this language the study card is empty: %(keys)s", keys=", ".join(thin))
        yield Finding("warn", _("Study card missing"), words, here)
    part = [key for key, card in cards.items() if key not in thin and evidence.missing(card, facts.lang)]
    if part:
        words = _(
            "Who took part, how long, who paid or what came out is not said: %(keys)s", keys=", ".join(part)
        )
        yield Finding("warn", _("Study card incomplete"), words, here)
    for state, title, words in _doubts():
        keys = [work.key for work in cited if work.state == state and not work.kept_because]
        if keys:
            yield Finding("warn", title, f"{words} {', '.join(keys)}", here)


def _doubts() -> tuple[tuple[str, str, str], ...]:
    """What is said of cited works, by their state in the library."""
    return (
        ("corrected", _("A cited paper was corrected"), _("Read it before you rely on the figures:")),
        ("retracted", _("A cited paper was retracted"), _("See whether the article can stand without it:")),
        ("mismatch", _("A source contradicts itself"), _("The library says what does not fit:")),
    )


def _description(facts: Facts) -> Iterable[Finding]:
    length = len(facts.text.meta_description)
    if length > excerpts.DESCRIPTION_CHARACTERS:
        words = _("Search engines show about 155 characters; this has %(n)s.", n=length)
        yield Finding("warn", _("Description cut off"), words, f"{facts.lang}-meta_description")
