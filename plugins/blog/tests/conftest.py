"""What the blog's tests share: reading pages, and writing small articles."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.blog import actions, library
from plugins.blog.drafts import ArticleDraft, ReferenceDraft, TextDraft
from storefront.plugin_api import writing

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Page:
    """A page as a browser reads it."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.root: Element = html5lib.parse(html, namespaceHTMLElements=False)

    def all(self, path: str) -> list[Element]:
        """Elements below the root, by an ElementTree path such as ".//h2"."""
        return self.root.findall(path)

    def one(self, path: str) -> Element:
        """The only element at a path."""
        (found,) = self.all(path)
        return found

    def classed(self, name: str, within: Element | None = None) -> list[Element]:
        """Elements with a class."""
        start = self.root if within is None else within
        return [element for element in start.iter() if name in str(element.get("class", "")).split()]

    def by_id(self, name: str) -> Element:
        """The only element with this id."""
        (found,) = [element for element in self.root.iter() if element.get("id") == name]
        return found

    @property
    def text(self) -> str:
        """What a person reads in the main part."""
        return words(self.one(".//main"))


def words(element: Element) -> str:
    """The text of an element on one line."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


@pytest.fixture
def read() -> Callable[..., Page]:
    """read(client, path, status=200): fetch and parse a page."""

    def fetch(client: FlaskClient, path: str, status: int = 200) -> Page:
        response = client.get(path)
        assert response.status_code == status, f"{path}: {response.status}"
        return Page(response.get_data(as_text=True))

    return fetch


@pytest.fixture
def write() -> Callable[..., str]:
    """write("title", body="…", langs=…, …): publish a small article and give its code."""
    made = 0

    def make(title: str, **values: Any) -> str:
        nonlocal made
        made += 1
        langs = values.pop("langs", ("nl", "en"))
        state = "published" if values.pop("published", True) else "draft"
        state = values.pop("state", state)
        fields = {"body": "A text of some words.", "lead": f"Lead of {title}."} | {
            name: values.pop(name)
            for name in ("body", "lead", "excerpt", "meta_description", "image_alt", "slug", "publish_at")
            if name in values
        }
        texts = {lang: TextDraft(title=title, state=state, **fields) for lang in langs}
        values = {"author": "ada", "published_at": START + timedelta(days=made)} | values
        with writing():
            return actions.create_article(ArticleDraft(texts=texts, **values)).code

    return make


@pytest.fixture
def people(app: Flask) -> None:
    """An author, a reviewer and two topics, in the empty shop."""
    with writing():
        library.save_author(
            "Ada Pen", {"nl": "Redacteur", "en": "Editor"}, {"nl": "", "en": ""}, new_key="ada"
        )
        library.save_author(
            "Rik Check", {"nl": "Diëtist", "en": "Dietitian"}, {"nl": "", "en": ""}, new_key="rik"
        )
        for key, nl, en in (("minerals", "Mineralen", "Minerals"), ("sport", "Sport", "Sport")):
            names, slugs = {"nl": nl, "en": en}, {"nl": nl.lower(), "en": en.lower()}
            library.save_topic(names, slugs, {"nl": f"Over {nl}.", "en": f"About {en}."}, new_key=key)


SLUTSKY = ReferenceDraft(
    key="slutsky2010",
    title="Enhancement of learning and memory by elevating brain magnesium",
    authors=("Slutsky I", "Abumaria N", "Wu L-J", "Huang C", "Zhang L", "Li B", "Zhao X"),
    year=2010,
    journal="Neuron",
    volume="65",
    issue="2",
    pages="165-177",
    doi="10.1016/j.neuron.2009.12.026",
    pmid="20152124",
)
LIU = ReferenceDraft(
    key="liu2016",
    title="Efficacy and safety of MMFS-01",
    authors=("Liu G", "Weinger JG"),
    year=2016,
    journal="Journal of Alzheimer’s Disease",
    journal_abbr="J Alzheimers Dis",
    volume="49",
    issue="4",
    pages="971-990",
    doi="10.3233/JAD-150538",
    pmid="26519439",
    study={"species": {"nl": "mens", "en": "human"}, "n": 44, "dose": None},
)
LOPRESTI = ReferenceDraft(
    key="lopresti2026",
    title="The effects of magnesium L-threonate",
    authors=("Lopresti AL", "Smith SJ"),
    year=2026,
    journal="Frontiers in Nutrition",
    journal_abbr="Front Nutr",
    published="2026-01-12",
    doi="10.3389/fnut.2025.1729164",
    pmcid="PMC12832366",
)


@pytest.fixture
def sources(app: Flask) -> list[ReferenceDraft]:
    """Three publications in the library of the empty shop."""
    with writing():
        for draft in (SLUTSKY, LIU, LOPRESTI):
            library.save_reference(draft)
    return [SLUTSKY, LIU, LOPRESTI]
