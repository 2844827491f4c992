"""The day before, of and after an expiry: badges on product, article, call to action and cart fall."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from storefront.catalog.models import Product, Variant
from storefront.database import db
from storefront.quality.models import LabReport, SiteCertificate
from storefront.stock.models import Lot
from storefront.transactions import writing
from tests.journeys.buying import add
from tests.journeys.shopper import article

ZONE = ZoneInfo("Europe/Amsterdam")
TITLES = {
    "purity": {"en": "Purity &gt; 99.8%", "nl": "Zuiverheid &gt; 99,8%"},
    "lab": {"en": "Independently tested", "nl": "Onafhankelijk getest"},
    "gmp": {"en": "GMP production", "nl": "GMP-productie"},
}
TWICE = {"en": "Independently tested, twice", "nl": "Tweemaal onafhankelijk getest"}
PRODUCT = {"nl": "magnesium-l-threonaat-capsules", "en": "magnesium-l-threonate-capsules"}


@pytest.fixture
def expiry() -> date:
    """The last day on which the evidence counts."""
    return datetime.now(ZONE).date() + timedelta(days=5)


@pytest.fixture
def app(make_app) -> Flask:
    return make_app("demo")


def ends(app, kind, last_day):
    """All evidence of a kind for the product ends on a day; that of the others is left as it is."""
    with app.app_context(), writing():
        lots = (
            select(Lot.id)
            .join(Variant, Variant.id == Lot.variant_id)
            .join(Product)
            .where(Product.code == "mgt-c")
        )
        if kind == "gmp":
            db.session.execute(update(SiteCertificate).values(valid_until=last_day))
        else:
            db.session.execute(update(LabReport).where(LabReport.lot_id.in_(lots)).values(retest_on=last_day))


def places(client, lang) -> dict[str, str]:
    """The parts of the shop where the badges of the product stand."""
    product = client.get(f"/{lang}/products/{PRODUCT[lang]}").text
    read = client.get(f"/{lang}/blog/{article('magnesium-brain', lang, 'slug')}").text
    listed = client.get(f"/{lang}/blog/{article('elemental-magnesium', lang, 'slug')}").text
    cart = client.get(f"/{lang}/cart").text
    return {
        "product": part(product, r'<form class="buy".*?</form>'),
        "call to action": part(read, r'<section class="deep cta".*?</section>'),
        "article": part(
            listed, rf'<a href="/{lang}/products/{PRODUCT[lang]}">(?:(?!</a>).)*class="icon.*?</a>'
        ),
        "cart": part(cart, r'<aside class="panel".*?</aside>'),
    }


def part(html, pattern) -> str:
    found = re.search(pattern, html, re.DOTALL)
    assert found, pattern
    return found[0]


def at(day, hour=12, minute=0) -> time_machine.travel:
    """This moment in the shop's time zone, with the clock standing still."""
    return time_machine.travel(datetime.combine(day, time(hour, minute), ZONE), tick=False)


def shown(text, badge, lang) -> bool:
    """Whether a badge stands in a part of a page."""
    return TITLES[badge][lang] in text or (badge == "lab" and TWICE[lang] in text)


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize(("badge", "kind"), [("purity", "report"), ("lab", "report"), ("gmp", "gmp")])
def test_a_badge_falls_the_day_after_its_evidence_ends(app, expiry, badge, kind, lang):
    ends(app, kind, expiry)
    client = app.test_client()
    assert add(client, "MGT-C-90", lang=lang).status_code == 303
    for days, is_shown in ((-1, True), (0, True), (1, False)):
        with at(expiry + timedelta(days=days)):
            for place, text in places(client, lang).items():
                assert shown(text, badge, lang) is is_shown, (place, days)


@pytest.mark.parametrize("badge", ["purity", "lab", "gmp"])
def test_a_new_report_or_certificate_brings_it_back(app, expiry, badge):
    kind = "gmp" if badge == "gmp" else "report"
    ends(app, kind, expiry)
    client = app.test_client()
    add(client, "MGT-C-90")
    with at(expiry + timedelta(days=1)):
        assert not any(shown(text, badge, "en") for text in places(client, "en").values())
        ends(app, kind, expiry + timedelta(days=1))
        assert all(shown(text, badge, "en") for text in places(client, "en").values())


def test_the_day_ends_at_midnight_in_the_shop(app, expiry):
    ends(app, "gmp", expiry)
    client = app.test_client()
    add(client, "MGT-C-90")
    with at(expiry, 23, 59):
        assert all(shown(text, "gmp", "en") for text in places(client, "en").values())
    with at(expiry + timedelta(days=1), 0, 0):  # in UTC it is still the day before
        assert not any(shown(text, "gmp", "en") for text in places(client, "en").values())


def test_twice_needs_two_reports_that_count_today(app, expiry):
    with app.app_context(), writing():
        lots = (
            select(Lot.id)
            .join(Variant, Variant.id == Lot.variant_id)
            .join(Product)
            .where(Product.code == "mgt-c")
        )
        rows = db.session.execute(
            select(LabReport.id, LabReport.laboratory_id).where(LabReport.lot_id.in_(lots))
        ).all()
        first = min(row.laboratory_id for row in rows)
        db.session.execute(
            update(LabReport)
            .where(LabReport.id.in_([row.id for row in rows if row.laboratory_id != first]))
            .values(retest_on=expiry)
        )
    client = app.test_client()
    add(client, "MGT-C-90")
    with at(expiry):
        assert all(TWICE["en"] in text for text in places(client, "en").values())
    with at(expiry + timedelta(days=1)):
        for place, text in places(client, "en").items():
            assert TWICE["en"] not in text, place
            assert TITLES["lab"]["en"] in text, place


def test_staff_see_it_fall_and_return(app, expiry):
    """In development the shop can be looked at as on another date, and returns to today."""
    ends(app, "gmp", expiry)
    client = app.test_client()
    add(client, "MGT-C-90")
    assert all(shown(text, "gmp", "en") for text in places(client, "en").values())
    client.post("/dev/date/", data={"shown": str(expiry + timedelta(days=1)), "back": "/en/"})
    assert not any(shown(text, "gmp", "en") for text in places(client, "en").values())
    client.post("/dev/date/", data={"shown": str(date(2020, 1, 1)), "back": "/en/", "end": "1"})
    assert all(shown(text, "gmp", "en") for text in places(client, "en").values())


def test_an_edge_does_not_keep_yesterday(app, expiry):
    """The address has another ETag when a badge fell, so that nobody is shown it again from a cache."""
    ends(app, "gmp", expiry)
    client = app.test_client()
    path = f"/en/products/{PRODUCT['en']}"
    with at(expiry):
        etag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    with at(expiry + timedelta(days=1)):
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 200
