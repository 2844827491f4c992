"""A marketer's journey in a real browser: from an empty page to the euros that the article earned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserType, Page, expect

from plugins.blog import counting
from plugins.blog.tests.marketer import ByKeyboard, Marketer
from plugins.blog.tests.visits import BROWSER
from storefront.plugin_api import format_money, local, now, sales
from storefront.testing import Live
from tests.journeys.shopper import Shopper

pytestmark = pytest.mark.browser
NO_ROBOT = "--disable-blink-features=AutomationControlled"  # what a robot reads is not counted
TITLE = {"en": "What a capsule of magnesium holds", "nl": "Wat er in een capsule magnesium zit"}
SLUG = {"en": "what-a-capsule-of-magnesium-holds", "nl": "wat-er-in-een-capsule-magnesium-zit"}
LEAD = {"en": "We weighed it, and read the trials.", "nl": "Wij wogen het, en lazen de studies."}
HEADING = "Try it yourself"
NETWORK = "Written while the train was in a tunnel."
WORKS = (
    ("https://doi.org/10.1016/j.neuron.2009.12.026", "Slutsky 2010"),
    ("10.3233/JAD-150538", "Liu 2016"),
    ("36558392", "Zhang 2022"),
)
DUTCH = """Een capsule weegt 600 mg.

:::product mgt-c

Ratten leerden beter[@slutsky2010], mensen wat[@liu2016; @zhang2022].

:::order-now mgt-c | Probeer het zelf
"""
WAYS = [
    pytest.param(
        by, width, id=f"{name}-{width}", marks=[] if (name, width) == ("mouse", 1440) else [pytest.mark.full]
    )
    for name, by in (("mouse", Marketer), ("keyboard", ByKeyboard))
    for width in (1440, 768)
]


@pytest.fixture
def people_browser(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """A browser that is not known as a robot, so that what is read in it counts."""
    flags = [*browser_type_launch_args["args"], f"--user-agent={BROWSER}", NO_ROBOT]
    browser = browser_type.launch(**browser_type_launch_args | {"args": flags})
    yield browser
    browser.close()


def write_in_english(who: Marketer) -> None:
    """The article, with a card, three citations, a picture and a call to action."""
    who.speak("en")
    who.write("title", TITLE["en"])
    expect(who.field("slug")).to_have_value(SLUG["en"])
    who.write("lead", LEAD["en"])
    who.go_on("A capsule weighs 600 mg.")
    who.put("Product card", "threonate capsules", "threonate, capsules")
    who.go_on("What the trials found")
    who.make_heading()
    who.go_on("\n\nRats learned better, people a little")
    for search, name in WORKS:
        who.put("Source", search, name)
    who.picture("A capsule on a scale")
    who.order_now("threonate capsules", "threonate, capsules", HEADING)
    expect(who.text).to_have_value(re.compile(rf":::order-now mgt-c \| {HEADING}"))
    for sign in (
        "## What the trials found\n",
        ":::product mgt-c",
        "[@slutsky2010]",
        "[@liu2016]",
        "[@zhang2022]",
    ):
        expect(who.text).to_have_value(re.compile(re.escape(sign)))


def lose_the_network(who: Marketer) -> None:
    """In the middle the network is gone, saving is held back, the window is closed; nothing is lost."""
    page = who.page
    page.context.set_offline(True)
    who.go_on(f"\n\n{NETWORK}")
    who.save()
    expect(page.locator("[data-kept]")).to_contain_text("No connection, so nothing was saved")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(f"{who.address}/admin/blog/new")
    who.press(page.locator("[data-unsaved]").get_by_role("link", name="Take it"))
    expect(who.text).to_have_value(re.compile(re.escape(NETWORK)))
    expect(who.field("title")).to_have_value(TITLE["en"])


def translate(who: Marketer) -> None:
    """The Dutch text."""
    who.speak("nl")
    who.write("title", TITLE["nl"])
    who.write("lead", LEAD["nl"])
    who.go_on(DUTCH)


def buy(page: Page, live: Live) -> Shopper:
    """From the product's page to the article, and from its call to action to the payment."""
    buyer = Shopper(page, live, "en", script=True)
    buyer.go("products/magnesium-l-threonate-capsules")
    page.get_by_role("main").get_by_role("link", name=TITLE["en"]).first.click()
    expect(page.get_by_role("heading", level=1, name=TITLE["en"])).to_be_visible()
    expect(page.locator(".cta")).to_contain_text(HEADING)
    page.locator(".cta").scroll_into_view_if_needed()
    page.wait_for_timeout(3_200)  # what was in sight for a shorter time is no view
    buyer.press_call_to_action()
    buyer.open_checkout()
    buyer.place_order()
    buyer.button("pay").click()
    buyer.is_thanked()
    return buyer


@pytest.mark.parametrize(("by", "width"), WAYS)
def test_from_an_empty_page_to_the_euros(
    make_app: Any, serve: Callable[..., Live], people_browser: Browser, by: type[Marketer], width: int
) -> None:
    live = serve(make_app("demo"))
    page = people_browser.new_page(viewport={"width": width, "height": 900}, locale="en-US")
    page.context.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    who = by(page, live.url)
    who.enter()
    write_in_english(who)
    lose_the_network(who)
    who.set(page.locator("#author"), "Sanne Hoekstra")
    who.save()
    who.saved("Saved.")
    translate(who)
    tomorrow = local(now()) + timedelta(days=1)
    for lang, name in (("nl", "Dutch"), ("en", "English")):
        who.schedule(lang, f"{tomorrow:%Y-%m-%d}", "07:30")
        who.saved(f"it will be published in {name}")
    edit = page.url.partition("?")[0]
    code = edit.rpartition("/")[2]
    addresses = {lang: f"{live.url}/{lang}/blog/{SLUG[lang]}" for lang in SLUG}
    assert {page.request.get(address).status for address in addresses.values()} == {404}
    with time_machine.travel(tomorrow.replace(hour=12)):
        live.work()
    assert {page.request.get(address).status for address in addresses.values()} == {200}
    buyer = buy(people_browser.new_page(viewport={"width": width, "height": 900}), live)
    (order,) = buyer.orders()
    with live.app.app_context():
        (sold,) = sales(local(now()).date(), local(now()).date())
        counting.fold_all()
    assert (sold.order, sold.source) == (order.number, f"article:{code}:text:en")
    page.goto(f"{live.url}/admin/blog/performance/{code}")
    euros = format_money(sold.net_cents, "en")
    expect(page.locator(".funnel .money b")).to_have_text(euros)
    expect(page.locator(".funnel li b")).to_have_text(["1", "1", "1", "1", euros])
    assert complaints == []
