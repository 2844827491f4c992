"""The library of references in the admin: by form, by pasting, and what stays."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from plugins.blog.models import Reference
from plugins.blog.tests.admin_forms import Sent, message, opened, parsed, value
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
