"""The shop's own pages."""

import re

import pytest

from storefront.pages import markdown
from storefront.shop.pages import place_of

CODES = [
    "how-we-test",
    "editorial-policy",
    "delivery",
    "returns",
    "contact",
    "about",
    "privacy",
    "terms",
    "accessibility",
]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_all_pages_are_there_with_links_that_lead_somewhere(demo_client, lang):
    for code in CODES:
        response = demo_client.get(f"/{lang}/pages/{code}", follow_redirects=True)
        assert response.status_code == 200, code
        assert "<h1>" in response.text
        body = re.search(r'<div class="page-text__body">(.*?)</div>', response.text, re.DOTALL).group(1)
        for path in re.findall(r'href="([^"]+)"', body):
            assert not path.startswith(("page:", "batch:", "products:")), path
            if path.startswith("/"):
                assert demo_client.get(path).status_code == 200, path


def test_the_code_of_a_page_leads_to_its_address(demo_client):
    response = demo_client.get("/nl/pages/returns")
    assert response.status_code == 301
    assert response.headers["Location"] == "/nl/pages/retourneren"


def test_an_unknown_page_is_not_found(demo_client):
    assert demo_client.get("/nl/pages/nothing").status_code == 404


def test_a_link_of_our_own_to_nothing_leaves_its_words(demo_app):
    with demo_app.test_request_context("/en/"):
        assert markdown.render("[here](page:nothing)", place_of) == "<p><a>here</a></p>\n"
        assert 'href="/en/batch/26-0412"' in markdown.render("[x](batch:26-0412)", place_of)
