"""Every link of the site followed from both home pages, and what must hold on each page."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from sqlalchemy import inspect, text

from storefront.app import create_app
from storefront.database import db
from tests.journeys.crawler import BASE, crawl, leads_home

PERSONAL = ("/cart", "/checkout")  # never kept by anybody, so they carry no ETag


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


# --- caches


def test_nobody_gets_a_cookie_and_no_page_varies_by_cookie(site):
    for path, answer in site.answers.items():
        assert "Set-Cookie" not in answer.headers, path
        assert "cookie" not in answer.headers.get("Vary", "").lower(), path


def test_a_page_that_is_known_is_not_sent_again(crawled_app, site):
    client = crawled_app.test_client()
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


def test_without_the_blog_nothing_speaks_of_it_and_it_comes_back(crawled_app, journey_apps, site):
    settings = crawled_app.extensions["storefront"]
    config = {"TESTING": True, "RAISE_IN_HOOKS": True, "RATELIMIT_ENABLED": False, "CHEAP_PASSWORDS": True}
    without = create_app(replace(settings, plugins=("announcement",)), config)
    journey_apps.apps.append(without)
    rows = counted(crawled_app)
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
    assert counted(crawled_app) == rows
    again = create_app(settings, config)
    journey_apps.apps.append(again)
    assert again.test_client().get(article, base_url=BASE).text == site.pages[article].text


def counted(app) -> dict[str, int]:
    """How many rows each table of the blog has."""
    with app.app_context():
        tables = [name for name in inspect(db.engine).get_table_names() if name.startswith("plugin_blog_")]
        found = {name: db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables}
        db.session.remove()
    return found
