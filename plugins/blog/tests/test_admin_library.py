"""The library of references in the admin: by form, by pasting, and what stays."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from plugins.blog.models import Reference
from plugins.blog.tests.admin_forms import Sent, message, opened, parsed, value
from storefront.accounts.models import AuditRecord
from storefront.database import db

INDEX = "/admin/blog/references"
NEW = "/admin/blog/references/new"


def reference(key: str) -> Reference | None:
    db.session.rollback()
    return db.session.scalar(select(Reference).where(Reference.key == key))


def new_source(client: FlaskClient, **changes: str) -> Sent:
    return (
        opened(client, NEW)
        | {"title": "A trial of something", "authors": "Jansen AB\nde Vries C", "year": "2024"}
        | changes
    )


def paste(client: FlaskClient, text: str) -> TestResponse:
    token = next(
        found.get("value", "")
        for form in parsed(client.get(INDEX)).iter("form")
        if form.get("action") == INDEX and form.get("method") == "post"
        for found in form.iter("input")
        if found.get("name") == "csrf_token"
    )
    return client.post(INDEX, data={"csrf_token": token, "pasted": text})


def test_the_library_is_searched_by_author_journal_and_number(marketer_client: FlaskClient) -> None:
    for words in ("slutsky", "neuron 2010", "10.1016/j.neuron.2009.12.026", "20152124"):
        page = marketer_client.get(INDEX, query_string={"q": words}).get_data(as_text=True)
        assert f"{INDEX}/slutsky2010" in page
        assert f"{INDEX}/liu2016" not in page


@pytest.mark.parametrize(
    ("pasted", "key"),
    [
        ("https://doi.org/10.1016/J.NEURON.2009.12.026", "slutsky2010"),
        ("https://pubmed.ncbi.nlm.nih.gov/26519439/\u00a0", "liu2016"),
        ("  doi:10.3233/JAD-150538.", "liu2016"),
        ("https://www.frontiersin.org/articles/10.3389/fnut.2025.1729164/full", "lopresti2026"),
    ],
)
def test_a_pasted_publication_that_is_known_is_opened(
    marketer_client: FlaskClient, pasted: str, key: str
) -> None:
    response = paste(marketer_client, pasted)
    assert response.status_code == 303
    assert response.location.endswith(f"{INDEX}/{key}")


@pytest.mark.parametrize(
    ("pasted", "field", "number"),
    [
        ("https://doi.org/10.1000/xyz.123", "doi", "10.1000/xyz.123"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345678/?utm_source=x", "pmid", "12345678"),
    ],
)
def test_a_pasted_publication_that_is_new_fills_the_form(
    marketer_client: FlaskClient, pasted: str, field: str, number: str
) -> None:
    response = paste(marketer_client, pasted)
    assert response.status_code == 303
    assert opened(marketer_client, response.location)[field] == number


@pytest.mark.parametrize(
    "pasted", ["", "a paper about magnesium", "10.1234", "https://example.org/page", "x" * 501]
)
def test_what_holds_no_number_is_refused_and_kept(marketer_client: FlaskClient, pasted: str) -> None:
    response = paste(marketer_client, pasted)
    assert response.status_code == 422
    assert message(response, "pasted")
    assert pasted in response.get_data(as_text=True)


def test_a_source_is_added_with_its_study_card(marketer_client: FlaskClient) -> None:
    form = new_source(marketer_client, doi="https://doi.org/10.1000/xyz.123.", participants="44")
    form = form | {"nl-result": "Minder.", "en-result": "Less.", "nl-species": "mens"}
    response = marketer_client.post(NEW, data=form)
    assert response.status_code == 303
    saved = reference("jansen2024")
    assert saved is not None
    assert saved.doi == "10.1000/xyz.123"
    assert saved.authors == ["Jansen AB", "de Vries C"]
    assert saved.study["n"] == 44
    assert saved.study["result"] == {"nl": "Minder.", "en": "Less."}
    assert saved.study["species"] == {"nl": "mens"}
    assert saved.study["dose"] is None
    again = opened(marketer_client, response.location)
    assert (again["participants"], again["nl-species"].strip()) == ("44", "mens")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"authors": ""}, "authors"),
        ({"year": "20"}, "year"),
        ({"year": "twenty"}, "year"),
        ({"doi": "10.1234"}, "doi"),
        ({"doi": "10.3233/JAD-150538"}, "doi"),
        ({"pmid": "abc"}, "pmid"),
        ({"pmcid": "12"}, "pmcid"),
        ({"published": "2026-13"}, "published"),
        ({"participants": "-3"}, "participants"),
        ({"title": "x" * 10_000}, "title"),
    ],
)
def test_a_wrong_source_comes_back_with_its_message(
    marketer_client: FlaskClient, changes: dict[str, str], field: str
) -> None:
    form = new_source(marketer_client, journal="Kept Journal")
    form = form | changes
    response = marketer_client.post(NEW, data=form)
    assert response.status_code == 422
    assert message(response, field)
    assert value(response, "journal") == "Kept Journal"
    assert reference("jansen2024") is None


def test_a_changed_source_is_changed_in_every_article(marketer_client: FlaskClient) -> None:
    path = f"{INDEX}/slutsky2010"
    form = opened(marketer_client, path) | {"title": "Another title"}
    assert marketer_client.post(path, data=form).status_code == 303
    listed = marketer_client.get("/admin/blog/edit/magnesium-brain").get_data(as_text=True)
    assert "Another title" in listed


def test_a_stale_edit_of_a_source_is_refused(marketer_client: FlaskClient) -> None:
    path = f"{INDEX}/slutsky2010"
    first, second = opened(marketer_client, path), opened(marketer_client, path)
    assert marketer_client.post(path, data=first | {"volume": "66"}).status_code == 303
    response = marketer_client.post(path, data=second | {"volume": "67"})
    assert response.status_code == 409
    assert value(response, "volume") == "67"
    saved = reference("slutsky2010")
    assert saved is not None
    assert saved.volume == "66"


def test_only_a_source_that_nothing_cites_is_removed(marketer_client: FlaskClient) -> None:
    token = opened(marketer_client, NEW)["csrf_token"]
    marketer_client.post(f"{INDEX}/slutsky2010/delete", data={"csrf_token": token})
    assert reference("slutsky2010") is not None
    marketer_client.post(NEW, data=new_source(marketer_client))
    assert reference("jansen2024") is not None
    marketer_client.post(f"{INDEX}/jansen2024/delete", data={"csrf_token": token})
    assert reference("jansen2024") is None


def test_hostile_text_in_a_source_never_becomes_a_tag(marketer_client: FlaskClient) -> None:
    nasty = '"><script>alert(1)</script>'
    response = marketer_client.post(
        NEW, data=new_source(marketer_client, title=nasty, journal=nasty, authors=nasty)
    )
    assert response.status_code == 303
    for path in (response.location, INDEX):
        assert "<script>alert" not in marketer_client.get(path).get_data(as_text=True)
    assert marketer_client.post(NEW, data=new_source(marketer_client, title="a\x00b")).status_code == 400


@pytest.mark.parametrize("key", ["nothing2020", "%00", "..%2F"])
def test_a_source_that_does_not_exist(marketer_client: FlaskClient, key: str) -> None:
    assert marketer_client.get(f"{INDEX}/{key}").status_code == 404


def post_update(client: FlaskClient, key: str, **values: str) -> TestResponse:
    token = opened(client, NEW)["csrf_token"]
    return client.post(f"{INDEX}/{key}/updates", data={"csrf_token": token, **values})


def test_the_wrong_doi_of_the_reference_page_is_pointed_out_with_the_right_one(
    marketer_client: FlaskClient,
) -> None:
    response = paste(marketer_client, "Slutsky 2010 Neuron https://doi.org/10.1016/j.neuron.2010.12.026")
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "10.1016/j.neuron.2009.12.026" in message_box(text)
    assert f'href="{INDEX}/slutsky2010"' in message_box(text)


def message_box(page: str) -> str:
    return page.partition('class="note note--warn"')[2].partition("</form>")[0]


def test_a_year_that_is_one_off_is_said_on_the_way(marketer_client: FlaskClient) -> None:
    pasted = "https://www.frontiersin.org/articles/10.3389/fnut.2025.1729164/full 2025"
    response = paste(marketer_client, pasted)
    assert response.location.endswith(f"{INDEX}/lopresti2026")
    assert "“lopresti2026” 2026" in marketer_client.get(response.location).get_data(as_text=True)


def test_a_contradiction_is_kept_with_a_reason_and_then_no_longer_to_look_at(
    marketer_client: FlaskClient,
) -> None:
    wrong = {"authors": "Slutsky I", "year": "2010", "journal": "Neuron", "title": "Enhancement of learning"}
    form = new_source(marketer_client, doi="10.1016/j.neuron.2010.12.026") | wrong
    assert marketer_client.post(NEW, data=form).status_code == 303
    saved = reference("slutsky2010b")
    assert saved is not None
    assert (saved.state, saved.problems[0]["suggested"]) == ("mismatch", "10.1016/j.neuron.2009.12.026")
    path = f"{INDEX}/slutsky2010b"
    listed = marketer_client.get(INDEX, query_string={"state": "look"}).get_data(as_text=True)
    assert f'href="{path}"' in listed
    kept = opened(marketer_client, path) | {"kept_because": "Another paper of the same group."}
    assert marketer_client.post(path, data=kept).status_code == 303
    listed = marketer_client.get(INDEX, query_string={"state": "look"}).get_data(as_text=True)
    assert f'href="{path}"' not in listed
    db.session.rollback()
    done = {record.action: record for record in db.session.scalars(select(AuditRecord))}
    assert done["reference.kept"].details == {"reason": "Another paper of the same group."}
    right = opened(marketer_client, path) | {"doi": "", "journal": "Cell"}
    assert marketer_client.post(path, data=right).status_code == 303
    mended = reference("slutsky2010b")
    assert mended is not None
    assert (mended.state, mended.problems, mended.kept_because) == ("unchecked", [], "")


def test_what_somebody_compared_counts_until_its_facts_change(marketer_client: FlaskClient) -> None:
    path = f"{INDEX}/liu2016"
    assert (
        marketer_client.post(path, data=opened(marketer_client, path) | {"compared": "y"}).status_code == 303
    )
    compared = reference("liu2016")
    assert compared is not None
    assert compared.state == "verified"
    assert compared.checked_by
    assert (
        marketer_client.post(path, data=opened(marketer_client, path) | {"volume": "50"}).status_code == 303
    )
    same = reference("liu2016")
    assert same is not None
    assert same.state == "verified"
    changed = opened(marketer_client, path) | {"year": "2017"}
    assert marketer_client.post(path, data=changed).status_code == 303
    other = reference("liu2016")
    assert other is not None
    assert (other.state, other.checked_by) == ("unchecked", "")


def test_a_retraction_is_noted_and_taken_back_on_the_page_of_the_source(marketer_client: FlaskClient) -> None:
    path = f"{INDEX}/slutsky2010"
    assert post_update(marketer_client, "slutsky2010", update_kind="retraction").status_code == 303
    noted = reference("slutsky2010")
    assert noted is not None
    assert noted.state == "retracted"
    twice = post_update(marketer_client, "slutsky2010", update_kind="retraction")
    assert twice.status_code == 422
    assert message(twice, "update_doi")
    assert (
        post_update(marketer_client, "slutsky2010", update_kind="erratum", update_doi="x").status_code == 422
    )
    token = opened(marketer_client, path)["csrf_token"]
    undo = f"{path}/updates/{noted.updates[0].id}/undo"
    assert marketer_client.get(undo).status_code == 405
    assert marketer_client.post(undo, data={"csrf_token": token}).status_code == 303
    assert marketer_client.post(undo, data={"csrf_token": token}).status_code == 404
    again = reference("slutsky2010")
    assert again is not None
    assert again.state == "unchecked"
