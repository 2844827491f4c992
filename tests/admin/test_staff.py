"""Adding people and shutting them out."""

from storefront.accounts.queries import account_by_email
from storefront.database import db

PASSWORD = "correct horse battery"


def test_somebody_is_added_and_can_sign_in(admin_client, demo_app, form_of):
    form = form_of(admin_client, "/admin/staff/")
    form.set(name="Bo", email="bo@example.com", password=PASSWORD, role="marketer")
    assert form.press().status_code == 303
    client = demo_app.test_client()
    door = form_of(client, "/admin/sign-in").set(email="bo@example.com", password=PASSWORD)
    assert door.press().status_code == 303
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/staff/").status_code == 403


def test_mistakes_are_told_at_their_field_and_the_password_is_not_sent_back(admin_client, form_of):
    form = form_of(admin_client, "/admin/staff/").set(
        name="Bo", email="nobody", password=PASSWORD, role="admin"
    )
    answer = form.press()
    assert answer.status_code == 422 and 'id="email-error"' in answer.text
    assert 'value="nobody"' in answer.text and PASSWORD not in answer.text
    short = form.set(email="bo@example.com", password="short").press()
    assert short.status_code == 422 and 'id="password-error"' in short.text
    assert form.set(password=PASSWORD, role="boss").press().status_code == 422
    assert account_by_email("bo@example.com") is None


def test_somebody_is_shut_out_and_let_in_again(admin_client, form_of):
    form_of(admin_client, "/admin/staff/").set(
        name="Bo", email="bo@example.com", password=PASSWORD, role="marketer"
    ).press()
    bo = account_by_email("bo@example.com").id
    assert form_of(admin_client, "/admin/staff/", f"/{bo}/shut_out").press().status_code == 303
    db.session.rollback()
    assert not account_by_email("bo@example.com").active
    assert form_of(admin_client, "/admin/staff/", f"/{bo}/in_again").press().status_code == 303
    db.session.rollback()
    assert account_by_email("bo@example.com").active


def test_nobody_shuts_themselves_out(admin_client, form_of):
    page = admin_client.get("/admin/staff/").text
    number = page.split("/shut_out")[0].rsplit("/", 1)[1]
    answer = form_of(admin_client, "/admin/staff/", f"/{number}/shut_out").press()
    assert answer.status_code == 422
    assert admin_client.get("/admin/").status_code == 200


def test_unknown_people_are_not_found(admin_client, form_of):
    form = form_of(admin_client, "/admin/staff/")
    form.action = "/admin/staff/99999/shut_out"
    assert form.press().status_code == 404
