"""The log speaks in words: money, states, lists, and what it does not know."""

import pytest

from storefront import locale
from storefront.admin.log_words import detail_words, target_words
from storefront.transactions import writing

pytestmark = pytest.mark.usefixtures("app")  # its texts are loaded with it


@pytest.mark.parametrize(
    ("details", "nl", "en"),
    [
        ({"cents": 2195}, "Bedrag: € 21,95", "Sum: €21.95"),
        (
            {"MGT-C-90 price": [3495, 2995]},
            "MGT-C-90, prijs: € 34,95 → € 29,95",
            "MGT-C-90, price: €34.95 → €29.95",
        ),
        ({"state": ["draft", "published"]}, "Status: Concept → In de verkoop", "State: Draft → On sale"),
        ({"pictures": ["", ""]}, "Foto’s gewijzigd", "Pictures changed"),
        ({"nl summary": ["a" * 200, "b"]}, "NL, korte tekst gewijzigd", "NL, short text changed"),
        ({"nl name": ["", "NMN"]}, "NL, naam: – → NMN", "NL, name: – → NMN"),
        ({"MGT-C-90 stock": [12, 0]}, "MGT-C-90, voorraad: 12 → 0", "MGT-C-90, stock: 12 → 0"),
        ({"sealed": [True, False]}, "Verzegeld: na openen niet meer te retourneren: ja → nee", None),
        ({"languages": ["nl", "en"]}, "Taal: NL, EN", "Language: NL, EN"),
        ({"MGT-C-90": ["26-0409", "26-0412"]}, "MGT-C-90: 26-0409 → 26-0412", None),
        ({"reason": "amount"}, "Reden: ander bedrag dan gevraagd", "Reason: another amount than was asked"),
        ({"of a plugin": {"x": 1}}, "of a plugin: {'x': 1}", None),
    ],
)
def test_details_are_words(details, nl, en):
    for lang, words in (("nl", nl), ("en", en)):
        with locale.speaking(lang):
            (line,) = detail_words(details)
        assert words is None or line.replace("\u00a0", " ") == words


def test_what_says_nothing_is_left_out():
    assert detail_words({"tracking_code": "", "x": None, "y": []}) == []


def test_targets_are_words():
    with locale.speaking("nl"):
        assert target_words("order K7M2") == "bestelling K7M2"
        assert target_words("some-reference") == "some-reference"
        assert target_words("order") == "order"


def test_the_page_of_the_log_and_of_one_thing(admin_client):
    from storefront.accounts.actions import audit

    with writing():
        audit("Marieke", "order refunded", "order K7M2", {"cents": 2195})
    page = admin_client.get("/admin/audit/?target=order+K7M2").text.replace("\u00a0", " ")
    assert "Bedrag: € 21,95" in page.replace("&nbsp;", " ")
    assert "bestelling K7M2" in page and "cents" not in page
