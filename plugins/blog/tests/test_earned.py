"""Every figure of orders and euros opens the orders that it counts, and they add up to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from plugins.blog import actions, journeys, library, report_queries, switches
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.tests.conftest import Page, words
from storefront.orders import actions as orders
from storefront.plugin_api import db, format_money, sales, today, writing
from storefront.testing import Maker
from tests.orders import shelf
from tests.orders.shelf import LARGE, SHAKER, SMALL

LINK = re.compile(r"/admin/blog/earned\?[^\"]*")
SUM = re.compile(r"(\d+) orders?, (€[\d.,]+) after refunds")
DECIDED = [  # cart, what of it came from where, what was read before, what was given back
    ("1", {SMALL: "article:brain:card:nl", SHAKER: "article:brain:end:nl"}, "sleep:nl brain:nl", 0),
    ("2", {LARGE: "article:brain:card:en"}, "brain:en sleep:nl sport:nl", 700),
    ("3", {SMALL: "article:sleep:text:nl", SHAKER: ""}, "", 0),
    ("4", {SHAKER: ""}, "sport:nl", 0),
]

SOLD = {SMALL: "mgt-c", LARGE: "mgt-c", SHAKER: "shaker"}
NOWHERE = ("part=none", "part=first", "place=here", "days=8", "page=2", "page=0", "article=../x", "lang=de")


@pytest.fixture
def staff(make_app: Maker) -> Any:
    """An admin, in a shop with four orders."""
    app = make_app("empty")
    with app.app_context():
        shop = shelf.fill(50)
        with writing():
            for cart, sources, read, back in DECIDED:
                new = shelf.new_order(
                    shop, dict.fromkeys(sources, 1), f"cart-0123456789-{cart}-abcdef", shipping_cents=450
                )
                lines = tuple(
                    replace(line, source=sources[line.sku], product_code=SOLD[line.sku]) for line in new.lines
                )
                placed = orders.place(replace(new, lines=lines, notes={"blog": read} if read else {}))
                assert orders.mark_paid(placed.id, "test", {})
                if back:
                    orders.add_refund(placed.id, back, "test", restock=False)
        client = app.test_client()
        client.post("/dev/enter/admin")
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        yield client
        db.session.remove()


def figures(page: Any) -> dict[str, list[str]]:
    """What stands on the links to orders, by their addresses."""
    found: dict[str, list[str]] = {}
    for link in page.all(".//main//a"):
        if LINK.fullmatch(str(link.get("href"))):
            found.setdefault(str(link.get("href")), []).append("".join(link.itertext()))
    return found


def regions(page: Any) -> list[str]:
    """What the parts of the page are called that a screen reader lists."""
    named = [one for one in page.all(".//main//*") if one.tag == "section" or one.get("role") == "region"]
    labels = [words(page.by_id(one.get("aria-labelledby"))) for one in named if one.get("aria-labelledby")]
    return labels + [str(one.get("aria-label")) for one in named if one.get("aria-label")]


def opened(client: FlaskClient, page: Any, read: Callable[..., Any]) -> int:
    """Open what each figure leads to; how many there were."""
    found = figures(page)
    assert len(regions(page)) == len(set(regions(page)))
    for address, said in found.items():
        behind = read(client, address)
        assert len(regions(behind)) == len(set(regions(behind)))
        [(count, euros)] = SUM.findall(behind.text)
        assert {word for word in said if word != "All these orders"} <= {count, euros}, address
        assert len(behind.all(".//tbody/tr")) == int(count)
        assert len(behind.all(".//tbody//th/a")) == int(count)
    return len(found)


def test_what_a_figure_opens_adds_up_to_it(staff: FlaskClient, read: Callable[..., Any]) -> None:
    listed = read(staff, "/admin/blog/performance")
    assert "Assisted" not in listed.text
    assert opened(staff, listed, read) == 3  # two articles, and all together
    # of an article: all, two places, two products, two languages
    assert opened(staff, read(staff, "/admin/blog/performance/brain"), read) == 7
    assert staff.get("/admin/blog/earned?part=first&article=brain").status_code == 404
    with writing():
        switches.switch(journeys.SWITCH, True)
    listed = read(staff, "/admin/blog/performance")
    assert opened(staff, listed, read) == 3 + 2 + 1 + 3  # and the articles as first, last and assisting
    assert "Only who agrees counts" not in listed.text
    assert str(journeys.RULE[0]) in listed.text
    one = read(staff, "/admin/blog/performance/brain")
    assert opened(staff, one, read) == 7 + 2
    rows = [re.sub(r"\s+", " ", "".join(row.itertext())).strip() for row in one.all(".//tbody/tr")]
    [first, last, assisted] = [row for row in rows if row.startswith(("First", "Last", "Assisted"))]
    whole = {line.order: line.order_net_cents for line in sales(today(), today())}
    before, after = (format_money(cents, "en") for cents in list(whole.values())[1::-1])
    assert (first, last, assisted) == (f"First1{before}", f"Last1{after}", "Assisted0€0.00")
    english = read(staff, "/admin/blog/performance?lang=en")
    assert opened(staff, english, read) == 1 + 1 + 1
    sheet = staff.get("/admin/blog/performance?as=csv").text
    assert sheet.splitlines()[0].endswith("Assisted: orders,Assisted: revenue in euros")
    way = read(staff, "/admin/blog/earned?part=assisted&article=sleep")
    assert [item.text for item in way.all(".//li/b")] == ["sleep"]


def test_a_marketer_sees_no_way_to_the_buyers(staff: FlaskClient, read: Callable[..., Any]) -> None:
    marketer = staff.application.test_client()
    marketer.post("/dev/enter/marketer")
    marketer.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = read(marketer, "/admin/blog/earned")
    assert "3 orders, " in page.text
    assert "/admin/orders/" not in "".join(str(link.get("href")) for link in page.all(".//main//a"))
    for query in NOWHERE:
        assert marketer.get(f"/admin/blog/earned?{query}").status_code == 404, query


def test_the_admin_says_what_articles_earned_where_they_are_met(
    staff: FlaskClient, read: Callable[..., Any]
) -> None:
    with writing():
        library.save_author("Ada Pen", {"nl": "", "en": ""}, {"nl": "", "en": ""}, new_key="ada")
        texts = {"en": TextDraft(title="The brain", slug="brain", body=":::product mgt-c", state="draft")}
        actions.create_article(ArticleDraft(author="ada", texts=texts), "brain")
    euros = {code: format_money(of.revenue, "en") for code, of in report_queries.lately().items()}
    [panel] = [box for box in read(staff, "/admin/").all(".//section") if "sold most" in words(box)]
    assert [(link.get("href"), words(link)) for link in panel.findall(".//ul//a")] == [
        ("/admin/blog/performance/brain", f"The brain2 orders{euros['brain']}"),
        ("/admin/blog/performance/sleep", f"sleep1 order{euros['sleep']}"),
    ]
    [row] = read(staff, "/admin/blog/").all(".//tbody/tr")
    assert words(row).endswith(euros["brain"])
    page = read(staff, "/admin/products/mgt-c")
    [link] = [link for link in page.all(".//a") if LINK.fullmatch(str(link.get("href")))]
    of_product = format_money(report_queries.lately("mgt-c")["brain"].revenue, "en")
    assert words(link) == f"{of_product} of this product in 30 days"
    assert f"2 orders, {of_product} after" in read(staff, str(link.get("href"))).text


def test_a_buyer_who_no_longer_agrees_is_forgotten(staff: FlaskClient, read: Callable[..., Any]) -> None:
    with writing():
        switches.switch(journeys.SWITCH, True)
    found = {way.order: way for way in journeys.journeys(sales(today(), today()))}
    assert len(found) == 3
    page = read(staff, "/admin/blog-settings/")
    token = {"csrf_token": str(page.all(".//input[@name='csrf_token']")[0].get("value"))}
    number = next(iter(found))
    for wrong in ("", "ABCD2345", "x" * 21):
        refused = staff.post("/admin/blog-settings/forget", data=token | {"order": wrong})
        assert (refused.status_code, f'value="{wrong}"' in refused.text) == (422, True)
        assert Page(refused.text).one(".//input[@name='journeys']").get("checked") is not None
    done = staff.post("/admin/blog-settings/forget", data=token | {"order": f" {number.lower()} "})
    assert done.status_code == 303
    db.session.rollback()
    left = journeys.journeys(sales(today(), today()))
    assert {way.order for way in left} == set(found) - {number}
    assert staff.post("/admin/blog-settings/forget", data=token | {"order": number}).status_code == 422
    marketer = staff.application.test_client()
    marketer.post("/dev/enter/marketer")
    assert marketer.post("/admin/blog-settings/forget", data={"order": number}).status_code == 403
