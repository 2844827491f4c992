"""A shop and a blog made from a seed, and beside them what every page of theirs has to show.

Every text in a language holds the mark of that language, so that a page which mixes two gives itself away.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from plugins.blog import actions, library
from plugins.blog.drafts import ArticleDraft, TextDraft
from storefront.catalog import actions as catalog
from storefront.catalog import collections, editing
from storefront.catalog.data import (
    CollectionData,
    CollectionTextData,
    ProductData,
    TextData,
    VariantData,
)
from storefront.pages.actions import PageTextData, save_page
from storefront.plugin_api import absolute_path, writing
from storefront.stock import actions as stock

MARK = {"nl": "nlmerk", "en": "enmark"}
BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LISTED = 6  # products in a call to action


@dataclass
class Size:
    """What a size costs, and how many are left."""

    sku: str
    cents: int
    left: int
    on_sale: bool = True


@dataclass
class Goods:
    """A product as it has to be shown."""

    code: str
    sizes: list[Size]
    lists: list[str]
    version: int = 0  # rises with each new name and address
    state: str = "published"

    @property
    def seen(self) -> bool:
        """Whether shoppers see it."""
        return self.state == "published" and any(size.on_sale for size in self.sizes)

    @property
    def default(self) -> Size:
        """The size that is offered first."""
        there = [size for size in self.sizes if size.on_sale]
        return next((size for size in there if size.left > 0), there[0])

    @property
    def sold_out(self) -> bool:
        """Whether nothing is left."""
        return not any(size.on_sale and size.left > 0 for size in self.sizes)

    def slug(self, lang: str) -> str:
        """Its address word."""
        return f"{self.code}-{self.version}-{lang}"

    def data(self) -> ProductData:
        """As staff would type it."""
        words = {lang: f"{mark} {self.code} {self.version}" for lang, mark in MARK.items()}
        return ProductData(
            code=self.code,
            ingredient="stuff",
            form="capsules",
            daily_units=Decimal(2),
            units={"nl": "capsules", "en": "capsules"},
            texts={
                lang: TextData(name=name, short_name=name, slug=self.slug(lang), summary=name)
                for lang, name in words.items()
            },
            variants=[
                VariantData(
                    id=None,
                    sku=size.sku,
                    labels=words,
                    net_grams=Decimal(50),
                    days=30,
                    price_cents=size.cents,
                    on_sale=size.on_sale,
                )
                for size in self.sizes
            ],
            collections=self.lists,
        )


@dataclass
class Story:
    """An article: what stands in it, as (kind, what) in order."""

    code: str
    langs: tuple[str, ...]
    parts: list[tuple[str, Any]] = field(default_factory=list)
    version: int = 0
    published: bool = True

    def slug(self, lang: str) -> str:
        """Its address word."""
        return f"{self.code}-{self.version}-{lang}"

    def seen(self, lang: str) -> bool:
        """Whether readers of a language see it."""
        return self.published and lang in self.langs


class Blog:
    """The generated shop. `goods` and `stories` are the truth; each deed changes both it and the database."""

    def __init__(self, seed: int, articles: int, products: int) -> None:
        self.random = Random(seed)
        self.lists = [f"list{number}" for number in range(max(2, products // 6))]
        self.goods: dict[str, Goods] = {}
        self.stories: dict[str, Story] = {}
        with writing():
            catalog.add_ingredient("stuff", {"nl": MARK["nl"], "en": MARK["en"]})
            for code in self.lists:
                texts = {
                    lang: CollectionTextData(name=f"{mark} {code}", slug=f"{code}-{lang}")
                    for lang, mark in MARK.items()
                }
                collections.add_collection(CollectionData(code=code, texts=texts))
            pages = {
                lang: PageTextData(title=mark, body=mark, slug=f"about-{lang}") for lang, mark in MARK.items()
            }
            save_page("about", pages, None)
            library.save_author("Ada Pen", dict(MARK), {"nl": "", "en": ""}, new_key="ada")
        for number in range(products):
            self._make_product(f"p{number}")
        codes = [f"a{number}" for number in range(articles)]
        for number, code in enumerate(codes):
            self._make_story(code, codes, number)

    def _make_product(self, code: str) -> None:
        some = self.random
        sizes = [
            Size(f"{code.upper()}-{n}", some.randrange(900, 9900), some.choice([0, 5, 40])) for n in (1, 2)
        ]
        sizes[1].left = sizes[1].left or 3
        goods = self.goods[code] = Goods(code, sizes, [some.choice(self.lists)])
        with writing():
            catalog.create_product(goods.data(), "test")
            catalog.set_state(code, "published")
        self._count(goods)

    def _make_story(self, code: str, codes: list[str], number: int) -> None:
        some, all_goods = self.random, list(self.goods)
        kinds = ["card", "link", "typed", "article", "list", "page", "absolute"]
        parts: list[tuple[str, Any]] = []
        for kind in some.choices(kinds, k=some.randrange(1, 6)):
            source = codes if kind == "article" else self.lists if kind == "list" else all_goods
            parts.append((kind, some.choice(source)))
        spare = some.choice(["", *all_goods])
        offered = some.sample(all_goods, some.choice([0, 1, 1, 1, 2, 3]))
        chosen = "" if offered else some.choice(self.lists)
        parts.insert(some.randrange(len(parts) + 1), ("cta", (offered, chosen, spare)))
        story = self.stories[code] = Story(
            code, some.choice([("nl", "en"), ("nl", "en"), ("nl",), ("en",)]), parts
        )
        self.save(story, BEGIN + timedelta(days=number))

    def body(self, story: Story, lang: str) -> str:
        """Its text as somebody would type it; some links are typed as addresses, of either language."""
        lines = [f"First {MARK[lang]}."]
        for number, (kind, what) in enumerate(story.parts):
            if kind == "cta":
                offered, chosen, spare = what
                words = [
                    *offered,
                    *([f"collection:{chosen}"] if chosen else []),
                    *([f"else:{spare}"] if spare else []),
                ]
                lines.append(f":::order-now {' '.join(words)} | {MARK[lang]} {{name}} {{price}}")
            elif kind == "card":
                lines.append(f":::product {what}")
            else:
                lines.append(f"{MARK[lang]} [{MARK[lang]} {number}]({self._address(kind, what, number)}).")
        return "\n\n".join(lines)

    def _address(self, kind: str, what: str, number: int) -> str:
        other = ("nl", "en")[number % 2]
        if kind == "typed":
            return f"/{other}/products/{self.goods[what].slug(other)}"
        if kind == "absolute":
            return absolute_path(f"/{other}/products/{self.goods[what].slug(other)}#facts")
        named = {"link": "product", "article": "article", "list": "collection", "page": "page"}[kind]
        return f"{named}:{'about' if kind == 'page' else what}"

    def save(self, story: Story, first: datetime | None = None, hidden: str = "draft") -> None:
        """Write an article as the truth has it."""
        texts = {
            lang: TextDraft(
                title=f"{MARK[lang]} {story.code} {story.version}",
                slug=story.slug(lang),
                body=self.body(story, lang),
                state="published" if story.published else hidden,
            )
            for lang in story.langs
        }
        draft = ArticleDraft(author="ada", texts=texts, published_at=first)
        with writing():
            if first:
                actions.create_article(draft, story.code)
            else:
                actions.save_article(story.code, draft)

    # --- deeds ---

    def rename(self, code: str) -> None:
        """A product gets another name, address and price."""
        goods = self.goods[code]
        goods.version += 1
        for size in goods.sizes:
            size.cents += 111
        self.write(goods)

    def write(self, goods: Goods) -> None:
        """Save a product as the truth has it."""
        with writing():
            found = editing.product_to_edit(goods.code)
            assert found is not None
            ids = {variant.sku: variant.id for variant in found.variants}
            data = goods.data()
            sizes = [replace(size, id=ids[size.sku]) for size in data.variants]
            catalog.save_product(goods.code, replace(data, variants=sizes), None, "test")

    def set_state(self, code: str, state: str) -> None:
        """Publish a product, or take it out of the shop."""
        self.goods[code].state = state
        with writing():
            catalog.set_state(code, state)

    def set_left(self, code: str, left: int) -> None:
        """Count the units of all sizes."""
        goods = self.goods[code]
        for size in goods.sizes:
            size.left = left
        self._count(goods)

    def set_on_sale(self, code: str, on_sale: bool) -> None:
        """Take every size off sale, or back."""
        for size in self.goods[code].sizes:
            size.on_sale = on_sale
        self.write(self.goods[code])

    def move(self, code: str) -> None:
        """An article gets another title and address."""
        self.stories[code].version += 1
        self.save(self.stories[code])

    def publish(self, code: str, published: bool) -> None:
        """Show an article to readers, or take it offline."""
        self.stories[code].published = published
        self.save(self.stories[code])

    def archive(self, code: str) -> None:
        """Take an article out of the blog for good."""
        self.stories[code].published = False
        self.save(self.stories[code], hidden="archived")

    def restore(self, code: str, number: int) -> None:
        """Bring a version of an article back, in every language."""
        self.stories[code].version = number - 1
        for lang in self.stories[code].langs:
            with writing():
                actions.restore(code, lang, number, "test")

    def delete(self, code: str) -> None:
        """Take an article offline and delete it."""
        self.publish(code, False)
        with writing():
            actions.delete_article(code)
        del self.stories[code]

    def _count(self, goods: Goods) -> None:
        with writing():
            found = editing.product_to_edit(goods.code)
            assert found is not None
            levels = {size.sku: size.left for size in goods.sizes}
            for variant in found.variants:
                stock.set_level(variant.id, levels[variant.sku], "test")

    # --- what has to be shown ---

    def offered(self, what: tuple[list[str], str, str]) -> list[Goods]:
        """The products that a call to action has to show; none when it has to be absent."""
        codes, chosen, spare = what
        members = [goods.code for goods in self.goods.values() if chosen in goods.lists]
        found = [self.goods[code] for code in [*codes, *members] if self.goods[code].seen]
        instead = self.goods[spare] if spare else None
        if instead and instead.seen and not instead.sold_out and all(goods.sold_out for goods in found):
            return [instead]
        return found

    def mentions(self, story: Story) -> set[str]:
        """The products that an article shows, offers or links by their own code."""
        found: set[str] = set()
        for kind, what in story.parts:
            if kind == "cta":
                found |= {*what[0], *([what[2]] if what[2] else [])}
            elif kind in ("card", "link", "typed", "absolute"):
                found.add(what)
        return found
