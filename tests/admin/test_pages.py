"""The editor of the shop's own pages."""

import pytest
from sqlalchemy import delete

from storefront.database import db
from storefront.pages.models import PageText
from storefront.pages.queries import PageEdit, all_pages, page_to_edit
from storefront.transactions import writing


@pytest.fixture
def code(demo_app) -> str:
    return all_pages()[0].code


def page(code) -> PageEdit | None:
    db.session.rollback()
    return page_to_edit(code)


def test_all_pages_are_listed(admin_client):
    listed = admin_client.get("/admin/pages/").text
    for edit in all_pages():
        assert f"/admin/pages/{edit.code}" in listed


def test_saving_without_a_change_changes_nothing(admin_client, form_of, code):
    form_of(admin_client, f"/admin/pages/{code}").press()  # takes white space at the end away
    before = {lang: (t.title, t.slug, t.body, t.updated_at) for lang, t in page(code).texts.items()}
    assert form_of(admin_client, f"/admin/pages/{code}").press().status_code == 303
    assert {lang: (t.title, t.slug, t.body, t.updated_at) for lang, t in page(code).texts.items()} == before


def test_a_text_is_changed_and_shown(admin_client, form_of, code, demo_client):
    form = form_of(admin_client, f"/admin/pages/{code}").set(nl__body="## Nieuw\n\nEen nieuwe alinea.")
    assert form.press().status_code == 303
    shown = demo_client.get(f"/nl/pages/{page(code).texts['nl'].slug}").text
    assert "Een nieuwe alinea." in shown
    assert f"pagina {code}" in admin_client.get("/admin/audit/").text


def test_a_stale_edit_is_refused_and_nothing_is_lost(admin_client, form_of, code):
    mine, theirs = (form_of(admin_client, f"/admin/pages/{code}") for _ in range(2))
    assert theirs.set(en__body="Theirs.").press().status_code == 303
    answer = mine.set(en__body="Mine.").press()
    assert answer.status_code == 409 and "Mine." in answer.text
    assert page(code).texts["en"].body == "Theirs."


def test_mistakes_are_told_at_their_field(admin_client, form_of, code):
    other = all_pages()[1].texts["en"].slug
    answer = (
        form_of(admin_client, f"/admin/pages/{code}")
        .set(en__slug=other, nl__body="Bewaard in het veld.")
        .press()
    )
    assert answer.status_code == 422 and 'id="en-slug-error"' in answer.text
    assert "Bewaard in het veld." in answer.text
    empty = form_of(admin_client, f"/admin/pages/{code}").set(nl__title="").press()
    assert empty.status_code == 422 and 'id="nl-title-error"' in empty.text


def test_a_time_that_no_form_of_ours_sent(admin_client, form_of, code):
    assert form_of(admin_client, f"/admin/pages/{code}").set(shown_at="soon").press().status_code == 400


def test_a_page_that_nobody_wrote_is_listed_and_written_once(admin_client, form_of, demo_client):
    with writing():
        db.session.execute(delete(PageText).where(PageText.slug.in_(["terms", "voorwaarden"])))
    assert "/admin/pages/terms" in admin_client.get("/admin/pages/").text
    words = {
        f"{lang}__{name}": f"{name} {lang}" for lang in ("nl", "en") for name in ("title", "slug", "body")
    }
    mine, theirs = (form_of(admin_client, "/admin/pages/terms").set(**words) for _ in range(2))
    assert theirs.press().status_code == 303
    assert demo_client.get("/en/pages/slug-en").status_code == 200
    assert mine.press().status_code == 409
