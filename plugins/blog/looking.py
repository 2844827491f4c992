"""Looking works up in the registers, where the owner of the shop wants it: one at once, all every 90 days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from storefront.plugin_api import audit, db, enqueue, now, writing

from . import corrections, judging, library_queries, switches
from .lookup import Unreachable
from .models import Reference, ReferenceAnswer
from .registers import Answer, Crossref, PubMed, Register

SWITCH = "lookup"
JOB = "blog.look_up"
AGAIN = timedelta(days=90)
TRY_AGAIN = timedelta(days=1)  # when a register could not be reached
AT_ONCE = 20  # works of a run
REGISTERS: tuple[Register, ...] = (Crossref(), PubMed())


def ask_for(reference: Reference) -> None:
    """Let the worker look a work up, when that is switched on and it has a number to ask for."""
    if switches.is_on(SWITCH) and (reference.doi or reference.pmid):
        enqueue(JOB, {"key": reference.key}, plugin="blog")


def recheck() -> None:
    """Look works up whose answers are old, some at a time."""
    with writing():
        due = [reference for reference in db.session.scalars(select(Reference)) if _is_due(reference)]
        for reference in due[:AT_ONCE]:
            ask_for(reference)


def _is_due(reference: Reference) -> bool:
    if not (reference.doi or reference.pmid):
        return False
    waits = [TRY_AGAIN if answer.outcome == "unreachable" else AGAIN for answer in reference.answers]
    asked = [answer.asked_at + wait for answer, wait in zip(reference.answers, waits, strict=True)]
    return not asked or min(asked) <= now()


def look_up(payload: dict[str, Any], registers: Sequence[Register] | None = None) -> None:
    """Ask every register about a work and keep what it says. Runs without a transaction."""
    if not switches.is_on(SWITCH):
        return
    reference = library_queries.reference_by_key(payload["key"])
    if reference is None:
        return
    work = judging.work_of(reference)
    db.session.rollback()
    told: dict[str, Answer | None] = {}
    for register in registers or REGISTERS:
        try:
            answer = register.answer(work)
        except Unreachable:
            told[register.name] = None
        else:
            if answer is not None:
                told[register.name] = answer
    with writing():
        again = library_queries.reference_by_key(payload["key"])
        if again is not None and judging.work_of(again) == work:
            _keep(again, told)


def _keep(reference: Reference, told: dict[str, Answer | None]) -> None:
    """Write the answers; an older one stays when the register could not be reached this time."""
    before = {answer.register: answer for answer in reference.answers}
    for register, answer in told.items():
        row = before.get(register)
        if row is None:
            row = ReferenceAnswer(register=register, outcome="unreachable")
            reference.answers.append(row)
        elif answer is None and row.record:
            continue
        row.asked_at = now()
        if answer is not None:
            row.outcome = "found" if answer.work else "not_found"
            row.sha256, row.record = answer.sha256, asdict(answer.work) if answer.work else {}
    db.session.flush()
    for register, answer in told.items():
        for kind, doi in answer.updates if answer else ():
            known = {update.doi for update in reference.updates if update.kind == kind}
            if doi not in known and "" not in known and (doi or not known):
                corrections.record_update(reference, kind, doi)
                audit(register, f"reference.{kind}", reference.key)
    judging.judge(reference)
