"""The shop's own pages."""

import re

import pytest

from storefront.shop.pages import rendered

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


def test_raw_html_in_a_text_stays_text(demo_app):
    with demo_app.test_request_context("/en/"):
        html = rendered("<script>alert(1)</script> [x](javascript:alert(1)) [y](https://example.org)")
    assert "<script>" not in html
    assert 'href="javascript' not in html
    assert 'rel="noopener external"' in html
