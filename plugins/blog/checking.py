"""Whether what is said of a publication can be true, without asking anybody. Pure.

Each rule looks for contradictions: inside the numbers themselves, and between them and the library. A rule
informs; nothing is refused for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from . import citations
from .excerpts import folded

UPDATES = ("erratum", "concern", "retraction")
NUMBERS = ("doi", "pmid", "pmcid")
ELSEVIER = re.compile(r"10\.1016/j\.[a-z]+\.(\d{4})\.(\d{2})\.\d+", re.IGNORECASE)
FRONTIERS = re.compile(r"10\.3389/f[a-z]+\.(\d{4})\.\d+", re.IGNORECASE)
JOURNAL_CODE = re.compile(r"(10\.\d{4,9}/(?:j\.)?[a-z]{3,})\.", re.IGNORECASE)
BROKEN_DOI = re.compile(r"(?:doi:?\s*)?(10\.\S*)", re.IGNORECASE)
YEAR = re.compile(r"\b(?:1[89]|20|21)\d\d\b")
NAME = re.compile(r"[\W_]*([^\W\d_][\w’'-]+)")
MONTHS_BEFORE = 24  # between the month inside an Elsevier DOI and the month of the issue
LIKE = 80  # percent: titles that are this much alike are one title
THE_SAME = 90  # percent: of a title and the one that a register has


@dataclass(frozen=True, slots=True)
class Work:
    """What is said of a publication. Empty where nothing is; `key` when it stands in the library."""

    key: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    author: str = ""  # family name of the first one
    title: str = ""
    journals: tuple[str, ...] = ()  # its name, its abbreviation
    year: int = 0
    month: int = 0
    updates: tuple[str, ...] = ()  # of UPDATES

    def shares_number(self, other: Work) -> bool:
        """True when both have the same DOI, PubMed or PMC number."""
        return any(_same(getattr(self, name), getattr(other, name)) for name in NUMBERS)


@dataclass(frozen=True, slots=True)
class Problem:
    """A contradiction. level: error, notice. key: the work of the library that it contradicts."""

    rule: str  # syntax, plausible, journal, library, cross, differs
    level: str
    field: str
    given: str
    suggested: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a check. key: the work of the library that this is."""

    state: str
    problems: tuple[Problem, ...] = ()
    key: str = ""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make it a mismatch."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    @property
    def suggested(self) -> str:
        """The first proposal, or ""."""
        return next((problem.suggested for problem in self.problems if problem.suggested), "")


def read(pasted: str, library: Sequence[Work]) -> Work:
    """What somebody pasted: its numbers, and author, year and journal when they stand beside them.

    A journal is recognised by its name in the library.
    """
    numbers = citations.identify(pasted)
    text = citations.clean(pasted)
    doi = numbers.doi
    if not numbers and (broken := BROKEN_DOI.fullmatch(text)):
        doi = broken[1]
    rest = re.sub(r"\S*(://|10\.\d{4,})\S*", " ", text)
    year = YEAR.search(rest)
    author = NAME.match(rest) if year else None
    words = f" {folded(rest)} "
    names = {name for work in library for name in work.journals if name and f" {folded(name)} " in words}
    journal = max(names, key=len, default="")
    return Work(
        doi=doi,
        pmid=numbers.pmid,
        pmcid=numbers.pmcid,
        author=author[1] if author else "",
        year=int(year[0]) if year else 0,
        journals=(journal,) if journal else (),
    )


def check(given: Work, library: Iterable[Work]) -> Verdict:
    """Check what is said of a work against itself and against the rest of the library."""
    others = [work for work in library if not given.key or work.key != given.key]
    if syntax := _syntax(given):
        return Verdict("unchecked", (syntax,))
    same = next((work for work in others if given.shares_number(work)), None)
    problems = [
        *_plausible(given),
        *_journal_code(given, others),
        *_cross(given, others),
        *_differs(given, same),
        *_library(given, others),
    ]
    found = tuple(dict.fromkeys(problems))
    updates = given.updates + (same.updates if same else ())
    key = same.key if same else next((problem.key for problem in found if problem.rule == "library"), "")
    return Verdict(_state(found, updates, known=same is not None), found, key)


def _state(problems: Sequence[Problem], updates: Sequence[str], known: bool) -> str:
    if "retraction" in updates:
        return "retracted"
    if any(problem.level == "error" for problem in problems):
        return "mismatch"
    if updates:
        return "corrected"
    return "verified" if known else "unchecked"


def _syntax(given: Work) -> Problem | None:
    """A DOI that is none."""
    if given.doi and citations.doi_in(given.doi) != given.doi:
        return Problem("syntax", "error", "doi", given.doi)
    return None


def _plausible(given: Work) -> Iterable[Problem]:
    """What publishers write into their DOIs: a year, and with Elsevier a month."""
    if not given.year:
        return
    if found := ELSEVIER.fullmatch(given.doi):
        inside = int(found[1]) * 12 + int(found[2])
        if inside > given.year * 12 + (given.month or 12):
            yield Problem("plausible", "error", "doi", given.doi)
        elif given.year * 12 + (given.month or 1) - inside > MONTHS_BEFORE:
            yield Problem("plausible", "notice", "doi", given.doi)
    elif found := FRONTIERS.fullmatch(given.doi):
        years = given.year - int(found[1])
        if years:
            yield Problem("plausible", "notice" if years == 1 else "error", "year", str(given.year))


def _journal_code(given: Work, others: Sequence[Work]) -> Iterable[Problem]:
    """The code of the journal inside the DOI belongs to another journal."""
    code = _code(given.doi)
    named = {name for work in others if code and _code(work.doi) == code for name in work.journals if name}
    if code and given.journals and named and not _same_journal(given.journals, named):
        first = next(work for work in others if _code(work.doi) == code)
        yield Problem("journal", "error", "journal", given.journals[0], first.journals[0], first.key)


def _cross(given: Work, others: Sequence[Work]) -> Iterable[Problem]:
    """Two numbers that belong to two different works, or a known work with another number."""
    for name in NUMBERS:
        value = getattr(given, name)
        work = next((work for work in others if _same(getattr(work, name), value)), None)
        for other in NUMBERS:
            theirs, ours = getattr(work, other, ""), getattr(given, other)
            if theirs and ours and not _same(theirs, ours):
                yield Problem("cross", "error", other, ours, theirs, work.key if work else "")


def _differs(given: Work, same: Work | None) -> Iterable[Problem]:
    """The numbers are those of a known work; author, journal or year are not."""
    if same is None:
        return
    if given.author and same.author and not _same_person(given.author, same.author):
        yield Problem("differs", "error", "authors", given.author, same.author, same.key)
    if given.journals and same.journals and not _same_journal(given.journals, same.journals):
        yield Problem("differs", "error", "journal", given.journals[0], same.journals[0], same.key)
    if given.year and same.year and given.year != same.year:
        level = "notice" if abs(given.year - same.year) == 1 else "error"
        yield Problem("differs", level, "year", str(given.year), str(same.year), same.key)


def _library(given: Work, others: Sequence[Work]) -> Iterable[Problem]:
    """The library has a work of this author, year and journal, with another DOI."""
    if not (given.doi and given.author and given.year and given.journals):
        return
    alike = [
        work
        for work in others
        if work.doi
        and work.year == given.year
        and _same_person(given.author, work.author)
        and _same_journal(given.journals, work.journals)
        and (not given.title or not work.title or _alike(given.title, work.title))
    ]
    if len(alike) == 1 and not _same(alike[0].doi, given.doi):
        yield Problem("library", "error", "doi", given.doi, alike[0].doi, alike[0].key)


def compare(given: Work, told: Work, register: str) -> list[Problem]:
    """What a register tells otherwise of a work that was found by one of its numbers. key: the register."""
    found = []
    if told.title and not _alike(given.title, told.title, THE_SAME):
        found.append(Problem("register", "error", "title", given.title, told.title, register))
    if given.author and told.author and not _same_person(given.author, told.author):
        found.append(Problem("register", "error", "authors", given.author, told.author, register))
    if told.year and abs(given.year - told.year) > 1:
        found.append(Problem("register", "error", "year", str(given.year), str(told.year), register))
    for name in NUMBERS:
        ours, theirs = getattr(given, name), getattr(told, name)
        if ours and theirs and not _same(ours, theirs):
            found.append(Problem("register", "error", name, ours, theirs, register))
    return found


def _code(doi: str) -> str:
    found = JOURNAL_CODE.match(doi)
    return found[1].lower() if found else ""


def _same(one: str, other: str) -> bool:
    return bool(one) and one.lower() == other.lower()


def _same_person(one: str, other: str) -> bool:
    """ "EFSA" is the "EFSA NDA Panel", "Vries" is "de Vries"."""
    first, second = set(folded(one).split()), set(folded(other).split())
    return bool(first and second) and (first <= second or second <= first)


def _same_journal(some: Iterable[str], others: Iterable[str]) -> bool:
    return bool({folded(name) for name in some if name} & {folded(name) for name in others if name})


def _alike(one: str, other: str, least: int = LIKE) -> bool:
    """One of two titles may be a short form of the other: its beginning."""
    first, second = sorted((folded(one), folded(other)), key=len)
    likeness = SequenceMatcher(None, first, second[: len(first)], autojunk=False).ratio()
    return likeness * 100 >= least
