"""What a text says about health, compared with a pack of rules. It informs; it never calls a text lawful.

A pack is data with a name, a day and sources. A claim is looked for sentence by sentence; words are compared
by their beginnings, without accents and hyphens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from storefront.plugin_api import gettext as _
from storefront.plugin_api import language

from .excerpts import folded
from .findings import Finding

PACK = "eu-2026-11"
SENTENCE = re.compile(r"(?<=[.!?])\s+")
SHOWN = 3  # sentences of a finding
LETTERS = 90  # of a sentence that is shown


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that a rule is about. where: title, lead, body, sources. level: warn, notice."""

    rule: str
    level: str
    where: str
    sentence: str
    nutrient: str = ""  # of a permitted claim


@cache
def pack(name: str = PACK) -> dict[str, Any]:
    """A pack of rules by its name."""
    file = Path(__file__).parent / "rule_packs" / f"{name}.json"
    rules: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return rules


def claims(texts: Mapping[str, Iterable[str]], lang: str, *, sells: bool) -> list[Claim]:
    """The claims in texts by where they stand. In sources only diseases count, and where we sell."""
    found: list[Claim] = []
    for where, parts in texts.items():
        for sentence in (one for part in parts for one in SENTENCE.split(part) if one.strip()):
            if where != "sources":
                found += _of_sentence(sentence, where, lang)
            elif sells and "disease" in _rules_in(sentence, lang):
                found.append(Claim("cited_disease", "notice", where, sentence))
    return found


def findings(texts: Mapping[str, Iterable[str]], lang: str, *, sells: bool) -> list[Finding]:
    """The claims as findings of the editor: one for each rule, level and field."""
    grouped: dict[tuple[str, str, str, str], list[str]] = {}
    for claim in claims(texts, lang, sells=sells):
        field = f"{lang}-{'body' if claim.where == 'sources' else claim.where}"
        key = (claim.rule, claim.level, field, claim.nutrient)
        grouped.setdefault(key, []).append(_short(claim.sentence))
    return [
        Finding(level, _title(rule), _detail(rule, sentences, nutrient), field)
        for (rule, level, field, nutrient), sentences in grouped.items()
    ]


def _of_sentence(sentence: str, where: str, lang: str) -> Iterable[Claim]:
    words = f" {folded(sentence)} "
    rules = pack()
    of_product = _holds(words, rules["products"][lang])
    effect = _holds(words, rules["effects"][lang])
    nutrient = "" if of_product else _authorised(words, lang)
    hit = _rules_in(sentence, lang)
    if nutrient:
        yield Claim("authorised", "notice", where, sentence, nutrient)
        hit.pop("cognition", None)
    elif of_product and (effect or "cognition" in hit):
        yield Claim("product", "warn", where, sentence)
    for rule, level in hit.items():
        yield Claim(rule, level or ("warn" if effect else "notice"), where, sentence)


def _rules_in(sentence: str, lang: str) -> dict[str, str]:
    """The rules that a sentence touches, each with its level; "" where the level follows from an effect."""
    return {
        rule["id"]: rule.get("level", "")
        for rule in pack()["rules"]
        if _holds(_without(sentence, rule.get("without", {}).get(lang, [])), rule["terms"][lang])
    }


def _without(sentence: str, phrases: Iterable[str]) -> str:
    """The words of a sentence without phrases that mean something else: "best before"."""
    words = f" {folded(sentence)} "
    for phrase in phrases:
        words = words.replace(f" {phrase} ", " ")
    return words


def _authorised(words: str, lang: str) -> str:
    """The nutrient of which a permitted claim is made, or ""."""
    for claim in pack()["authorised"]:
        if (
            _holds(words, [claim["nutrient"]])
            and _holds(words, claim["verbs"][lang])
            and _holds(words, claim["functions"][lang])
        ):
            return str(claim["nutrient"])
    return ""


def _holds(words: str, beginnings: Iterable[str]) -> bool:
    return any(f" {beginning}" in words for beginning in beginnings)


def _short(sentence: str) -> str:
    words = sentence.strip()
    return words if len(words) <= LETTERS else words[:LETTERS].rsplit(" ", 1)[0] + "…"


def _title(rule: str) -> str:
    return {
        "cognition": _("Says something about memory, brain or sleep"),
        "disease": _("Names a disease"),
        "cited_disease": _("A source names a disease"),
        "barrier": _("Says that something reaches the brain"),
        "style": _("A word that needs support"),
        "product": _("Says it of the product, not of the nutrient"),
        "authorised": _("A permitted claim with a condition"),
    }[rule]


def _detail(rule: str, sentences: list[str], nutrient: str) -> str:
    """The sentences, what the rule is, and which pack says so."""
    quoted = " ".join(f"“{sentence}”" for sentence in sentences[:SHOWN])
    more = len(sentences) - SHOWN
    if more > 0:
        quoted += " " + _("and %(n)s more.", n=more)
    if nutrient:
        claim = next(claim for claim in pack()["authorised"] if claim["nutrient"] == nutrient)
        condition = claim["condition"][language()]
        said = _(
            "It asks for %(condition)s. How much a product gives is not known here: see its label.",
            condition=condition,
        )
    else:
        said = {
            "cognition": _("The list of permitted claims has none like it."),
            "disease": _("A food may not be said to prevent, treat or cure one."),
            "barrier": _("The list of permitted claims has none like it."),
            "cited_disease": _("It stands in a source and not in the text."),
            "style": _("Say what was measured instead."),
            "product": _("A claim belongs to the nutrient: “contains magnesium, which …”."),
        }[rule]
    return f"{quoted} {said} " + _("Rule pack %(name)s.", name=PACK)
