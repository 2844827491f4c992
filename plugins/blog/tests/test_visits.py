"""A log of visits with a known answer: through the beacon, the buy forms, the checkout and the payment."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from plugins.blog import actions, counting, journeys, library, report, report_queries, switches
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.tests.visits import ARTICLES, BROWSER, READER, Answer, Press, Purchase, make_log
from storefront.orders import actions as orders
from storefront.orders.models import Order
from storefront.plugin_api import LANGUAGES, db, now, order_summary, sales, today, writing
from storefront.testing import Maker
from tests.orders import shelf

BODY = """First words.

:::order-now mgt-c

## One

More words.

:::product nmn-p

:::order-now nmn-p

## Two

Last words.

:::order-now shaker
"""
FORM = re.compile(
    r'data-placement="(\w+)".*?name="sku" value="([^"]+)"><input type="hidden" name="source" value="([^"]+)"',
    re.DOTALL,
)
MOST_BY_HTTP = 20_000
Buttons = dict[Press, tuple[str, str]]  # SKU, source
LARGE = [pytest.mark.full]


def stock_up() -> None:
    """Products, a discount code, and four articles in two languages."""
    shelf.fill(100_000)
    shelf.tenth_off()
    with writing():
        switches.switch(journeys.SWITCH, True)
        library.save_author("Ada Pen", {"nl": "", "en": ""}, {"nl": "", "en": ""}, new_key="ada")
        for code in ARTICLES:
            text = TextDraft(title=code, slug=code, body=BODY, state="published")
            texts = dict.fromkeys(LANGUAGES, text)
            actions.create_article(ArticleDraft(author="ada", published_at=now(), texts=texts), code)


def buttons(client: FlaskClient) -> Buttons:
    """The buy forms of the articles' pages, by where they stand."""
    found: Buttons = {}
    for lang in LANGUAGES:
        for code in ARTICLES:
            page = client.get(f"/{lang}/blog/{code}").text
            for place, sku, source in FORM.findall(page):
                found[Press(code, lang, place)] = unescape(sku), unescape(source)
    assert len(found) == 4 * 2 * 4
    return found


def buy(app: Flask, purchase: Purchase, forms: Buttons, answer: Answer) -> None:
    """Press the buttons; order and pay as the purchase says; give back."""
    client = app.test_client()
    client.set_cookie(journeys.COOKIE, purchase.cookie)
    first: dict[str, Press] = {}
    for press in purchase.presses:
        sku, source = forms[press]
        posted = client.post(f"/{press.lang}/cart/add", data={"sku": sku, "source": source})
        assert posted.status_code == 303
        answer.cart(press)
        first.setdefault(sku, press)
    if not purchase.ordered:
        return
    if purchase.coupon:
        assert client.post(f"/{purchase.lang}/cart/code", data={"code": "TENTH"}).status_code == 303
    placed = shelf.checkout(client, purchase.lang)
    assert placed.status_code == 303, placed.text[-2000:]
    if not purchase.paid:
        return
    action = re.search(r'action="([^"]+/pay)"', client.get(placed.location).text)
    assert action
    assert client.post(unescape(action[1])).status_code == 303
    db.session.rollback()
    order_id = db.session.scalar(select(func.max(Order.id)))
    assert order_id
    order = order_summary(order_id)
    assert order and order.state == "paid"
    given_back = {"none": 0, "part": order.total_cents // 3 + 1, "whole": order.total_cents}[purchase.refund]
    if given_back:
        with writing():
            orders.add_refund(order_id, given_back, "test", restock=False)
    answer.sale(order, first, given_back)
    vat = sum(part["vat_cents"] for part in db.session.get_one(Order, order_id).vat)
    answer.way(order, vat, purchase.remembered, given_back)


@pytest.mark.parametrize(
    ("database", "visits", "purchases"),
    [
        ("sqlite", 2_000, 40),
        pytest.param("postgres", 300, 12, marks=pytest.mark.postgres),
        pytest.param("sqlite", 100_000, 400, marks=LARGE),
        pytest.param("postgres", 100_000, 400, marks=[pytest.mark.postgres, *LARGE]),
    ],
)
def test_a_known_log_gives_exactly_the_known_answer(
    make_app: Maker, database: str, visits: int, purchases: int
) -> None:
    app = make_app("empty", database)
    with app.app_context():
        stock_up()
        log, answer, client = make_log(visits, visits, purchases), Answer(), app.test_client()
        forms = buttons(client)
        for visit in log.visits[:MOST_BY_HTTP]:
            data = {"article": visit.article, "depth": visit.depth, "seen": " ".join(visit.seen)}
            told = client.post(f"/{visit.lang}/blog/seen", data=data, headers=visit.headers)
            assert (told.status_code, told.headers.getlist("Set-Cookie")) == (204, [])
        note([visit for visit in log.visits[MOST_BY_HTTP:] if not visit.by_program])
        for visit in log.visits:
            answer.view(visit)
        for purchase in log.purchases:
            buy(app, purchase, forms, answer)
        counting.fold_all()
        compare(answer)
        compare_ways(answer)
        nothing_of_the_readers_is_stored()
        db.session.remove()


def note(visits: list[Any]) -> None:
    """Note views without HTTP, some at once."""
    for start in range(0, len(visits), 1000):
        with writing():
            for visit in visits[start : start + 1000]:
                counting.note_view(visit.article, visit.lang, visit.depth, visit.seen)


def compare(answer: Answer) -> None:
    """What the report says against what must be."""
    db.session.rollback()
    counts = report_queries.counts(today(), today())
    sales = report_queries.sold(today(), today())
    assert Counter({(one.article, one.lang, one.measure): one.count for one in counts}) == answer.counted
    assert answer.revenue
    exact = report.grouped(
        [],
        sales,
        lambda _one: ("", "", ""),
        lambda one: (one.origin.article, one.origin.lang, one.origin.placement),
    )
    assert {key: one.revenue for key, one in exact.items()} == dict(answer.revenue)
    assert {key: one.numbers for key, one in exact.items()} == dict(answer.orders)
    for number, of in (
        (0, report.by_article(counts, sales)),
        (1, report.by_language(counts, sales)),
        (2, report.by_placement(counts, sales)),
    ):
        revenue: Counter[str] = Counter()
        numbers: dict[str, set[str]] = defaultdict(set)
        for key, cents in answer.revenue.items():
            revenue[key[number]] += cents
            numbers[key[number]] |= answer.orders[key]
        assert {key: one.revenue for key, one in of.items() if one.numbers} == dict(revenue)
        assert {key: one.orders for key, one in of.items() if one.numbers} == {
            key: len(found) for key, found in numbers.items()
        }


def compare_ways(answer: Answer) -> None:
    """What was read before orders against what must be."""
    found = journeys.journeys(sales(today(), today()))
    assert {role for role, _article, _lang in answer.ways} == set(journeys.ROLES)
    for lang in ("", *LANGUAGES):
        for role in journeys.ROLES:
            figures = journeys.by_role(found, role, lang)
            said = {article: (of.numbers, of.revenue) for article, of in figures.items()}
            must = {
                article: of for (part, article, one), of in answer.ways.items() if (part, one) == (role, lang)
            }
            assert said == {article: (set(of), sum(of.values())) for article, of in must.items()}, (
                role,
                lang,
            )


def nothing_of_the_readers_is_stored() -> None:
    """No table holds what a browser calls itself, or where it is."""
    connection = db.session.connection()
    for table in db.metadata.tables.values():
        for row in connection.execute(select(table)).mappings():
            text = " ".join(str(value) for value in row.values())
            assert BROWSER not in text, table.name
            assert "127.0.0.1" not in text, table.name
            assert READER["Sec-Fetch-Site"] not in text, table.name
