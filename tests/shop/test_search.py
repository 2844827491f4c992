"""Search over products and articles together."""

import re

import pytest


def titles(html) -> list[str]:
    return re.findall(r'<h3 class="card__title"><a[^>]*>([^<]+)</a>', html)


def test_products_and_articles_are_found_together(demo_client):
    html = demo_client.get("/en/search?q=magnesium").text
    assert any("Magnesium" in title for title in titles(html))
    assert 'class="found"' in html
    assert "/en/blog/" in html


@pytest.mark.parametrize("typed", ["Alzheimers", "Alzheimer's", "alzheimer’s"])
def test_apostrophes_do_not_matter(demo_client, typed):
    pages = [demo_client.get("/en/search", query_string={"q": q}).text for q in (typed, "Alzheimer’s")]
    found = [re.findall(r'<li><h3><a href="([^"]+)"', page) for page in pages]
    assert found[0] == found[1]


def test_capitals_and_accents_do_not_matter(demo_client):
    assert titles(demo_client.get("/nl/search?q=BETAINE").text) == titles(
        demo_client.get("/nl/search?q=betaïne").text
    )


def test_nothing_found_is_said_kindly_and_offers_a_way_on(demo_client):
    html = demo_client.get("/nl/search?q=schoenveter").text
    assert "Niets gevonden voor ‘schoenveter’" in html
    assert titles(html)


def test_without_a_word_there_is_just_the_form(demo_client):
    html = demo_client.get("/en/search").text
    assert 'name="q"' in html
    assert "Nothing found" not in html


@pytest.mark.parametrize(
    "typed", ["%", "_", "' or 1=1 --", "\x00", "x" * 10_000, "<script>alert(1)</script>", "\\"]
)
def test_odd_words_find_nothing_and_break_nothing(demo_client, typed):
    response = demo_client.get("/en/search", query_string={"q": typed})
    assert response.status_code == 200
    assert "<script>alert" not in response.text


def test_the_page_is_not_for_search_engines(demo_client):
    assert '<meta name="robots" content="noindex">' in demo_client.get("/en/search?q=nmn").text


def test_it_takes_few_queries(demo_app, demo_client, queries):
    demo_client.get("/en/")
    with queries(demo_app) as seen:
        demo_client.get("/en/search?q=magnesium")
    assert len(seen) <= 8, "\n".join(seen)


def test_products_with_some_of_the_words_are_shown_when_none_has_all(demo_client):
    html = demo_client.get("/nl/search?q=magnesium+brein+slaap").text
    assert "Producten met een deel van deze woorden" in html
    assert all("agnesium" in title for title in titles(html)[:3])
    assert 'class="empty"' not in html


def test_more_words_come_first(demo_client):
    first = titles(demo_client.get("/en/search?q=schoenveter+creatine+powder").text)[0]
    assert first.startswith("Creatine")


def test_little_words_find_nothing_by_themselves(demo_client):
    html = demo_client.get("/nl/search?q=schoenveter+voor+de+een").text
    assert "Niets gevonden voor" in html
    assert 'class="empty"' in html


def test_some_of_the_words_take_few_queries_too(demo_app, demo_client, queries):
    demo_client.get("/en/")
    with queries(demo_app) as seen:
        demo_client.get("/en/search?q=magnesium+shoelace")
    assert len(seen) <= 8, "\n".join(seen)
