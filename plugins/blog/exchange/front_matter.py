"""The head of an article's file: a small strict part of YAML, read and written without YAML.

A line is ``name: value``; a list is ``name:`` and below it lines ``  - value``. A value that could be read in
another way stands in double quotes, as in JSON. There is nothing else. docs/articles-as-files.md tells it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from storefront.plugin_api import Refused
from storefront.plugin_api import gettext as _

Value = str | tuple[str, ...]
FENCE = "---"
NAME = re.compile(r"[a-z][a-z0-9_]*")
ITEM = "  - "
UNSEEN = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
TO_ESCAPE = re.compile(f"[{UNSEEN}]")
# What YAML would read as something else than these very words.
NOT_PLAIN = re.compile(rf"""^[\s\-?:,\[\]{{}}#&*!|>'"%@`]|:(\s|$)|\s\#|\s$|[{UNSEEN}]""")


def split(file: str) -> tuple[dict[str, Value], str]:
    """Head and text of a file. Raises Refused with the number of the line that cannot be read."""
    file = file.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = file.split("\n")
    if lines[0] != FENCE or FENCE not in lines[1:]:
        raise Refused(_("The file has to begin with a head between two lines of “---”."))
    end = lines.index(FENCE, 1)
    body = "\n".join(lines[end + 1 :]).removeprefix("\n").removesuffix("\n")
    return _head(lines[1:end]), body


def join(head: Mapping[str, Value], body: str) -> str:
    """A file of this head and text; what is empty is left out of the head."""
    lines = [FENCE]
    for name, value in head.items():
        if isinstance(value, str):
            lines += [f"{name}: {_written(value)}"] if value else []
        elif value:
            lines += [f"{name}:", *(f"{ITEM}{_written(item)}" for item in value)]
    return "\n".join([*lines, FENCE, "", body, ""])


def _head(lines: list[str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    open_list = ""
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        if line.startswith(ITEM) and open_list:
            before = found[open_list]
            found[open_list] = (*before, _read(line.removeprefix(ITEM), number))
            continue
        name, colon, value = line.partition(":")
        if not colon or not NAME.fullmatch(name) or (value and not value.startswith(" ")):
            raise Refused(_("Line %(number)s is neither “name: value” nor part of a list.", number=number))
        if name in found:
            raise Refused(_("Line %(number)s gives “%(name)s” a second time.", number=number, name=name))
        open_list = "" if value.strip() else name
        found[name] = _read(value.strip(), number) if value.strip() else ()
    return found


def _read(text: str, number: int) -> str:
    text = text.strip()
    if text.startswith('"'):
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, str):
            return value
    elif not NOT_PLAIN.search(text):
        return text
    raise Refused(_("Put the value in line %(number)s into double quotes.", number=number))


def _written(value: str) -> str:
    if not NOT_PLAIN.search(value):
        return value
    return TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
