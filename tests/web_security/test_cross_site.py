"""Posts that another site caused are refused; pages carry the security headers."""

import pytest
from werkzeug.test import TestResponse


def post(client, **headers) -> TestResponse:
    return client.post("/nl/cart/add", data={"sku": "NMN-C-60"}, headers=headers)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_post_from_another_site_is_refused(demo_client, site):
    assert post(demo_client, **{"Sec-Fetch-Site": site}).status_code == 403


def test_a_foreign_origin_is_refused_and_our_own_is_not(demo_client):
    assert post(demo_client, Origin="https://evil.example").status_code == 403
    assert post(demo_client, Origin="null").status_code == 403
    assert post(demo_client, Origin="http://localhost").status_code == 303


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_posts_pass(demo_client, site):
    assert post(demo_client, **{"Sec-Fetch-Site": site}).status_code == 303


def test_the_origin_may_be_that_of_base_url(make_app):
    app = make_app("demo", base_url="https://shop.example")
    client = app.test_client()
    assert post(client, Origin="https://shop.example").status_code == 303


@pytest.mark.parametrize(("proxies", "secure"), [(0, False), (1, True)])
def test_only_a_trusted_proxy_says_that_the_visitor_came_by_tls(make_app, proxies, secure):
    app = make_app("empty", trusted_proxies=proxies)
    headers = app.test_client().get("/nl/", headers={"X-Forwarded-Proto": "https"}).headers
    assert ("Strict-Transport-Security" in headers) is secure
    assert headers["X-Frame-Options"] == "DENY"


def test_no_inline_script_is_allowed(demo_client):
    policy = demo_client.get("/nl/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy


def test_public_pages_set_no_cookie_and_do_not_vary_by_it(demo_client):
    for path in ("/nl/", "/en/products", "/nl/blog", "/en/batch"):
        response = demo_client.get(path)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
