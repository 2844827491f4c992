"""No request leaves the host, and the browser has nothing to complain about (its policy included)."""

from __future__ import annotations

import pytest

from tests.journeys.places import PLACES, visit

pytestmark = pytest.mark.browser

FOREIGN = """() => new Promise(done => {
  const script = document.createElement('script');
  script.src = 'https://other.example/x.js';
  script.onerror = done;
  document.head.append(script);
})"""


@pytest.mark.parametrize("place", PLACES)
def test_only_our_own_host_is_asked(shop, open_window, place):
    window = open_window(lang="en")
    visit(place, window.page, shop, "en")
    window.page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    window.page.wait_for_load_state("networkidle")
    assert window.asked
    assert window.foreign(shop.url) == []
    expected = ["422"] if place == "checkout errors" else []  # the answer to a form with errors
    assert [one for one in window.complaints if not any(status in one for status in expected)] == []


def test_the_policy_stops_a_script_of_another_host(shop, open_window):
    window = open_window(lang="en")
    window.page.goto(f"{shop.url}/en/")
    window.page.evaluate(FOREIGN)
    assert any("Content Security Policy" in one for one in window.complaints)
