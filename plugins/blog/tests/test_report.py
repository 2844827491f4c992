"""The pages about what articles earn: sums, shares, charts, sheets, and their words when there is nothing."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from plugins.blog import journeys, report
from plugins.blog.charts import BOTTOM, TOP, chart, step_for
from plugins.blog.models import ArticleText, DaySum
from plugins.blog.origin import Origin
from plugins.blog.report import Count, Figures, Sale
from storefront.plugin_api import SoldLine, db, today, writing

DAY = date(2026, 6, 1)
ROOT = Path(__file__).parents[3]


def sale(order: str, article: str, cents: int, place: str = "card", lang: str = "nl") -> Sale:
    line = SoldLine(order, lang, datetime(2026, 6, 1, tzinfo=UTC), "mgt-c", "MGT-C-90", 1, "", 0, cents, 0)
    return Sale(Origin(article, place, lang), line)


COUNTS = [
    *(Count(DAY, "a", "nl", "view", 40), Count(DAY, "a", "en", "view", 10), Count(DAY, "b", "nl", "view", 5)),
    *(Count(DAY, "a", "nl", "seen", 20), Count(DAY, "a", "nl", "seen:card", 18)),
    *(Count(DAY, "a", "nl", "seen:end", 7), Count(DAY, "a", "nl", "cart:card", 3)),
    *(Count(DAY, "a", "nl", "read50", 30), Count(DAY + timedelta(days=1), "a", "nl", "view", 2)),
]
SALES = [
    sale("1", "a", 1000),
    sale("1", "a", 500, "end"),
    sale("1", "b", 700),
    sale("2", "a", 300, lang="en"),
    sale("3", "gone", 250),
]


def test_an_order_counts_once_for_each_article_place_and_language() -> None:
    of = report.by_article(COUNTS, SALES)
    assert {code: (one.views, one.carts, one.orders, one.revenue) for code, one in of.items()} == {
        "a": (52, 3, 2, 1800),
        "b": (5, 0, 1, 700),
        "gone": (0, 0, 1, 250),
    }
    whole = report.total(COUNTS, SALES)
    assert (whole.views, whole.seen, whole.orders, whole.revenue) == (57, 20, 3, 2750)
    mine = [one for one in SALES if one.origin.article == "a"]
    places = report.by_placement(COUNTS, mine)
    assert {place: (one.seen, one.carts, one.orders, one.revenue) for place, one in places.items()} == {
        "card": (18, 3, 2, 1300),
        "end": (7, 0, 1, 500),
    }
    tongues = report.by_language(COUNTS, mine)
    assert {lang: (one.views, one.orders, one.revenue) for lang, one in tongues.items()} == {
        "nl": (47, 1, 1500),
        "en": (10, 1, 300),
    }
    assert report.views_by_day(COUNTS, DAY, DAY + timedelta(days=2)) == [55, 2, 0]
    assert report.total([], []).is_empty


def test_articles_are_ranked_by_what_a_thousand_views_bring() -> None:
    of = report.by_article(COUNTS, SALES)
    assert [(code, one.per_thousand) for code, one in report.ranked(of, ["a", "quiet"])] == [
        ("gone", None),  # sold without a counted view
        ("b", 140_000),
        ("a", 34_615),
        ("quiet", None),
    ]
    assert (report.share(1, 3), report.share(1, 2000), report.share(5, 0)) == (333, 1, None)


def test_the_drawing_has_whole_numbers_within_its_frame() -> None:
    assert [step_for(most) for most in (0, 1, 4, 5, 8, 9, 20, 21, 4000, 4001)] == [
        *(1, 1, 1, 2, 2, 5, 5, 10, 1000, 2000)
    ]
    drawn = chart([0, 3, 8], [1, 0, 0], DAY)
    assert drawn.now == f"44,{BOTTOM} 336,{BOTTOM - 71} 628,{TOP}"
    assert [day.day for _x, day in drawn.days] == [1, 2, 3]
    assert drawn.rows[-1] == (TOP, 8)
    assert chart([4], [0], DAY).last == (44, TOP)
    assert len(chart([1] * 365, [0] * 365, DAY).days) <= 5


@pytest.fixture
def staff(marketer_client: FlaskClient) -> FlaskClient:
    """A marketer who reads English."""
    marketer_client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return marketer_client


@pytest.fixture
def counted(demo_app: Flask) -> None:
    """A few days of an article, and of one that is deleted."""
    with writing():
        for days, measure, count in (
            (0, "view", 1200),
            (3, "view", 300),
            (31, "view", 90),
            (0, "read50", 700),
            (0, "seen", 400),
            (0, "seen:card", 400),
            (0, "cart:card", 20),
        ):
            day = today() - timedelta(days=days)
            db.session.add(
                DaySum(day=day, article_code="magnesium-brain", lang="nl", measure=measure, count=count)
            )
        db.session.add(DaySum(day=today(), article_code="gone", lang="en", measure="view", count=1))


def test_the_list_and_the_page_of_an_article(counted: None, staff: FlaskClient, read: Any) -> None:
    page = read(staff, "/admin/blog/performance")
    assert "1,500" in page.text
    assert "direct sales only" in page.text
    assert "gonedeleted" in page.text
    one = read(staff, "/admin/blog/performance/magnesium-brain")
    assert "1,500" in one.text
    assert "26.7% of views" in one.text
    assert "5% of those who saw it" in one.text
    assert "Card in the text400205%0€0.00" in one.text
    assert "Read to the half: 700." in one.text
    assert "90 in the period before" in one.text
    assert len(one.all(".//{http://www.w3.org/2000/svg}polyline")) == 2
    assert len(one.all(".//figure//tbody/tr")) == 30
    assert "Nobody has read" in read(staff, "/admin/blog/performance/magnesium-brain?lang=en").text
    assert read(staff, "/admin/blog/performance/gone").text


def test_empty_states_say_so_in_words(staff: FlaskClient, read: Any) -> None:
    assert "Nobody has read or ordered" in read(staff, "/admin/blog/performance").text
    one = read(staff, "/admin/blog/performance/magnesium-brain")
    assert "Nobody has read this article or ordered from it in this period yet." in one.text


@pytest.mark.parametrize("path", ["?days=8", "?lang=de", "/no-such", "/..%2f", "/magnesium-brain?days=-1"])
def test_what_no_page_links_is_not_found(staff: FlaskClient, path: str) -> None:
    assert staff.get(f"/admin/blog/performance{path}").status_code == 404


def test_the_sheets_hold_the_same_and_no_formula(counted: None, staff: FlaskClient) -> None:
    with writing():
        db.session.execute(update(ArticleText).values(title="=HYPERLINK(1)"))
    answer = staff.get("/admin/blog/performance?as=csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["Article", "Title", "Views"]
    assert [row[2:] for row in rows if row[0] == "magnesium-brain"] == [
        ["1500", "700", "0", "400", "20", "0", "0.00", "0.00"]
    ]
    assert {row[1] for row in rows[1:]} == {"'=HYPERLINK(1)", ""}
    answer = staff.get("/admin/blog/performance/magnesium-brain?as=csv")
    days = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(days) == 31
    assert days[-1][:2] == [today().isoformat(), "1200"]


def test_it_is_reached_from_the_list_and_the_editor(staff: FlaskClient) -> None:
    assert 'href="/admin/blog/performance"' in staff.get("/admin/blog/").text
    editor = staff.get("/admin/blog/edit/magnesium-brain").text
    assert 'href="/admin/blog/performance/magnesium-brain"' in editor
    assert "/admin/blog/performance/" not in staff.get("/admin/blog/new").text


def test_the_docs_print_the_rule_word_for_word(app: Flask) -> None:
    docs = re.sub(r"\s+", " ", (ROOT / "docs" / "marketing.md").read_text())
    printed = [str(sentence) for sentence in (*report.RULE, *journeys.RULE)]
    assert [sentence for sentence in printed if sentence not in docs] == []


def test_figures_know_when_there_is_nothing() -> None:
    assert Figures().is_empty
    assert not Figures(numbers={"1"}).is_empty
