"""docs/architecture.md names only functions that are there."""

import ast
import re
from pathlib import Path

import pytest

import storefront

ROOT = Path(storefront.__file__).parent.parent
NAMED = sorted(set(re.findall(r"`([\w/]+\.py):(\w+)`", (ROOT / "docs" / "architecture.md").read_text())))


def test_the_walks_name_functions():
    assert len(NAMED) > 20


@pytest.mark.parametrize(("file", "function"), NAMED)
def test_a_named_function_is_there(file, function):
    names = {node.name for node in ast.parse((ROOT / file).read_text()).body if hasattr(node, "name")}
    assert function in names
