"""Markdown becomes safe HTML, whatever stands in it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.pages.markdown import render


def paths(scheme: str, rest: str) -> str | None:
    known = {("page", "returns"): "/nl/pages/retourneren", ("batch", ""): "/nl/batch"}
    return known.get((scheme, rest))


def test_text_tables_and_headings() -> None:
    html = render("# Een\n\n## Twee\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n~~weg~~ **hier**")
    assert "<h1" not in html
    assert html.count("<h2>") == 2
    assert '<th scope="col">a</th>' in html
    assert "<strong>hier</strong>" in html


def test_our_own_links_are_resolved_and_unknown_ones_lose_their_address() -> None:
    html = render("[a](page:returns) [b](batch:) [c](page:unheard)", paths)
    assert '<a href="/nl/pages/retourneren">a</a>' in html
    assert '<a href="/nl/batch">b</a>' in html
    assert "<a>c</a>" in html
    assert "page:" not in render("[a](page:returns)")


def test_links_out_are_marked() -> None:
    assert 'rel="noopener external"' in render("[a](https://example.org)")
    assert "rel" not in render("[a](/nl/cart)")
    assert 'href="mailto:info@example.org"' in render("[a](mailto:info@example.org)")


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "[a](data:text/html,x)",
        "![a](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        '<p style="color:red">x</p>',
        "[a](vbscript:x)",
    ],
)
def test_nothing_that_runs_gets_through(source: str) -> None:
    html = render(source)
    assert not re.search(
        r"<script|<img[^>]*onerror|<[^>]*style=|(href|src)=\"?(javascript|data|vbscript):", html
    )


@given(st.text(alphabet="<>\"'&[]()!*_`#|-:/ ajsoncript=\n", max_size=80))
def test_any_text_stays_inside_the_allowed_tags(source: str) -> None:
    allowed = (
        "a|blockquote|br|code|del|em|h2|h3|h4|hr|img|li|ol|p|pre|strong|sub|sup|table|tbody|td|th|thead|tr|ul"
    )
    for tag in re.findall(r"</?([a-zA-Z][a-zA-Z0-9]*)", render(source)):
        assert re.fullmatch(allowed, tag), tag
