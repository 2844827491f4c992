"""The picker and the preview, with and without script: nobody types a code."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.blog.admin_views.insert import at_end
from plugins.blog.models import Article, ArticleText
from plugins.blog.tests.admin_forms import EDIT, message, opened, parsed, value
from plugins.blog.tests.test_admin_input import png
from storefront.database import db

PICK = "/admin/blog/pick"


def saved_body() -> str:
    db.session.rollback()
    query = (
        select(ArticleText.body)
        .join(Article)
        .where(Article.code == "magnesium-brain", ArticleText.lang == "nl")
    )
    return db.session.scalars(query).one()


def buttons(response, name: str = "insert") -> list[str]:  # type: ignore[no-untyped-def]
    return [found.get("value", "") for found in parsed(response).iter("button") if found.get("name") == name]


@pytest.mark.parametrize(
    ("kind", "words", "offered"),
    [
        ("product", "threonaat", "product:mgt-c"),
        ("citation", "slutsky", "citation:slutsky2010"),
        ("link", "betaïne en homocysteïne", "link:article:betaine-homocysteine"),
        ("link", "threonaat", "link:product:mgt-c"),
        ("article", "homocysteïne", "article:betaine-homocysteine"),
        ("collection", "nmn", "collection:nmn"),
    ],
)
def test_without_script_a_search_shows_what_can_be_put_in(
    marketer_client: FlaskClient, kind: str, words: str, offered: str
) -> None:
    form = opened(marketer_client)
    form["nl-body"] = "Getypt en nog niet bewaard."
    form = form | {"do": "find", "look_in": kind, "look_for": words, "shown": "nl"}
    response = marketer_client.post(EDIT, data=form)
    assert response.status_code == 200
    assert offered in buttons(response)
    assert value(response, "nl-body").strip() == "Getypt en nog niet bewaard."


@pytest.mark.parametrize(
    ("chosen", "ends"),
    [
        ({"insert": "product:mgt-c"}, "Laatste zin.\n\n:::product mgt-c"),
        ({"insert": "citation:slutsky2010"}, "Laatste zin.[@slutsky2010]"),
        ({"insert": "link:https://example.org/a"}, "Laatste zin. [example.org/a](https://example.org/a)"),
        ({"insert": "order_now:", "chosen": ["mgt-c"]}, "Laatste zin.\n\n:::order-now mgt-c"),
        (
            {"insert": "order_now:", "chosen": ["mgt-c", "mgb-c"], "heading": "Kies | er een"},
            "Laatste zin.\n\n:::order-now mgt-c mgb-c | Kies / er een",
        ),
        ({"insert": "collection:nmn"}, "Laatste zin.\n\n:::order-now collection:nmn"),
        (
            {"insert": "article:creatine-55"},
            "Laatste zin. [Creatine en krachttraining na je 55e](article:creatine-55)",
        ),
        (
            {"insert": "order_now:", "chosen": ["collection:nmn"]},
            "Laatste zin.\n\n:::order-now collection:nmn",
        ),
    ],
)
def test_without_script_the_choice_goes_to_the_end_of_the_text(
    marketer_client: FlaskClient, chosen: dict[str, str | list[str]], ends: str
) -> None:
    form = (
        opened(marketer_client) | {"nl-body": "Laatste zin.", "en-lead": "Also kept.", "shown": "nl"} | chosen
    )
    response = marketer_client.post(EDIT, data=form)
    assert response.status_code == 200
    assert value(response, "nl-body").strip() == ends
    assert value(response, "en-lead").strip() == "Also kept."
    assert saved_body() != ends


@pytest.mark.parametrize(
    "chosen",
    [
        {"insert": "product:no-such-thing"},
        {"insert": "citation:nobody1999"},
        {"insert": "link:article:nothing"},
        {"insert": "article:nothing"},
        {"insert": "collection:nothing"},
        {"insert": "picture:" + "a" * 64 + ".jpg#10x10"},
        {"insert": "link:javascript:alert(1)"},
        {"insert": "order_now:"},
        {"insert": "order_now:", "chosen": "collection:nothing"},
        {"insert": "order_now:", "chosen": "mgt-c\n:::product nmn-c"},
        {"insert": "everything:mgt-c"},
        {"insert": "product:"},
    ],
)
def test_what_does_not_exist_is_not_put_in(marketer_client: FlaskClient, chosen: dict[str, str]) -> None:
    form = opened(marketer_client)
    before = form["nl-body"]
    response = marketer_client.post(EDIT, data=form | chosen | {"shown": "nl"})
    assert response.status_code == 422
    assert message(response, "look_for")
    assert value(response, "nl-body") == before


@pytest.mark.parametrize(
    ("pasted", "key"),
    [
        ("https://doi.org/10.3233/JAD-150538", "liu2016"),
        ("doi:10.3233/JAD-150538.", "liu2016"),
        ("https://pubmed.ncbi.nlm.nih.gov/26519439\u00a0", "liu2016"),
        ("26519439", "liu2016"),
        ("https://www.frontiersin.org/articles/10.3389/fnut.2025.1729164/full", "lopresti2026"),
    ],
)
def test_the_picker_knows_a_source_by_its_numbers(
    marketer_client: FlaskClient, pasted: str, key: str
) -> None:
    response = marketer_client.get(PICK, query_string={"kind": "citation", "text": pasted, "lang": "nl"})
    options = [
        found.get("data-value") for found in parsed(response).iter("li") if found.get("role") == "option"
    ]
    assert options == [f"citation:{key}"]


def test_an_unknown_source_leads_to_a_filled_in_form(marketer_client: FlaskClient) -> None:
    response = marketer_client.get(
        PICK, query_string={"kind": "citation", "text": "10.1000/new.1", "lang": "nl"}
    )
    link = next(found.get("href", "") for found in parsed(response).iter("a"))
    assert opened(marketer_client, link)["doi"] == "10.1000/new.1"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=everything&text=&lang=nl", 404),
        ("kind=product&text=&lang=de", 404),
        ("kind=product&text=%00&lang=nl", 400),
        ("", 404),
    ],
)
def test_a_search_that_no_page_sends(marketer_client: FlaskClient, query: str, status: int) -> None:
    assert marketer_client.get(f"{PICK}?{query}").status_code == status


def test_the_preview_shows_the_text_and_its_products_and_saves_nothing(marketer_client: FlaskClient) -> None:
    token = opened(marketer_client)["csrf_token"]
    body = (
        "## Kop\n\nTekst.[@slutsky2010] En onbekend.[@nobody1999]\n\n:::product mgt-c\n\n:::order-now mgt-c"
    )
    data = {"csrf_token": token, "lang": "nl", "title": "Proef", "lead": "Inleiding", "body": body}
    data |= {"code": "magnesium-brain", "author": "sanne-hoekstra", "main_topic": "magnesium"}
    before = saved_body()
    html = marketer_client.post("/admin/blog/preview", data=data).get_data(as_text=True)
    for part in (
        "<h1>Proef</h1>",
        "Inleiding",
        'data-b="0"',  # the line on which a block begins
        'class="site-head"',
        'class="site-foot"',
        "Sanne Hoekstra",
        "inline-product",
        'class="deep cta"',
        "10.1016/j.neuron.2009.12.026",
    ):
        assert part in html
    assert "<mark>[@nobody1999]</mark>" in html
    assert "<script" not in html
    assert "data-b=" not in marketer_client.get("/nl/blog/magnesium-en-het-brein").get_data(as_text=True)
    assert saved_body() == before


def test_without_script_the_preview_stands_on_the_page(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client) | {"do": "preview", "nl-body": "Een **vet** woord."}
    response = marketer_client.post(EDIT, data=form)
    frame = next(found for found in parsed(response).iter("iframe") if "Nederlands" in found.get("title", ""))
    assert "Een <strong>vet</strong> woord." in frame.get("srcdoc", "")
    assert "allow-scripts" not in frame.get("sandbox", "")


@pytest.mark.parametrize(
    "change", [{"csrf_token": "forged"}, {"lang": "de"}, {"body": "x" * 100_001}, {"body": "\x00"}]
)
def test_a_preview_that_no_page_sends(marketer_client: FlaskClient, change: dict[str, str]) -> None:
    token = opened(marketer_client)["csrf_token"]
    data = {"csrf_token": token, "lang": "nl", "title": "", "lead": "", "body": ""} | change
    assert marketer_client.post("/admin/blog/preview", data=data).status_code == 400


def test_a_picture_for_the_text_needs_words_and_becomes_markdown(marketer_client: FlaskClient) -> None:
    token = opened(marketer_client)["csrf_token"]
    path = "/admin/blog/pictures"
    silent = marketer_client.post(path, data={"csrf_token": token, "text_picture": (png(), "a.png")})
    assert silent.status_code == 422
    data = {"csrf_token": token, "text_picture_alt": "Een [groen] vlak", "text_picture": (png(), "a.png")}
    answer = marketer_client.post(path, data=data)
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).startswith("![Een groen vlak](media:")
    assert answer.get_data(as_text=True).endswith("#40x40)")
    assert (
        marketer_client.post(path, data={"csrf_token": token, "text_picture_alt": "Niets"}).status_code == 422
    )


def test_without_script_a_picture_goes_to_the_end_of_the_text(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client) | {
        "do": "add-picture",
        "nl-body": "Tekst.",
        "text_picture_alt": "Groen vlak",
        "shown": "nl",
    }
    response = marketer_client.post(EDIT, data=form | {"text_picture": (png(), "a.png")})
    assert value(response, "nl-body").strip().startswith("Tekst.\n\n![Groen vlak](media:")
    response = marketer_client.post(
        EDIT, data=form | {"text_picture_alt": "", "text_picture": (png(), "a.png")}
    )
    assert response.status_code == 422
    assert message(response, "text_picture_alt")


@pytest.mark.parametrize(
    ("body", "markdown", "inline", "whole"),
    [
        ("", ":::product mgt-c", False, ":::product mgt-c"),
        ("Zin.\n", ":::product mgt-c", False, "Zin.\n\n:::product mgt-c"),
        ("Zin.", "[@a2020]", True, "Zin.[@a2020]"),
        (":::order-now mgt-c", "[@a2020]", True, ":::order-now mgt-c\n\n[@a2020]"),
        ("## Kop", "[a](article:b)", True, "## Kop\n\n[a](article:b)"),
    ],
)
def test_where_the_end_of_a_text_is(body: str, markdown: str, inline: bool, whole: str) -> None:
    assert at_end(body, markdown, inline) == whole


def test_a_picture_that_an_article_shows_can_be_used_again(marketer_client: FlaskClient) -> None:
    form = opened(marketer_client) | {"do": "find", "look_in": "picture", "look_for": "synaps", "shown": "nl"}
    (found,) = [value for value in buttons(marketer_client.post(EDIT, data=form)) if value]
    form = form | {"do": "", "insert": found, "nl-body": "Tekst."}
    body = value(marketer_client.post(EDIT, data=form), "nl-body").strip()
    assert body.startswith("Tekst.\n\n![")
    assert body.endswith(f"](media:{found.removeprefix('picture:')})")


def test_pasted_html_comes_back_as_markdown(marketer_client: FlaskClient) -> None:
    data = {
        "csrf_token": opened(marketer_client)["csrf_token"],
        "html": "<h2>Kop</h2><p><b>Vet</b> woord</p>",
    }
    answer = marketer_client.post("/admin/blog/clean", data=data)
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "## Kop\n\n**Vet** woord")
    for wrong in ({"html": ""}, {"html": "x" * 600_001}, {"csrf_token": "forged"}):
        assert marketer_client.post("/admin/blog/clean", data=data | wrong).status_code == 400
