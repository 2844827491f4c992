"""Requests that no page of ours makes: never a 500, on either database."""

import pytest

from storefront.testing import entered_as

PATHS = ["orders/{}", "payment/return/{}", "products/{}", "collections/{}", "pages/{}", "blog/{}", "batch/{}"]


def test_an_address_with_a_nul_leads_nowhere(any_demo_app):
    client = any_demo_app.test_client()
    for path in PATHS:
        assert client.get("/nl/" + path.format("a%00b")).status_code == 404, path
    staff = entered_as(any_demo_app, "admin")
    assert staff.get("/admin/products/a%00b").status_code == 404
    assert staff.get("/admin/orders/?q=a%00b").status_code == 200


@pytest.mark.parametrize("body", [{"sku": "MGT-C-90"}, {"sku": 5}, None, []])
def test_a_body_of_json_is_an_empty_form(demo_client, body):
    assert demo_client.post("/en/cart/add", json=body).status_code == 400
