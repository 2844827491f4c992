"""The library as CSL-JSON, which reference managers read and write; what CSL does not know is under `custom`.

https://github.com/citation-style-language/schema/blob/master/schemas/input/csl-data.json
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from storefront.plugin_api import LANGUAGES, Refused
from storefront.plugin_api import gettext as _

from .. import references
from ..checking import UPDATES
from ..drafts import ReferenceDraft

PLAIN = {
    "title": "title",
    "container-title": "journal",
    "container-title-short": "journal_abbr",
    "volume": "volume",
    "issue": "issue",
    "page": "pages",
    "number": "article_no",
    "language": "lang",
    "DOI": "doi",
    "PMID": "pmid",
    "PMCID": "pmcid",
}
INITIALS = re.compile(r"[^\W\d_a-zß-ÿ](-?[^\W\d_a-zß-ÿ])*")
PUBLISHED = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
MOST = {
    "kind": 20,
    "title": 600,
    "journal": 200,
    "journal_abbr": 120,
    "volume": 20,
    "issue": 20,
    "pages": 40,
    "article_no": 40,
    "compared_by": 120,
    "kept_because": 300,
}
KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


@dataclass(frozen=True)
class Update:
    """What was published about a work later."""

    kind: str
    doi: str = ""
    noted_on: date | None = None
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """A work of the library with what was published about it."""

    draft: ReferenceDraft
    compared_on: str = ""  # the moment when `draft.compared_by` did it
    updates: tuple[Update, ...] = ()


def written(work: Work) -> dict[str, Any]:
    """A work as an item of CSL-JSON."""
    draft = work.draft
    item: dict[str, Any] = {"id": draft.key, "type": "article-journal"}
    item["author"] = [_person(name) for name in draft.authors]
    item |= {name: getattr(draft, ours) for name, ours in PLAIN.items() if getattr(draft, ours)}
    published = draft.published.split("-")
    fits = len(published) > 1 and published[0] == str(draft.year)
    item["issued"] = {"date-parts": [[int(part) for part in published] if fits else [draft.year]]}
    custom = {
        "kind": "" if draft.kind == "article" else draft.kind,
        "more_authors": draft.more_authors,
        "published": "" if fits else draft.published,
        "study": draft.study,
        "updates": [_update(update) for update in work.updates],
        "compared_by": draft.compared_by,
        "compared_on": work.compared_on,
        "kept_because": draft.kept_because,
    }
    kept = {name: value for name, value in custom.items() if value}
    return item | ({"custom": kept} if kept else {})


def read(item: Any) -> Work:
    """An item of CSL-JSON as a work. Raises Refused with what is missing."""
    if not isinstance(item, dict):
        raise Refused(_("A source is not written as CSL-JSON."))
    key, custom = str(item.get("id") or "").strip().lower(), item.get("custom")
    if not KEY.fullmatch(key):
        raise Refused(_("“%(key)s” cannot be the key of a source.", key=key[:60]))
    custom = custom if isinstance(custom, dict) else {}
    parts = _date_parts(item.get("issued"))
    if not parts:
        raise Refused(_("The source “%(key)s” has no year.", key=key))
    values = {ours: _text(item.get(name)) for name, ours in PLAIN.items()}
    values["journal_abbr"] = values["journal_abbr"] or _text(item.get("journalAbbreviation"))
    values["lang"] = values["lang"][:5] or "en"
    draft = ReferenceDraft(
        key=key,
        authors=tuple(name for name in map(_name, item.get("author") or ()) if name),
        year=parts[0],
        kind=_text(custom.get("kind")) or "article",
        more_authors=custom.get("more_authors") is True,
        published=_text(custom.get("published")) or _day(parts),
        study=_study(custom.get("study")),
        compared_by=_text(custom.get("compared_by")),
        kept_because=_text(custom.get("kept_because")),
        **values,
    )
    _refuse_unfit(draft)
    updates = tuple(_read_update(one) for one in custom.get("updates") or () if isinstance(one, dict))
    if unknown := [update.kind for update in updates if update.kind not in UPDATES]:
        raise Refused(_("The source “%(key)s” names an unknown update: %(kind)s.", key=key, kind=unknown[0]))
    return Work(draft, _text(custom.get("compared_on")), updates)


def _refuse_unfit(draft: ReferenceDraft) -> None:
    """Say what has no room in the library, or cannot be what it is said to be."""
    long = [name for name, most in MOST.items() if len(getattr(draft, name)) > most]
    if draft.published and not PUBLISHED.fullmatch(draft.published):
        long.append("issued")
    if long:
        raise Refused(_("The source “%(key)s” has an unusable “%(name)s”.", key=draft.key, name=long[0]))


def _study(given: Any) -> dict[str, Any]:
    """A study card with the fields that we know, each a text per language; `n` is a number."""
    if not isinstance(given, dict):
        return {}
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in references.STUDY_FIELDS:
            continue
        if name == "n":
            found[name] = value if isinstance(value, int) and not isinstance(value, bool) else None
        elif isinstance(value, dict):
            found[name] = {lang: _text(value[lang]) for lang in LANGUAGES if lang in value}
        else:
            found[name] = None
    return found


def _person(name: str) -> dict[str, str]:
    family, _space, initials = name.rpartition(" ")
    if family and INITIALS.fullmatch(initials) and references.family(name) == family:
        return {"family": family, "given": initials}
    return {"literal": name}


def _name(person: Any) -> str:
    if not isinstance(person, dict):
        return ""
    if person.get("literal"):
        return _text(person["literal"])
    family = " ".join(filter(None, [_text(person.get("non-dropping-particle")), _text(person.get("family"))]))
    return f"{family} {_initials(_text(person.get('given')))}".strip()


def _initials(given: str) -> str:
    """ "L-J" for "Li-Jun", "JW" for "John W."; initials as they are."""
    if INITIALS.fullmatch(given):
        return given
    words = re.findall(r"(^|[\s.]+|-)([^\W\d_])", given)
    return "".join(("-" if before == "-" else "") + letter.upper() for before, letter in words)


def _date_parts(issued: Any) -> list[int]:
    """[2016, 5] of what CSL calls a date."""
    given = issued.get("date-parts") if isinstance(issued, dict) else None
    first = given[0] if isinstance(given, list) and given and isinstance(given[0], list) else []
    parts = [str(part) for part in first[:3]]
    return [int(part) for part in parts] if all(re.fullmatch(r"\d{1,4}", part) for part in parts) else []


def _day(parts: list[int]) -> str:
    """ "2016-05" for [2016, 5]; "" for a year alone, which stands elsewhere."""
    return "-".join([str(parts[0]), *(f"{part:02}" for part in parts[1:])]) if len(parts) > 1 else ""


def _update(update: Update) -> dict[str, Any]:
    day = update.noted_on.isoformat() if update.noted_on else ""
    values = {"kind": update.kind, "doi": update.doi, "noted_on": day, "notes": update.notes}
    return {name: value for name, value in values.items() if value}


def _read_update(given: dict[str, Any]) -> Update:
    notes = given.get("notes")
    try:
        day = date.fromisoformat(_text(given.get("noted_on")))
    except ValueError:
        day = None
    words = {str(lang): _text(note) for lang, note in notes.items()} if isinstance(notes, dict) else {}
    return Update(_text(given.get("kind")), _text(given.get("doi")), day, words)


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
