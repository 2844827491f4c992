"""axe finds nothing against WCAG 2.2 AA, in light and dark, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from tests.journeys.places import PLACES, visit

pytestmark = pytest.mark.browser

SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """rules => axe.run(document, {runOnly: rules, resultTypes: ["violations"]}).then(
  found => found.violations.map(
    v => [v.id, v.nodes.map(n => n.target.join(" ") + ": " + n.failureSummary)]))"""


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing(shop, open_window, place, width):
    lang = "nl" if width == 390 else "en"
    page = open_window(width=width, lang=lang).page
    visit(place, page, shop, lang)
    page.evaluate(SOURCE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate(RUN, RULES)
        assert found == [], f"{place} {scheme}"


def test_the_check_can_fail(shop, open_window):
    page = open_window().page
    page.goto(f"{shop.url}/en/products")
    page.evaluate("document.querySelector('main img').removeAttribute('alt')")
    page.evaluate(SOURCE)
    assert [rule for rule, _ in page.evaluate(RUN, RULES)] == ["image-alt"]
