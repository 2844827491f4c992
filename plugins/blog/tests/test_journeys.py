"""What was read before an order: only where the shop asks and the reader said yes, and exactly counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from plugins.blog import actions, journeys, library, switches
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.journeys import ASSISTED, FIRST, LAST, Journey, Step
from storefront.orders.models import Order
from storefront.plugin_api import Refused, SoldLine, db, now, writing
from storefront.testing import Maker
from tests.orders import shelf
from tests.orders.shelf import SMALL

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
BRAIN, SLEEP = Step("brain", "nl"), Step("sleep", "en")
READ = "yes~brain:nl~sleep:en"


@pytest.mark.parametrize(
    ("cookie", "noted"),
    [
        (READ, "brain:nl sleep:en"),
        ("yes~a.b_c-9:nl", "a.b_c-9:nl"),
        ("yes" + "~a:nl" * 20, " ".join(["a:nl"] * 20)),
        ("yes~" + "a" * 60 + ":nl", "a" * 60 + ":nl"),
        *((bad, "") for bad in ("", "no", "yes", "yes~", "brain:nl", "no~brain:nl", "yes~brain", "yes~x:de")),
        *(
            (bad, "")
            for bad in ("yes~A:nl", "yes~é:nl", "yes~a:nl~", "yes~a:nl b:nl", "yes~a:nl\n", "yes~٣:nl")
        ),
        ("yes" + "~a:nl" * 21, ""),
        ("yes~" + "a" * 61 + ":nl", ""),
    ],
)
def test_only_a_yes_with_articles_behind_it_is_noted(cookie: str, noted: str) -> None:
    assert journeys.note(cookie) == noted
    assert len(noted) <= 2000


def walk(*steps: Step, order: str = "1", cents: int = 1000) -> Journey:
    return Journey(order, date(2026, 6, 1), cents, steps)


def test_first_last_and_each_other_article_once() -> None:
    sport, home = Step("sport", "nl"), Step("brain", "en")
    one = walk(BRAIN, SLEEP, sport, SLEEP, BRAIN)
    assert [one.articles(role) for role in journeys.ROLES] == [["brain"], ["brain"], ["sleep", "sport"]]
    two = walk(BRAIN, SLEEP, home, sport)
    assert [two.articles(role) for role in journeys.ROLES] == [["brain"], ["sport"], ["sleep"]]
    assert [two.articles(role, "en") for role in journeys.ROLES] == [[], [], ["sleep"]]
    assert [walk(SLEEP).articles(role) for role in journeys.ROLES] == [["sleep"], ["sleep"], []]
    found = [walk(BRAIN, SLEEP, sport, cents=700), walk(SLEEP, BRAIN, order="2", cents=301)]
    figures = {role: journeys.by_role(found, role) for role in journeys.ROLES}
    assert {
        role: {code: (of.orders, of.revenue) for code, of in each.items()} for role, each in figures.items()
    } == {
        FIRST: {"brain": (1, 700), "sleep": (1, 301)},
        LAST: {"sport": (1, 700), "brain": (1, 301)},
        ASSISTED: {"sleep": (1, 700)},
    }


STEPS = st.builds(Step, st.sampled_from("abcd"), st.sampled_from(("nl", "en")))


@given(st.lists(st.tuples(st.lists(STEPS, min_size=1, max_size=20), st.integers(0, 9999)), max_size=6))
def test_nothing_is_lost_or_counted_twice(orders: list[tuple[list[Step], int]]) -> None:
    found = [walk(*steps, order=str(n), cents=cents) for n, (steps, cents) in enumerate(orders)]
    for role in (FIRST, LAST):
        figures = journeys.by_role(found, role)
        assert sum(of.revenue for of in figures.values()) == sum(cents for _steps, cents in orders)
        assert sum(of.orders for of in figures.values()) == len(orders)
    for one in found:
        each = [one.articles(role) for role in journeys.ROLES]
        assert {code for codes in each for code in codes} == {step.article for step in one.steps}
        assert not set(each[2]) & {*each[0], *each[1]}


def test_an_order_of_two_lines_is_one_journey_with_all_that_it_brought() -> None:
    def line(order: str, note: dict[str, str]) -> SoldLine:
        return SoldLine(order, "nl", AT, "mgt-c", "MGT-C-90", 1, "", 500, 400, 900, note)

    lines = [line("1", {"blog": "brain:nl sleep:en"})] * 2
    lines += [line("2", {}), line("3", {"another": "brain:nl"}), line("4", {"blog": "<b> x:de sleep:en"})]
    assert journeys.journeys(lines) == [
        Journey("1", date(2026, 6, 1), 900, (BRAIN, SLEEP)),
        Journey("4", date(2026, 6, 1), 900, (SLEEP,)),
    ]


@pytest.fixture
def shop(make_app: Maker) -> Iterator[Flask]:
    """Something to buy, and an article; its pages are kept as in a shop that runs."""
    app = make_app("empty")
    with app.app_context():
        shelf.fill(50)
        with writing():
            library.save_author("Ada Pen", {"nl": "", "en": ""}, {"nl": "", "en": ""}, new_key="ada")
            texts = {
                lang: TextDraft(title="Brain", slug="brain", body="Words.", state="published")
                for lang in ("nl", "en")
            }
            actions.create_article(ArticleDraft(author="ada", published_at=now(), texts=texts), "brain")
        yield app
        db.session.remove()


def order(app: Flask, cookie: str) -> str:
    """What is noted on an order of somebody with this cookie."""
    client = app.test_client()
    client.set_cookie(journeys.COOKIE, cookie)
    assert client.post("/en/cart/add", data={"sku": SMALL}).status_code == 303
    assert shelf.checkout(client, "en").status_code == 303
    db.session.rollback()
    notes = db.session.scalar(select(Order.notes).order_by(Order.id.desc()).limit(1))
    assert notes is not None
    return str(notes.get("blog", ""))


def test_off_nobody_is_asked_and_nothing_is_kept(shop: Flask) -> None:
    answer = shop.test_client().get("/nl/blog/brain")
    assert answer.status_code == 200
    assert "data-reading" not in answer.text
    assert "/blog/reading" not in answer.text
    assert "blog_reading" not in answer.text
    assert shop.test_client().get("/nl/blog/reading").status_code == 404
    assert order(shop, READ) == ""


def test_on_all_get_the_same_question_and_a_yes_travels_with_the_order(
    shop: Flask, queries: Callable[..., Any]
) -> None:
    before = shop.test_client().get("/en/blog/brain").text
    with writing():
        switches.switch(journeys.SWITCH, True)
    for path in ("/en/blog/brain", "/en/blog/reading", "/nl/blog/reading"):
        pages, headers = [], []
        for cookie in ("", "no", READ, "yes~other:nl"):
            client = shop.test_client()
            client.set_cookie(journeys.COOKIE, cookie)
            answer = client.get(path)
            pages.append(answer.text)
            headers.append(answer.headers.getlist("Set-Cookie"))
            assert "Cookie" not in answer.headers.get("Vary", "")
        assert len(set(pages)) == 1, path
        assert headers == [[], [], [], []]
        [bar] = re.findall(r'<section class="reading.*?</section>', pages[0], re.DOTALL)
        assert re.search(r'data-reading="/"[^>]* hidden', bar)
        assert [
            re.search(rf'<button class="btn" type="button" value="{said}">', bar) for said in ("yes", "no")
        ]
    assert "/en/blog/reading" in shop.test_client().get("/en/").text
    assert "data-reading" not in before
    assert order(shop, READ) == "brain:nl sleep:en"
    assert order(shop, "no") == ""
    asked = []
    for cookie in ("no", READ):
        with queries(shop) as seen:
            order(shop, cookie)
        asked.append(len(seen))
    assert asked[0] == asked[1]
    with writing():
        switches.switch(journeys.SWITCH, False)
    assert "data-reading" not in shop.test_client().get("/en/blog/brain").text
    assert order(shop, READ) == ""


def test_no_article_can_take_the_address_of_the_question(shop: Flask) -> None:
    draft = ArticleDraft(author="ada", texts={"nl": TextDraft(title="Read", slug="reading", body="Words.")})
    with pytest.raises(Refused), writing():
        actions.create_article(draft, "reading")
