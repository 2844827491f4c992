from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, session

from storefront.accounts import actions
from storefront.accounts.queries import account_by_email
from storefront.admin.sign_in import local_path
from storefront.transactions import writing

PASSWORD = "correct horse battery"
PAGE = "/admin/sign-in"


@pytest.fixture
def staffed(app) -> Flask:
    with writing():
        actions.create_staff("an@example.com", "An de Boer", PASSWORD, "admin")
    return app


@pytest.fixture
def door(staffed, form_of) -> Callable[..., Any]:
    def fill(client, email="an@example.com", password=PASSWORD, page=PAGE) -> Any:
        return form_of(client, page, PAGE).set(email=email, password=password)

    return fill


def test_a_password_opens_the_admin(staffed, door):
    client = staffed.test_client()
    answer = door(client).press()
    assert answer.status_code == 303 and answer.location == "/admin/"
    page = client.get("/admin/")
    assert page.status_code == 200 and "An de Boer" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("an@example.com", "wrong password here"),
        ("nobody@example.com", PASSWORD),
        ("an@example.com", PASSWORD + " "),
    ],
)
def test_a_wrong_password_and_an_unknown_address_sound_the_same(staffed, door, email, password):
    client = staffed.test_client()
    answer = door(client, email, password).press()
    assert answer.status_code == 422
    assert "Dat lukte niet" in answer.text or "That did not work" in answer.text
    assert email in answer.text and password not in answer.text
    assert client.get("/admin/").status_code == 303


def test_who_is_shut_out_stays_out_and_is_thrown_out(staffed, door):
    client = staffed.test_client()
    door(client).press()
    assert client.get("/admin/").status_code == 200
    with writing():
        actions.create_staff("bo@example.com", "Bo", PASSWORD, "admin")
        actions.set_active(account_by_email("an@example.com").id, False, 0)
    assert client.get("/admin/").status_code == 303
    assert door(staffed.test_client()).press().status_code == 422


def test_sign_in_needs_its_token(staffed, door):
    client = staffed.test_client()
    assert door(client).set(csrf_token=None).press().status_code == 422
    assert door(client).set(csrf_token="forged").press().status_code == 422
    assert client.get("/admin/").status_code == 303


def test_the_session_begins_anew(staffed, door):
    client = staffed.test_client()
    form = door(client)
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    form.press()
    with client.session_transaction() as after:
        assert "planted" not in after


def test_next_leads_back_to_the_page_that_was_asked_for(staffed, door):
    client = staffed.test_client()
    asked = client.get("/admin/orders/?state=paid")
    assert asked.status_code == 303 and asked.location.startswith(PAGE)
    assert door(client, page=asked.location).press().location == "/admin/orders/?state=paid"


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [
        ("http://localhost/admin/products/new?copy=1", "/admin/products/new?copy=1"),
        ("http://localhost/admin/orders/X/send", "/admin/"),  # nothing to look at there
        ("http://localhost/nl/", "/admin/"),
        ("https://evil.example/admin/products/new", "/admin/"),
        ("http://[", "/admin/"),
        ("", "/admin/"),
    ],
)
def test_who_was_signed_out_while_typing_is_told_and_comes_back(staffed, door, sent_from, back):
    client = staffed.test_client()
    answer = client.post("/admin/products/new", headers={"Referer": sent_from})
    assert answer.status_code == 303 and answer.location.startswith(PAGE)
    assert "niets opgeslagen" in client.get(answer.location).text
    assert door(client, page=answer.location).press().location == back


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/admin/",
        "//evil.example/admin/",
        "/\\evil.example/admin",
        "/admin\\@evil.example",
        "javascript:alert(1)",
        "//[",
        "http://[",
        "/nl/",
        "/administrator",
        "/admin/../nl/",
        "/admin/\n/x",
        "",
    ],
)
def test_next_never_leads_elsewhere(wanted, staffed, door):
    assert local_path(wanted) == ""
    client = staffed.test_client()
    form = door(client).set(next=wanted.replace("\n", " "))
    assert form.press().location == "/admin/" or local_path(wanted.replace("\n", " "))


@pytest.mark.parametrize("wanted", ["/admin", "/admin/", "/admin/orders/?state=paid&q=a b"])
def test_next_may_be_a_page_of_the_admin(wanted):
    assert local_path(wanted) == wanted


def test_signing_out_is_a_post_with_a_token(staffed, door, form_of):
    client = staffed.test_client()
    door(client).press()
    assert client.get("/admin/sign-out").status_code == 405
    form = form_of(client, "/admin/", "/admin/sign-out")
    client.post("/admin/sign-out", data={"csrf_token": "forged"})
    assert client.get("/admin/").status_code == 200
    assert form.press().status_code == 303
    assert client.get("/admin/").status_code == 303


def test_failed_attempts_are_limited_and_good_ones_are_not(make_app, form_of):
    app = make_app("empty", config={"RATELIMIT_ENABLED": True})
    with app.app_context(), writing():
        actions.create_staff("an@example.com", "An", PASSWORD, "admin")
    client = app.test_client()
    for _ in range(12):
        assert form_of(client, PAGE).set(email="an@example.com", password=PASSWORD).press().status_code == 303
        form_of(client, "/admin/", "/admin/sign-out").press()
    for _ in range(10):
        assert (
            form_of(client, PAGE).set(email="an@example.com", password="wrong wrong").press().status_code
            == 422
        )
    stopped = form_of(client, PAGE).set(email="an@example.com", password=PASSWORD).press()
    assert stopped.status_code == 429 and 'name="password"' in stopped.text


def test_a_password_with_nul_is_no_request_of_ours(staffed, door):
    assert door(staffed.test_client(), password="with\x00nul").press().status_code == 400
    assert door(staffed.test_client(), email="a\x00@example.com").press().status_code == 400


def test_the_language_is_chosen_in_the_session(staffed, form_of):
    client = staffed.test_client()
    assert '<html lang="nl">' in client.get(PAGE).text
    form = form_of(client, PAGE, "/admin/language")
    assert form.press("lang=en").location.endswith(PAGE)
    assert '<html lang="en">' in client.get(PAGE).text
    form.press("lang=xx")
    assert '<html lang="en">' in client.get(PAGE).text


def test_without_a_choice_the_language_is_that_of_the_browser(staffed):
    for accepted, lang in (("en-GB,en;q=0.9,nl;q=0.5", "en"), ("nl,en;q=0.5", "nl"), ("fr", "nl")):
        page = staffed.test_client().get(PAGE, headers={"Accept-Language": accepted}).text
        assert f'<html lang="{lang}">' in page, accepted


def test_the_shop_has_no_session(staffed, door):
    client = staffed.test_client()
    door(client).press()
    with staffed.test_request_context("/nl/"):
        assert not session
    assert "Set-Cookie" not in client.get("/nl/").headers
