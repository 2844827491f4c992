"""What was given up stands in a list: tried again or let go by those who may, and written down."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from storefront import clock, worker
from storefront.accounts.models import AuditRecord
from storefront.admin import job_words
from storefront.database import db
from storefront.jobs.models import Heartbeat, Job
from storefront.orders.actions import place
from storefront.plugin_system.hookspecs import Job as Work
from storefront.testing import entered_as
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import SMALL, new_order

PAGE = "/admin/jobs/"
REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused"


def given_up(name="mail.order_sent", **changes) -> int:
    """A job that failed for three days."""
    moment = clock.now()
    values = {
        "payload": {"order_id": 1},
        "run_at": moment + timedelta(hours=1),
        "attempts": 44,
        "first_tried_at": moment - timedelta(days=3),
        "dead_at": moment,
        "error": REFUSED,
    }
    with writing():
        job = Job(name=name, **(values | changes))
        db.session.add(job)
        db.session.flush()
        return job.id


def row(job_id) -> Job:
    db.session.rollback()
    return db.session.get(Job, job_id, populate_existing=True)


def audited() -> list[tuple[str, str]]:
    db.session.rollback()
    records = db.session.query(AuditRecord).order_by(AuditRecord.id)
    return [(record.action, record.target) for record in records if "job" in record.action]


@pytest.fixture
def staff(app) -> FlaskClient:
    """An admin who reads English, in a shop whose outbox is empty."""
    client = entered_as(app, "admin")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_what_was_given_up_is_told_in_plain_words_with_its_order(staff):
    shop = shelf.fill(10)
    with writing():
        order = place(new_order(shop, {SMALL: 1}))
    given_up(payload={"order_id": order.id})
    page = staff.get(PAGE).text
    assert "Mail: the order is on its way" in page
    assert "The server could not be reached" in page and "Errno 111" in page
    assert f"/admin/orders/{order.number}" in page.split('id="dead"')[1].split("</table>")[0]
    assert "Something in the program failed" not in page


def test_every_job_of_the_core_has_words():
    assert set(job_words.JOBS) == set(worker.JOBS)


def test_an_error_that_nobody_knows_is_one_for_a_developer(staff):
    given_up(error="KeyError: 'x<y'", name="wishes.tell", plugin="wishes")
    page = staff.get(PAGE).text
    assert "Something in the program failed" in page and "x&lt;y" in page
    assert "wishes.tell" in page and "Plugin wishes" in page


def test_try_again_lets_the_worker_do_it_and_is_written_down(staff, form_of, monkeypatch):
    seen = []
    monkeypatch.setitem(worker.JOBS, "test.mail", Work(lambda payload: seen.append(payload), network=True))
    job_id = given_up("test.mail", payload={"n": 1})
    worker.work(once=True)
    assert seen == [], "what was given up is not tried by itself"
    assert form_of(staff, PAGE, f"/{job_id}/again").press().status_code == 303
    assert (row(job_id).attempts, row(job_id).dead_at, row(job_id).first_tried_at) == (0, None, None)
    worker.work(once=True)
    assert seen == [{"n": 1}] and row(job_id).done_at
    assert audited() == [("job tried again", f"job {job_id}")]
    assert "job tried again" in staff.get("/admin/audit/").text


def test_what_is_to_be_tried_again_does_not_say_why_it_failed_before(staff, form_of):
    job_id = given_up(error="RuntimeError: no answer 4711")
    assert "4711" in staff.get(PAGE).text
    form_of(staff, PAGE, f"/{job_id}/again").press()
    page = staff.get(PAGE).text
    assert "the worker has yet to begin" in page
    assert "4711" not in page


def test_let_go_ends_it_and_is_written_down(staff, form_of):
    job_id = given_up()
    form = form_of(staff, PAGE, f"/{job_id}/let-go")
    assert form.press().status_code == 303
    assert row(job_id).done_at and row(job_id).dead_at
    assert "Nothing has been given up" in staff.get(PAGE).text
    second = form.press()
    assert second.status_code == 409 and "Somebody has decided about this already" in second.text
    assert audited() == [("job let go", f"job {job_id}")]


def test_all_are_tried_again_at_once(staff, form_of):
    ids = [given_up(), given_up(), given_up(done_at=clock.now())]
    assert form_of(staff, PAGE, "/jobs/again").press().status_code == 303
    assert [row(job_id).dead_at is None for job_id in ids] == [True, True, False]


def test_a_job_that_lives_or_is_unknown_cannot_be_decided_on(staff, form_of):
    job_id = given_up()
    form = form_of(staff, PAGE, f"/{job_id}/again")
    form.action = f"{PAGE}{job_id + 1000}/again"
    assert form.press().status_code == 404
    with writing():
        row_alive = db.session.get(Job, job_id)
        row_alive.dead_at = None
    form.action = f"{PAGE}{job_id}/let-go"
    assert form.press().status_code == 409
    assert row(job_id).done_at is None


def test_a_post_without_its_token_changes_nothing(staff):
    job_id = given_up()
    for where in (f"{job_id}/again", f"{job_id}/let-go", "again"):
        assert staff.post(PAGE + where, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 400
    assert row(job_id).dead_at and row(job_id).done_at is None


def test_what_failed_and_comes_again_is_shown_without_buttons(staff):
    given_up(dead_at=None, attempts=2)
    page = staff.get(PAGE).text
    assert "Failed, and tried again by itself" in page and "Nothing has been given up" in page
    assert "/again" not in page


def test_the_admin_names_a_missing_worker_and_since_when(staff, app):
    assert "No worker has run yet: mails wait." in staff.get("/admin/").text
    with writing():
        db.session.add(Heartbeat(name="worker", seen_at=clock.now() - timedelta(minutes=5)))
    assert "No worker has run since" in staff.get("/admin/orders/").text
    assert 'id="no-worker"' in staff.get("/admin/").text
    assert 'id="no-worker"' not in entered_as(app, "marketer").get("/admin/").text
    worker.work(once=True)
    assert "No worker has run" not in staff.get("/admin/orders/").text
    assert "A worker runs. 0 jobs wait." in staff.get(PAGE).text


def test_the_rail_counts_what_was_given_up(staff):
    given_up()
    rail = staff.get("/admin/orders/").text.split("/admin/jobs/")[1]
    assert rail[: rail.index("</a>")].split("<b>")[1].startswith("1<")
