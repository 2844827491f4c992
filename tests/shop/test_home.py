"""The home page and the choice of language."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from storefront import clock
from storefront.offers.queries import offers, offers_by_code
from storefront.shop.home import promises


@pytest.mark.parametrize(
    ("accepted", "lang"), [("nl-BE,nl;q=0.9", "nl"), ("en-GB,en;q=0.8", "en"), ("fr", "nl"), ("", "nl")]
)
def test_the_bare_address_leads_to_the_language_that_the_browser_asks_for(demo_client, accepted, lang):
    response = demo_client.get("/", headers={"Accept-Language": accepted})
    assert response.status_code == 302
    assert response.headers["Location"] == f"/{lang}/"
    assert "Accept-Language" in response.headers["Vary"]


def test_the_first_four_products_are_nmn_and_magnesium(demo_client):
    html = demo_client.get("/en/").text
    titles = re.findall(r'<h3 class="card__title"><a[^>]*>([^<]+)</a>', html)
    assert titles[0] == "NMN, capsules"
    assert "threonate, capsules" in titles[1]
    assert titles[2] == "NMN, powder"
    assert "bisglycinate" in titles[3]


def test_the_notes_beside_the_jars_are_those_of_the_batch_on_sale(demo_app, demo_client):
    with demo_app.test_request_context():
        offer = offers_by_code(["mgt-c"], "en")["mgt-c"]
    html = demo_client.get("/en/").text
    notes = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", html))
    assert notes["Batch on the seal"] == offer.default.lot_code
    assert notes["Magnesium a day"] == "144 mg"
    lab = next(badge for badge in offer.badges if badge.code == "lab")
    assert lab.lot_code == offer.default.lot_code
    assert notes["Purity, area percent"] == f"{min(line.purity for line in lab.reports)}%"


def test_a_promise_falls_with_its_evidence(demo_client, monkeypatch):
    assert 'class="promise"' in demo_client.get("/en/").text
    later = clock.today() + timedelta(days=365 * 10)
    monkeypatch.setattr(clock, "today", lambda: later)
    html = demo_client.get("/en/").text
    assert 'class="promise"' not in html
    assert "Purity, " not in html


def test_a_promise_is_made_only_when_each_leading_product_keeps_it(demo_app):
    with demo_app.test_request_context():
        leading = offers("en", limit=4, with_badges=True)
    assert [badge.code for badge in promises(leading, None)] == ["purity", "lab", "gmp"]
    assert promises([*leading[:-1], replace(leading[-1], badges=())], None) == []


def test_the_page_says_who_we_are(demo_client):
    html = demo_client.get("/nl/").text
    kinds = {json.loads(text)["@type"] for text in re.findall(r'ld\+json">(.*?)</script>', html, re.DOTALL)}
    assert {"OnlineStore", "WebSite"} <= kinds


def test_an_empty_shop_has_a_home_page_too(client):
    assert client.get("/en/").status_code == 200


def test_it_takes_few_queries(demo_app, demo_client, queries):
    demo_client.get("/en/products")
    with queries(demo_app) as seen:
        demo_client.get("/en/")
    assert len(seen) <= 8, "\n".join(seen)
