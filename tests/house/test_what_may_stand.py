"""What may stand where: reading a post, the clock, a commit, money, markup, private things."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import CODE, ROOT, files, named, parsed, tracked

NOWHERE: set[str] = set()


@pytest.mark.parametrize(
    ("pattern", "where", "why"),
    [
        (r"request\.(form|values|json|get_json|files)\b", NOWHERE, "every post is read by a form"),
        (r"import .*\brequest as\b", NOWHERE, "the request keeps its name"),
        (r"construct_event_without_verification", NOWHERE, "a webhook is always verified"),
        (
            r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(",
            {"storefront/clock.py"},
            "storefront.clock is the only clock",
        ),
        (
            r"\bcommit\(\)",
            {"storefront/transactions.py", "storefront/migrate.py"},
            "only writing() commits, and migrations on a connection of their own",
        ),
    ],
)
def test_what_may_not_stand_in_the_code(pattern: str, where: set[str], why: str) -> None:
    found = {
        f"{named(path)}:{number}"
        for path in CODE
        if "testing" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line)
    }
    assert {place for place in found if place.split(":")[0] not in where} == set(), why
    assert {place.split(":")[0] for place in found} == where  # none is allowed who does not need it


# Where something is measured that is no money: seconds, pixels, minutes of reading, the demo's drawings.
MEASURES = ("storefront/testing/", "storefront/demo/", "storefront/media/", "plugins/blog/excerpts.py")


def floats_in(path: Path) -> Iterator[str]:
    """Float constants (but for seconds) and the word `float`."""
    lines = path.read_text().splitlines()
    for node in ast.walk(parsed(path)):
        is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_word = isinstance(node, ast.Name) and node.id == "float"
        if (is_float or is_word) and "SECONDS" not in lines[node.lineno - 1]:
            yield f"{named(path)}:{node.lineno}: {ast.unparse(node)}"


def divisions_in(path: Path) -> Iterator[str]:
    """Division of what is no Decimal and no path: whole cents divided by `/` would become a float.

    A column cast to Numeric is divided by the database, to sort by it.
    """
    folders = re.compile(r"ROOT|HERE|folder|instance_path|Path\(")
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            text = ast.unparse(node)
            if "Decimal" not in text and "Numeric" not in text and not folders.search(text):
                yield f"{named(path)}:{node.lineno}: {text}"


def test_there_is_no_float_where_money_may_be() -> None:
    paths = [path for path in CODE if not named(path).startswith(MEASURES)]
    assert [hit for path in paths for hit in floats_in(path)] == []
    assert [hit for path in paths for hit in divisions_in(path)] == []


def test_templates_have_no_inline_script_no_inline_style_no_empty_link() -> None:
    found = []
    for path in files("templates", suffix=".html") + files("plugins", suffix=".html"):
        if "mail" in path.parts:
            continue
        text = path.read_text()
        for pattern in (
            r"<script(?![^>]*(?:src=|application/ld\+json))",
            r"\son[a-z]+\s*=\s*[\"']",
            r"href=[\"'](?:#|javascript:[^\"']*)[\"']",
            r"<style\b",
        ):
            found += [f"{named(path)}: {hit}" for hit in re.findall(pattern, text)]
        for style in re.findall(r"\sstyle\s*=\s*[\"']([^\"']*)", text):
            if not re.fullmatch(r"(\s*--[\w-]+:[^;]*;?)+", style):
                found.append(f"{named(path)}: style {style}")
    assert found == []


def test_nothing_private_is_in_the_tree() -> None:
    found = []
    for name in tracked():
        path = ROOT / name
        if not path.is_file() or path.suffix in {".jpg", ".png", ".webp", ".avif"} or path == Path(__file__):
            continue
        text = path.read_text(errors="replace")
        for pattern in (
            r"/work/\w",
            r"/root/",
            r"--index-url",
            r"--extra-index-url",
            r"https?://[^\s\"']*pypi[^\s\"']*/simple",
        ):
            found += [f"{name}: {hit}" for hit in re.findall(pattern, text)]
    assert found == []
