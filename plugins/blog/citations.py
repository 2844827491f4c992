"""What a person pastes for a publication, understood: DOI, PubMed or PMC number, publisher's page.

Everything happens on this machine; no address is ever opened.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

import idutils

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
TRAILING = ".,;:!?)]}>\"'’”»"
# A DOI as Crossref recommends to match it, anywhere in a text.
DOI = re.compile(r"10\.\d{4,9}/[-._;()/:a-z0-9<>\[\]]+", re.IGNORECASE)
AFTER_DOI = re.compile(
    r"(/(full|fulltext|full-text|pdf|epdf|abstract|meta|html)(/.*)?|\.pdf|\.full|\.html?)$", re.IGNORECASE
)
PUBMED = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed|europepmc\.org/(?:article|abstract)/med)/(\d{1,8})\b"
)
PMC = re.compile(r"\bPMC\s?(\d{4,9})\b", re.IGNORECASE)
BARE_PMID = re.compile(r"(?:pmid:?\s*)?(\d{1,8})", re.IGNORECASE)
TRACKING = re.compile(r"(utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_hsenc|_hsmi)$", re.IGNORECASE)


@dataclass(frozen=True)
class Identifiers:
    """What was recognised in a pasted text; empty where nothing was."""

    doi: str = ""
    pmid: str = ""
    pmcid: str = ""

    def __bool__(self) -> bool:
        return bool(self.doi or self.pmid or self.pmcid)


def clean(text: str) -> str:
    """Text as a person meant it: NFC, no invisible characters, no punctuation at its end."""
    text = unicodedata.normalize("NFC", text).translate(INVISIBLE)
    text = re.sub(r"\s+", " ", text).strip()
    while text and text[-1] in TRAILING and not _closes(text):
        text = text[:-1].rstrip()
    return text


def _closes(text: str) -> bool:
    """True when the last bracket was opened inside the text: it belongs to it, as in old Elsevier DOIs."""
    pairs = {")": "(", "]": "[", ">": "<"}
    opened = pairs.get(text[-1])
    return opened is not None and text.count(text[-1]) <= text.count(opened)


def identify(pasted: str) -> Identifiers:
    """DOI, PubMed and PMC number in what was pasted: an address, a bare number, or a whole reference."""
    text = clean(unquote(pasted))
    doi = doi_in(text)
    rest = text.replace(doi, " ") if doi else text
    pubmed = PUBMED.search(rest)
    pmc = PMC.search(rest)
    pmid = pubmed.group(1) if pubmed else ""
    if not (doi or pmid or pmc):
        bare = BARE_PMID.fullmatch(text)
        pmid = bare.group(1) if bare and idutils.is_pmid(bare.group(1)) else ""
    elif not pmid and (named := re.search(r"pmid:?\s*(\d{1,8})\b", rest, re.IGNORECASE)):
        pmid = named.group(1)
    return Identifiers(doi, pmid.lstrip("0"), f"PMC{pmc.group(1)}" if pmc else "")


def doi_in(text: str) -> str:
    """The DOI in a text ("doi:…", doi.org, dx.doi.org, a publisher's page), or "" when there is none."""
    cleaned = clean(text)
    if "://" in cleaned and " " not in cleaned:
        try:
            parts = urlsplit(cleaned)
        except ValueError:  # such as "http://["
            return ""
        queries = [value for _, value in parse_qsl(parts.query)]
        cleaned = " ".join([parts.path, *queries])
    found = DOI.search(cleaned)
    if not found:
        return ""
    doi = clean(AFTER_DOI.sub("", clean(found.group(0))))
    return doi if idutils.is_doi(doi) else ""


def without_tracking(address: str) -> str:
    """An address without the parameters that follow people from page to page."""
    if "?" not in address:
        return address
    start, _, query = address.partition("?")
    query, mark, fragment = query.partition("#")
    kept = [part for part in query.split("&") if part and not TRACKING.match(part.partition("=")[0])]
    return start + ("?" + "&".join(kept) if kept else "") + mark + fragment
