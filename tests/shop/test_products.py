"""Lists, facets, collections and the product page."""

import json
import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from storefront.database import db
from storefront.locale import speaking
from storefront.offers.queries import offers_by_code
from storefront.quality.facts import LabBadge, LabLine
from storefront.shop import wording
from storefront.shop.listing import asked_for
from storefront.stock.models import StockLevel
from storefront.transactions import writing

PRODUCT = "/en/products/magnesium-l-threonate-capsules"


def titles(html) -> list[str]:
    return re.findall(r'<h2 class="card__title"><a[^>]*>([^<]+)</a>', html)


def data_of(html, kind) -> dict[str, Any]:
    blocks = [json.loads(text) for text in re.findall(r'ld\+json">(.*?)</script>', html, re.DOTALL)]
    return next(block for block in blocks if block["@type"] == kind)


def test_the_list_shows_all_products_in_our_order(demo_client):
    found = titles(demo_client.get("/en/products").text)
    assert len(found) == 9
    assert found[0] == "NMN, capsules"


def test_facets_narrow_the_list_and_can_be_taken_off(demo_client):
    html = demo_client.get("/en/products?ingredient=magnesium&form=powder").text
    assert len(titles(html)) == 1
    chips = re.findall(r'<a class="chip" href="([^"]+)"', html)
    assert "/en/products?form=powder" in chips
    assert "/en/products?ingredient=magnesium" in chips


def test_an_option_without_hits_stays_and_cannot_be_chosen(demo_client):
    html = demo_client.get("/en/products?form=powder").text
    assert re.search(r'value="nr" disabled', html)


def test_price_and_stock_narrow_the_list(demo_client):
    cheap = titles(demo_client.get("/en/products?max=20").text)
    assert 0 < len(cheap) < 9
    assert titles(demo_client.get("/en/products?min=20&max=15").text)  # turned round, not empty


def test_sorting_by_price(demo_client):
    def price(html) -> list[float]:
        return [float(text) for text in re.findall(r'<p class="price">€([0-9.]+)', html)]

    rising = price(demo_client.get("/en/products?sort=price").text)
    assert rising == sorted(rising)
    falling = price(demo_client.get("/en/products?sort=price_desc").text)
    assert falling == sorted(falling, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=x", "page=99999999999999", "page=²", "sort=drop", "min=abc", "max=1e9",
        "ingredient=%00", "form=liquid", "stock=maybe", "min=-5", "codes=%27;--",
        "ingredient=" + "x" * 10_000,
    ],
)  # fmt: skip
def test_what_makes_no_sense_in_an_address_is_ignored(demo_client, query):
    assert demo_client.get(f"/en/products?{query}", follow_redirects=True).status_code == 200


def test_a_page_beyond_the_last_leads_to_the_last(demo_client):
    response = demo_client.get("/en/products?form=powder&page=7")
    assert response.status_code == 302
    assert response.headers["Location"] == "/en/products?form=powder"


def test_a_list_of_codes_from_an_article(demo_client):
    html = demo_client.get("/nl/products?codes=mgt-c,mgb-c,unknown").text
    assert len(titles(html)) == 2
    assert "Uit het artikel" in html


def test_no_product_fits(demo_client):
    html = demo_client.get("/en/products?ingredient=nr&form=powder").text
    assert "No product fits these filters" in html


def test_an_address_survives_reading_and_writing():
    args = MultiDict(
        [
            ("ingredient", "nmn"),
            ("ingredient", "nr"),
            ("form", "powder"),
            ("stock", "1"),
            ("min", "9.50"),
            ("sort", "name"),
        ]
    )
    asked = asked_for(args)
    assert asked.query() == "?ingredient=nmn&ingredient=nr&form=powder&stock=1&min=9.50&sort=name"
    assert asked.query(3).endswith("&page=3")


def test_a_collection_has_its_introduction_and_its_products(demo_client):
    html = demo_client.get("/en/collections/magnesium").text
    assert "Two compounds, three products" in html
    assert len(titles(html)) == 3
    assert data_of(html, "ItemList")["itemListElement"][0]["position"] == 1


def test_the_product_page_tells_all_that_must_be_told(demo_client):
    html = demo_client.get(PRODUCT).text
    for text in (
        "€34.95", "€49.79 per 100 g", "€1.17 a day", "9% VAT", "90 capsules", "180 capsules", "144 mg", "38%",
        "Supplement facts", "Do not exceed", "Directions", "food supplement", "In stock",
        "1169/2011. Magnesium: 375 mg.",
    ):  # fmt: skip
        assert text.lower() in html.lower(), text


def test_choosing_a_size_needs_no_script(demo_client):
    html = demo_client.get(PRODUCT).text
    form = re.search(r'<form class="buy".*?</form>', html, re.DOTALL).group()
    assert 'method="post"' in form
    assert re.findall(r'name="sku" value="([^"]+)"', form) == ["MGT-C-90", "MGT-C-180"]
    assert re.search(r'value="MGT-C-180"[^>]* checked', demo_client.get(f"{PRODUCT}?sku=MGT-C-180").text)


def test_badges_stand_in_their_order_and_open_their_evidence(demo_client):
    html = demo_client.get(PRODUCT).text
    assert re.findall(r'<div class="proof__body" id="(\w+)"', html) == ["purity", "lab", "gmp"]
    summaries = re.findall(r"<summary>.*?<strong>([^<]+)</strong>", html)
    assert summaries[:3] == ["Purity &gt; 99.8%", "Independently tested, twice", "GMP production"]
    assert "and absorption: assessed by EFSA, 2024" in html
    assert "Noordlab (NL) and Eastmere Labs (US)" in html
    assert "FS-20417" in html
    dutch = demo_client.get("/nl/products/magnesium-l-threonaat-capsules").text
    summaries = re.findall(r"<summary>.*?<strong>([^<]+)</strong>", dutch)
    assert summaries[:3] == ["Zuiverheid &gt; 99,8%", "Tweemaal onafhankelijk getest", "GMP-productie"]
    assert "Eastmere Labs (VS)" in dutch


def test_the_purity_of_several_batches_is_called_the_lowest(demo_client):
    html = demo_client.get("/en/products/nmn-capsules").text
    assert re.search(
        r'Lowest of 2 batches: 99\.87% by HPLC-UV \(<span class="nowrap">26-\d{4}</span>\)', html
    )
    assert "the first best-before date" in html or "the first retest date" in html
    dutch = demo_client.get("/nl/products/nmn-capsules").text
    assert "Laagste van 2 batches: 99,87% met HPLC-UV" in dutch
    one = demo_client.get("/en/products/magnesium-l-threonate-powder").text
    assert re.search(r'Batch <span class="nowrap">26-\d{4}</span>: ', one)
    assert "Lowest of" not in one


def test_what_a_badge_ends_with_is_told():
    day = date(2028, 8, 3)
    facts = {"reports": (), "twice": False, "lot_code": "26-0409", "valid_until": day}
    with speaking("en"):
        assert wording.valid_until(LabBadge(**facts)) == "3 August 2028, the first retest date"
        lot = LabBadge(**facts, ended_by="lot")
        assert wording.valid_until(lot) == "3 August 2028, the first best-before date"


@pytest.mark.parametrize(
    ("ingredients", "told"),
    [
        ([], ""),
        ([("rice", False)], "Contains none of the 14 allergens that a label must name."),
        ([("rice", False), ("milk", True), ("soy", True), ("milk", True)], "Allergens: milk, soy."),
    ],
)
def test_allergens_are_told_from_what_is_marked(ingredients, told):
    rows = [{"text": text, "allergen": allergen} for text, allergen in ingredients]
    with speaking("en"):
        assert wording.allergens(rows) == told


def test_the_page_tells_the_allergens(demo_client):
    told = "Bevat geen van de 14 allergenen die op een etiket moeten staan."
    assert told in demo_client.get("/nl/products/nmn-capsules").text


def test_a_best_before_date_reads_as_on_the_label():
    with speaking("nl"):
        assert wording.best_before(date(2026, 6, 30)) == "einde juni 2026"
        assert wording.best_before(date(2028, 2, 28)) == "28 februari 2028"
        assert wording.best_before(date(9999, 12, 31)) == "einde december 9999"
    with speaking("en"):
        assert wording.best_before(date(2028, 2, 29)) == "end of February 2028"


def test_one_result_is_told_in_the_singular():
    line = LabLine(
        lab_name="Noordlab", cities={}, country="NL", report_number="1", reported_on=date(2026, 1, 1),
        tests=1, passed=1, standard="", accreditation="", purity=None, purity_unit="",
    )  # fmt: skip
    badge = LabBadge(reports=(line,), twice=False, lot_code="26-0409", valid_until=date(2028, 1, 1))
    with speaking("nl"):
        assert wording.badge_summary(badge) == ["1 van 1 uitslag in orde, door Noordlab (NL)"]


def test_a_size_that_is_sold_out_is_not_said_to_be_bought(demo_app, demo_client):
    with demo_app.app_context(), writing():
        db.session.execute(update(StockLevel).values(available=0))
    html = demo_client.get("/en/products/nmn-capsules").text
    assert "You are buying from batch" not in html
    assert "This size is sold out; its last batch is" in html or "The certificate of this batch" not in html


def test_absorption_is_named_only_where_it_was_assessed(demo_client):
    html = demo_client.get("/en/products/nmn-capsules").text
    assert "Purity &gt; 99.8%" in html
    assert "and absorption" not in html


def test_the_data_for_programs_has_the_prices_of_the_page(demo_client):
    product = data_of(demo_client.get(PRODUCT).text, "Product")
    first, second = product["offers"]
    assert (first["sku"], first["price"], first["priceCurrency"]) == ("MGT-C-90", "34.95", "EUR")
    assert second["price"] == "62.95"
    assert first["availability"].endswith("InStock")
    reference = first["priceSpecification"]["referenceQuantity"]
    assert (reference["value"], reference["valueReference"]["value"]) == ("70.2", "100")
    assert first["hasMerchantReturnPolicy"]["merchantReturnDays"] == 14
    assert {part["shippingDestination"]["addressCountry"] for part in first["shippingDetails"]} == {
        "NL",
        "BE",
    }
    assert product["image"][0].endswith(".jpg")


def test_an_unknown_product_gets_a_friendly_404(demo_client):
    response = demo_client.get("/en/products/magnesium-something")
    assert response.status_code == 404
    assert "We looked everywhere" in response.text
    assert 'class="card"' in response.text
    assert demo_client.get("/de/products/nmn-capsules").status_code == 404


@pytest.mark.parametrize(
    "path", ["/en/products", "/en/products?ingredient=magnesium", "/en/collections/nmn", PRODUCT]
)
def test_pages_take_few_queries(demo_app, demo_client, queries, path):
    demo_client.get("/en/")
    with queries(demo_app) as seen:
        assert demo_client.get(path).status_code == 200
    assert len(seen) <= 8, "\n".join(seen)


def test_the_product_page_is_light(demo_client):
    html = demo_client.get(PRODUCT, headers={"Accept-Encoding": "br"})
    assert len(html.data) < 14_000


def test_the_lists_and_the_page_agree_on_the_price(demo_app, demo_client):
    with demo_app.test_request_context():
        offer = offers_by_code(["nmn-c"], "en")["nmn-c"]
    assert offer.default.price_cents == 5495
    assert "€54.95" in demo_client.get("/en/products/nmn-capsules").text
    assert "€54.95" in demo_client.get("/en/collections/nmn").text


def test_search_engines_keep_the_list_but_none_of_its_filters_and_orders(demo_client):
    noindex = '<meta name="robots" content="noindex, follow">'
    assert noindex not in demo_client.get("/en/products").text
    for query in ("form=powder", "sort=price"):
        assert noindex in demo_client.get(f"/en/products?{query}").text, query
