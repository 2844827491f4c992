"""Two registers of publications, Crossref and PubMed, and what is read from their answers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from . import citations, references
from .checking import Work
from .lookup import Asker, Unreachable

CROSSREF = "https://api.crossref.org"
PUBMED = "https://eutils.ncbi.nlm.nih.gov"
ASKER = Asker()
UPDATES = {
    "correction": "erratum",
    "corrigendum": "erratum",
    "erratum": "erratum",
    "expression_of_concern": "concern",
    "removal": "retraction",
    "retraction": "retraction",
    "withdrawal": "retraction",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a register said of a work. work: None when it knows none. updates: (kind, DOI of the notice)."""

    register: str
    work: Work | None
    updates: tuple[tuple[str, str], ...] = ()
    sha256: str = ""


class Register(Protocol):
    """Somebody who knows publications by a number."""

    @property
    def name(self) -> str:
        """What it is called."""

    def answer(self, work: Work) -> Answer | None:
        """What it says of this work; None without a number to ask for. May raise Unreachable."""


@dataclass(frozen=True, slots=True)
class Crossref:
    """Crossref knows works by their DOI, and what was published about them later."""

    asker: Asker = ASKER
    base: str = CROSSREF
    name: str = "Crossref"

    def answer(self, work: Work) -> Answer | None:
        """The record of a DOI."""
        if not work.doi:
            return None
        body = self.asker.get(f"{self.base}/works/{quote(work.doi, safe='')}")
        if body is None:
            return Answer(self.name, None)
        found = _object(_read(body), "message")
        updates = {
            (UPDATES[kind], citations.doi_in(_text(it, "DOI")))
            for it in _objects(found, "updated-by")
            if (kind := _text(it, "type")) in UPDATES
        }
        author = next((_text(it, "family") or _text(it, "name") for it in _objects(found, "author")), "")
        return Answer(
            self.name,
            Work(
                doi=_text(found, "DOI"),
                author=author,
                title=_first(found, "title"),
                journals=tuple(
                    name
                    for key in ("container-title", "short-container-title")
                    if (name := _first(found, key))
                ),
                year=_year(found),
            ),
            tuple(sorted(updates)),
            hashlib.sha256(body).hexdigest(),
        )


@dataclass(frozen=True, slots=True)
class PubMed:
    """PubMed knows works by a number of its own, and their DOI."""

    asker: Asker = ASKER
    base: str = PUBMED
    name: str = "PubMed"

    def answer(self, work: Work) -> Answer | None:
        """The summary of a PubMed number."""
        if not work.pmid:
            return None
        query = f"db=pubmed&retmode=json&id={quote(work.pmid, safe='')}"
        body = self.asker.get(f"{self.base}/entrez/eutils/esummary.fcgi?{query}")
        if body is None:
            return Answer(self.name, None)
        found = _object(_object(_read(body), "result"), work.pmid)
        if not found or "error" in found:
            return Answer(self.name, None)
        doi = next(
            (_text(it, "value") for it in _objects(found, "articleids") if it.get("idtype") == "doi"), ""
        )
        date = _text(found, "pubdate")[:4]
        kinds = found.get("pubtype")
        retracted = isinstance(kinds, list) and "Retracted Publication" in kinds
        return Answer(
            self.name,
            Work(
                doi=citations.doi_in(doi),
                pmid=work.pmid,
                author=references.family(_text(found, "sortfirstauthor")),
                title=_text(found, "title"),
                journals=tuple(name for key in ("fulljournalname", "source") if (name := _text(found, key))),
                year=int(date) if date.isdecimal() else 0,
            ),
            (("retraction", ""),) if retracted else (),
            hashlib.sha256(body).hexdigest(),
        )


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise Unreachable("the answer cannot be read") from error
    if not isinstance(found, dict):
        raise Unreachable("the answer cannot be read")
    return found


def _object(of: dict[str, Any], name: str) -> dict[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _objects(of: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = of.get(name)
    return [it for it in found if isinstance(it, dict)] if isinstance(found, list) else []


def _text(of: dict[str, Any], name: str) -> str:
    found = of.get(name)
    return found.strip() if isinstance(found, str) else ""


def _first(of: dict[str, Any], name: str) -> str:
    found = of.get(name)
    return found[0].strip() if isinstance(found, list) and found and isinstance(found[0], str) else ""


def _year(found: dict[str, Any]) -> int:
    """The year of the issue, which is what is cited; else the first one that is told."""
    for name in ("published-print", "issued", "published-online"):
        try:
            return int(_object(found, name)["date-parts"][0][0])
        except (KeyError, IndexError, TypeError, ValueError):
            continue
    return 0
