"""Delivery and VAT: prices are changed, rates begin on a day, and who may not stays out."""

from datetime import timedelta

import pytest

from storefront import clock
from storefront.database import db
from storefront.pricing.queries import Method, all_rates, rates, shipping_method

METHOD = "/admin/delivery/NL/standard"


def saved() -> Method | None:
    db.session.rollback()
    return shipping_method("NL", "standard")


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_page_lists_deliveries_and_rates_in_one_language(admin_client, form_of, lang):
    form_of(admin_client, "/admin/", "/admin/language").press(f"lang={lang}")
    page = admin_client.get("/admin/delivery/").text
    words = {
        "nl": ("Bezorging en btw", "nooit", "Geldt vandaag"),
        "en": ("Delivery and VAT", "never"),
    }
    for text in (*words[lang], "/admin/delivery/BE/registered"):
        assert text in page, text
    assert ("€ 4,50" if lang == "nl" else "€4.50") in page.replace("\u00a0", " ")


def test_a_price_is_changed_and_charged(admin_client, demo_client, form_of):
    form = form_of(admin_client, METHOD).set(price="5,25", free_from="60", details_en="Our bicycle")
    assert form.press().status_code == 303
    method = saved()
    assert (method.price_cents, method.free_from_cents, method.details["en"]) == (525, 6000, "Our bicycle")
    demo_client.post("/en/cart/add", data={"sku": "MGT-C-90"})
    page = demo_client.get("/en/checkout").text
    assert "Our bicycle" in page and f"NL.standard.{3495 + 525}" in page
    assert "bezorging NL standard" in admin_client.get("/admin/audit/").text


def test_delivery_may_be_free_always_or_never(admin_client, form_of):
    assert form_of(admin_client, METHOD).set(price="0", free_from="").press().status_code == 303
    assert (saved().price_cents, saved().free_from_cents) == (0, None)


def test_mistakes_are_told_at_their_field_and_nothing_is_saved(admin_client, form_of):
    answer = form_of(admin_client, METHOD).set(price="cheap", name_nl="").press()
    assert answer.status_code == 422
    assert 'id="price-error"' in answer.text and 'id="name_nl-error"' in answer.text
    assert 'value="cheap"' in answer.text
    assert saved().price_cents == 450


def test_a_stale_edit_is_refused(admin_client, form_of):
    mine, theirs = (form_of(admin_client, METHOD) for _ in range(2))
    assert theirs.set(price="4").press().status_code == 303
    answer = mine.set(price="5").press()
    assert answer.status_code == 409 and 'value="5"' in answer.text
    assert saved().price_cents == 400


def test_a_rate_begins_on_its_day_and_the_one_before_ends(admin_client, form_of):
    day = clock.today() + timedelta(days=40)
    form = form_of(admin_client, "/admin/delivery/", "/rates")
    form.set(country="NL", vat_class="reduced", percent="12,5", valid_from=day.isoformat())
    assert form.press().status_code == 303
    assert rates("NL", day)["reduced"] == 1250
    assert rates("NL", day - timedelta(days=1))["reduced"] == 900
    (old,) = [r for r in all_rates() if (r.country, r.vat_class, r.rate_bp) == ("NL", "reduced", 900)]
    assert old.valid_until == day - timedelta(days=1)
    assert "btw NL reduced" in admin_client.get("/admin/audit/").text


def test_a_rate_before_another_ends_where_that_begins(admin_client, form_of):
    later, sooner = (clock.today() + timedelta(days=days) for days in (40, 10))
    for day, percent in ((later, "12"), (sooner, "10")):
        form = form_of(admin_client, "/admin/delivery/", "/rates")
        form.set(country="NL", vat_class="reduced", percent=percent, valid_from=day.isoformat())
        assert form.press().status_code == 303
    spans = [(r.rate_bp, r.valid_until) for r in all_rates() if (r.country, r.vat_class) == ("NL", "reduced")]
    day = timedelta(days=1)
    assert spans == [(1200, None), (1000, later - day), (900, sooner - day)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("valid_from", "2020-01-01"),
        ("valid_from", "soon"),
        ("valid_from", ""),
        ("percent", "101"),
        ("percent", "-1"),
        ("percent", "9,555"),
        ("percent", ""),
    ],
)
def test_a_wrong_rate_is_refused_at_its_field(admin_client, form_of, field, value):
    before = all_rates()
    form = form_of(admin_client, "/admin/delivery/", "/rates")
    form.set(percent="10", valid_from=clock.today().isoformat()).set(**{field: value})
    answer = form.press()
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    db.session.rollback()
    assert all_rates() == before


def test_only_those_who_may_and_only_what_is_there(admin_client, marketer_client):
    for path in ("/admin/delivery/", METHOD):
        assert marketer_client.get(path).status_code == 403
    for path in ("/admin/delivery/NL/gone", "/admin/delivery/DE/standard", "/admin/delivery/NL/a%00b"):
        assert admin_client.get(path).status_code == 404
    assert admin_client.post("/admin/delivery/rates", data={"percent": "1"}).status_code in (400, 422)
