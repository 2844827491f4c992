"""One house style for references, in both languages: SE-07 and SE-08."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from plugins.blog import library, library_queries, references
from plugins.blog.drafts import ReferenceDraft
from plugins.blog.models import ArticleText, Reference
from storefront.plugin_api import Refused, db, writing

SNAPSHOT = {
    "slutsky2010": {
        "nl": "Slutsky I, Abumaria N, Wu L-J, et al. Enhancement of learning and memory by elevating brain"
        " magnesium. Neuron. 2010;65(2):165–177.",
        "en": "Slutsky I, Abumaria N, Wu L-J, et al. Enhancement of learning and memory by elevating brain"
        " magnesium. Neuron. 2010;65(2):165–177.",
    },
    "liu2016": {
        "nl": "Liu G, Weinger JG. Efficacy and safety of MMFS-01. J Alzheimers Dis. 2016;49(4):971–990.",
        "en": "Liu G, Weinger JG. Efficacy and safety of MMFS-01. J Alzheimers Dis. 2016;49(4):971–990.",
    },
    "lopresti2026": {
        "nl": "Lopresti AL, Smith SJ. The effects of magnesium L-threonate. Front Nutr. 12 januari 2026.",
        "en": "Lopresti AL, Smith SJ. The effects of magnesium L-threonate. Front Nutr. 12 January 2026.",
    },
}
LINKS = {
    "slutsky2010": (
        "https://doi.org/10.1016/j.neuron.2009.12.026",
        (("PubMed 20152124", "https://pubmed.ncbi.nlm.nih.gov/20152124/"),),
    ),
    "liu2016": (
        "https://doi.org/10.3233/JAD-150538",
        (("PubMed 26519439", "https://pubmed.ncbi.nlm.nih.gov/26519439/"),),
    ),
    "lopresti2026": (
        "https://doi.org/10.3389/fnut.2025.1729164",
        (("PMC12832366", "https://pmc.ncbi.nlm.nih.gov/articles/PMC12832366/"),),
    ),
}


@pytest.mark.usefixtures("app", "sources")
@pytest.mark.parametrize("key", SNAPSHOT)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_se_08_one_house_style_whose_link_is_the_doi(key: str, lang: str) -> None:
    shown = references.shown(references.as_dict(library_queries.references_by_key([key])[key]), lang)
    assert shown.text == SNAPSHOT[key][lang]
    assert (shown.address, shown.links) == LINKS[key]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("authors", [(), ("",), ("  ",)])
def test_se_07_a_source_without_its_first_author_is_refused(authors: tuple[str, ...]) -> None:
    draft = ReferenceDraft(title="The effects of magnesium", authors=authors, year=2025)
    with pytest.raises(Refused) as refused, writing():
        library.save_reference(draft)
    assert refused.value.field == "authors"
    assert db.session.scalar(select(Reference)) is None


@pytest.mark.parametrize(
    ("authors", "more", "shown"),
    [
        (["Liu G"], False, "Liu G."),
        (["A B", "C D", "E F", "G H", "I J", "K L"], False, "A B, C D, E F, G H, I J, K L."),
        (["A B", "C D", "E F", "G H", "I J", "K L", "M N"], False, "A B, C D, E F, et al."),
        (["Yoshino M"], True, "Yoshino M, et al."),
        (["EFSA NDA Panel", "Turck D"], True, "EFSA NDA Panel, Turck D, et al."),
    ],
)
def test_se_07_authors_are_shown_from_data(authors: list[str], more: bool, shown: str) -> None:
    assert references.authors({"authors": authors, "more_authors": more}) == shown


@pytest.mark.parametrize(
    ("first", "label"),
    [
        ("Slutsky I", "Slutsky 2010"),
        ("Sandkühler JF", "Sandkühler 2010"),
        ("EFSA NDA Panel", "EFSA NDA Panel 2010"),
    ],
)
def test_a_short_label_names_the_first_author(first: str, label: str) -> None:
    assert references.short({"authors": [first], "title": "", "year": 2010}) == label


@pytest.mark.usefixtures("app", "sources")
def test_identifiers_are_cleaned_on_save_and_stand_once() -> None:
    draft = ReferenceDraft(
        title="T", authors=("Moret S",), year=2011, doi="https://doi.org/10.1016/x.y.", pmid="36558392\u00a0"
    )
    with writing():
        saved = library.save_reference(draft)
    assert (saved.key, saved.doi, saved.pmid) == ("moret2011", "10.1016/x.y", "36558392")
    for again in (replace(draft, doi="10.1016/X.Y", pmid=""), replace(draft, doi="")):
        with pytest.raises(Refused), writing():
            library.save_reference(again)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("field", "value"), [("doi", "10.1234"), ("pmid", "12345678901"), ("pmcid", "12345")]
)
def test_what_is_no_identifier_is_refused_beside_its_field(field: str, value: str) -> None:
    draft = replace(ReferenceDraft(title="T", authors=("Liu G",), year=2016), **{field: value})
    with pytest.raises(Refused) as refused, writing():
        library.save_reference(draft)
    assert refused.value.field == field


@pytest.mark.usefixtures("people", "sources")
def test_a_corrected_source_is_corrected_in_every_article(app: Flask, write: Callable[..., str]) -> None:
    code = write("Brain", body="Rats[@liu2016].")
    draft = ReferenceDraft(title="A new title", authors=("Liu G",), year=2016, doi="10.3233/JAD-150538")
    with writing():
        library.save_reference(draft, key="liu2016")
    texts: list[Any] = list(db.session.scalars(select(ArticleText)))
    assert [text.sources[0]["title"] for text in texts] == ["A new title"] * 2
    assert code == "brain"


@pytest.mark.usefixtures("people", "sources")
def test_a_cited_source_stays_in_the_library(app: Flask, write: Callable[..., str]) -> None:
    write("Brain", body="Rats[@liu2016].")
    with pytest.raises(Refused), writing():
        library.delete_reference("liu2016")
    with writing():
        library.delete_reference("slutsky2010")
    assert set(db.session.scalars(select(Reference.key))) == {"liu2016", "lopresti2026"}
