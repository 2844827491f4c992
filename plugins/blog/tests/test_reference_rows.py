"""Every row of the reference page has a test with its number; two rows about selling stand here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.blog import library_queries, markdown
from plugins.blog.drafts import ArticleDraft, TextDraft
from plugins.blog.findings import Facts, of_text
from plugins.blog.models import ArticleText
from storefront.plugin_api import LANGUAGES, db, ingredients, offers_by_code, speaking

ROOT = Path(__file__).parents[3]
ROWS = range(1, 31)


def test_every_row_of_the_reference_page_has_a_test() -> None:
    files = [*(ROOT / "plugins").rglob("test_*.py"), *(ROOT / "tests").rglob("test_*.py")]
    found = {
        int(number)
        for file in files
        for number in re.findall(r"^def test_se_(\d\d)_", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert [row for row in ROWS if row not in found] == []


@pytest.mark.usefixtures("demo_app")
@pytest.mark.parametrize(("code", "mismatch"), [("nmn-c", True), ("mgt-c", False)])
def test_se_16_a_call_to_action_of_another_topic_is_pointed_out(code: str, mismatch: bool) -> None:
    body = f"Magnesium and memory.\n\n:::order-now {code}\n"
    with speaking("en"):
        facts = Facts(
            lang="en",
            text=TextDraft(title="Magnesium", body=body),
            rendered=markdown.render(body, {}),
            offers=offers_by_code([code], "en"),
            collections=(),
            library=library_queries.references_by_key([]),
        )
        found = of_text(facts, ArticleDraft(ingredients=("magnesium",)), ingredients("en"))
    about = [finding for finding in found if "NMN" in finding.title + finding.detail]
    assert bool(about) is mismatch


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_28_who_can_buy_in_an_article_is_one_link_from_all_details(
    demo_client: FlaskClient, read: Callable[..., Any], lang: str
) -> None:
    slugs = db.session.scalars(
        select(ArticleText.slug).where(ArticleText.lang == lang, ArticleText.state == "published")
    ).all()
    seen = 0
    for slug in slugs:
        page = read(demo_client, f"/{lang}/blog/{slug}")
        blocks = [*page.classed("cta"), *page.classed("inline-product")]
        inside = [block for block in blocks if any(_buys(form) for form in block.iter("form"))]
        assert len(inside) == len([form for form in page.all(".//main//form") if _buys(form)])
        for block in inside:
            links = [str(a.get("href")) for a in block.iter("a")]
            assert any(link.startswith(f"/{lang}/products/") for link in links), slug
        seen += len(inside)
    assert seen > 10


def _buys(form: Any) -> bool:
    return "/cart" in str(form.get("action"))
