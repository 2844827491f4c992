"""The tools of development, and that production has none of them."""

from datetime import timedelta

import pytest

from storefront import clock
from storefront.mail import Message, send
from storefront.testing import entered_as

PRODUCTION = {"env": "production", "base_url": "https://shop.example", "payment_provider": ""}


@pytest.mark.parametrize("role", ["admin", "marketer"])
def test_a_button_enters_as_a_role(app, role):
    client = entered_as(app, role)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/staff/").status_code == (200 if role == "admin" else 403)
    buttons = app.test_client().get("/admin/sign-in").text
    assert f"/dev/enter/{role}" in buttons


def test_entering_is_a_post_to_a_known_role(app):
    client = app.test_client()
    assert client.get("/dev/enter/admin").status_code == 405
    assert client.post("/dev/enter/boss").status_code == 404
    assert client.post("/dev/enter/admin", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get("/admin/").status_code == 303


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/admin//evil.example", "/nl/"])
def test_entering_never_leads_elsewhere(app, wanted):
    answer = app.test_client().post("/dev/enter/admin", data={"next": wanted})
    assert answer.location == "/admin/"
    inside = app.test_client().post("/dev/enter/admin", data={"next": "/admin/staff/"})
    assert inside.location == "/admin/staff/"


def test_production_has_none_of_it(make_app):
    app = make_app("empty", **PRODUCTION)
    client = app.test_client()
    for path in ("/dev/mail/", "/dev/enter/admin", "/dev/date/"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert "/dev/" not in client.get("/admin/sign-in").text
    client.set_cookie("shown_date", "2099-01-01")
    assert "2099" not in client.get("/nl/").text


def test_written_mails_are_listed_and_shown_in_a_closed_frame(app):
    client = app.test_client()
    assert client.get("/dev/mail/").status_code == 200
    html = "<html><head></head><body><p>Dag <b>Lotte</b></p><script>alert(1)</script></body></html>"
    send(Message("lotte@example.nl", "Je bestelling <1>", "Dag Lotte", html), app.extensions["storefront"])
    index = client.get("/dev/mail/").text
    assert "Je bestelling &lt;1&gt;" in index and "lotte@example.nl" in index
    name = index.split('href="/dev/mail/')[1].split('"')[0]
    page = client.get(f"/dev/mail/{name}").text
    assert (
        "Dag Lotte" in page
        and 'sandbox="' in page
        and "allow-scripts" not in page
        and "<script>alert" not in page
    )
    part = client.get(f"/dev/mail/{name}/html")
    assert "<b>Lotte</b>" in part.text
    assert (
        "sandbox" in part.headers["Content-Security-Policy"]
        and "script-src" not in part.headers["Content-Security-Policy"]
    )


@pytest.mark.parametrize("name", ["none.eml", "..%2f..%2fshop.sqlite3", "shop.sqlite3"])
def test_other_files_are_not_mails(app, name):
    assert app.test_client().get(f"/dev/mail/{name}").status_code == 404


def test_badges_fall_and_return_with_the_shown_date(demo_client):
    product = demo_client.get("/nl/products/").text
    path = "/nl/products/" + product.split('href="/nl/products/')[1].split('"')[0].split("#")[0]
    before = demo_client.get(path).text
    assert 'id="gmp"' in before and "dev-bar" not in before
    later = clock.today() + timedelta(days=3000)
    answer = demo_client.post("/dev/date/", data={"shown": later.isoformat(), "back": path})
    assert answer.status_code == 303 and answer.location == path
    shown = demo_client.get(path).text
    assert 'id="gmp"' not in shown and "dev-bar" in shown and str(later.year) in shown
    assert demo_client.post("/dev/date/", data={"end": "1", "back": path}).status_code == 303
    after = demo_client.get(path).text
    assert 'id="gmp"' in after and "dev-bar" not in after


def test_the_shown_date_is_one_visitor_s(demo_app):
    one, other = demo_app.test_client(), demo_app.test_client()
    one.post("/dev/date/", data={"shown": "2099-01-01", "back": "/nl/"})
    assert "dev-bar" in one.get("/nl/").text
    assert "dev-bar" not in other.get("/nl/").text


@pytest.mark.parametrize("shown", ["", "tomorrow", "2026-13-45", "<b>"])
def test_an_odd_date_is_the_real_one(demo_client, shown):
    demo_client.post("/dev/date/", data={"shown": shown, "back": "/nl/"})
    assert "dev-bar" not in demo_client.get("/nl/").text


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "\\evil", ""])
def test_the_way_back_stays_here(demo_client, back):
    assert demo_client.post("/dev/date/", data={"shown": "", "back": back}).location == "/"


def test_the_admin_offers_the_form(demo_app):
    page = entered_as(demo_app, "admin").get("/admin/").text
    assert 'action="/dev/date/"' in page
