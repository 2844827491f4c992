"""One call to action per article: its line in the text, its words, its substitute, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from plugins.blog import call_to_action, composing
from plugins.blog.call_to_action import CallToAction
from plugins.blog.models import Article, ArticleText, Author
from plugins.blog.syntax import order_now
from plugins.blog.tests.admin_forms import EDIT, opened, parsed, value
from storefront.catalog import editing
from storefront.plugin_api import db, format_money, offers_by_code, speaking, writing
from storefront.stock import actions as stock

from .conftest import Page, words

Write = Callable[..., str]
Read = Callable[..., Page]
LINE = "nmn-c collection:nmn else:mgt-c style:light | {name} now | It helps to compare."
LINES = ["Words.", "## Part", "### Smaller", "- point", "```\n:::order-now x\n```", ":::product y", "> quote"]


def sell_out(*codes: str) -> None:
    """No unit is left of these products."""
    with writing():
        for code in codes:
            found = editing.product_to_edit(code)
            assert found is not None
            for variant in found.variants:
                stock.set_level(variant.id, 0, "test")


@pytest.fixture
def author(demo_app: Flask) -> str:
    """Somebody who may be named as the author."""
    return str(db.session.scalar(select(Author.key).order_by(Author.id)))


def block_of(read: Read, client: FlaskClient, path: str) -> tuple[Page, str]:
    page = read(client, path)
    (block,) = page.classed("cta")
    return page, words(block)


def test_a_line_says_what_is_offered_instead_of_what_how_and_why() -> None:
    assert order_now(LINE) == {
        "codes": ["nmn-c"],
        "collections": ["nmn"],
        "heading": "{name} now",
        "substitute": "mgt-c",
        "style": "light",
        "reason": "It helps to compare.",
    }
    for wrong in ("style:light", "a style:loud", "a else:b else:c", "a else:", "else:a", "a :b"):
        assert order_now(wrong) is None, wrong


ASKED = st.builds(
    CallToAction,
    targets=st.lists(st.sampled_from(["a", "b-2", "collection:c"]), min_size=1, max_size=3, unique=True).map(
        lambda found: tuple(sorted(found, key=lambda word: ":" in word))
    ),
    substitute=st.sampled_from(["", "d"]),
    style=st.sampled_from(["", "deep", "light", "line"]),
    wording=st.sampled_from(["", "Order {name} now", "From {price} for {days}"]),
    reason=st.sampled_from(["", "Because."]),
    placement=st.sampled_from(["lead", "text", "end"]),
)


@given(st.lists(st.sampled_from(LINES), max_size=7), ASKED, ASKED)
def test_what_is_put_into_a_text_is_read_from_it_again(
    lines: list[str], first: CallToAction, second: CallToAction
) -> None:
    body = "\n\n".join(lines)
    for asked in (first, second):
        body = call_to_action.put(body, asked)
        found = call_to_action.read(body)
        assert found is not None
        assert found.line == asked.line
        assert body.count(asked.line) >= 1
    assert call_to_action.put(body, second) == body
    assert call_to_action.read(call_to_action.put(body, None)) is None
    kept = call_to_action.put(body, None).split()
    assert kept == "\n\n".join(lines).split()


@pytest.mark.parametrize("place", ["lead", "text", "end"])
def test_it_stands_where_it_was_asked_to(place: str) -> None:
    body = "Begin.\n\n## One\n\nWords.\n\n## Two\n\nEnd."
    found = call_to_action.read(call_to_action.put(body, CallToAction(("a",), placement=place)))
    assert found is not None
    assert found.placement == place


def test_only_words_that_are_known_are_filled() -> None:
    assert call_to_action.filled("{name}: {price} {what} {}", {"name": "A", "price": "1"}) == "A: 1 {what} {}"
    assert call_to_action.unknown_words("{name} {what} {price}") == ["what"]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_wording_is_filled_with_what_is_true_now(
    demo_client: FlaskClient, read: Read, write: Write, author: str, lang: str
) -> None:
    wording = "{name}: {price} ({unit_price}) {days} [{badges}]"
    write("Worded", body=f":::order-now mgt-c | {wording}", author=author)
    offer = offers_by_code(["mgt-c"], lang)["mgt-c"]
    _page, text = block_of(read, demo_client, f"/{lang}/blog/worded")
    assert " ".join(format_money(offer.default.now_cents, lang).split()) + " (" in text
    assert f"{offer.default.days} {'dagen' if lang == 'nl' else 'days'} [" in text
    assert "{" not in text
    assert text.startswith("Magnesium L")


def test_what_is_sold_out_is_replaced_by_its_substitute_on_the_next_request(
    demo_client: FlaskClient, read: Read, write: Write, author: str
) -> None:
    write("Replaced", body=":::order-now nmn-c else:mgt-c | Order NMN | Why.", author=author)
    write("Named", body=":::order-now nmn-c else:mgt-c | Get {name}", author=author)
    assert "Order NMN" in block_of(read, demo_client, "/en/blog/replaced")[1]
    sell_out("nmn-c")
    page, text = block_of(read, demo_client, "/en/blog/replaced")
    assert "is sold out at the moment. This can be ordered instead." in text
    assert "Order NMN" not in text
    assert "Why." not in text
    (block,) = page.classed("cta")
    skus = [field.get("value") for field in block.iter("input") if field.get("name") == "sku"]
    assert skus == [offers_by_code(["mgt-c"], "en")["mgt-c"].default.sku]
    assert "Get magnesium" in block_of(read, demo_client, "/en/blog/named")[1]
    sell_out("mgt-c")
    assert "This product is sold out at the moment." in block_of(read, demo_client, "/en/blog/named")[1]


def test_a_collection_shows_first_what_can_be_bought(
    demo_client: FlaskClient, read: Read, write: Write, author: str
) -> None:
    write("Chosen", body=":::order-now collection:magnesium | From {price}", author=author)
    first = offers_by_code([], "en", collections=["magnesium"])
    codes = list(first)
    sell_out(codes[0])
    page, text = block_of(read, demo_client, "/en/blog/chosen")
    (proofs,) = page.classed("cta__proofs")
    assert first[codes[0]].name not in words(next(proofs.iter("a")))
    there = [offer for offer in offers_by_code(codes, "en").values() if not offer.sold_out]
    lowest = format_money(min(offer.default.now_cents for offer in there), "en")
    assert f"From {lowest}" in text


def test_the_second_one_is_quieter_and_a_style_can_be_chosen(
    demo_client: FlaskClient, read: Read, write: Write, author: str
) -> None:
    write(
        "Two",
        body=":::order-now mgt-c\n\nWords.\n\n:::order-now nmn-c\n\n:::order-now nmn-c style:line",
        author=author,
    )
    found = [block.get("class") for block in read(demo_client, "/en/blog/two").classed("cta")]
    assert found == ["deep cta", "cta cta--light", "cta cta--line"]


def test_a_block_that_was_stored_before_is_still_shown(demo_app: Flask) -> None:
    old = [{"html": "<p>x</p>"}, {"order_now": {"codes": ["mgt-c"], "collections": [], "heading": ""}}]
    with demo_app.test_request_context("/en/"), speaking("en"):
        _prose, block = composing.compose(old, {"article": [], "product": []}, code="a", slugs={})
    assert isinstance(block, composing.OrderNow)
    assert (block.placement, block.style, block.source) == ("end", "deep", "article:a:end:en")


def test_each_buy_form_of_an_article_stands_beside_the_way_to_all_details(
    demo_client: FlaskClient, read: Read, write: Write, author: str
) -> None:
    write("Forms", body=":::product mgt-c\n\nWords.\n\n:::order-now nmn-c", author=author)
    for lang in ("nl", "en"):
        page = read(demo_client, f"/{lang}/blog/forms")
        blocks = [*page.classed("inline-product"), *page.classed("cta")]
        assert [block.get("data-placement") for block in blocks] == ["card", "end"]
        for block, code in zip(blocks, ("mgt-c", "nmn-c"), strict=True):
            assert list(block.iter("form"))
            path = f"/{lang}/products/{offers_by_code([code], lang)[code].slug}"
            assert path in {a.get("href") for a in block.iter("a")}


# --- in the editor ---


def test_a_magnesium_article_that_sells_nmn_is_named_and_mended_by_one_click(
    marketer_client: FlaskClient,
) -> None:
    form = opened(marketer_client) | {"shown": "en", "en-body": "Words.\n\n:::order-now nmn-c | Buy {what}"}
    form = form | {"en_cta-was": ""}
    del form["en_cta-was"]
    page = marketer_client.post(EDIT, data=form | {"do": "preview"})
    text = page.get_data(as_text=True)
    assert "{what}" in text
    fixes = [button.get("value", "") for button in parsed(page).iter("button")]
    (fix,) = [one for one in fixes if one.startswith("fix:en:nmn-c:")]
    proposed = fix.rpartition(":")[2]
    offer = offers_by_code([proposed], "en")[proposed]
    assert not offer.sold_out
    assert offer.ingredient_code.startswith("magnesium")
    mended = marketer_client.post(EDIT, data=form | {"do": fix})
    assert f":::order-now {proposed} | Buy" in value(mended, "en-body")
    assert "fix:en:" not in mended.get_data(as_text=True)
    why = form | {"en-body": "Words.\n\n:::order-now nmn-c | | They are taken together.", "do": "preview"}
    assert "fix:en:" not in marketer_client.post(EDIT, data=why).get_data(as_text=True)
    for wrong in ("fix:xx:nmn-c:mgt-c", "fix:en:nmn-c:A B", "fix:en", "fix:en:<b>:mgt-c"):
        assert marketer_client.post(EDIT, data=form | {"do": wrong}).status_code == 400


def test_the_panel_writes_the_line_and_saves_it_with_the_text(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client)
    assert form["nl_cta-was"].startswith("end :::order-now ")
    body = form["nl-body"]
    changed = form | {
        "nl_cta-sells": ["collection:magnesium"],
        "nl_cta-placement": "lead",
        "nl_cta-wording": "Kies {name} | nu",
        "nl_cta-style": "line",
        "nl_cta-substitute": "nmn-c",
    }
    line = ":::order-now collection:magnesium else:nmn-c style:line | Kies {name} / nu"
    shown = marketer_client.post(EDIT, data=changed | {"do": "cta"})
    assert value(shown, "nl-body").count(":::order-now") == 1
    assert line in value(shown, "nl-body")
    other = marketer_client.post(EDIT, data=changed | {"do": "cta:nl"})
    assert "\n:::order-now collection:magnesium else:nmn-c style:line" in value(other, "en-body")
    assert "Kies" not in value(other, "en-body")
    assert marketer_client.post(EDIT, data=changed | {"do": "save"}).status_code == 303
    query = select(ArticleText.body).join(Article).where(Article.code == "magnesium-brain")
    db.session.rollback()
    saved = db.session.scalars(query.where(ArticleText.lang == "nl")).one()
    assert line in saved
    found = call_to_action.read(saved)
    assert found is not None
    assert found.placement == "lead"
    typed = opened(marketer_client) | {
        "nl-body": body,
        "do": "save",
    }  # typed by hand: the panel stays out of it
    assert marketer_client.post(EDIT, data=typed).status_code == 303
    db.session.rollback()
    assert (
        db.session.scalars(query.where(ArticleText.lang == "nl")).one() == body.replace("\r\n", "\n").strip()
    )
    none = opened(marketer_client) | {"nl_cta-sells": [], "do": "cta"}
    assert ":::order-now" not in value(marketer_client.post(EDIT, data=none), "nl-body")
