"""The checkout as the rules of the house see it: its files, its functions, its import contracts."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import storefront

ROOT = Path(storefront.__file__).parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*tops: str, suffix: str = ".py") -> list[Path]:
    """The files below some folders, without what Alembic wrote."""
    found = [path for top in tops for path in sorted((ROOT / top).rglob(f"*{suffix}"))]
    return [path for path in found if "migrations" not in path.parts]


def tracked() -> list[str]:
    """Every file that git knows."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return done.stdout.splitlines()


def named(path: Path) -> str:
    """A file's path from the root."""
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, nested ones too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            yield node


CODE = [path for path in files("storefront", "plugins") if "tests" not in path.parts]  # what runs in a shop
PYTHON = [*files("storefront", "plugins", "tests", "benchmarks", "deploy"), ROOT / "wsgi.py"]


@cache
def contracts() -> dict[str, dict[str, Any]]:
    """The import contracts of pyproject.toml by their names."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {one["name"]: one for one in settings["tool"]["importlinter"]["contracts"]}


def floors() -> list[list[str]]:
    """The rooms of the core, floor by floor, from the top down."""
    (layers,) = [one["layers"] for one in contracts().values() if one["type"] == "layers"]
    return [[room.strip() for room in layer.split("|")] for layer in layers]
