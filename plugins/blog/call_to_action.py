"""The call to action of a text: the first order-now line. Read from the text, and written into it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .rules import placed
from .syntax import PARSER, order_now

WORDS = ("name", "price", "unit_price", "days", "badges")
WORD = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class CallToAction:
    """What an order-now line says, and where it stands: lead, text or end."""

    targets: tuple[str, ...] = ()  # "nmn-c", "collection:nmn"
    substitute: str = ""
    style: str = ""
    wording: str = ""
    reason: str = ""
    placement: str = "end"

    @property
    def line(self) -> str:
        """As it stands in a text."""
        words = [*self.targets]
        words += [f"else:{self.substitute}"] if self.substitute else []
        words += [f"style:{self.style}"] if self.style else []
        said = [_one_line(self.wording), _one_line(self.reason)]
        while said and not said[-1]:
            said.pop()
        return " | ".join([f":::order-now {' '.join(words)}", *said])


def read(body: str) -> CallToAction | None:
    """The call to action of a text, or None when it has none."""
    found = _lines(body)
    if not found:
        return None
    place = next(place for place in placed(_sketch(body)) if place not in ("", "card"))
    asked = order_now(body.split("\n")[found[0]].strip().removeprefix(":::order-now"))
    assert asked is not None
    return CallToAction(
        targets=(*asked["codes"], *(f"collection:{code}" for code in asked["collections"])),
        substitute=asked.get("substitute", ""),
        style=asked.get("style", ""),
        wording=asked["heading"],
        reason=asked.get("reason", ""),
        placement=place,
    )


def put(body: str, cta: CallToAction | None) -> str:
    """The text with this call to action at its place, instead of the one it has; None takes it away."""
    before = read(body)
    lines = body.split("\n")
    if before is not None:
        number = _lines(body)[0]
        if cta is not None and cta.targets and cta.placement == before.placement:
            lines[number] = cta.line
            return "\n".join(lines)
        lines[number : number + 1] = []
        while 0 < number < len(lines) and not lines[number - 1].strip() and not lines[number].strip():
            lines.pop(number)
    body = "\n".join(lines).strip("\n")
    if cta is None or not cta.targets:
        return body
    lines = body.split("\n")
    at = _place(body, cta.placement)
    above, below = "\n".join(lines[:at]).strip("\n"), "\n".join(lines[at:]).strip("\n")
    return "\n\n".join(part for part in (above, cta.line, below) if part)


def swapped(body: str, old: str, new: str) -> str:
    """The text with another product or collection in its order-now and product lines."""
    lines = body.split("\n")
    for number in _lines(body, "order_now", "product"):
        start, bar, said = lines[number].partition("|")
        start = re.sub(rf"(?<![\w:-]){re.escape(old)}(?![\w-])", new, start)
        lines[number] = f"{start}{bar}{said}"
    return "\n".join(lines)


def filled(wording: str, values: Mapping[str, str]) -> str:
    """The wording with the values of now. A word in braces that nobody knows stays as it was typed."""
    text = WORD.sub(lambda found: values.get(found.group(1), found.group(0)), wording)
    return re.sub(r"[ \t]+", " ", text).strip()


def unknown_words(wording: str) -> list[str]:
    """The words in braces that stand for nothing."""
    return [word for word in WORD.findall(wording) if word not in WORDS]


def _lines(body: str, *kinds: str) -> list[int]:
    """The numbers of the order-now lines (and product lines) of a text; what stands in code is none."""
    return [
        token.map[0]
        for token in PARSER.parse(body, _env())
        if token.type == "embed" and token.map and next(iter(token.meta)) in (kinds or ("order_now",))
    ]


def _sketch(body: str) -> Sequence[Mapping[str, object]]:
    """The blocks of a text as far as places follow from them."""
    blocks: list[Mapping[str, object]] = []
    for token in PARSER.parse(body, _env()):
        if token.type == "embed":
            blocks.append(token.meta)
        elif token.level == 0 and token.nesting >= 0:
            blocks.append({"html": f"<{token.tag}"})
    return blocks


def _place(body: str, placement: str) -> int:
    """The line above which it belongs: behind the first block, before the second heading, or at the end."""
    tokens = [token for token in PARSER.parse(body, _env()) if token.level == 0 and token.map]
    parts = [(token.map[0], token.map[1], token.tag) for token in tokens if token.map and token.nesting >= 0]
    heads = [first for first, _last, tag in parts if tag == "h2"]
    if placement == "lead" and parts:
        first, last, tag = parts[0]
        return first if tag in ("h2", "h3") or len(parts) == 1 else last
    if placement == "text" and heads:
        inside = [last for first, last, _tag in parts if first > heads[0]]
        return heads[1] if len(heads) > 1 else inside[0] if len(inside) > 1 else len(body.split("\n"))
    return len(body.split("\n"))


def _env() -> dict[str, object]:
    return {"known": None, "levels": {}, "cited": {}, "ids": set()}


def _one_line(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
