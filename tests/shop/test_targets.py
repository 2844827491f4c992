"""Codes and addresses: what a text may keep instead of an address that changes."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from storefront.catalog import editing
from storefront.catalog.actions import remember_slug
from storefront.shop.targets import code_of_path, shop_path
from storefront.transactions import writing


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/nl/products/nmn-capsules", ("product", "nmn-c")),
        ("/en/products/nmn-capsules?sku=X#evidence", ("product", "nmn-c")),
        ("/nl/collections/nmn", ("collection", "nmn")),
        ("/en/pages/contact", ("page", "contact")),
        ("/nl/pages/contact", ("page", "contact")),
        ("/en/products/nothing", None),
        ("/en/products", None),
        ("/nl/", None),
        ("//evil.example/nl/products/nmn-capsules", None),
        ("https://evil.example/nl/products/nmn-capsules", None),
        ("nl/products/nmn-capsules", None),
        ("", None),
    ],
)
def test_an_address_of_ours_tells_its_code(demo_app: Flask, path: str, found: tuple[str, str] | None) -> None:
    assert code_of_path(path) == found


def test_addresses_may_be_absolute_mounted_and_of_the_past(demo_app: Flask) -> None:
    product = editing.product_to_edit("nmn-c")
    assert product is not None
    with writing():
        remember_slug("product", "en", "first-name", product.texts["en"].slug, product.product.id)
    with demo_app.test_request_context("/", base_url="https://shop.example/mounted"):
        for start in ("https://shop.example/mounted", "/mounted", ""):
            assert code_of_path(f"{start}/en/products/first-name") == ("product", "nmn-c")


def test_a_collection_has_an_address_only_with_something_in_it(
    demo_app: Flask, demo_client: FlaskClient
) -> None:
    with demo_app.test_request_context("/nl/"):
        for lang in ("nl", "en"):
            for kind, code in (("collection", "nmn"), ("page", "contact")):
                path = shop_path(kind, code, lang)
                assert path is not None
                assert demo_client.get(path).status_code == 200
                assert code_of_path(path) == (kind, code)
            assert shop_path("collection", "nothing", lang) is None
