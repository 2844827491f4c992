"""Whatever happens to products and articles, no page has a dead link, a mixed language or a stale price."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from storefront.plugin_api import format_money
from storefront.testing import Maker

from .generated import LISTED, MARK, Blog, Goods, Story

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
LANGS = ("nl", "en")


class Part:
    """An element of a page: its words, links and the article numbers of its forms."""

    def __init__(self, place: str = "") -> None:
        self.place = place
        self.words = ""
        self.links: list[str] = []
        self.skus: list[str] = []


class Reading(HTMLParser):
    """The main part of a page, and in it each product card and call to action."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.main, self.parts = Part(), list[Part]()
        self.all_links: list[str] = []
        self._open: list[tuple[str, Part | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.all_links.append(given["href"])
        part: Part | None = None
        if tag == "main":
            part = self.main
        elif "data-placement" in given:
            part = Part(given["data-placement"])
            self.parts.append(part)
        for _tag, inside in self._open:
            if inside is not None and tag == "a":
                inside.links.append(given.get("href", ""))
            if inside is not None and tag == "input" and given.get("name") == "sku":
                inside.skus.append(given.get("value", ""))
        if tag not in VOID:
            self._open.append((tag, part))

    def handle_endtag(self, tag: str) -> None:
        while any(one == tag for one, _part in self._open) and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _tag, inside in self._open:
            if inside is not None:
                inside.words += data


class Crawl:
    """One walk over every page of the blog and what its pages link."""

    def __init__(self, client: FlaskClient, blog: Blog) -> None:
        self.client, self.blog = client, blog
        self.answers: dict[str, int] = {}

    def page(self, path: str) -> Reading:
        """A page that has to be there, in one language, with no link that leads nowhere."""
        lang = path.split("/")[1]
        answer = self.client.get(path)
        self.answers[path] = answer.status_code
        assert answer.status_code == 200, path
        reading = Reading(answer.text)
        other = MARK["en" if lang == "nl" else "nl"]
        assert other not in reading.main.words, path
        for href in set(reading.all_links):
            target = href.partition("#")[0].partition("?")[0]
            if target.startswith("/") and target not in self.answers:
                self.answers[target] = self.client.get(target).status_code
            assert not target.startswith("/") or self.answers[target] == 200, (path, href)
        return reading

    def everything(self) -> None:
        """Every article, product, list and index, in both languages."""
        for lang in LANGS:
            for story in self.blog.stories.values():
                path = f"/{lang}/blog/{story.slug(lang)}"
                if story.seen(lang):
                    self.article(story, lang, self.page(path))
                else:
                    assert self.client.get(path).status_code == 404, path
            for goods in self.blog.goods.values():
                path = f"/{lang}/products/{goods.slug(lang)}"
                if goods.seen:
                    self.product(goods, lang, self.page(path))
                else:
                    assert self.client.get(path).status_code == 404, path
            self.page(f"/{lang}/blog")

    def article(self, story: Story, lang: str, reading: Reading) -> None:
        """The products of an article are those of the truth, with the prices of now."""
        blocks = iter(reading.parts)
        for kind, what in story.parts:
            if kind == "card" and self.blog.goods[what].seen:
                block = next(blocks)
                assert block.place == "card"
                self.sells(block, [self.blog.goods[what]], lang)
            elif kind == "cta" and (offered := self.blog.offered(what)):
                block = next(blocks)
                assert block.place in ("lead", "text", "end")
                self.sells(block, offered, lang)
        assert list(blocks) == [], story.code
        linked = {href for href in reading.main.links if f"/{lang}/products/" in href}
        for kind, what in story.parts:
            if kind in ("link", "typed", "absolute"):
                goods = self.blog.goods[what]
                after = "#facts" if kind == "absolute" else ""
                assert (f"/{lang}/products/{goods.slug(lang)}{after}" in linked) is goods.seen, story.code
            if kind == "article":
                there = what in self.blog.stories and self.blog.stories[what].seen(lang)
                path = f"/{lang}/blog/{self.blog.stories[what].slug(lang)}" if there else "/never"
                assert (path in reading.main.links) is there, story.code

    def sells(self, block: Part, offered: list[Goods], lang: str) -> None:
        """A card or call to action shows these products: address, price, stock, what goes into the cart."""
        wording = re.sub(r"\s+", " ", block.words)
        listed = offered[:LISTED] if len(offered) <= LISTED else []
        for goods in listed:
            assert f"/{lang}/products/{goods.slug(lang)}" in block.links
            assert f"{MARK[lang]} {goods.code} {goods.version}" in wording
            if not goods.sold_out or block.place == "card":
                assert money(goods.default.cents, lang) in wording
        known = {money(size.cents, lang) for goods in offered for size in goods.sizes if size.on_sale}
        unit = {money(size.cents * 2, lang) for goods in offered for size in goods.sizes}  # 50 g, per 100 g
        assert set(re.findall(r"€ ?[\d.,]*\d", wording)) <= known | unit, wording
        to_list = [href for href in block.links if "/collections/" in href or "codes=" in href]
        if not to_list:
            [goods] = offered
            assert block.skus == ([] if goods.sold_out else [goods.default.sku])

    def product(self, goods: Goods, lang: str, reading: Reading) -> None:
        """A product's page lists articles that speak of it, and only those that are there."""
        mine = [story for story in self.blog.stories.values() if goods.code in self.blog.mentions(story)]
        paths = {f"/{lang}/blog/{story.slug(lang)}" for story in mine if story.seen(lang)}
        listed = {href for href in reading.main.links if href.startswith(f"/{lang}/blog/")}
        assert listed <= paths, goods.code
        assert len(listed) == min(4, len(paths)), goods.code


def money(cents: int, lang: str) -> str:
    """An amount as the pages write it, with plain spaces."""
    return re.sub(r"\s+", " ", format_money(cents, lang))


SIZES = [
    pytest.param("sqlite", 40, 12, id="small"),
    pytest.param("sqlite", 300, 60, id="large", marks=pytest.mark.full),
    pytest.param(
        "postgres", 300, 60, id="large on PostgreSQL", marks=[pytest.mark.full, pytest.mark.postgres]
    ),
]


@pytest.mark.parametrize(("database", "articles", "products"), SIZES)
def test_no_deed_leaves_a_dead_link_a_mixed_language_or_a_stale_price(
    make_app: Maker, database: str, articles: int, products: int
) -> None:
    app = make_app("empty", database)
    with app.app_context():
        blog = Blog(6, articles, products)
    client = app.test_client()

    def walk() -> None:
        Crawl(client, blog).everything()

    walk()
    first, second, third, fourth = list(blog.goods)[:4]
    moved, gone, hidden, archived = "a1", "a2", "a3", "a4"
    old = [f"/nl/products/{blog.goods[first].slug('nl')}"]
    old += [f"/{lang}/blog/{blog.stories[moved].slug(lang)}" for lang in blog.stories[moved].langs]
    with app.app_context():
        blog.rename(first)
        blog.move(moved)
    walk()
    for path in old:
        answer = client.get(path)
        assert answer.status_code == 301
        assert client.get(answer.headers["Location"]).status_code == 200
    with app.app_context():
        blog.set_state(first, "draft")
        blog.set_state(second, "archived")
        blog.set_left(third, 0)
        blog.set_on_sale(fourth, on_sale=False)
        blog.publish(hidden, False)
        blog.archive(archived)
        blog.delete(gone)
    walk()
    with app.app_context():
        for code in blog.goods:
            blog.set_left(code, 0)
    walk()
    with app.app_context():
        blog.set_state(first, "published")
        blog.set_state(second, "published")
        blog.set_on_sale(fourth, on_sale=True)
        blog.publish(hidden, True)
        blog.publish(archived, True)
        blog.restore(moved, 1)
        for code in blog.goods:
            blog.set_left(code, 7)
    walk()
