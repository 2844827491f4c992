"""When an article may be published, and what an editor sees about it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storefront.plugin_api import LANGUAGES
from storefront.plugin_api import gettext as _

# The states of a text and those that may follow. Readers see "published" only.
EDGES = {
    "draft": ("review", "scheduled", "published"),
    "review": ("draft", "scheduled", "published"),
    "scheduled": ("draft", "review", "published"),
    "published": ("draft", "archived"),
    "archived": ("draft", "published"),
}
STATES = tuple(EDGES)
# A button of the editor -> the state that it brings the text into.
DEEDS = {
    "publish": "published",
    "unpublish": "draft",
    "review": "review",
    "schedule": "scheduled",
    "archive": "archived",
    "draft": "draft",
}
COMPLETE = ("scheduled", "published")  # the states in which a text needs everything that readers need

# Where a product stands in a text; a call to action before the first heading, in the text or at its end.
PLACEMENTS = ("card", "lead", "text", "end", "link", "substitute")


def placed(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where each block of a text stands, as a word of PLACEMENTS; "" for blocks of words."""
    prose = [number for number, block in enumerate(blocks) if "html" in block]
    headed = [number for number in prose if "<h2" in blocks[number]["html"]]
    words = []
    for number, block in enumerate(blocks):
        if "product" in block:
            words.append("card")
        elif "order_now" not in block:
            words.append("")
        elif not prose or number > prose[-1]:
            words.append("end")
        else:
            words.append("text" if headed and headed[0] < number else "lead")
    return words


@dataclass(frozen=True)
class Problem:
    """Why a text cannot be published: the form field that mends it, and a sentence."""

    field: str
    message: str


def may_follow(before: str, after: str) -> bool:
    """True when a text in one state may be brought into another; it may stay in any."""
    return before == after or after in EDGES[before]


def problems(
    *,
    lang: str,
    title: str,
    slug: str,
    body: str,
    image_alt: str,
    has_picture: bool,
    has_author: bool,
    unknown_keys: Collection[str],
) -> list[Problem]:
    """Everything that keeps a text from being published; an empty list means that it may be.

    There is nothing else: findings about claims, sources or calls to action inform, they never refuse.
    """
    found = []
    if not title:
        found.append(Problem(f"{lang}-title", _("A published article needs a title in this language.")))
    if not slug:
        found.append(Problem(f"{lang}-slug", _("A published article needs a web address in this language.")))
    if not body:
        found.append(Problem(f"{lang}-body", _("A published article needs a text in this language.")))
    if has_picture and not image_alt:
        found.append(
            Problem(
                f"{lang}-image_alt", _("Describe the picture in this language, for those who cannot see it.")
            )
        )
    for key in unknown_keys:
        found.append(
            Problem(
                f"{lang}-body", _("The text cites “%(key)s”, but the library has no such source.", key=key)
            )
        )
    if not has_author:
        found.append(Problem("author", _("A published article needs an author.")))
    return found


def title_for(titles: Mapping[str, str], lang: str) -> str:
    """The title to show staff: the one in their language, else in another; "" when none is written."""
    return next((titles[one] for one in (lang, *LANGUAGES) if titles.get(one)), "")
