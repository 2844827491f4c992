"""Nothing scrolls sideways, and nothing moves while a page loads."""

from __future__ import annotations

import pytest

from tests.journeys.places import PLACES, SHOP_PLACES, visit

pytestmark = pytest.mark.browser

SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver(list => list.getEntries().forEach(entry => {
    const moved = entry.sources.map(source => source.node?.outerHTML?.slice(0, 120));
    if (!entry.hadRecentInput) window.shifts.push([entry.value, moved]);
  })).observe({type: 'layout-shift', buffered: true});
}"""
OVERFLOW = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const right = root.clientWidth + 0.5;
  return [...document.querySelectorAll('body *')].filter(el => el.getBoundingClientRect().right > right)
    .slice(0, 5).map(el => el.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("place", PLACES)
def test_no_sideways_scroll(shop, open_window, place):
    page = open_window(width=320, lang="nl").page
    visit(place, page, shop, "nl")
    for width in (320, 390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate(OVERFLOW) == [], f"{place} at {width}"


@pytest.mark.parametrize("place", [*SHOP_PLACES, "cart"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_while_a_page_loads(shop, open_window, place, width):
    window = open_window(width=width, lang="en")
    window.context.add_init_script(f"({SHIFTS})()")
    page = window.page
    visit(place, page, shop, "en")
    page.wait_for_load_state("networkidle")
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")  # pictures that load late
    page.wait_for_load_state("networkidle")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("() => window.shifts") == []
