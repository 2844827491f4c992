"""Being told when a product is back: asked, confirmed, stock back, one mail; and what nobody learns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from storefront import worker
from storefront.addresses import settings
from storefront.catalog.actions import set_state
from storefront.database import db
from storefront.jobs.models import Job
from storefront.mail import mail_folder
from storefront.stock import alerts
from storefront.stock.actions import set_level
from storefront.stock.models import StockAlert
from storefront.testing import Maker
from storefront.transactions import writing
from tests.orders import shelf
from tests.orders.shelf import LARGE, Shelf

LOTTE = "Lotte.Jansen@example.nl"
MOMENT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def shop(app: Flask) -> Shelf:
    """Everything is sold out."""
    return shelf.fill(0)


@pytest.fixture
def client(app: Flask, shop: Shelf) -> FlaskClient:
    """A browser without script and without an account."""
    return app.test_client()


@pytest.fixture
def clock_at() -> Iterator[Any]:
    """A clock that stands still until it is moved."""
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


def ask(client: FlaskClient, lang: str = "nl", code: str = "mgt-c", email: str = LOTTE) -> Any:
    return client.post(f"/{lang}/back-in-stock", data={"code": code, "email": email})


def rows() -> list[StockAlert]:
    db.session.rollback()
    return list(db.session.scalars(select(StockAlert).order_by(StockAlert.id)))


def stock_is_back(shop: Shelf, sku: str = LARGE) -> None:
    with writing():
        set_level(shop.ids[sku], 3, "admin")


def posted() -> list[EmailMessage]:
    """The mails that left, in their order, after the worker did what it can."""
    while worker.run_one():
        pass
    folder = mail_folder(settings())
    paths = sorted(folder.glob("*.eml")) if folder.is_dir() else []
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]  # type: ignore[misc]


def parts(mail: EmailMessage) -> tuple[str, str]:
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and page is not None
    return text.get_content(), page.get_content()


def test_asked_confirmed_back_and_exactly_one_mail(any_app: Flask) -> None:
    shop, client = shelf.fill(0), any_app.test_client()
    page = client.get("/nl/products/mgt-c-nl").text
    form = page.partition('<form class="notify')[2].partition("</form>")[0]
    assert 'action="/nl/back-in-stock"' in form and 'name="code" value="mgt-c"' in form
    assert client.get("/nl/products/mgt-c-nl").text.count("<form") == page.count("</form>")

    answer = ask(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/nl/back-in-stock/asked")
    [asking] = posted()
    link = re.search(r"/nl/back-in-stock/\S+", parts(asking)[0])
    assert link is not None
    assert asking["To"] == LOTTE.lower() and "Magnesium" not in asking["Subject"]
    for part in parts(asking):
        assert link[0] in part and "Magnesium L-threonate (nl)" in part and "zeven dagen" in part

    shown = client.get(link[0])
    assert shown.headers["Cache-Control"] == "no-store" and "noindex" in shown.headers["X-Robots-Tag"]
    stock_is_back(shop)
    worker._tell_waiting()
    assert len(posted()) == 1, "opening the link, as programs do, is no yes"

    assert client.post(link[0]).headers["Location"] == link[0]
    assert "één mail" in client.get(link[0]).text
    worker._tell_waiting()
    assert rows() == []
    worker._tell_waiting()
    [_asking, told] = posted()
    assert told["To"] == LOTTE.lower() and "Magnesium" not in told["Subject"]
    for part in parts(told):
        assert "/nl/products/mgt-c-nl" in part and "Magnesium L-threonate (nl)" in part
    assert client.get(link[0]).status_code == 404
    assert client.get("/nl/products/mgt-c-nl").text.count('class="notify') == 0, "it is for sale"


def test_nobody_is_told_of_what_cannot_be_bought(client: FlaskClient, shop: Shelf) -> None:
    ask(client)
    with writing():
        assert alerts.confirm(rows()[0].token)
        set_state("mgt-c", "draft")
    stock_is_back(shop)
    worker._tell_waiting()
    assert len(rows()) == 1
    with writing():
        set_state("mgt-c", "published")
    worker._tell_waiting()
    assert rows() == []


def test_the_answer_is_the_same_whoever_asked_before(client: FlaskClient, clock_at: Any) -> None:
    def mails_after(*what: Any, **more: Any) -> int:
        before = len(posted())
        answer = ask(client, *what, **more)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/nl/back-in-stock/asked")
        return len(posted()) - before

    assert mails_after() == 1
    assert mails_after(email=LOTTE.upper()) == 0, "not twice within an hour"
    clock_at.shift(timedelta(minutes=61))
    assert mails_after() == 1
    clock_at.shift(timedelta(minutes=61))
    assert [mails_after(), mails_after()] == [1, 0]
    clock_at.shift(timedelta(minutes=61))
    assert mails_after() == 0, "three mails are enough"
    with writing():
        alerts.confirm(rows()[0].token)
    clock_at.shift(timedelta(minutes=61))
    assert mails_after() == 0, "who said yes is not asked again"
    assert mails_after(code="nmn-p") == 1
    assert len(rows()) == 2


def test_one_address_is_not_showered_with_mails_that_ask(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "MOST_UNANSWERED", 2)
    for code in ("mgt-c", "nmn-p", "shaker"):
        assert ask(client, code=code).status_code == 303
    assert len(posted()) == 2


def test_do_not_tell_me_deletes_the_address(client: FlaskClient, shop: Shelf) -> None:
    ask(client, "en")
    link = f"/en/back-in-stock/{rows()[0].token}"
    assert f'action="{link}/forget"' in client.get(link).text
    client.post(link)
    answer = client.post(f"{link}/forget")
    assert "not write to you" in client.get(answer.headers["Location"]).text
    assert rows() == []
    stock_is_back(shop)
    worker._tell_waiting()
    assert posted() == [], "the mail that asks had not left yet: nobody needs it any more"


def test_what_nobody_confirmed_goes_after_a_week_and_all_after_half_a_year(
    client: FlaskClient, clock_at: Any
) -> None:
    ask(client)
    ask(client, code="nmn-p")
    with writing():
        alerts.confirm(rows()[0].token)
    for days, left in ((6, 2), (2, 1), (171, 1), (2, 0)):
        clock_at.shift(timedelta(days=days))
        worker._tidy()
        assert len(rows()) == left


def test_the_address_leaves_the_outbox_a_day_after_its_mail(
    client: FlaskClient, shop: Shelf, clock_at: Any
) -> None:
    ask(client)
    with writing():
        alerts.confirm(rows()[0].token)
    stock_is_back(shop)
    worker._tell_waiting()
    posted()
    assert LOTTE.lower() in str([job.payload for job in db.session.scalars(select(Job))])
    clock_at.shift(timedelta(hours=25))
    worker._tidy()
    assert LOTTE.lower() not in str([job.payload for job in db.session.scalars(select(Job))])


def test_bad_input_is_said_at_its_field_and_kept(client: FlaskClient) -> None:
    for email, words in (
        ("", "Fill this in."),
        ("lotte", "There is no @ in it."),
        ("lotte@example", "not a complete address"),
        ("a" * 250 + "@example.nl", "at most 254"),
    ):
        answer = ask(client, "en", email=email)
        assert answer.status_code == 422
        assert words in answer.text and f'value="{email}"' in answer.text
    assert ask(client, code="nothing").status_code == 404
    assert client.post("/nl/back-in-stock", data={"code": "mgt-c"}).status_code == 400
    assert ask(client, email="a\x00@example.nl").status_code == 400
    assert client.get("/nl/back-in-stock/none").status_code == 404
    assert client.post("/nl/back-in-stock/none").status_code == 303
    assert rows() == []


def test_asking_is_limited(make_app: Maker) -> None:
    app = make_app("empty", config={"RATELIMIT_ENABLED": True})
    with app.app_context():
        shelf.fill(0)
        client = app.test_client()
        statuses = [ask(client, email=f"reader{n}@example.nl").status_code for n in range(21)]
        db.session.remove()
    assert statuses == [303] * 20 + [429]


def _told_by_two(app: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many mails two workers send who look at the same instant, before either deletes."""
    shop = shelf.fill(0)
    ask(app.test_client())
    with writing():
        alerts.confirm(rows()[0].token)
    stock_is_back(shop)
    both, taken = Barrier(2), alerts.taken

    def slow(ids: list[int]) -> Any:
        with suppress(BrokenBarrierError):  # SQLite has one writer at a time: the other has not looked yet
            both.wait(1)
        return taken(ids)

    monkeypatch.setattr(alerts, "taken", slow)

    def work() -> None:
        with app.app_context():
            worker._tell_waiting()
            db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _ in range(2)]:
            done.result()
    return sum(mail["Subject"] == "Het is er weer" for mail in posted())


def _read_then_deleted(ids: list[int]) -> Any:
    """What `taken` must not be: two statements."""
    columns = StockAlert.product_id, StockAlert.lang, StockAlert.email, StockAlert.token
    found = db.session.execute(select(*columns).where(StockAlert.id.in_(ids))).all()
    db.session.execute(delete(StockAlert).where(StockAlert.id.in_(ids)))
    return found


@pytest.mark.parametrize("careless", [False, True])
def test_two_workers_send_one_mail(any_app: Flask, monkeypatch: pytest.MonkeyPatch, careless: bool) -> None:
    if careless:
        monkeypatch.setattr(alerts, "taken", _read_then_deleted)
    two = careless and db.engine.dialect.name == "postgresql"  # the control
    assert _told_by_two(any_app, monkeypatch) == (2 if two else 1)
