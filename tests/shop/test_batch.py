"""The batch look-up: passed, recalled, unknown; any spelling; limited in number."""

import re
from types import SimpleNamespace

import pytest

from storefront.offers.queries import offers_by_code
from storefront.shop.batch import verdict
from storefront.stock.models import Lot


@pytest.fixture
def lot(demo_app) -> str:
    with demo_app.test_request_context():
        return offers_by_code(["mgt-c"], "en", with_badges=False)["mgt-c"].default.lot_code


def test_a_batch_that_passed_shows_its_report_as_a_table(demo_client, lot):
    html = demo_client.get(f"/en/batch?lot={lot}").text
    assert f"Batch {lot} is ours, and it passed" in html
    assert 'class="verdict mb-5"' in html
    assert "<table" in html
    assert "99.87%" in html
    assert "Noordlab, Groningen (NL)" in html


def test_any_spelling_finds_it(demo_client, lot):
    for typed in (lot.replace("-", ""), lot.replace("-", " "), f"  {lot} ", lot.replace("-", "–")):
        assert "and it passed" in demo_client.get("/en/batch", query_string={"lot": typed}).text, typed


def test_a_recalled_batch_is_red_and_says_what_to_do(demo_app, demo_client):
    with demo_app.test_request_context():
        recalled = next(lot for lot in all_lots() if lot.state == "recalled")
    html = demo_client.get(f"/nl/batch/{recalled.code}").text
    assert "verdict--bad" in html
    assert f"Batch {recalled.code} is teruggeroepen" in html
    assert recalled.recall_advice["nl"][:30] in html
    assert "is van ons en voldoet" not in html


@pytest.mark.parametrize(
    ("state", "reports", "passed", "said"),
    [
        ("released", [1], True, "passed"),
        ("released", [1], False, "failed"),
        ("released", [], False, "waiting"),
        ("quarantine", [1], True, "waiting"),
    ],
)
def test_only_a_released_batch_whose_results_all_pass_has_passed(state, reports, passed, said):
    batch = SimpleNamespace(recalled=False, lot_state=state, reports=reports, passed=passed)
    assert verdict(batch) == said


def test_a_batch_past_its_date_says_so(demo_app, demo_client, lot):
    with demo_app.test_request_context():
        old = min((lot for lot in all_lots() if lot.state == "released"), key=lambda one: one.best_before)
    assert "best-before date has passed" in demo_client.get(f"/en/batch/{old.code}").text
    assert "best-before date has passed" not in demo_client.get(f"/en/batch/{lot}").text


def all_lots() -> list[Lot]:
    from storefront.quality.editing import all_lots as read

    return [row[0] for row in read()]


def test_an_unknown_batch_gets_a_neutral_answer(demo_client):
    response = demo_client.get("/en/batch?lot=99-9999")
    assert response.status_code == 200
    assert "We do not know batch 99-9999" in response.text
    assert "verdict--info" in response.text
    assert "verdict--bad" not in response.text


@pytest.mark.parametrize("typed", ["<script>", "' or 1=1", "\x00", "x" * 10_000, "%", "/"])
def test_odd_numbers_are_unknown(demo_client, typed):
    response = demo_client.get("/en/batch", query_string={"lot": typed})
    assert response.status_code == 200
    assert "<script>" not in re.sub(r"<script [^>]*>", "", response.text)


@pytest.mark.parametrize(("accepted", "lang"), [("en", "en"), ("nl-NL", "nl"), ("fr", "nl")])
def test_the_address_in_the_square_code_leads_on_by_language(demo_client, lot, accepted, lang):
    response = demo_client.get(f"/batch/{lot}", headers={"Accept-Language": accepted})
    assert response.status_code == 302
    assert response.headers["Location"] == f"/{lang}/batch/{lot}"
    assert response.headers["Vary"].startswith("Accept-Language")


def test_looking_up_is_limited_and_the_empty_form_is_not(make_app):
    client = make_app("demo", config={"RATELIMIT_ENABLED": True}).test_client()
    for _ in range(35):
        assert client.get("/en/batch").status_code == 200
    statuses = [client.get("/en/batch?lot=99-9999").status_code for _ in range(35)]
    assert statuses.count(200) == 30
    assert statuses[-1] == 429
    assert "Wait a minute" in client.get("/en/batch?lot=99-9999").text


def test_it_takes_few_queries(demo_app, demo_client, queries, lot):
    demo_client.get("/en/")
    with queries(demo_app) as seen:
        demo_client.get(f"/en/batch?lot={lot}")
    assert len(seen) <= 8, "\n".join(seen)
