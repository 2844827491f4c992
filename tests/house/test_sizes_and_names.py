"""Rules that no linter knows: sizes, names, docstrings."""

from __future__ import annotations

import ast
import re

from tests.house.tree import CODE, PYTHON, ROOT, files, functions, named, parsed, tracked

BUNDLED = ("blog", "announcement")
SIX = {"storefront", "plugins", "templates", "tests", "wsgi.py", "requirements.txt"}
CONVENTIONAL = {
    ".ci",
    ".flaskenv",
    ".gitignore",
    ".npmrc",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "deploy",
    "docs",
    "package.json",
    "package-lock.json",
    "pyproject.toml",
    "requirements.lock",
    "requirements-dev.lock",
}
WRITTEN_BY_HAND = (".html", ".txt", ".css", ".js", ".sh")
NAMED_AFTER_NOTHING = {"utils", "helpers", "common", "misc", "base", "managers", "services", "repositories"}


def test_the_top_level_is_the_mission_and_conventional_files() -> None:
    tops = {name.split("/")[0] for name in tracked()}
    assert tops - SIX - CONVENTIONAL == set()
    assert tops >= SIX


def test_no_file_is_over_400_lines() -> None:
    pages = [path for kind in WRITTEN_BY_HAND for path in files("storefront", "plugins", suffix=kind)]
    pages += [path for kind in WRITTEN_BY_HAND for path in files("templates", "deploy", suffix=kind)]
    long = {named(p): n for p in PYTHON + pages if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_no_function_is_over_60_lines() -> None:
    long = [
        f"{named(path)}:{function.name} {lines}"
        for path in PYTHON
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > 60
    ]
    assert long == []


def implements_a_hook(function: ast.FunctionDef) -> bool:
    """A hook's docstring is the one of its specification."""
    return any(ast.unparse(decorator).startswith("hookimpl") for decorator in function.decorator_list)


def test_public_functions_have_a_docstring() -> None:
    bare = [
        f"{named(path)}:{node.name}"
        for path in CODE
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not implements_a_hook(node)
    ]
    assert bare == []


def test_the_core_does_not_name_a_bundled_plugin() -> None:
    """Not in code, not in a template, style or script; only as the default of the setting."""
    name = re.compile(rf"(?<![A-Za-z])({'|'.join(BUNDLED)})(?![A-Za-z])")
    places = files("storefront") + files("templates", suffix=".html") + files("templates", suffix=".txt")
    places += [path for kind in (".js", ".css") for path in files("storefront", suffix=kind)]
    found = [
        f"{named(path)}:{number}: {line.strip()}"
        for path in places
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if name.search(line) and "BUNDLED_PLUGINS" not in line and "PLUGINS = tuple" not in line
    ]
    assert found == []


def test_no_module_is_named_after_nothing() -> None:
    named_so = [p for p in PYTHON if {p.stem, *p.relative_to(ROOT).parts[:-1]} & NAMED_AFTER_NOTHING]
    assert [named(path) for path in named_so] == []
