"""What search engines are told, held against what Google's documentation asks for, property by property.

The lists are those of developers.google.com/search/docs/appearance/structured-data: `article`, `breadcrumb`,
`product-snippet`, `merchant-listing` and `profile-page`. "a.b" is the property b of a; of a list each has
it. What is left out stands in LEFT_OUT with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.blog import library, structured
from storefront.plugin_api import LANGUAGES, db, setting, writing

Read = Callable[..., Any]
Write = Callable[..., str]

ARTICLE = [  # nothing is required
    *("author", "author.name", "author.url", "dateModified", "datePublished", "headline", "image"),
]
BREADCRUMBS = [
    *("itemListElement", "itemListElement.item", "itemListElement.name", "itemListElement.position"),
]
PRODUCT = [
    # required of a merchant listing
    *("name", "image", "offers"),
    *("offers.price", "offers.priceCurrency", "offers.priceSpecification.price"),
    *("offers.priceSpecification.priceCurrency",),
    # recommended
    *("brand", "brand.name", "description", "sku", "gtin", "subjectOf"),
    *("offers.availability", "offers.itemCondition", "offers.url"),
    *("offers.shippingDetails", "offers.hasMerchantReturnPolicy"),
    # of the unit price
    *(
        f"offers.priceSpecification.referenceQuantity.{name}"
        for name in ("value", "unitCode", "valueReference", "valueReference.value", "valueReference.unitCode")
    ),
    # of delivery
    *(
        f"offers.shippingDetails.{name}"
        for name in (
            *("shippingDestination", "shippingDestination.addressCountry"),
            *("shippingRate", "shippingRate.value", "shippingRate.currency"),
            *("deliveryTime", "deliveryTime.handlingTime.maxValue"),
            *("deliveryTime.transitTime.minValue", "deliveryTime.transitTime.maxValue"),
        )
    ),
    # of returns
    *(
        f"offers.hasMerchantReturnPolicy.{name}"
        for name in (
            *("applicableCountry", "returnPolicyCategory", "merchantReturnDays"),
            *("returnFees", "returnMethod"),
        )
    ),
]
PROFILE = [
    *("mainEntity", "mainEntity.name"),  # required
    *("dateModified", "mainEntity.description", "mainEntity.image", "mainEntity.sameAs"),
]
LEFT_OUT = {
    "review": "the shop publishes no reviews of supplements: DOMAIN.md, and nobody could check them",
    "aggregateRating": "as review",
    "positiveNotes": "part of a review",
    "negativeNotes": "part of a review",
    "offers.priceValidUntil": "said of offers that end (tests/offers); other prices have no last day",
    "offers.hasMerchantReturnPolicy.returnShippingFeesAmount": "buyers post it themselves: no fee of ours",
    "isVariantOf": "sizes of one product share a page and stand in it as offers",
    "inProductGroupWithID": "as isVariantOf",
    "color": "for clothing",
    "size": "for clothing; ours stands in the name of each offer",
    "material": "for clothing and furniture",
    "pattern": "for clothing",
    "audience": "for clothing",
    "mpn": "for goods without a GTIN that another firm makes",
    "hasCertification": "for labels of energy and vehicles",
    "subjectOf.3DModel": "there is no model to turn round; ours names articles, as schema.org has it",
}
SLUGS = {
    "nl": ("magnesium-en-het-brein", "magnesium-l-threonaat-capsules"),
    "en": ("magnesium-and-the-brain", "magnesium-l-threonate-capsules"),
}
CROPS = {"1x1": (1, 1), "4x3": (4, 3), "16x9": (16, 9)}


def of(page: Any, kind: str) -> dict[str, Any]:
    scripts = [json.loads(s.text or "") for s in page.all(".//script[@type='application/ld+json']")]
    (found,) = [data for data in scripts if data["@type"] == kind]
    return dict(found)


def lacking(data: dict[str, Any], asked: list[str]) -> list[str]:
    """Those of the asked properties that are absent or empty somewhere."""
    return [path for path in asked if not all(values(data, path.split(".")))]


def values(data: Any, path: list[str]) -> Iterator[Any]:
    for item in data if isinstance(data, list) else [data]:
        if not path:
            yield item
        elif not isinstance(item, dict) or item.get(path[0]) in (None, "", []):
            yield None
        else:
            yield from values(item[path[0]], path[1:])


def metas(page: Any) -> dict[str, str]:
    return {
        str(tag.get("property") or tag.get("name")): str(tag.get("content")) for tag in page.all(".//meta")
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_type_has_each_property_that_is_asked_for(demo_app: Flask, read: Read, lang: str) -> None:
    client = demo_app.test_client()
    slug, product = SLUGS[lang]
    with writing():
        library.save_author(
            *("Sanne Hoekstra", {lang: "Editor"}, {lang: "About her."}),
            key="sanne-hoekstra",
            picture={"file": "x.webp", "raster": "x.jpg", "width": 9, "height": 9},
            same_as=["https://a.example"],
        )
        for sku, gtin in (("MGT-C-90", "8712345678906"), ("MGT-C-180", "8712345678913")):
            db.session.execute(
                db.text("UPDATE variant SET gtin = :gtin WHERE sku = :sku"), {"sku": sku, "gtin": gtin}
            )
    article, goods = read(client, f"/{lang}/blog/{slug}"), read(client, f"/{lang}/products/{product}")
    person = read(client, f"/{lang}/blog/authors/sanne-hoekstra")
    assert lacking(of(article, "BlogPosting"), ARTICLE) == []
    assert lacking(of(goods, "Product"), PRODUCT) == []
    assert lacking(of(person, "ProfilePage"), PROFILE) == []
    for page in (article, goods, person, read(client, f"/{lang}/blog/topics/magnesium")):
        assert lacking(of(page, "BreadcrumbList"), BREADCRUMBS) == []
        positions = [step["position"] for step in of(page, "BreadcrumbList")["itemListElement"]]
        assert positions == list(range(1, len(positions) + 1))
    assert not set(LEFT_OUT) & {*ARTICLE, *PRODUCT}
    assert lacking({"offers": [{"price": "1"}, {}]}, ["name", "offers.price"]) == ["name", "offers.price"]

    posting = of(article, "BlogPosting")
    assert posting["inLanguage"] == lang
    assert len(posting["citation"]) > 3
    for name in ("datePublished", "dateModified"):
        assert datetime.fromisoformat(posting[name]).tzinfo
    assert posting["about"][0]["name"] == "Magnesium"
    assert posting["about"][0]["url"].endswith(f"/{lang}/blog/topics/magnesium")
    assert {one["url"].rpartition("/")[2] for one in posting["mentions"]} >= {product}
    words = sum(len("".join(prose.itertext()).split()) for prose in article.classed("prose"))
    assert abs(posting["wordCount"] - words) < words // 5
    for ratio, address in zip(CROPS.values(), posting["image"], strict=True):
        wide, high = map(int, re.search(r"-(\d+)x(\d+)\.jpg$", address).groups())
        assert wide * ratio[1] == high * ratio[0]
        assert (setting("media_dir") / address.rpartition("/")[2]).is_file()
    about = {one["url"]: one["author"]["url"] for one in of(goods, "Product")["subjectOf"]}
    assert about[posting["url"]] == posting["author"]["url"]
    assert of(person, "ProfilePage")["mainEntity"]["url"] == posting["author"]["url"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_shared_page_says_what_it_is(demo_client: FlaskClient, read: Read, lang: str) -> None:
    index = read(demo_client, f"/{lang}/blog")
    path = next(a.get("href") for post in index.classed("post") for a in post.iter("a"))
    said, other = metas(read(demo_client, path)), {"nl": "en_GB", "en": "nl_NL"}[lang]
    assert said["og:locale:alternate"] == other
    assert said["og:image"].endswith(f"-{said['og:image:width']}x{said['og:image:height']}.jpg")
    for name in (
        *("og:title", "og:description", "og:site_name", "og:url", "og:image:alt", "og:locale"),
        *("article:published_time", "article:modified_time", "article:author", "article:section"),
    ):
        assert said[name], name
    assert (said["og:type"], said["twitter:card"]) == ("article", "summary_large_image")
    pages = {"blog": "website", "blog/topics/magnesium": "website", "blog/authors/sanne-hoekstra": "profile"}
    for place, kind in pages.items():
        found = metas(read(demo_client, f"/{lang}/{place}"))
        assert (found["og:type"], found["og:url"].partition(f"/{lang}/")[2]) == (kind, place)
        assert found["og:description"] == found["description"]


def test_a_headline_is_never_longer_than_is_shown() -> None:
    assert structured.headline("Short") == "Short"
    long = structured.headline("word " * 40)
    assert len(long) <= 110
    assert long.endswith("word…")
