"""What a product page weighs when gunicorn sends it, without a proxy in front."""

from __future__ import annotations

import re
import urllib.request

import pytest

LIMIT = 40_000  # bytes of HTML, CSS and JS


def sent(url, accepted) -> tuple[int, str, str]:
    """Bytes as sent, the encoding, and the text when it can be read here."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": accepted})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body = answer.read()
        return len(body), answer.headers.get("Content-Encoding", ""), body.decode("utf-8", "replace")


@pytest.mark.parametrize("accepted", ["br, gzip", "gzip"])
@pytest.mark.parametrize(
    "path", ["/nl/products/magnesium-l-threonaat-capsules", "/en/products/creatine-monohydrate-powder"]
)
def test_a_product_page_is_light(shop, path, accepted):
    html = sent(shop.url + path, "identity")[2]
    files = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', html)
    assert files
    assert scripts
    weights = {}
    for address in [path, *files, *scripts]:
        weights[address], encoding, _ = sent(shop.url + address.replace("&amp;", "&"), accepted)
        assert encoding == accepted.partition(",")[0], address
    assert sum(weights.values()) <= LIMIT, weights


def test_the_script_of_the_shop_is_small(shop):
    html = sent(f"{shop.url}/en/", "identity")[2]
    (script,) = re.findall(r'<script[^>]* src="([^"]+)"', html)
    assert sent(shop.url + script, "identity")[0] <= 5 * 1024
