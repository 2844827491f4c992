"""Markdown becomes safe blocks, whatever is typed."""

from __future__ import annotations

import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.blog.markdown import cleaned, render, resolved
from plugins.blog.syntax import letters, order_now

HASH = "a" * 64


def html_of(text: str, known: set[str] | None = None) -> str:
    return "\n".join(block.get("html", "") for block in render(text, known).blocks)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "![x](https://evil.example/pixel.gif)",
        "![x](//evil.example/pixel.gif)",
        "![x](media:../../etc/passwd#1x1)",
        '<a href="https://e.org" style="position:fixed">x</a>',
        "<iframe src=https://evil.example></iframe>",
        "<style>*{display:none}</style>",
        '| a |\n|--:|\n| <b style="x">c</b> |',
        '[x](https://e.org "t\\" onmouseover=alert(1) a=\\"")',
        '## <svg onload=alert(1)> {#x onclick="y"}',
        "[@<script>]",
        ':::product "><script>alert(1)</script>',
        ":::order-now <script> | <script>alert(1)</script>",
    ],
)
def test_hostile_markdown_is_only_text(hostile: str) -> None:
    html = html_of(hostile)
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    allowed = {
        "html",
        "head",
        "body",
        "p",
        "a",
        "h2",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "em",
    }
    for element in tree.iter():
        assert element.tag in allowed, html
        assert not {name for name in element.attrib if name.startswith("on") or name == "style"}, html
        assert not element.get("href", "").lower().startswith(("javascript", "data", "vbscript")), html
    assert "evil.example" not in re.sub(r">[^<]*<", "><", f">{html}<"), html


@given(st.text(alphabet=st.sampled_from(list("ab #*_`[]()@:;|>!<\"'&\n-=.\\/~")), max_size=200))
def test_no_text_can_break_out(text: str) -> None:
    for block in render(text).blocks:
        if "html" in block:
            assert cleaned(block["html"]) == block["html"]
            assert " style=" not in re.sub(r">[^<]*<", "><", block["html"])


def test_links_of_ours_become_addresses_and_dead_ones_plain_text() -> None:
    html = html_of(
        "[a](article:one) [b](article:gone) [c](product:nmn-c) [d](batch:) [e](/nl/pages/x) [f](#)"
    )
    known = {
        ("article", "one"): "/nl/blog/eén",
        ("product", "nmn-c"): "/nl/products/nmn",
        ("batch", ""): "/nl/batch",
    }
    shown = resolved(html, lambda kind, code: known.get((kind, code)), lambda file: f"/media/{file}", "/shop")
    assert shown == (
        '<p><a href="/nl/blog/eén">a</a> b <a href="/nl/products/nmn">c</a> <a href="/nl/batch">d</a>'
        ' <a href="/shop/nl/pages/x">e</a> f</p>'
    )


def test_external_links_tell_no_opener_and_are_not_tracked() -> None:
    html = html_of("[x](https://e.org/?utm_source=shop&a=1) [y](//e.org/b)")
    assert html == (
        '<p><a href="https://e.org/?a=1" rel="noopener external">x</a>'
        ' <a href="https://e.org/b" rel="noopener external">y</a></p>'
    )


def test_pictures_come_from_our_media_with_their_size() -> None:
    html = html_of(f"![A jar](media:{HASH}.jpg#800x600)")
    shown = resolved(html, lambda *_: None, lambda file: f"/media/{file}")
    assert shown == (
        f'<figure><img src="/media/{HASH}.jpg" width="800" height="600" alt="A jar" loading="lazy"></figure>'
    )
    assert html_of("![A jar](https://e.org/jar.jpg)") == "<p>A jar</p>"


def test_blocks_are_found_at_the_start_of_a_line_only() -> None:
    text = "One\n:::product mgt-c\n\n- :::product nope\n\n    :::product code\n\n"
    text += ":::order-now a b, collection:c | Buy *now*"
    blocks = render(text).blocks
    assert [next(iter(block)) for block in blocks] == ["html", "product", "html", "order_now"]
    assert blocks[1] == {"product": "mgt-c", "level": 2}
    assert blocks[3]["order_now"] == {"codes": ["a", "b"], "collections": ["c"], "heading": "Buy *now*"}


@pytest.mark.parametrize("line", ["", "UPPER", "shop:x", "a/b", "| only a heading", "collection:"])
def test_an_order_now_line_without_products_is_no_block(line: str) -> None:
    assert order_now(line) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("First.\n\n{}\n\n## Part\n\nMore.", "lead"),
        ("{}\n\nMore.", "lead"),
        ("First.\n\n## Part\n\nMore.\n\n{}\n\n### Smaller\n\nMore.", "text"),
        ("## Part\n\nMore.\n\n{}\n\n:::product x", "end"),
        ("First.\n\n{}", "end"),
        ("{}", "end"),
    ],
)
def test_where_a_call_to_action_stands_is_read_from_the_text(text: str, place: str) -> None:
    rendered = render(text.format(":::order-now a collection:c"))
    assert ("a", place) in rendered.products
    assert rendered.collections == [("c", place)]


def test_a_product_card_after_a_section_heading_is_one_level_below_it() -> None:
    blocks = render(":::product a\n\n## Part\n\n:::product b").blocks
    assert [block["level"] for block in blocks if "product" in block] == [2, 3]


def test_headings_start_at_two_skip_no_level_and_have_ids_of_their_own() -> None:
    html = html_of("#### Deep first\n\n# Top\n\n##### Deep\n\n## Top")
    assert re.findall(r"<(h\d) id=\"([^\"]+)\"", html) == [
        ("h2", "s-deep-first"),
        ("h2", "s-top"),
        ("h3", "s-deep"),
        ("h2", "s-top-2"),
    ]


def test_tables_are_regions_that_can_be_scrolled_by_keyboard() -> None:
    html = html_of("## Doses\n\n| a | b |\n|---|--:|\n| 1 | 2 |")
    assert (
        '<div class="table-box" role="region" tabindex="0" aria-label="Table: Doses"><table class="table">'
        in html
    )
    assert '<th scope="col" class="r">b</th>' in html
    assert "style" not in html


def test_the_quote_at_the_start_is_the_summary() -> None:
    assert html_of("> In short.\n\n> A quote.").startswith(
        '<div class="key">\n<p>In short.</p>\n</div>\n<blockquote>'
    )


def test_citations_are_numbered_by_first_mention_and_lettered() -> None:
    found = render("One[@b]. Two[@a; @b]. Three[@b, @c].", {"a", "b", "c"})
    assert found.cited == {"b": 3, "a": 1, "c": 1}
    html = found.blocks[0]["html"]
    assert re.findall(r'id="(c\d+[a-z])" href="#(r\d+)"', html) == [
        ("c1a", "r1"),
        ("c2a", "r2"),
        ("c1b", "r1"),
        ("c1c", "r1"),
        ("c3a", "r3"),
    ]


def test_a_comma_stands_only_between_citations_side_by_side() -> None:
    html = html_of("One[@a] and two[@b]. Three[@a; @b], four[@a][@b].", {"a", "b"})
    assert [name.split() for name in re.findall(r'class="(cite[^"]*)"', html)] == [
        *([["cite"]] * 3),
        ["cite", "cite--next"],
        ["cite"],
        ["cite", "cite--next"],
    ]


def test_an_unknown_citation_is_marked_and_not_numbered() -> None:
    found = render("One[@a][@nobody1999].", {"a"})
    assert found.cited == {"a": 1}
    assert "<mark>[@nobody1999]</mark>" in found.blocks[0]["html"]


@pytest.mark.parametrize(("number", "text"), [(1, "a"), (26, "z"), (27, "aa"), (52, "az"), (53, "ba")])
def test_letters_never_run_out(number: int, text: str) -> None:
    assert letters(number) == text
