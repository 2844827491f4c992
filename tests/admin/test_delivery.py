"""Delivery and VAT: prices are changed, rates begin on a day, and who may not stays out."""

from datetime import timedelta

import pytest

from storefront import clock
from storefront.database import db
from storefront.orders.turnover import Turnover
from storefront.pricing.queries import (
    Days,
    Method,
    Step,
    all_rates,
    method_of_zone,
    rates,
    shipping_methods,
    shipping_zones,
)

METHOD = "/admin/delivery/NL/standard"


def saved() -> Method | None:
    db.session.rollback()
    return method_of_zone("NL", "standard")


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
    form = form_of(admin_client, METHOD).set(steps__0__price="5,25", free_from="60", details_en="Our bicycle")
    assert form.press().status_code == 303
    method = saved()
    assert (method.price_cents, method.free_from_cents, method.details["en"]) == (525, 6000, "Our bicycle")
    demo_client.post("/en/cart/add", data={"sku": "MGT-C-90"})
    page = demo_client.get("/en/checkout").text
    assert "Our bicycle" in page and f"NL.standard.{3495 + 525}" in page
    assert "bezorging NL standard" in admin_client.get("/admin/audit/").text


def test_how_long_it_takes_is_told_to_search_engines(admin_client, demo_client, form_of):
    form = form_of(admin_client, METHOD)
    shown = dict(form.values)
    assert (shown["handling_days"], shown["days_from"], shown["days_to"]) == ("1", "1", "2")
    assert form.set(handling_days="0", days_from="3", days_to="5").press().status_code == 303
    page = demo_client.get("/en/products/magnesium-l-threonate-capsules").text
    assert '"minValue":3' in page.replace(" ", "") and '"maxValue":5' in page.replace(" ", "")
    for wrong, at in (
        ({"days_to": ""}, "days_to"),
        ({"days_to": "2"}, "days_to"),
        ({"handling_days": "-1"}, "handling_days"),
    ):
        answer = form_of(admin_client, METHOD).set(**wrong).press()
        assert (answer.status_code, f'id="{at}-error"' in answer.text) == (422, True), wrong
    assert saved().days == Days(0, 3, 5)
    nothing = {"handling_days": "", "days_from": "", "days_to": ""}
    assert form_of(admin_client, METHOD).set(**nothing).press().status_code == 303
    assert saved().days is None


def test_delivery_may_be_free_always_or_never(admin_client, form_of):
    assert form_of(admin_client, METHOD).set(steps__0__price="0", free_from="").press().status_code == 303
    assert (saved().price_cents, saved().free_from_cents) == (0, None)


def test_mistakes_are_told_at_their_field_and_nothing_is_saved(admin_client, form_of):
    answer = form_of(admin_client, METHOD).set(steps__0__price="cheap", name_nl="").press()
    assert answer.status_code == 422
    assert 'id="steps-0-price-error"' in answer.text and 'id="name_nl-error"' in answer.text
    assert 'value="cheap"' in answer.text
    assert saved().price_cents == 450


def test_a_stale_edit_is_refused(admin_client, form_of):
    mine, theirs = (form_of(admin_client, METHOD) for _ in range(2))
    assert theirs.set(steps__0__price="4").press().status_code == 303
    answer = mine.set(steps__0__price="5").press()
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
    for path in (
        "/admin/delivery/NL/gone",
        "/admin/delivery/DE/standard",
        "/admin/delivery/NL/a%00b",
        "/admin/delivery/gone",
    ):
        assert admin_client.get(path).status_code == 404
    assert admin_client.post("/admin/delivery/rates", data={"percent": "1"}).status_code in (400, 422)


def test_a_zone_with_a_way_of_delivery_by_weight_is_added_and_charged(
    admin_client, demo_client, form_of, reread
):
    zone = form_of(admin_client, "/admin/delivery/new")
    zone.set(code="west", name_nl="Westen", name_en="West", countries=["FR", "DE"])
    assert zone.press().status_code == 303
    assert [(one.code, one.countries) for one in shipping_zones()][-1] == ("west", ("DE", "FR"))
    way = form_of(admin_client, "/admin/delivery/west/new")
    way.set(code="standard", name_nl="Pakket", name_en="Parcel", details_nl="DHL", details_en="DHL")
    way.set(steps__0__price="9", steps__0__up_to_grams="30")
    longer = reread(admin_client, way.press("do=add:steps"), "/west/new")
    longer.set(steps__1__price="19,50", steps__1__up_to_grams="1000")
    assert longer.press().status_code == 303
    db.session.rollback()
    (found,) = [one for one in shipping_methods("DE") if one.zone == "west"]
    assert found.steps == (Step(900, 30), Step(1950, 1000))
    rate = form_of(admin_client, "/admin/delivery/", "/rates")
    rate.set(country="DE", vat_class="reduced", percent="7", valid_from=clock.today().isoformat())
    assert rate.press().status_code == 303
    demo_client.post("/en/cart/add", data={"sku": "MGT-C-90"})  # 70.2 g
    page = demo_client.get("/en/checkout").text
    assert f"DE.standard.{3495 + 1950}" in page and "Germany" in page and "FR." not in page
    assert "zone west" in admin_client.get("/admin/audit/").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "new"}, "code"),
        ({"code": "NL"}, "code"),
        ({"code": "a b"}, "code"),
        ({"name_nl": ""}, "name_nl"),
        ({"countries": None}, "countries"),
        ({"countries": ["NL"]}, "countries"),
        ({"countries": ["XX"]}, "countries"),
    ],
)
def test_a_wrong_zone_is_refused_at_its_field(admin_client, form_of, changes, field):
    form = form_of(admin_client, "/admin/delivery/new")
    form.set(code="west", name_nl="Westen", name_en="West", countries=["FR"]).set(**changes)
    answer = form.press()
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    db.session.rollback()
    assert len(shipping_zones()) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"steps__0__price": ""}, "steps-0-price"),
        ({"steps__0__price": "-1"}, "steps-0-price"),
        ({"steps__0__up_to_grams": "0"}, "steps-0-up_to_grams"),
        ({"steps__0__up_to_grams": "1,5"}, "steps-0-up_to_grams"),
        ({"steps__0__from_value": "20"}, "steps-0-from_value"),
        ({"steps__0__from_value": "dear"}, "steps-0-from_value"),
        ({"steps__1__price": "9"}, "steps-1-price"),
        (
            {"steps__1__price": "9", "steps__1__from_value": "20", "steps__0__up_to_grams": "10"},
            "steps-1-from_value",
        ),
        ({"code": "remove"}, "code"),
        ({"code": "standard"}, "code"),
    ],
)
def test_a_wrong_way_of_delivery_is_refused_at_its_field(admin_client, form_of, changes, field):
    form = form_of(admin_client, "/admin/delivery/NL/new")
    form.set(code="bike", name_nl="Fiets", name_en="Bike", details_nl="Fiets", details_en="Bike")
    form.set(steps__0__price="5").set(**changes)
    answer = form.press()
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    db.session.rollback()
    assert method_of_zone("NL", "bike") is None


def test_a_zone_goes_when_its_ways_have_gone(admin_client, form_of):
    zone = "/admin/delivery/BE"
    assert form_of(admin_client, zone, f"{zone}/remove").press().status_code == 409
    for code in ("standard", "registered"):
        assert form_of(admin_client, f"{zone}/{code}", f"{zone}/{code}/remove").press().status_code == 303
    assert form_of(admin_client, zone, f"{zone}/remove").press().status_code == 303
    db.session.rollback()
    assert [one.code for one in shipping_zones()] == ["NL"]
    assert admin_client.get(zone).status_code == 404


def test_a_row_of_prices_is_removed_and_an_unknown_button_is_none(admin_client, form_of, reread):
    form = form_of(admin_client, METHOD).set(steps__1__price="7", steps__1__up_to_grams="500")
    left = reread(admin_client, form.press("do=remove:steps-0"), METHOD)
    assert left.press().status_code == 303
    assert saved().steps == (Step(700, 500),)
    assert form_of(admin_client, METHOD).press("do=remove:steps-9").status_code == 400


def test_a_cart_that_is_too_heavy_is_told_so(admin_client, demo_client, form_of):
    demo_client.post("/en/cart/add", data={"sku": "MGT-C-90", "quantity": "2"})  # 140.4 g
    for zone in ("NL", "BE"):
        for code in ("standard", "registered"):
            form = form_of(admin_client, f"/admin/delivery/{zone}/{code}")
            assert form.set(steps__0__up_to_grams="141").press().status_code == 303
    cart = demo_client.get("/en/cart").text
    assert "Your cart weighs 0.142 kg with its packing, and a parcel may weigh 0.141 kg." in cart
    assert "/en/checkout" not in cart
    assert demo_client.get("/en/checkout").status_code == 303
    form = form_of(admin_client, "/admin/delivery/NL/standard").set(steps__0__up_to_grams="142")
    assert form.press().status_code == 303
    assert f"NL.standard.{2 * 3495}" in demo_client.get("/en/checkout").text


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (799_999, None),
        (800_000, "The threshold for sales to other EU countries is near."),
        (1_000_001, "The threshold for sales to other EU countries is passed."),
    ],
)
def test_the_threshold_is_told_from_eighty_percent_on(admin_client, form_of, monkeypatch, cents, words):
    for view in ("dashboard", "delivery"):
        found = Turnover(2026, (("BE", cents),))
        monkeypatch.setattr(f"storefront.admin.{view}.sold_abroad", lambda _countries, _year, it=found: it)
    form_of(admin_client, "/admin/", "/admin/language").press("lang=en")
    for path in ("/admin/", "/admin/delivery/"):
        page = admin_client.get(path).text
        assert ("The threshold for sales" in page) == (words is not None), path
        assert words is None or words in page, path
    page = admin_client.get("/admin/delivery/").text
    assert f"({cents * 100 // 1_000_000}%)" in page
    assert "Each order is charged the rates above of the country it goes to, from the first order on" in page


def test_who_may_not_set_rates_reads_nothing_of_the_threshold(marketer_client, monkeypatch):
    monkeypatch.setattr("storefront.admin.dashboard.sold_abroad", lambda *_: 1 / 0)
    assert marketer_client.get("/admin/").status_code == 200
