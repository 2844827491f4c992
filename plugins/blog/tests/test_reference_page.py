"""What the reference page got wrong and ours does: one test per row of DOMAIN.md section 1 (SE-…)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.blog import actions
from plugins.blog.citations import identify
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.models import Article, ArticleText
from storefront.plugin_api import LANGUAGES, Refused, db, writing

Read = Callable[..., Any]
Write = Callable[..., str]
OTHER = {"nl": "en", "en": "nl"}


def published(lang: str) -> list[ArticleText]:
    texts = select(ArticleText).where(ArticleText.lang == lang, ArticleText.state == "published")
    return list(db.session.scalars(texts))


def hidden() -> list[ArticleText]:
    """The texts of the demo that no reader sees, in either language."""
    found = list(db.session.scalars(select(ArticleText).where(ArticleText.state != "published")))
    assert found
    return found


def words(element: Any) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_01_one_language_per_page(demo_client: FlaskClient, read: Read, lang: str) -> None:
    foreign = {(text.title, text.lead, text.image_alt) for text in [*published(OTHER[lang]), *hidden()]}
    own = {part for text in published(lang) for part in (text.title, text.lead, text.image_alt)}
    paths = [f"/{lang}/blog"] + [f"/{lang}/blog/{text.slug}" for text in published(lang)]
    for path in paths:
        page = read(demo_client, path)
        assert page.root.get("lang") == lang
        alts = {image.get("alt") for image in page.all(".//img")}
        for part in {part for parts in foreign for part in parts if part} - own:
            assert part not in page.html, f"{path} shows {part!r}"
            assert part not in alts


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_02_a_title_and_an_excerpt_stand_once(demo_client: FlaskClient, read: Read, lang: str) -> None:
    page = read(demo_client, f"/{lang}/blog")
    cards = page.classed("post")
    assert len(cards) == min(len(published(lang)), 10)
    for card in cards:
        title = words(next(element for element in card.iter() if element.tag in ("h2", "h3")))
        teaser = words(next(p for p in card.iter("p") if "byline" not in str(p.get("class"))))
        assert page.text.count(title) == 1
        assert page.text.count(teaser) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_03_one_main_heading(demo_client: FlaskClient, read: Read, lang: str) -> None:
    for text in published(lang):
        assert words(read(demo_client, f"/{lang}/blog/{text.slug}").one(".//h1")) == text.title


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_04_no_heading_level_is_skipped_and_the_contents_lead_to_the_sections(
    demo_client: FlaskClient, read: Read, lang: str
) -> None:
    for text in published(lang):
        page = read(demo_client, f"/{lang}/blog/{text.slug}")
        levels = [int(e.tag[1]) for e in page.one(".//main").iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
        assert levels[0] == 1
        assert all(below <= above + 1 for above, below in pairwise(levels)), levels
        (contents,) = page.classed("toc")
        for link in contents.iter("a"):
            section = page.by_id(str(link.get("href")).removeprefix("#"))
            heading = section if section.tag == "h2" else section.find("h2")
            assert words(heading) == words(link)


@pytest.mark.usefixtures("people")
def test_se_05_a_meta_description_of_its_own_or_the_first_sentences(
    client: FlaskClient, read: Read, write: Write
) -> None:
    lead = (
        "Rats learned better with more magnesium. " + "People have not been asked yet in large trials. " * 4
    )
    write("Given", lead=lead, meta_description="Typed by hand.")
    write("Made", lead=lead)
    for slug, description in {"given": "Typed by hand.", "made": None}.items():
        page = read(client, f"/en/blog/{slug}")
        shown = str(page.one(".//meta[@name='description']").get("content"))
        assert shown == description or lead.startswith(shown)
        assert 40 <= len(shown) <= 155 or shown == description
        assert shown.endswith(".")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_06_citations_and_sources_are_linked_both_ways(
    demo_client: FlaskClient, read: Read, lang: str
) -> None:
    seen = 0
    for text in published(lang):
        page = read(demo_client, f"/{lang}/blog/{text.slug}")
        marks = page.classed("cite")
        assert all(mark.get("role") == "doc-noteref" and mark.get("aria-label") for mark in marks)
        there = {mark.get("id"): str(mark.get("href")).removeprefix("#") for mark in marks}
        back = {}
        for number, item in enumerate(item for top in page.classed("refs") for item in top.iter("li")):
            assert item.get("id") == f"r{number + 1}"
            links = [str(a.get("href")) for a in item.iter("a") if str(a.get("href")).startswith("#c")]
            assert links, "a source that nothing cites"
            back |= {link.removeprefix("#"): item.get("id") for link in links}
        assert there == back
        seen += len(marks)
    assert seen > 20


@pytest.mark.usefixtures("people", "sources")
def test_se_06_an_unknown_citation_keeps_the_text_back(app: Flask, write: Write) -> None:
    with pytest.raises(Refused) as refused:
        write("Magnesium", body="Known[@liu2016], unknown[@nobody1999].", langs=("nl",))
    assert refused.value.field == "nl-body"
    assert "nobody1999" in str(refused.value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_08_sources_link_by_title_to_the_doi_and_besides_to_pubmed(
    demo_client: FlaskClient, read: Read, lang: str
) -> None:
    slug = db.session.scalar(
        select(ArticleText.slug)
        .join(Article)
        .where(Article.code == "magnesium-brain", ArticleText.lang == lang)
    )
    page = read(demo_client, f"/{lang}/blog/{slug}")
    links = {str(a.get("href")): a for a in page.by_id("refs").iter("a")}
    slutsky = links["https://doi.org/10.1016/j.neuron.2009.12.026"]
    assert words(slutsky) == "Enhancement of learning and memory by elevating brain magnesium."
    assert slutsky.get("lang") == "en"
    assert words(links["https://pubmed.ncbi.nlm.nih.gov/20152124/"]) == "PubMed 20152124"
    assert words(links["https://pmc.ncbi.nlm.nih.gov/articles/PMC12832366/"]) == "PMC12832366"
    assert not [words(a) for a in links.values() if words(a).startswith("http")]


@pytest.mark.parametrize(
    "pasted", ["26519439\u00a0", "\u200b26519439", "\ufeff26519439.", "26519439,", "(26519439)"]
)
def test_se_10_invisible_characters_and_trailing_punctuation_go(pasted: str) -> None:
    assert identify(pasted.removeprefix("(")).pmid == "26519439"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_14_author_reviewer_and_dates_are_shown_and_told_to_machines(
    demo_client: FlaskClient, read: Read, lang: str
) -> None:
    for text in published(lang):
        page = read(demo_client, f"/{lang}/blog/{text.slug}")
        article = db.session.get_one(Article, text.article_id)
        (people,) = page.classed("people")
        times = [time.get("datetime") for time in people.iter("time")]
        assert text.published_at is not None
        assert times == [str(text.published_at.date()), str(article.reviewed_on)]
        scripts = page.all(".//script[@type='application/ld+json']")
        posting = next(d for d in (json.loads(s.text or "") for s in scripts) if d["@type"] == "BlogPosting")
        assert posting["headline"] == text.title
        assert posting["author"]["name"] in words(people)
        for name in ("datePublished", "dateModified"):
            assert re.search(r"T\d\d:\d\d:\d\d[+-]\d\d:\d\d$", posting[name])
        assert posting["mainEntityOfPage"]["lastReviewed"] == times[1]
        assert len(posting["citation"]) == len(text.sources)


@pytest.mark.usefixtures("people")
def test_se_14_an_article_without_an_author_is_not_published(app: Flask, write: Write) -> None:
    with pytest.raises(Refused) as refused:
        write("Magnesium", author="")
    assert refused.value.field == "author"
    assert write("Magnesium", author="", published=False) == "magnesium"


@pytest.mark.parametrize(("lang", "label"), [("nl", "Terug naar blog"), ("en", "Back to blog")])
def test_se_15_back_to_the_blog_in_the_same_language(
    demo_client: FlaskClient, read: Read, lang: str, label: str
) -> None:
    page = read(demo_client, f"/{lang}/blog/{published(lang)[0].slug}")
    (back,) = [a for a in page.all(".//main//a") if words(a) == label]
    assert back.get("href") == f"/{lang}/blog"


@pytest.mark.parametrize(
    ("lang", "order", "details"), [("nl", "Bestel nu", "Alle details"), ("en", "Order now", "All details")]
)
def test_se_17_the_call_to_action_speaks_the_language_of_the_page(
    demo_client: FlaskClient, read: Read, lang: str, order: str, details: str
) -> None:
    other = {"nl": "Order", "en": "Bestel"}[lang]
    found = 0
    for text in published(lang):
        for block in read(demo_client, f"/{lang}/blog/{text.slug}").classed("cta"):
            found += 1
            controls = [words(e) for e in block.iter() if e.tag == "button" or "btn" in str(e.get("class"))]
            assert controls == [order]
            assert other not in words(block)
            if block.find(".//form") is not None:
                assert details in [words(a) for a in block.iter("a")]
    assert found == len(published(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_22_badges_stand_in_order_and_lead_to_their_evidence(
    demo_client: FlaskClient, read: Read, lang: str
) -> None:
    seen = 0
    for text in published(lang):
        for block in read(demo_client, f"/{lang}/blog/{text.slug}").classed("cta"):
            links = [
                str(a.get("href")) for part in [block] for a in part.iter("a") if "#" in str(a.get("href"))
            ]
            codes = [link.partition("#")[2] for link in links]
            assert codes == [code for code in ("purity", "lab", "gmp") if code in codes]
            for link in links:
                path, _mark, code = link.partition("#")
                assert read(demo_client, path).by_id(code) is not None
                seen += 1
    assert seen >= 3


@pytest.mark.usefixtures("people")
def test_se_23_related_is_topic_then_ingredient_then_newest_and_never_itself(
    client: FlaskClient, read: Read, write: Write
) -> None:
    write("Same ingredient, old", topics=("sport",), ingredients=("magnesium",))
    write("Same topic, old", topics=("sport", "minerals"))
    write("Nothing shared, old")
    write("Both", topics=("minerals",), ingredients=("magnesium",))
    write("Nothing shared, new")
    write("Draft of the topic", topics=("minerals",), published=False)
    write("This one", topics=("minerals",), ingredients=("magnesium",))
    page = read(client, "/en/blog/this-one")
    slides = [words(h3) for top in page.classed("carousel") for h3 in top.iter("h3")]
    assert slides == ["Both", "Same topic, old", "Same ingredient, old"]


@pytest.mark.usefixtures("people")
def test_se_24_titles_are_whole_wherever_they_stand(client: FlaskClient, read: Read, write: Write) -> None:
    title = "Magnesium L‑threonate and everything that has been studied in rats, in people and both at once"
    write(title, slug="long")
    write("Another")
    assert title in [words(h) for h in read(client, "/en/blog").all(".//h3")]
    assert title in [words(h) for h in read(client, "/en/blog/another").all(".//h3")]


@pytest.mark.usefixtures("people")
def test_se_25_excerpts_are_typed_or_the_first_thirty_words(
    client: FlaskClient, read: Read, write: Write
) -> None:
    lead = " ".join(f"word{n}" for n in range(31))
    write("Made", lead=lead)
    write("Typed", lead=lead, excerpt="Typed by hand.")
    text = read(client, "/en/blog").text
    assert "word29… " in text + " "
    assert "word30" not in text
    assert "Typed by hand." in text


@pytest.mark.parametrize(
    ("lang", "middle", "names"),
    [
        ("nl", "2 van 3", ["Vorig artikel", "Volgend artikel"]),
        ("en", "2 of 3", ["Previous article", "Next article"]),
    ],
)
def test_se_26_the_carousel_works_without_script_and_says_where_it_is(
    demo_client: FlaskClient, read: Read, lang: str, middle: str, names: list[str]
) -> None:
    page = read(demo_client, f"/{lang}/blog/{published(lang)[0].slug}")
    (carousel,) = page.classed("carousel")
    assert carousel.get("tabindex") == "0"
    assert carousel.get("aria-label")
    pagers = page.classed("pager", carousel)
    assert [words(pager).strip() for pager in pagers][1] == middle
    assert [a.get("aria-label") for a in pagers[1].iter("a")] == names
    for pager in pagers:
        for link in pager.iter("a"):
            assert page.by_id(str(link.get("href")).removeprefix("#")).tag == "li"


@pytest.mark.usefixtures("people")
def test_se_27_typography_is_kept_slugs_are_ascii_and_search_ignores_apostrophes(
    client: FlaskClient, read: Read, write: Write
) -> None:
    write("Alzheimer’s “disease” — a word on names", body="It’s 5–10 µg, naïvely.")
    page = read(client, "/en/blog/alzheimers-disease-a-word-on-names")
    assert words(page.one(".//h1")) == "Alzheimer’s “disease” — a word on names"
    assert "It’s 5–10 µg, naïvely." in page.text
    for typed in ("Alzheimers", "alzheimer’s", "ALZHEIMER'S", "naively"):
        assert "Alzheimer’s “disease”" in read(client, f"/en/search?q={typed}").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_29_an_article_fetches_nothing_from_elsewhere_and_marks_links_that_leave(
    demo_client: FlaskClient, read: Read, lang: str
) -> None:
    for text in published(lang):
        page = read(demo_client, f"/{lang}/blog/{text.slug}")
        fetched = [
            e.get("src") or e.get("srcset") for e in page.root.iter() if e.get("src") or e.get("srcset")
        ]
        fetched += [link.get("href") for link in page.all(".//link[@rel='stylesheet']")]
        assert [address for address in fetched if not str(address).startswith("/")] == []
        for link in page.all(".//a"):
            href = str(link.get("href"))
            if re.match(r"https?:|//", href):
                assert {"noopener", "external"} <= set(str(link.get("rel")).split()), href
                assert not re.search(r"utm_|fbclid|gclid", href)
            assert href != "#"


@pytest.mark.usefixtures("people")
def test_the_review_that_is_due_is_kept(app: Flask) -> None:
    draft = ArticleDraft(
        author="ada",
        reviewer="rik",
        reviewed_on=date(2026, 1, 1),
        review_due=date(2026, 6, 1),
        texts={"en": TextDraft(title="Due", body="Text.", state="published")},
    )
    with writing():
        code = actions.create_article(draft).code
    article = db.session.scalars(select(Article).where(Article.code == code)).one()
    assert (article.reviewed_on, article.review_due) == (date(2026, 1, 1), date(2026, 6, 1))
