"""How much a publication can show: read from its study card, never typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from storefront.plugin_api import gettext as _

from . import references
from .excerpts import folded

if TYPE_CHECKING:
    from .models import Reference

SMALL = 100  # a trial with fewer people is a small one
OF_A_STUDY = ("species", "population", "design", "duration", "funding", "result")
OF_OTHERS = ("design", "result")  # of an opinion, a review, a laboratory's work
# Beginnings of words in the design or the species, in both languages; the first line that fits counts.
DESIGNS = (
    ("opinion", ("opinion", "position", "standpunt", "advies", "editorial", "redactioneel")),
    ("review", ("meta anal", "metaanal", "systematic", "systematisch", "review", "overzicht", "literatuur")),
)
TRIAL = (
    "random",
    "gerandomiseerd",
    "placebo",
    "trial",
    "cross over",
    "crossover",
    "double blind",
    "dubbelblind",
)
ANIMALS = ("rat", "mouse", "mice", "muis", "muizen", "pig", "varken", "rabbit", "konijn", "animal", "dier")
PEOPLE = ("human", "people", "mens")
LABORATORY = ("none", "geen", "cell", "cel", "vitro")


def level(source: Mapping[str, Any]) -> str:
    """One of the names in `words`; "" when the study card does not say."""
    study = source["study"] or {}
    design, species = _words(study.get("design")), _words(study.get("species"))
    if source["kind"] == "opinion":
        return "opinion"
    for name, beginnings in DESIGNS:
        if _any(design, beginnings):
            return name
    if _any(species, PEOPLE):
        if not _any(design, TRIAL):
            return "people"
        return "small_trial" if study.get("n") and study["n"] < SMALL else "trial"
    if _any(species, ANIMALS):
        return "animal"
    return "laboratory" if _any(species, LABORATORY) else ""


def words(name: str) -> str:
    """A level in words, in the language of now; "" for none."""
    if not name:
        return ""
    return {
        "opinion": _("opinion"),
        "review": _("review of studies"),
        "animal": _("study in animals"),
        "laboratory": _("laboratory study"),
        "small_trial": _("small trial in people"),
        "trial": _("trial in people"),
        "people": _("study in people"),
    }[name]


def labels(library: Mapping[str, Reference]) -> dict[str, str]:
    """The level of each work in words, by its key."""
    return {key: words(level(references.as_dict(work))) for key, work in library.items()}


def missing(source: Mapping[str, Any], lang: str) -> list[str]:
    """What a study card needs and this one does not say in this language."""
    needed = OF_OTHERS if level(source) in ("opinion", "review", "laboratory") else OF_A_STUDY
    study = source["study"] or {}
    return [name for name in needed if not (study.get(name) or {}).get(lang)]


def is_empty(source: Mapping[str, Any], lang: str) -> bool:
    """True when the study card says nothing in this language."""
    texts = [value for value in (source["study"] or {}).values() if isinstance(value, dict)]
    return not any(text.get(lang) for text in texts)


def _words(texts: Mapping[str, str] | None) -> str:
    return " " + folded(" ".join((texts or {}).values()))


def _any(text: str, beginnings: tuple[str, ...]) -> bool:
    return any(f" {beginning}" in text for beginning in beginnings)
