"""HTML of Word, Google Docs, LibreOffice and an old shop as Markdown: no word is lost, no tag comes along."""

from __future__ import annotations

import re
from pathlib import Path

import nh3
import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from plugins.blog import markdown
from plugins.blog.from_html import markdown_of

PASTED = Path(__file__).parent / "pasted"


def shown(src: str, alt: str) -> str:
    return f"![{alt}]({src})"


@pytest.mark.parametrize("writer", ["word", "docs", "libreoffice", "shopify"])
def test_texts_of_others_become_clean_markdown(writer: str) -> None:
    wanted = (PASTED / f"{writer}.md").read_text("utf-8")
    assert markdown_of((PASTED / f"{writer}.txt").read_text("utf-8"), picture=shown) + "\n" == wanted


def test_a_picture_that_nobody_takes_leaves_nothing() -> None:
    assert markdown_of('<p>Before</p><p><img src="https://x.example/a.png" alt="A"></p>') == "Before"
    assert markdown_of('<p>A<img src="file:///c/a.png"> word</p>', picture=shown) == "A word"


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>Un<b>believ</b>able, <b>now: </b>go</p>", "Un**believ**able, **now:** go"),
        ("<p><b>Stop.</b>Go</p>", "**Stop**.Go"),
        ("<p><b>Bold <i>both</i></b><i> slanted</i></p>", "**Bold *both*** *slanted*"),
        ("<p>Wow!<a href='https://x.example/'>here</a></p>", "Wow\\![here](https://x.example/)"),
        ("<p><a href='https://x.example/'>a ] b [</a></p>", "[a \\] b \\[](https://x.example/)"),
        ("<p>[@nobody2020] and [a](b)</p>", "\\[@nobody2020] and \\[a](b)"),
        ("<p>One<br>- two<br><br>1. three</p>", "One  \n\\- two\n\n1\\. three"),
        ("<ul><li>a</li></ul><ol start='4'><li>b</li></ol>", "- a\n\n4. b"),
        ("<table><tr><td><h2>Kop</h2><p>In a frame</p></td></tr></table>", "## Kop\n\nIn a frame"),
        ("<p>a</p><p>&nbsp;</p><p><b> </b></p>", "a"),
        ("<div>" * 3000 + "deep" + "</div>" * 3000, "deep"),
        ("", ""),
    ],
)
def test_small_things(html: str, wanted: str) -> None:
    assert markdown_of(html) == wanted


WORDS = st.text(st.sampled_from("ab é*_[]()<>#!`~|:@-+1.&;\\\n\u00a0“"), max_size=14)
TAGS = st.sampled_from(
    ["p", "b", "i", "s", "a", "span", "div", "h2", "li", "ul", "ol", "td", "blockquote", "br", "sup"]
)


@st.composite
def pages(draw: st.DrawFn, depth: int = 0) -> str:
    """Elements within each other, as no writer would nest them."""
    parts = []
    for _ in range(draw(st.integers(0, 3 if depth else 4))):
        tag = draw(TAGS)
        inner = draw(pages(depth + 1)) if depth < 3 else ""
        words = draw(WORDS).replace("&", "&amp;").replace("<", "&lt;")
        href = ' href="https://x.example/?a=(b)"' if tag == "a" else ""
        parts.append(f"<{tag}{href}>{words}{inner}</{tag}>")
    return "".join(parts)


def letters(text: str) -> str:
    """What is read, without spaces and list numbers."""
    return re.sub(r"\s|&nbsp;", "", text)


@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(html=pages())
@example(html="<p>&lt;<sup>!</sup></p>")
@example(html="<p>a&lt;b</p><p>**</p><ul><li>=</li><li><p>1.</p>x</li></ul>")
def test_no_word_is_lost_and_no_tag_comes_along(app: Flask, html: str) -> None:
    """Markdown of HTML, shown again, says the same; what looked like a tag or a sign still does."""
    made = markdown_of(html)
    again = nh3.clean("".join(block["html"] for block in markdown.render(made).blocks), tags=set())
    plain = nh3.clean(html, tags={"br"}).replace("<br>", "")
    sup = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
    assert letters(again.translate(sup)) == letters(plain.translate(sup)), made
    assert not re.search(r"(?<!\\)(?:\\\\)*<[A-Za-z/!?]", made)
