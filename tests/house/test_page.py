"""docs/architecture.md is true: its drawing, its floors, and the functions of its walks."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house import drawing
from tests.house.tree import ROOT, floors, functions, parsed
from tests.house.walks import NAMED, WALKS, Step

PAGE = (ROOT / "docs" / "architecture.md").read_text()
STEPS = sorted({Step(*found) for found in NAMED.findall(PAGE)})


def test_the_drawing_is_the_one_that_the_contracts_give() -> None:
    assert drawing.PICTURE.read_text() == drawing.drawing(), "run: python -m tests.house.drawing"


def test_the_table_names_every_room_in_the_order_of_the_floors() -> None:
    table = PAGE.split("| storey |")[1].split("\n\n")[0]
    assert re.findall(r"`(\w+)`", table) == [room for floor in floors() for room in floor]


def test_four_walks_are_told() -> None:
    assert len(WALKS) == 9 and len(STEPS) > 25


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_named_function_is_there_and_does_something_itself(step: Step) -> None:
    path = ROOT / step.file
    assert step.function in {node.name for node in parsed(path).body if isinstance(node, ast.FunctionDef)}
    (function,) = [one for one in functions(path) if one.name == step.function and one.col_offset == 0]
    assert not only_hands_on(function)


def only_hands_on(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether all that it does is one call with its own arguments."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    called = getattr(body[0], "value", None)
    if len(body) != 1 or not isinstance(called, ast.Call):
        return False
    given = [*called.args, *(keyword.value for keyword in called.keywords)]
    own = {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
    return {ast.unparse(one).lstrip("*") for one in given} <= own


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_goes_down_once_and_up_once_through_at_most_six_rooms(name: str) -> None:
    steps = WALKS[name]
    assert len({step.room for step in steps}) <= 6
    heights = [step.height for step in steps]
    lowest = heights.index(max(heights))  # floors are counted from the top
    assert heights[: lowest + 1] == sorted(heights[: lowest + 1])
    assert heights[lowest:] == sorted(heights[lowest:], reverse=True)
