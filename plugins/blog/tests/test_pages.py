"""The blog in the shop: what is shown, where, in which language, at what cost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from plugins.blog import actions
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.models import Article, ArticleText
from plugins.blog.rules import STATES
from storefront.plugin_api import LANGUAGES, db, now, writing

Read = Callable[..., Any]
Write = Callable[..., str]
Counter = Callable[[Flask], AbstractContextManager[list[str]]]
ATOM = "{http://www.w3.org/2005/Atom}"
MOST_QUERIES = 8


def words(element: Any) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def path_of(code: str, lang: str) -> str:
    slug = select(ArticleText.slug).join(Article).where(Article.code == code, ArticleText.lang == lang)
    return f"/{lang}/blog/{db.session.scalar(slug)}"


def all_paths() -> list[str]:
    rows = db.session.execute(
        select(ArticleText.lang, ArticleText.slug).where(ArticleText.state == "published")
    )
    return [f"/{lang}/blog/{slug}" for lang, slug in rows]


def sell_out(code: str) -> None:
    of_product = "SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id WHERE p.code = :code"
    with writing():
        db.session.execute(
            text(f"UPDATE stock_level SET available = 0 WHERE variant_id IN ({of_product})"), {"code": code}
        )


# --- what is published, and where ---


@pytest.mark.usefixtures("people")
def test_drafts_and_missing_translations_are_nowhere(client: FlaskClient, read: Read, write: Write) -> None:
    write("Shown", topics=("minerals",))
    for state in STATES:
        if state != "published":
            at = now() + timedelta(days=1) if state == "scheduled" else None
            write(f"Kept back {state}", topics=("minerals",), state=state, publish_at=at)
    write("Alleen Nederlands", topics=("minerals",), langs=("nl",))
    hidden = [f"/{lang}/blog/kept-back-{state}" for state in STATES for lang in LANGUAGES]
    for path in (*hidden, "/en/blog/alleen-nederlands", "/fr/blog/shown"):
        read(client, path, 404)
    assert read(client, "/nl/blog/alleen-nederlands").one(".//h1") is not None
    for path in (
        "/en/blog",
        "/en/blog/topics/minerals",
        "/en/blog/shown",
        "/en/search?q=lead",
        "/en/blog/feed.xml",
    ):
        page = client.get(path).get_data(as_text=True)
        assert "Shown" in page
        assert "Kept back" not in page
        assert "Alleen" not in page
    sitemap = client.get("/sitemap.xml").get_data(as_text=True)
    assert "/en/blog/shown" in sitemap
    assert "/nl/blog/alleen-nederlands" in sitemap
    assert "/en/blog/alleen" not in sitemap
    assert "kept-back" not in sitemap


@pytest.mark.usefixtures("people")
def test_languages_point_at_each_other_only_where_both_exist(
    client: FlaskClient, read: Read, write: Write
) -> None:
    write("Both")
    write("One", langs=("nl",))
    both = read(client, "/nl/blog/both")
    pairs = {link.get("hreflang"): link.get("href") for link in both.all(".//link[@hreflang]")}
    assert set(pairs) == {"nl", "en", "x-default"}
    assert str(pairs["en"]).endswith("/en/blog/both")
    assert [a.get("href") for a in both.all(".//main//a[@hreflang]")] == ["/en/blog/both"]
    one = read(client, "/nl/blog/one")
    assert one.all(".//*[@hreflang]") == []


@pytest.mark.usefixtures("people")
def test_an_old_address_moves_to_the_one_of_now(client: FlaskClient, write: Write) -> None:
    code = write("First title", slug="first")

    def save(slug: str) -> None:
        texts = {lang: TextDraft(title="T", body="B.", slug=slug, state="published") for lang in LANGUAGES}
        with writing():
            actions.save_article(code, ArticleDraft(author="ada", texts=texts))

    save("second")
    moved = client.get("/en/blog/first")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/en/blog/second")
    save("first")
    assert client.get("/en/blog/first").status_code == 200
    assert client.get("/en/blog/second").headers["Location"] == "/en/blog/first"


@pytest.mark.usefixtures("people")
def test_the_index_has_pages_and_topics(client: FlaskClient, read: Read, write: Write) -> None:
    for number in range(12):
        write(f"Article {number}", topics=("minerals",) if number % 2 else ("sport",))
    write("Featured", featured=True)
    first, second = read(client, "/en/blog"), read(client, "/en/blog?page=2")
    titles = [
        words(h)
        for page in (first, second)
        for post in page.classed("post")
        for h in post.iter()
        if h.tag in ("h2", "h3")
    ]
    assert titles[:2] == ["Featured", "Article 11"]
    assert len(titles) == len(set(titles)) == 13
    assert str(second.one(".//link[@rel='canonical']").get("href")).endswith("/en/blog?page=2")
    chips = [words(chip) for chip in first.classed("chip")]
    assert chips == ["All 13", "Minerals 6", "Sport 6"]
    topic = read(client, "/en/blog/topics/minerals")
    assert len(topic.classed("post")) == 6
    assert words(topic.one(".//h1")) == "Minerals"
    for path in ("/en/blog?page=3", "/en/blog?page=0", "/en/blog?page=-1", "/en/blog/topics/nothing"):
        read(client, path, 404)
    read(client, "/en/blog?page=abc")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_feed_is_atom_in_one_language(demo_client: FlaskClient, lang: str) -> None:
    response = demo_client.get(f"/{lang}/blog/feed.xml")
    assert response.mimetype == "application/atom+xml"
    root = ElementTree.fromstring(response.data)
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == lang
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 11
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert re.match(rf"http://[^/]+/{lang}/blog/[a-z0-9-]+$", str(link.get("href")))
        for name in ("title", "updated", "summary"):
            assert entry.findtext(f"{ATOM}{name}")
        assert entry.findtext(f"{ATOM}author/{ATOM}name")


# --- selling in an article ---


@pytest.mark.parametrize(("lang", "label"), [("nl", "Bestel nu"), ("en", "Order now")])
def test_one_product_goes_straight_into_the_cart(
    demo_client: FlaskClient, read: Read, lang: str, label: str
) -> None:
    (block,) = read(demo_client, path_of("magnesium-brain", lang)).classed("cta")
    form = next(iter(block.iter("form")))
    assert [words(button) for button in form.iter("button")] == [label]
    fields = {str(field.get("name")): str(field.get("value")) for field in form.iter("input")}
    assert fields["source"] == f"article:magnesium-brain:end:{lang}"
    assert "magnesium" in words(block)
    answer = demo_client.post(str(form.get("action")), data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    assert "L‑threona" in demo_client.get(answer.headers["Location"]).get_data(as_text=True)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_several_products_and_collections_lead_to_their_list(
    demo_client: FlaskClient, read: Read, lang: str
) -> None:
    several, collection = (
        next(
            a
            for a in read(demo_client, path_of(code, lang)).classed("cta")[0].iter("a")
            if "btn" in str(a.get("class"))
        )
        for code in ("elemental-magnesium", "certificate")
    )
    assert several.get("href") == f"/{lang}/products?codes=mgt-c,mgb-c"
    assert collection.get("href") == f"/{lang}/collections/nmn"
    cards = read(demo_client, str(several.get("href"))).classed("card")
    assert len(cards) == 2
    assert len(read(demo_client, str(collection.get("href"))).classed("card")) == 2


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("body", "listed"), [("## One\n\nText.", False), ("## One\n\nA.\n\n## Two\n\nB.", True)]
)
def test_a_table_of_contents_has_more_than_one_entry(
    client: FlaskClient, read: Read, write: Write, body: str, listed: bool
) -> None:
    write("Contents", body=body)
    assert bool(read(client, "/en/blog/contents").classed("toc")) is listed


def asks(element: ElementTree.Element) -> list[str]:
    """The products that the forms below an element offer to tell about; there are no other forms."""
    forms = list(element.iter("form"))
    assert {form.get("action") for form in forms} <= {"/en/back-in-stock"}
    hidden = [field for form in forms for field in form.iter("input") if field.get("name") == "code"]
    options = [option for form in forms for option in form.iter("option")]
    return [str(one.get("value")) for one in (*hidden, *options)]


def test_what_is_sold_out_says_so_and_is_not_sold(
    demo_app: Flask, demo_client: FlaskClient, read: Read, queries: Any
) -> None:
    path = path_of("magnesium-brain", "en")
    with queries(demo_app) as before:
        demo_client.get(path)
    sell_out("mgt-c")
    with queries(demo_app) as after:
        page = read(demo_client, path)
    assert len(after) <= len(before)
    (block,) = page.classed("cta")
    assert "sold out at the moment" in words(block)
    assert "Order" not in words(next(block.iter("h2")))
    assert asks(block) == ["mgt-c"]
    assert "All details" in words(block)
    (first, _second) = page.classed("inline-product")
    assert "Sold out" in words(first)
    assert asks(first) == ["mgt-c"]
    ids = [element.get("id") for element in page.root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    several = read(demo_client, path_of("elemental-magnesium", "en")).classed("cta")[0]
    assert words(several).count("Sold out") == 1
    assert "Order now" in words(several)
    sell_out("mgb-c")
    several = read(demo_client, path_of("elemental-magnesium", "en")).classed("cta")[0]
    assert asks(several) == ["mgt-c", "mgb-c"]


def test_a_product_that_is_gone_leaves_no_trace(demo_client: FlaskClient, read: Read) -> None:
    with writing():
        db.session.execute(text("UPDATE product SET state = 'archived' WHERE code IN ('mgt-c', 'mgt-p')"))
    page = read(demo_client, path_of("magnesium-brain", "en"))
    assert page.classed("cta") == []
    assert len(page.classed("inline-product")) == 1
    assert [a for a in page.all(".//main//a") if "product:" in str(a.get("href"))] == []
    one_left = read(demo_client, path_of("elemental-magnesium", "en")).classed("cta")[0]
    assert words(next(iter(one_left.iter("h2")))) == "Order magnesium bisglycinate now"


def test_the_price_in_an_article_is_the_price_of_now(demo_client: FlaskClient, read: Read) -> None:
    with writing():
        db.session.execute(text("UPDATE variant SET price_cents = 3333 WHERE sku = 'MGT-C-90'"))
    page = read(demo_client, path_of("magnesium-brain", "nl"))
    for block in (page.classed("cta")[0], page.classed("inline-product")[0]):
        assert "€ 33,33" in words(block).replace("\u00a0", " ")
        assert "per 100 g" in words(block)


def test_badges_fall_when_their_evidence_ends(demo_client: FlaskClient, read: Read) -> None:
    path = path_of("magnesium-brain", "en")
    assert "Lowest of 2 batches" in words(read(demo_client, path).classed("inline-product")[0])
    with time_machine.travel(datetime.now(UTC) + timedelta(days=5 * 365), tick=False):
        page = read(demo_client, path)
    (block,) = page.classed("cta")
    assert [a.get("href") for a in block.iter("a") if "#" in str(a.get("href"))] == []
    assert "batches" not in words(page.classed("inline-product")[0])
    assert "Order now" in words(block)


# --- in other places of the shop ---


@pytest.mark.parametrize(("lang", "title"), [("nl", "Lees het onderzoek"), ("en", "Read the research")])
def test_a_product_page_lists_the_articles_that_link_it(
    demo_client: FlaskClient, read: Read, lang: str, title: str
) -> None:
    slug = db.session.scalar(
        text(
            "SELECT slug FROM product_text t JOIN product p ON p.id = t.product_id"
            " WHERE code = 'mgt-c' AND lang = :l"
        ),
        {"l": lang},
    )
    page = read(demo_client, f"/{lang}/products/{slug}")
    assert title in [words(h) for h in page.all(".//h2")]
    links = {str(a.get("href")) for a in page.all(".//main//a")}
    assert path_of("magnesium-brain", lang) in links
    assert path_of("creatine-scoop", lang) not in links


def test_the_home_page_shows_the_featured_article_and_the_newest(
    demo_client: FlaskClient, read: Read
) -> None:
    page = read(demo_client, "/en/")
    posts = page.classed("post")
    assert len(posts) == 3 and "Magnesium and the brain" in "".join(posts[0].itertext())
    assert "/en/blog" in {a.get("href") for a in page.all(".//header//nav//a")}
    assert "/en/blog" in {a.get("href") for a in page.all(".//footer//a")}


@pytest.mark.parametrize(
    "path", ["/nl/", "/en/search?q=magnesium", "/en/products/nmn-capsules", "/sitemap.xml"]
)
def test_without_the_plugin_nothing_of_it_is_left_and_nothing_is_lost(make_app: Any, path: str) -> None:
    app = make_app("demo", plugins=("announcement",))
    page = app.test_client().get(path).get_data(as_text=True).lower()
    assert "blog" not in page
    assert app.test_client().get("/nl/blog").status_code == 404
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Article)) == 12


def test_links_in_the_text_bear_the_prefix_under_which_the_shop_is_mounted(demo_app: Flask) -> None:
    client = demo_app.test_client()
    page = client.get(path_of("magnesium-brain", "en"), environ_overrides={"SCRIPT_NAME": "/shop"})
    html = page.get_data(as_text=True)
    assert re.findall(r'(?:href|src|action)="(/(?!shop/)[^"]*)"', html) == []
    assert '"/shop/en/blog/' in html


# --- cost ---


def test_no_page_of_the_blog_needs_more_than_eight_queries(any_demo_app: Flask, queries: Counter) -> None:
    client = any_demo_app.test_client()
    client.get("/nl/cart")
    paths = [*all_paths(), "/nl/blog", "/en/blog?page=2", "/en/blog/topics/nmn", "/nl/blog/feed.xml"]
    paths += ["/en/blog/authors/daan-ouwehand", "/nl/blog/topics/nmn/feed.xml", "/en/products/nmn-capsules"]
    db.session.remove()
    for path in paths:
        with queries(any_demo_app) as seen:
            response = client.get(path)
        assert response.status_code == 200, path
        assert len(seen) <= MOST_QUERIES, (path, seen)
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.usefixtures("people")
def test_many_articles_cost_as_many_queries_as_few(
    app: Flask, client: FlaskClient, queries: Counter, write: Write
) -> None:
    def count(path: str) -> int:
        db.session.remove()
        with queries(app) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    paths = (
        "/en/blog",
        "/en/blog/topics/minerals",
        "/en/blog/article-1",
        "/en/blog/feed.xml",
        "/en/search?q=article",
    )
    made = 0
    counts = []
    for total in (10, 60):
        for number in range(made, total):
            write(f"Article {number}", topics=("minerals",), ingredients=("magnesium",))
        made = total
        counts.append([count(path) for path in paths])
    assert all(many <= few for few, many in zip(*counts, strict=True)), counts


def test_a_page_that_did_not_change_answers_304(demo_client: FlaskClient) -> None:
    path = path_of("magnesium-brain", "nl")
    etag = demo_client.get(path).headers["ETag"]
    assert demo_client.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_json_ld_prices_and_picture_are_absolute(demo_client: FlaskClient, read: Read) -> None:
    page = read(demo_client, path_of("creatine-brain", "en"))
    scripts = [json.loads(s.text or "") for s in page.all(".//script[@type='application/ld+json']")]
    kinds = {data["@type"]: data for data in scripts}
    assert set(kinds) >= {"BlogPosting", "BreadcrumbList"}
    for picture in kinds["BlogPosting"]["image"]:
        assert re.match(r"http://.+/media/[0-9a-f]{64}-\d+x\d+\.jpg$", picture)
    doi = {c["identifier"]["value"] for c in kinds["BlogPosting"]["citation"] if "identifier" in c}
    assert "10.3389/fnut.2024.1424972" in doi
    erratum = [a for a in page.by_id("refs").iter("a") if words(a) == "Erratum"]
    assert [a.get("href") for a in erratum] == ["https://doi.org/10.3389/fnut.2025.1570800"]
