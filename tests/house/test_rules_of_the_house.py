"""Rules that no linter knows: sizes, names, what may stand where."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

import storefront

ROOT = Path(storefront.__file__).parent.parent
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


def sources(*tops: str, suffix: str = ".py") -> list[Path]:
    return [path for top in tops for path in sorted((ROOT / top).rglob(f"*{suffix}"))]


CODE = sources("storefront", "plugins")


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return done.stdout.splitlines()


def test_the_top_level_is_the_mission_and_conventional_files():
    tops = {name.split("/")[0] for name in tracked()}
    assert tops - SIX - CONVENTIONAL == set()
    assert tops >= SIX


def test_no_file_is_over_400_lines():
    written = [path for path in CODE + sources("tests") if "migrations" not in path.parts]
    long = {str(p.relative_to(ROOT)): n for p in written if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def functions(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_is_over_60_lines():
    long = [
        f"{path.relative_to(ROOT)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path in CODE
        if "migrations" not in path.parts
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []


def test_public_functions_have_a_docstring():
    bare = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in sources("storefront")
        if "migrations" not in path.parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert bare == []


def test_the_core_does_not_name_a_bundled_plugin():
    found = []
    for path in (
        sources("storefront") + sources("storefront", suffix=".js") + sources("templates", suffix=".html")
    ):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            quoted = re.search(rf"""["'/](?:{"|".join(BUNDLED)})["'/._]""", line)
            if quoted and "BUNDLED_PLUGINS" not in line and "PLUGINS = tuple" not in line:
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []


FORBIDDEN_MODULES = {"utils", "helpers", "common", "misc", "base", "managers", "services", "repositories"}


def test_no_module_is_named_after_nothing():
    assert [str(p) for p in CODE if p.stem in FORBIDDEN_MODULES or p.parent.name in FORBIDDEN_MODULES] == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"request\.(form|values|json|get_json)\b", "every post is read by a form"),
        (r"construct_event_without_verification", "a webhook is always verified"),
        (r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(", "storefront.clock is the only clock"),
        (r"\bcommit\(\)", "only writing() commits"),
    ],
)
def test_what_may_not_stand_in_the_code(pattern, why):
    allowed = {
        "clock.py",
        "transactions.py",
        "migrate.py",
        "commands.py",
        "testing.py",
        "servers.py",
        "databases.py",
    }
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in CODE
        if path.name not in allowed and "tests" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == [], why


MONEY_ROOMS = ["money.py", "pricing", "cart", "orders", "payments", "offers", "stock"]


def floats_in(path: Path):
    """Float constants (but for the seconds of time-outs) and float()."""
    text = path.read_text()
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float"
        if (is_float or is_call) and "SECONDS" not in lines[node.lineno - 1]:
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"


def divisions_in(path: Path):
    """True division of what is not a Decimal: whole cents divided by `/` would become a float."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and "Decimal" not in ast.unparse(node)
        ):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"


def test_there_is_no_float_in_money_code():
    places = [ROOT / "storefront" / room for room in MONEY_ROOMS]
    paths = [p for place in places for p in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
    assert [hit for path in paths for hit in floats_in(path)] == []
    assert [hit for path in paths if path.parent.name != "media" for hit in divisions_in(path)] == []


def test_templates_have_no_inline_script_no_inline_style_no_empty_link():
    found = []
    for path in sources("templates", suffix=".html") + sources("plugins", suffix=".html"):
        if "mail" in path.parts:
            continue
        text = path.read_text()
        for pattern in (
            r"<script(?![^>]*(?:src=|application/ld\+json))",
            r"\son[a-z]+=\"",
            r'href="#"',
            r"<style\b",
        ):
            found += [f"{path.relative_to(ROOT)}: {hit}" for hit in re.findall(pattern, text)]
        for style in re.findall(r'style="([^"]*)"', text):
            if not re.fullmatch(r"(\s*--[\w-]+:[^;]*;?)+", style):
                found.append(f"{path.relative_to(ROOT)}: style {style}")
    assert found == []


def test_nothing_private_is_in_the_tree():
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
