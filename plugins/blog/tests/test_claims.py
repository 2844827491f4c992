"""What a text says about health is compared with a rule pack: SE-03, SE-11, SE-18 and SE-30."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.blog.claims import PACK, Claim, claims, findings, pack
from storefront.plugin_api import LANGUAGES, speaking

TITLE = {
    "en": "Magnesium L-threonate: better memory and cognitive performance",
    "nl": "Magnesium L-threonaat: beter geheugen en beter denkvermogen",
}
# As the reference page is built, in words of our own: 19 sentences, 13 on the brain, 11 with an effect.
BODY = (
    "Magnesium is a mineral. Many foods contain it. It supports memory. It improves learning.",
    "One form passes the blood-brain barrier and helps it. It boosts concentration. It sharpens focus.",
    "Levels in the brain increased in experimental models. Memory improved. Mental speed improved in adults.",
    "It strengthens synapses. Better sleep helps the mind. Cognitive scores improved. They looked at memory.",
    "They also looked at the brain. They took two grams. The trial took six weeks. More research is needed.",
    "Order now.",
)
JOURNALS = (
    "Efficacy of a compound. Journal of Alzheimer’s Disease",
    "Journal of Alzheimer's Disease Reports",
)


def of(text: str, lang: str = "en") -> list[tuple[str, str]]:
    return [(claim.rule, claim.level) for claim in claims({"body": [text]}, lang, sells=True)]


def levels(found: list[Claim], rule: str) -> list[str]:
    return [claim.level for claim in found if claim.rule == rule]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_se_03_the_title_is_compared_too(lang: str) -> None:
    found = claims({"title": [TITLE[lang]], "body": ["Nothing is said here."]}, lang, sells=True)
    assert [(claim.rule, claim.level, claim.where) for claim in found] == [("cognition", "warn", "title")]


def test_se_03_the_reference_page_gives_its_findings() -> None:
    found = claims({"title": [TITLE["en"]], "body": BODY, "sources": JOURNALS}, "en", sells=True)
    in_body = [claim for claim in found if claim.where == "body"]
    assert len({claim.sentence for claim in in_body if claim.rule == "cognition"}) == 13
    assert levels(in_body, "cognition").count("warn") == 11
    assert levels(in_body, "barrier") == ["warn"]
    assert levels(found, "authorised") == []
    assert levels(found, "cited_disease") == ["notice", "notice"]


@pytest.mark.parametrize(("lang", "word"), [("en", "Alzheimer’s"), ("nl", "de ziekte van Alzheimer")])
def test_se_11_a_disease_in_a_source_is_a_notice_and_in_the_text_a_warning(lang: str, word: str) -> None:
    texts = {"body": [f"x {word} x."], "sources": [f"x {word} x."]}
    assert [(c.rule, c.level) for c in claims(texts, lang, sells=True)] == [
        ("disease", "warn"),
        ("cited_disease", "notice"),
    ]
    assert levels(claims(texts, lang, sells=False), "cited_disease") == []


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Highest purity and maximum uptake."),
        ("en", "Our premium powder."),
        ("en", "Now or never!"),
        ("nl", "De hoogste zuiverheid."),
        ("nl", "Het beste poeder."),
        ("nl", "Nu of nooit!"),
    ],
)
def test_se_18_words_that_need_support_are_noticed(lang: str, sentence: str) -> None:
    assert ("style", "notice") in of(sentence, lang)


@pytest.mark.parametrize(
    "text", ["The bestseller of 1990.", "The best-before date is 2028.", "A maxim of ours."]
)
def test_se_18_other_words_are_not(text: str) -> None:
    assert of(text) == []


@pytest.mark.parametrize(
    ("lang", "of_nutrient", "of_product"),
    [
        (
            "en",
            "It contains magnesium, which contributes to normal psychological function.",
            "This product contributes to normal psychological function with magnesium.",
        ),
        (
            "nl",
            "Het bevat magnesium, dat bijdraagt tot een normale psychologische functie.",
            "Dit product draagt bij tot een normale psychologische functie, met magnesium.",
        ),
    ],
)
def test_se_30_a_claim_belongs_to_the_nutrient_not_to_the_product(
    lang: str, of_nutrient: str, of_product: str
) -> None:
    assert of(of_nutrient, lang) == [("authorised", "notice")]
    assert ("product", "warn") in of(of_product, lang)
    assert ("authorised", "notice") not in of(of_product, lang)


@pytest.mark.usefixtures("app")
def test_a_finding_quotes_its_sentences_and_names_the_pack_and_never_calls_anything_compliant() -> None:
    texts = {"title": [TITLE["en"]], "body": [*BODY, "Magnesium contributes to normal muscle function."]}
    with speaking("en"):
        found = findings(texts, "en", sells=True)
    assert len({(it.title, it.level, it.field) for it in found}) == len(found)
    assert all(f"Rule pack {PACK}." in it.detail and "“" in it.detail for it in found)
    assert any("and 8 more." in it.detail for it in found)
    assert any("56.25 mg" in it.detail and "not known here" in it.detail for it in found)
    assert "complian" not in " ".join(it.title + it.detail for it in found).lower()


def test_a_pack_has_a_day_sources_and_both_languages() -> None:
    rules = pack()
    assert rules["name"] == PACK
    assert rules["checked_on"]
    assert rules["sources"]
    parts = [rules["effects"], rules["products"], *(rule["terms"] for rule in rules["rules"])]
    for texts in [*parts, *(claim["functions"] for claim in rules["authorised"])]:
        assert set(texts) == set(LANGUAGES)
        assert all(word == word.lower() and "-" not in word for words in texts.values() for word in words)


def test_the_editor_shows_claims_and_says_that_it_is_no_advice(
    marketer_client: FlaskClient, app: Flask
) -> None:
    page = marketer_client.get("/admin/blog/edit/magnesium-brain").get_data(as_text=True)
    assert PACK in page
    assert "finding--notice" in page
    assert "geen juridisch advies" in page or "no legal advice" in page
