"""One house style for references, in each language, made from the fields of the library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from storefront.plugin_api import format_date, format_month

if TYPE_CHECKING:
    from .models import Reference

ALL_AUTHORS = 6  # a paper with more is shown with the first three and "et al."
FIRST_AUTHORS = 3
STUDY_FIELDS = ("species", "population", "n", "design", "dose", "duration", "funding", "result")
Source = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A reference as readers see it: before the title, the title, and after it."""

    authors: str
    title: str
    lang: str
    rest: str
    address: str  # the canonical link: the DOI, else PubMed, else PMC, else ""
    links: tuple[tuple[str, str], ...]  # further links: label, address
    doi: str

    @property
    def text(self) -> str:
        """The whole reference as plain text."""
        return f"{self.authors} {self.title} {self.rest}".strip()


def as_dict(reference: Reference) -> Source:
    """All fields that a page needs, as plain data."""
    names = [
        "key",
        "kind",
        "authors",
        "more_authors",
        "title",
        "lang",
        "journal",
        "journal_abbr",
        "year",
        "volume",
        "issue",
        "pages",
        "article_no",
        "published",
        "doi",
        "pmid",
        "pmcid",
        "study",
    ]
    updates = [{"kind": update.kind, "doi": update.doi} for update in reference.updates]
    return {name: getattr(reference, name) for name in names} | {"updates": updates}


def shown(source: Source, lang: str) -> Shown:
    """A reference in house style, in the language of the page."""
    links = list(_links(source))
    address = links[0][1] if links else ""
    return Shown(
        authors=authors(source),
        title=_sentence(source["title"]),
        lang=source["lang"],
        rest=f"{_sentence(source['journal_abbr'] or source['journal'])} {_issue(source, lang)}".strip(),
        address=address,
        links=tuple(links[1:] if source["doi"] else links),
        doi=source["doi"] or "",
    )


def authors(source: Source) -> str:
    """The authors with a full stop: "Liu G, Weinger JG.", "Yoshino M, et al."."""
    names: list[str] = source["authors"]
    if len(names) > ALL_AUTHORS or source["more_authors"]:
        return ", ".join([*names[:FIRST_AUTHORS], "et al."])
    return _sentence(", ".join(names))


def short(source: Source) -> str:
    """A label for lists: "Slutsky 2010", "EFSA NDA Panel 2024"."""
    return f"{family(source['authors'][0]) if source['authors'] else source['title']} {source['year']}"


def family(author: str) -> str:
    """The family name: "Slutsky" of "Slutsky I"; a body such as "EFSA NDA Panel" as it is."""
    name, _, initials = author.rpartition(" ")
    return name if name and initials.replace("-", "").isupper() and len(initials) <= 4 else author


def _issue(source: Source, lang: str) -> str:
    """ "2010;65(2):165–177.", or the date in words for a paper that has no volume yet."""
    if not source["volume"]:
        return f"{_published(source, lang)}."
    text = f"{source['year']};{source['volume']}"
    if source["issue"]:
        text += f"({source['issue']})"
    place = source["pages"] or source["article_no"]
    return text + (f":{place.replace('-', '–')}." if place else ".")


def _published(source: Source, lang: str) -> str:
    parts = [int(part) for part in source["published"].split("-") if part]
    if len(parts) == 3:
        return format_date(date(*parts), lang)
    if len(parts) == 2:
        return format_month(date(parts[0], parts[1], 1), lang)
    return str(source["year"])


def _links(source: Source) -> list[tuple[str, str]]:
    links = []
    if source["doi"]:
        links.append((f"DOI {source['doi']}", doi_address(source["doi"])))
    if source["pmid"]:
        links.append((f"PubMed {source['pmid']}", f"https://pubmed.ncbi.nlm.nih.gov/{source['pmid']}/"))
    if source["pmcid"]:
        links.append((source["pmcid"], f"https://pmc.ncbi.nlm.nih.gov/articles/{source['pmcid']}/"))
    return links


def doi_address(doi: str) -> str:
    """The address of a DOI, with what a browser would misread written in percent signs; "" for none."""
    for sign, written in (("<", "%3C"), (">", "%3E"), ("#", "%23"), ("?", "%3F")):
        doi = doi.replace(sign, written)
    return f"https://doi.org/{doi}" if doi else ""


def study_lines(source: Source, lang: str) -> list[tuple[str, str]]:
    """The study card: (field, text in this language), only what is known."""
    lines = []
    for field in STUDY_FIELDS:
        value = (source["study"] or {}).get(field)
        text = value.get(lang, "") if isinstance(value, dict) else value
        if text not in (None, ""):
            lines.append((field, str(text)))
    return lines


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".?!" else text + "."
