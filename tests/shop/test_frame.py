"""What all shop pages share: navigation, language switch, caching, no cookie."""

import json
import re

import pytest

PAGES = ["/en/", "/nl/products", "/en/search", "/nl/batch", "/en/products/magnesium-l-threonate-capsules"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_sets_no_cookie_and_may_be_kept_by_any_cache(demo_client, path):
    response = demo_client.get(path)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "cookie" not in response.headers.get("Vary", "").lower()
    assert response.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", PAGES)
def test_a_repeated_request_with_its_etag_answers_304(demo_client, path):
    first = demo_client.get(path)
    again = demo_client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert demo_client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_life_at_the_edge_is_a_setting(make_app):
    client = make_app("demo", edge_seconds=300).test_client()
    assert "s-maxage=300" in client.get("/en/").headers["Cache-Control"]


def test_pages_are_sent_compressed(demo_client):
    response = demo_client.get("/en/", headers={"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "br"
    assert "Accept-Encoding" in response.headers["Vary"]
    tag = response.headers["ETag"]
    again = demo_client.get("/en/", headers={"Accept-Encoding": "gzip, br", "If-None-Match": tag})
    assert again.status_code == 304


def navigation(html) -> list[tuple[str, str]]:
    inside = re.search(r'<nav class="site-nav".*?</nav>', html, re.DOTALL).group()
    return re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', inside)


def test_navigation_leads_with_nmn_and_magnesium(demo_client):
    labels = [label for _, label in navigation(demo_client.get("/en/").text)]
    assert labels == ["NMN", "Magnesium", "All products", "Blog", "Quality"]
    labels = [label for _, label in navigation(demo_client.get("/nl/").text)]
    assert labels == ["NMN", "Magnesium", "Alle producten", "Blog", "Kwaliteit"]


def test_every_link_of_the_frame_leads_somewhere(demo_client):
    html = demo_client.get("/nl/").text
    paths = set(re.findall(r'<a [^>]*href="(/[^"#?]*)', html))
    assert len(paths) > 15
    for path in paths:
        assert demo_client.get(path).status_code == 200, path
    assert 'href="#"' not in html


def test_the_language_switch_keeps_the_page_and_hreflang_is_mutual(demo_client):
    english = demo_client.get("/en/products/magnesium-l-threonate-capsules").text
    pairs = dict(re.findall(r'hreflang="([a-z-]+)" href="[^/]+//[^/]+(/[^"]+)"', english))
    assert pairs["nl"] == "/nl/products/magnesium-l-threonaat-capsules"
    dutch = demo_client.get(pairs["nl"]).text
    assert dict(re.findall(r'hreflang="([a-z-]+)" href="[^/]+//[^/]+(/[^"]+)"', dutch)) == pairs
    assert pairs["x-default"] == pairs["en"]


def test_the_way_to_a_page_stands_on_it_and_in_its_data(demo_client):
    html = demo_client.get("/en/products/magnesium-l-threonate-capsules").text
    crumbs = re.search(r'<ol class="crumbs">.*?</ol>', html, re.DOTALL).group()
    assert re.findall(r">([^<>]+)</(?:a|li)>", crumbs)[:3] == ["Home", "All products", "Magnesium"]
    blocks = [json.loads(text) for text in re.findall(r'ld\+json">(.*?)</script>', html, re.DOTALL)]
    way = next(block for block in blocks if block["@type"] == "BreadcrumbList")
    assert [item["position"] for item in way["itemListElement"]] == [1, 2, 3, 4]


def test_without_plugins_nothing_speaks_of_a_blog(make_app):
    client = make_app("demo", plugins=()).test_client()
    for path in ("/en/", "/nl/products", "/nl/products/magnesium-l-threonaat-capsules"):
        html = client.get(path).text
        assert "/blog" not in html
        assert "Blog" not in html


def test_an_absolute_address_comes_from_base_url_only(make_app):
    client = make_app("demo", base_url="https://shop.example").test_client()
    html = client.get("/en/", headers={"Host": "evil.example"}).text
    assert 'rel="canonical" href="https://shop.example/en/"' in html
    assert "evil.example" not in html
