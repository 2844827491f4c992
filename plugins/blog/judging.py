"""Checking the works of the library as they are saved: the state of each, and what contradicts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select

from storefront.plugin_api import db, now
from storefront.plugin_api import gettext as _

from . import checking, references
from .checking import Problem, Work
from .models import Reference, ReferenceAnswer


def work_of(reference: Reference) -> Work:
    """A work of the library as the checker reads it."""
    parts = [int(part) for part in (reference.published or "").split("-") if part]
    return Work(
        key=reference.key,
        doi=reference.doi or "",
        pmid=reference.pmid or "",
        pmcid=reference.pmcid or "",
        author=references.family(reference.authors[0]) if reference.authors else "",
        title=reference.title,
        journals=tuple(name for name in (reference.journal, reference.journal_abbr) if name),
        year=reference.year,
        month=parts[1] if len(parts) > 1 else 0,
        updates=tuple(update.kind for update in reference.updates),
    )


def works() -> list[Work]:
    """The whole library."""
    return [work_of(reference) for reference in db.session.scalars(select(Reference))]


def judge(reference: Reference, *, compared_by: str = "", before: Work | None = None) -> None:
    """Write the state of a saved work. What somebody compared counts until its facts are changed.

    before: the work as it was before it was changed.
    """
    work = work_of(reference)
    if before is not None and replace(before, updates=()) != replace(work, updates=()):
        reference.checked_by, reference.checked_at = "", None
        reference.answers.clear()
    if compared_by:
        reference.checked_by, reference.checked_at = compared_by, now()
    verdict = checking.check(work, works())
    problems = [*verdict.problems, *_told_otherwise(work, reference.answers)]
    errors = [problem for problem in problems if problem.level == "error"]
    if not errors:
        reference.kept_because = ""
    reference.problems = [asdict(problem) for problem in problems]
    state = "mismatch" if errors and verdict.state != "retracted" else verdict.state
    if state == "unchecked":
        state = "verified" if reference.checked_by else _by_registers(reference.answers)
    reference.state = state


def _told_otherwise(work: Work, answers: Iterable[ReferenceAnswer]) -> list[Problem]:
    """What registers say of it that differs."""
    found = []
    for answer in answers:
        if answer.record:
            told = Work(**answer.record | {"journals": tuple(answer.record["journals"])})
            found += checking.compare(work, told, answer.register)
    return found


def _by_registers(answers: Iterable[ReferenceAnswer]) -> str:
    """The state of a work that nobody compared: what the registers know of it, the best answer first."""
    outcomes = {answer.outcome for answer in answers}
    states = {"found": "verified", "not_found": "not_found", "unreachable": "unreachable"}
    return next((state for outcome, state in states.items() if outcome in outcomes), "unchecked")


def judge_neighbours(key: str) -> None:
    """Check the works anew that contradicted this one, after it was changed or removed."""
    for other in db.session.scalars(select(Reference).where(Reference.key != key)).all():
        if any(problem["key"] == key for problem in other.problems):
            judge(other)


def said(problem: dict[str, Any]) -> str:
    """A contradiction in words."""
    values = {name: problem[name] for name in ("given", "suggested", "key")}
    late = problem["level"] == "error"
    sentences = {
        "syntax": _("%(given)s is not a DOI.", **values),
        "journal": _("The DOI belongs to %(suggested)s, not to %(given)s.", **values),
        "library": _("The library has this author, year and journal with the DOI %(suggested)s.", **values),
        "register": _("%(key)s says %(suggested)s, not %(given)s.", **values),
        "cross": _(
            "The numbers contradict each other: %(given)s, but “%(key)s” has %(suggested)s.", **values
        ),
        "differs": _("In the library “%(key)s” has %(suggested)s, not %(given)s.", **values),
    }
    dates = {
        ("doi", True): _("The DOI names a month after the publication."),
        ("doi", False): _("The DOI names a month long before the publication."),
        ("year", True): _("The year inside the DOI does not fit %(given)s.", **values),
        ("year", False): _("The DOI was given out in the year before the publication; that happens."),
    }
    return sentences.get(problem["rule"]) or dates[problem["field"], late]
