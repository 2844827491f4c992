"""sitemap.xml and robots.txt."""

from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def entries(make_app) -> tuple[FlaskClient, list[ElementTree.Element]]:
    client = make_app("demo", base_url="https://shop.example").test_client()
    response = client.get("/sitemap.xml")
    assert response.mimetype == "application/xml"
    return client, ElementTree.fromstring(response.data).findall("s:url", SPACE)


def test_every_address_is_ours_and_leads_to_a_page(entries):
    client, urls = entries
    paths = [url.find("s:loc", SPACE).text for url in urls]
    assert len(paths) == len(set(paths)) > 60
    for path in paths:
        assert path.startswith("https://shop.example/")
        assert client.get(path.removeprefix("https://shop.example")).status_code == 200, path


def test_it_names_the_twin_in_the_other_language_and_the_last_change(entries):
    _, urls = entries
    found = {url.find("s:loc", SPACE).text: url for url in urls}
    url = found["https://shop.example/en/products/nmn-powder"]
    twins = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", SPACE)}
    assert twins == {
        "nl": "https://shop.example/nl/products/nmn-poeder",
        "en": "https://shop.example/en/products/nmn-powder",
    }
    assert url.find("s:lastmod", SPACE).text[:2] == "20"
    assert any("/blog/" in path for path in found)


def test_without_the_blog_its_pages_are_gone(make_app):
    text = make_app("demo", plugins=()).test_client().get("/sitemap.xml").text
    assert "/blog" not in text
    assert "/products/" in text


def test_robots_may_not_walk_through_carts(demo_client):
    response = demo_client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    assert "Disallow: /*/cart" in response.text
    assert "Sitemap: http" in response.text
