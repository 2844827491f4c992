"""One page, one language: no text of the other one, and pairs of pages that name each other."""

from __future__ import annotations

import gettext
import json
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select

from storefront.catalog.models import ProductText
from storefront.database import db
from tests.journeys.buying import add, buy, order
from tests.journeys.crawler import BASE, shop_pages
from tests.journeys.document import Document

ROOT = Path(__file__).parents[2]
SAME_IN_BOTH = re.compile(r"[^a-zà-ÿ]*|https?:.*")


def test_the_language_is_the_one_of_the_address(site):
    for path, answer in shop_pages(site).items():
        assert answer.document.lang == path[1:3], path


def test_links_stay_in_the_language_or_say_so(site):
    wrong = set()
    for path, answer in shop_pages(site).items():
        for link in answer.document.links:
            target = urlsplit(urljoin(BASE + path, link.href))
            other = re.match("/(nl|en)(/|$)", target.path)
            if f"{target.scheme}://{target.netloc}" != BASE or not other or other[1] == path[1:3]:
                continue
            if link.attributes.get("hreflang") not in {other[1], "x-default"}:
                wrong.add((path, link.href))
    assert wrong == set()


@pytest.fixture(scope="module")
def foreign(crawled_app) -> dict[str, tuple[set[str], re.Pattern[str]]]:
    """Texts that belong to one language only: messages, and names of the demo shop."""
    nl, en = set(), set()
    catalogues = ("storefront/translations/nl/**/*.mo", "plugins/*/translations/nl/**/*.mo")
    for file in [file for pattern in catalogues for file in ROOT.glob(pattern)]:
        with file.open("rb") as opened:
            for msgid, msgstr in gettext.GNUTranslations(opened)._catalog.items():
                msgid = msgid[0] if isinstance(msgid, tuple) else msgid
                if msgid and isinstance(msgstr, str) and msgid != msgstr:
                    en.add(msgid)
                    nl.add(msgstr)
    with crawled_app.app_context():
        for row in db.session.execute(
            select(ProductText.lang, ProductText.name, ProductText.summary, ProductText.directions)
        ):
            (nl if row.lang == "nl" else en).update(row[1:])
        db.session.remove()
    for file in ROOT.glob("plugins/blog/demo/articles/*.md"):
        head = re.findall(r'^(?:title|lead): "?(.+?)"?$', file.read_text(encoding="utf-8"), re.MULTILINE)
        (nl if file.name.endswith(".nl.md") else en).update(head)
    both = nl & en
    return {"nl": patterns(en - both, nl), "en": patterns(nl - both, en)}


def patterns(messages, allowed) -> tuple[set[str], re.Pattern[str]]:
    """The texts as they stand alone on a page: exact ones, and those with values in them as a pattern."""
    plain = {clean(one) for one in messages if "%" not in one and not SAME_IN_BOTH.fullmatch(one)}
    filled = []
    for one in messages:
        words = re.sub(r"%\(\w+\)s", "", one).replace("%%", "%")
        if "%(" in one and len(re.findall(r"[a-zà-ÿ]{3,}", words)) >= 2 and "<" not in one:
            filled.append(re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(one.replace("%%", "%"))))
    return plain - {clean(one) for one in allowed}, re.compile("|".join(filled) or "(?!)")


def clean(said) -> str:
    return " ".join(said.split())


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_no_text_of_the_other_language(site, foreign, lang):
    plain, filled = foreign[lang]
    assert len(plain) > 300, "the catalogue of messages was not found"
    mixed = {}
    for path, answer in shop_pages(site).items():
        if path[1:3] != lang:
            continue
        for spoken, said in answer.document.texts:
            if spoken == lang and (clean(said) in plain or filled.fullmatch(clean(said))):
                mixed.setdefault(said, path)
    assert mixed == {}


def test_the_other_language_is_recognised(foreign):
    for lang, said, with_value in (
        ("nl", "Add to cart", "Only 3 are left."),
        ("en", "In winkelmand", "Bestelling AB12CD34 betalen"),
    ):
        plain, filled = foreign[lang]
        assert said in plain
        assert filled.fullmatch(with_value) or with_value in plain


def alternates(document) -> dict[str, str]:
    """The addresses of a page by language."""
    links = document.rel("alternate")
    return {link.attributes["hreflang"]: link.href for link in links if "hreflang" in link.attributes}


def personal_pages(app, lang):
    """Pages that only a buyer sees: cart, drawer, checkout with errors, payment, order in each state."""
    client = app.test_client()
    add(client, "NMN-C-60", lang=lang)
    yield "cart", client.get(f"/{lang}/cart").text
    yield "refused quantity", add(client, "MGT-C-90", "0", lang=lang).text
    yield "sold out", add(client, "MGB-C-120", "99", lang=lang).text
    yield "drawer", client.get(f"/{lang}/cart", headers={"X-Fragment": "drawer"}).text
    yield "checkout", client.get(f"/{lang}/checkout").text
    mistyped = dict.fromkeys(("email", "name", "street", "postcode", "city", "terms"), "")
    yield "checkout with errors", order(client, lang, **mistyped).text
    yield "checkout with mistakes", order(client, lang, email="kim", postcode="1", phone="x").text
    placed = order(client, lang)
    yield "payment", client.get(placed.location).text
    yield "waiting order", client.post(f"{placed.location}/leave", follow_redirects=True).text
    yield "declined order", client.post(f"{placed.location}/decline", follow_redirects=True).text
    yield "paid order", client.get(buy(app.test_client(), lang)).text
    client.set_cookie("cart", "forged")
    yield "forged cart", client.get(f"/{lang}/cart").text
    yield "not found", client.get(f"/{lang}/products/none").text
    yield "bad request", client.post(f"/{lang}/cart/add").text


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_no_text_of_the_other_language_for_a_buyer(journey_apps, foreign, lang):
    plain, filled = foreign[lang]
    mixed = {}
    for place, html in personal_pages(journey_apps("demo"), lang):
        document = Document.of(html)
        assert document.lang in {lang, ""}, place
        for spoken, said in document.texts:
            if spoken in {lang, ""} and (clean(said) in plain or filled.fullmatch(clean(said))):
                mixed.setdefault(said, place)
    assert mixed == {}


def test_hreflang_pairs_are_reciprocal(site):
    pairs = 0
    for path, answer in shop_pages(site).items():
        own = alternates(answer.document)
        if not own:
            continue
        pairs += 1
        assert set(own) == {"nl", "en", "x-default"}, path
        assert own["x-default"] == own["en"], path
        canonical = answer.document.rel("canonical")[0].href
        assert own[path[1:3]] == canonical, path
        for href in own.values():
            assert href.startswith(f"{BASE}/"), path
            other = site.pages[href.removeprefix(BASE)].document
            assert alternates(other) == own, (path, href)
    assert pairs > 60


def test_each_page_names_its_canonical_address_or_is_not_indexed(site):
    for path, answer in shop_pages(site).items():
        canonical = [link.href for link in answer.document.rel("canonical")]
        if "noindex" in answer.document.metas.get("robots", ""):
            continue
        assert len(canonical) == 1, path
        assert canonical[0].startswith(f"{BASE}/{path[1:3]}/"), path
        assert canonical[0].removeprefix(BASE) in site.pages, path
        if "?" not in path:
            assert canonical[0] == BASE + path


def test_the_map_of_the_site_has_every_page(site):
    listed = {href.removeprefix(BASE) for page, tag, href in site.links if tag == "loc"}
    indexed = {
        link.href.removeprefix(BASE)
        for answer in shop_pages(site).values()
        for link in answer.document.rel("canonical")
    }
    lists = {path for path in indexed if "?" in path}
    batches = {path for path in indexed if re.match("/../batch/.", path)}
    topics = {path for path in indexed if "/blog/topics/" in path}
    assert indexed - listed - lists - batches - topics == set()
    assert listed - indexed == set()


def test_structured_data_can_be_read_and_is_of_this_host(site):
    kinds = set()
    for path, answer in shop_pages(site).items():
        for block in re.findall(r'"application/ld\+json">(.*?)</script>', answer.text, re.DOTALL):
            data = json.loads(block)
            assert data["@context"] == "https://schema.org", path
            kinds.add(data["@type"])
            assert "localhost" not in block, path
    assert {"Product", "BreadcrumbList"} <= kinds
