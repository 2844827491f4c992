"""The documentation is held to the code: hooks, the plugin API, settings, the worked example, links."""

import ast
import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

import storefront.plugin_system.hookspecs as hookspecs
from storefront import plugin_api
from storefront.config import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def code_hooks() -> dict[str, str]:
    """Every hook of the code: name -> "name(arguments) -> type", as written there without self."""
    tree = ast.parse(Path(hookspecs.__file__).read_text())
    specs = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Specs")
    return {node.name: signature(node) for node in specs.body if isinstance(node, ast.FunctionDef)}


def documented_hooks() -> dict[str, str]:
    """Every hook of the page: heading -> the signature in the first code block below it."""
    found = {}
    for part in re.split(r"^## ", (DOCS / "hooks.md").read_text(), flags=re.MULTILINE)[1:]:
        heading, _, rest = part.partition("\n")
        block = re.match(r"\s*```python\n(def .*?)\n```", rest, flags=re.DOTALL)
        if block:
            [function] = ast.parse(block.group(1)).body
            assert isinstance(function, ast.FunctionDef)
            assert function.name == heading
            found[heading] = signature(function)
    return found


def signature(function: ast.FunctionDef) -> str:
    arguments = [ast.unparse(argument) for argument in function.args.args if argument.arg != "self"]
    assert function.returns is not None
    return f"{function.name}({', '.join(arguments)}) -> {ast.unparse(function.returns)}"


def test_every_hook_is_documented_with_its_arguments_and_no_other():
    assert documented_hooks() == code_hooks()


@pytest.mark.parametrize("name", sorted(code_hooks()))
def test_each_hook_has_an_example_and_stands_in_the_overview(name):
    page = (DOCS / "hooks.md").read_text()
    section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
    assert re.search(rf"@hookimpl\ndef {name}\(", section)
    assert f"[{name}](#{name})" in page.split("\n## ")[0]


def test_each_example_names_only_arguments_that_the_hook_has():
    for name, text in code_hooks().items():
        section = (DOCS / "hooks.md").read_text().split(f"\n## {name}\n")[1].split("\n## ")[0]
        block = re.search(r"```python\n(@hookimpl.*?)```", section, flags=re.DOTALL)
        assert block is not None
        [function] = ast.parse(block.group(1)).body
        assert isinstance(function, ast.FunctionDef)
        known = re.findall(r"(\w+):", text)
        assert {argument.arg for argument in function.args.args} <= set(known), name


def test_every_name_of_the_plugin_api_is_documented_and_no_other():
    page = (DOCS / "plugin-api.md").read_text().partition("## Templates")[0]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    documented = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(documented) == sorted(plugin_api.__all__)


@pytest.mark.parametrize("name", ["Offer", "VariantOffer", "OrderSummary", "SummaryLine", "SoldLine"])
def test_what_the_page_says_of_a_value_is_there(name):
    [row] = re.findall(rf"^\| `{name}` \|(.*)$", (DOCS / "plugin-api.md").read_text(), flags=re.MULTILINE)
    kind = getattr(plugin_api, name)
    parts = {field.name for field in dataclasses.fields(kind)} | set(vars(kind))
    named = re.findall(r"`(\w+)`", row)
    assert len(named) > 5
    assert [part for part in named if part not in parts] == []


def test_the_pages_that_a_plugin_may_link_to_are_there(app):
    page = (DOCS / "plugin-api.md").read_text()
    text = page.partition("Pages of the shop that you may link to")[2].partition("\n\n")[0]
    named = re.findall(r"`(\w+\.\w+)`", text)
    assert len(named) == 9
    assert [endpoint for endpoint in named if endpoint not in app.view_functions] == []


def test_the_api_version_is_the_documented_one():
    assert f"`API_VERSION` is {plugin_api.API_VERSION} today" in (DOCS / "writing-a-plugin.md").read_text()


def test_the_settings_table_of_the_readme_is_complete():
    fields = {field.name for field in dataclasses.fields(Settings)} - {"instance_path"}
    rows = re.findall(r"^\| `STOREFRONT_(\w+)` \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert sorted(rows) == sorted(name.upper() for name in fields)


def test_the_worked_example_is_printed_as_it_is():
    page = (DOCS / "writing-a-plugin.md").read_text()
    printed = re.findall(
        r"^`(plugins/announcement/[\w./]+)`:\n\n```\w+\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL
    )
    assert len(printed) == 7
    for path, text in printed:
        assert text == (ROOT / path).read_text().rstrip("\n"), path


def test_the_worked_example_has_at_most_100_lines_of_python():
    files = (ROOT / "plugins" / "announcement").glob("*.py")
    assert sum(len(file.read_text().splitlines()) for file in files) <= 100


@pytest.mark.parametrize("document", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(document):
    text = FENCE.sub("", document.read_text())
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'<img src="([^"]+)"', text)
    for target in targets:
        path, _, anchor = target.partition("#")
        if re.match(r"\w+:", target):
            continue
        other = document if not path else (document.parent / path).resolve()
        assert other.exists(), f"{target} is not there"
        if anchor:
            assert anchor in anchors(other), f"{target}: no such heading"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_decisions_are_numbered_and_of_one_form():
    for number, page in enumerate(sorted((DOCS / "decisions").iterdir()), 1):
        headings = re.findall(r"^#+ .*$", page.read_text(), flags=re.MULTILINE)
        assert page.name.startswith(f"{number:04d}-")
        assert headings[0].startswith(f"# {number}. ")
        assert headings[1:] == ["## Context", "## Decision", "## Consequence"]


def test_the_changelog_begins_with_the_version_that_the_code_has():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert re.fullmatch(rf"{re.escape(version)} \((unreleased|\d{{4}}-\d\d-\d\d)\)", headings[0])
    assert [heading for heading in headings[1:] if "unreleased" in heading] == []


def test_each_row_of_the_reference_page_names_a_test_that_is_there():
    rows = re.findall(r"`(test_se_\d\d)`", (DOCS / "reference-page.md").read_text())
    tests = "\n".join(file.read_text() for file in (ROOT / "plugins" / "blog" / "tests").glob("test_*.py"))
    assert len(rows) == 10
    assert [row for row in rows if f"def {row}_" not in tests] == []
