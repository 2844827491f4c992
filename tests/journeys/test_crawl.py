"""Every link of the site followed from both home pages, and what must hold on each page."""

from __future__ import annotations

import gettext
import itertools
import json
import re
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from sqlalchemy import inspect, select, text

from storefront.app import create_app
from storefront.catalog.models import ProductText
from storefront.database import db
from tests.journeys.document import Document

BASE = "https://helder.example"
ROOT = Path(__file__).parents[2]
PERSONAL = ("/cart", "/checkout")  # never kept by anybody, so they carry no ETag
SAME_IN_BOTH = re.compile(r"[^a-zà-ÿ]*|https?:.*")


@dataclass
class Answer:
    """What an address answered."""

    status: int
    headers: dict[str, str]
    text: str
    document: Document | None


@dataclass
class Site:
    """All that was reached: answers by path, and who links where."""

    answers: dict[str, Answer] = field(default_factory=dict)
    linked_from: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)  # (page, tag, href as written)
    targets: set[tuple[str, str, str]] = field(default_factory=set)  # (page, path, fragment)
    statements: list[str] = field(default_factory=list)

    @property
    def pages(self):
        """The HTML pages, without errors."""
        return {path: answer for path, answer in self.answers.items() if answer.document}


def crawl(app):
    """Follow every link of our host from /nl/ and /en/, pictures and styles included."""
    site, client = Site(), app.test_client()
    waiting = deque(["/nl/", "/en/", "/sitemap.xml", "/robots.txt"])
    site.linked_from = dict.fromkeys(waiting, "")
    while waiting:
        path = waiting.popleft()
        client.delete_cookie("cart")
        response = client.get(path, base_url=BASE)
        is_page = response.mimetype == "text/html"
        document = Document.of(response.text) if is_page else None
        body = response.text if response.mimetype.startswith("text/") or "xml" in response.mimetype else ""
        site.answers[path] = Answer(response.status_code, dict(response.headers), body, document)
        response.close()
        for tag, href in hrefs(document, body, response.mimetype):
            site.links.append((path, tag, href))
            address, fragment = urldefrag(urljoin(BASE + path, href))
            if not address.startswith(f"{BASE}/") or (tag == "form" and is_post(document, href)):
                continue
            target = address.removeprefix(BASE)
            site.targets.add((path, target, fragment))
            if target not in site.linked_from:
                site.linked_from[target] = path
                waiting.append(target)
    return site


def hrefs(document, body, mimetype):
    """(tag, address) of every link of a page; of a map of the site its addresses."""
    if document:
        return [(link.tag, link.href) for link in document.links]
    if "xml" in mimetype and "svg" not in mimetype:
        return [("loc", href) for href in re.findall(r"<loc>([^<]+)</loc>", body)]
    return []


def is_post(document, href):
    """True for the address of a form that posts."""
    return any(
        link.tag == "form" and link.href == href and link.attributes.get("method") == "post"
        for link in document.links
    )


@pytest.fixture(scope="module")
def app(journey_apps):
    return journey_apps("demo", base_url=BASE)


@pytest.fixture(scope="module")
def site(app):
    return crawl(app)


def test_the_crawl_reached_the_shop(site):
    pages = set(site.pages)
    assert len(pages) > 80
    for lang in ("nl", "en"):
        for part in ("products/", "collections/", "blog/", "pages/", "batch/"):
            assert [path for path in pages if path.startswith(f"/{lang}/{part}")], (lang, part)


def test_no_dead_link(site):
    dead = {
        path: (answer.status, site.linked_from[path])
        for path, answer in site.answers.items()
        if answer.status != 200 and not leads_home(path, answer)
    }
    assert dead == {}


def leads_home(path, answer):
    """An empty cart cannot be checked out: that address leads to the cart."""
    return path.endswith("/checkout") and answer.status == 303


def test_no_link_leads_nowhere(site):
    assert {
        (page, href) for page, _tag, href in site.links if re.fullmatch("#?|javascript:.*", href)
    } == set()


def test_every_fragment_exists(site):
    missing = {
        (page, target, fragment)
        for page, target, fragment in site.targets
        if fragment and target in site.pages and fragment not in site.pages[target].document.ids
    }
    assert missing == set()


def test_no_id_twice(site):
    twice = {
        path: doubles
        for path, answer in site.pages.items()
        if (doubles := {one for one in answer.document.ids if answer.document.ids.count(one) > 1})
    }
    assert twice == {}


def test_links_to_other_hosts_are_secure(site):
    plain = {(page, href) for page, _tag, href in site.links if href.startswith("http://")}
    assert plain == set()


def test_one_h1_and_headings_without_jumps(site):
    wrong = {}
    for path, answer in site.pages.items():
        levels = [level for level, _ in answer.document.headings]
        jumps = [pair for pair in itertools.pairwise(levels) if pair[1] > pair[0] + 1]
        if levels.count(1) != 1 or levels[0] != 1 or jumps:
            wrong[path] = (levels, jumps)
        assert all(said.strip() for _, said in answer.document.headings), path
    assert wrong == {}


def test_each_page_has_its_own_title_and_description(site):
    seen = {}
    for path, answer in site.pages.items():
        if "noindex" in answer.document.metas.get("robots", "") or "?" in path:
            continue
        title = re.search(r"<title>([^<]+)</title>", answer.text)[1]
        assert 10 <= len(answer.document.metas["description"]) <= 200, path
        seen.setdefault((path[1:3], title), []).append(path)
    assert {title: paths for title, paths in seen.items() if len(paths) > 1} == {}


# --- language


def shop_pages(site):
    """The pages of shoppers, by path."""
    return {path: one for path, one in site.pages.items() if re.match("/(nl|en)/", path)}


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
def foreign(app):
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
    with app.app_context():
        for row in db.session.execute(
            select(ProductText.lang, ProductText.name, ProductText.summary, ProductText.directions)
        ):
            (nl if row.lang == "nl" else en).update(row[1:])
        db.session.remove()
    for file in ROOT.glob("plugins/blog/demo/articles/*.md"):
        head = re.findall(r"^(?:title|lead): (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        (nl if file.name.endswith(".nl.md") else en).update(head)
    both = nl & en
    return {"nl": patterns(en - both, nl), "en": patterns(nl - both, en)}


def patterns(messages, allowed):
    """The texts as they stand alone on a page: exact ones, and those with values in them as a pattern."""
    plain = {clean(one) for one in messages if "%" not in one and not SAME_IN_BOTH.fullmatch(one)}
    filled = []
    for one in messages:
        words = re.sub(r"%\(\w+\)s", "", one).replace("%%", "%")
        if "%(" in one and len(re.findall(r"[a-zà-ÿ]{3,}", words)) >= 2 and "<" not in one:
            filled.append(re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(one.replace("%%", "%"))))
    return plain - {clean(one) for one in allowed}, re.compile("|".join(filled) or "(?!)")


def clean(said):
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


def alternates(document):
    """The addresses of a page by language."""
    links = document.rel("alternate")
    return {link.attributes["hreflang"]: link.href for link in links if "hreflang" in link.attributes}


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


# --- caches


def test_nobody_gets_a_cookie_and_no_page_varies_by_cookie(site):
    for path, answer in site.answers.items():
        assert "Set-Cookie" not in answer.headers, path
        assert "cookie" not in answer.headers.get("Vary", "").lower(), path


def test_a_page_that_is_known_is_not_sent_again(app, site):
    client = app.test_client()
    for path, answer in site.pages.items():
        if path.endswith(PERSONAL):
            assert answer.headers["Cache-Control"] == "no-store", path
            continue
        assert answer.headers["Cache-Control"] == "public, no-cache", path
        etag = answer.headers["ETag"]
        again = client.get(path, base_url=BASE, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["ETag"] == etag
        again.close()


def test_static_files_may_be_kept_for_long(site):
    kept = {path for path in site.answers if re.match("/(static|media)/", path)}
    assert len(kept) > 20
    for path in kept:
        assert "immutable" in site.answers[path].headers["Cache-Control"], path


# --- without the blog


def test_without_the_blog_nothing_speaks_of_it_and_it_comes_back(app, journey_apps, site):
    settings = app.extensions["storefront"]
    config = {"TESTING": True, "RAISE_IN_HOOKS": True, "RATELIMIT_ENABLED": False, "CHEAP_PASSWORDS": True}
    without = create_app(replace(settings, plugins=("announcement",)), config)
    journey_apps.apps.append(without)
    rows = counted(app)
    assert rows["plugin_blog_article"] > 0
    left = crawl(without)
    assert {
        path for path, one in left.answers.items() if one.status != 200 and not leads_home(path, one)
    } == set()
    assert [path for path in left.answers if "blog" in path] == []
    speaking = {
        said: path
        for path, answer in left.pages.items()
        for _, said in answer.document.texts
        if re.search(r"\bblog", said, re.IGNORECASE)
    }
    assert speaking == {}
    article = next(path for path in site.pages if re.match("/nl/blog/[^/?]+$", path))
    assert without.test_client().get(article).status_code == 404
    assert counted(app) == rows
    again = create_app(settings, config)
    journey_apps.apps.append(again)
    assert again.test_client().get(article, base_url=BASE).text == site.pages[article].text


def counted(app):
    """How many rows each table of the blog has."""
    with app.app_context():
        tables = [name for name in inspect(db.engine).get_table_names() if name.startswith("plugin_blog_")]
        found = {name: db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables}
        db.session.remove()
    return found
