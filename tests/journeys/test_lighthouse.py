"""Lighthouse on a simulated phone: the median of three runs on home, product, article and blog."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

import pytest

from storefront.testing.browser import CHROMIUM_FLAGS
from storefront.testing.databases import missing
from tests.journeys.places import path_of

pytestmark = [pytest.mark.browser, pytest.mark.full]

ROOT = Path(__file__).parents[2]
RUNS = 3
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
FASTER = {"article": 98, "blog": 98}  # the least for performance there


@pytest.fixture(scope="module")
def lighthouse() -> tuple[list[str], dict[str, str]]:
    """The command, and the environment in which it finds the browser."""
    program = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
    node = shutil.which("node")
    chrome = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if node is None or not program.is_file():
        missing("Lighthouse is not installed (Node, then npm ci --ignore-scripts)")
    if chrome is None:
        missing("Lighthouse needs Chromium")
    return [node, str(program)], os.environ | {"CHROME_PATH": chrome}


@pytest.mark.parametrize("place", ["home", "product", "article", "blog"])
def test_lighthouse(shop, lighthouse, tmp_path, place):
    command, environ = lighthouse
    runs = []
    for number in range(RUNS):
        report = tmp_path / f"{number}.json"
        subprocess.run(
            [
                *command,
                shop.url + path_of(place, shop, "nl"),
                "--quiet",
                "--output=json",
                f"--output-path={report}",
                f"--only-categories={','.join(LEAST)}",
                f"--chrome-flags=--headless=new {' '.join(CHROMIUM_FLAGS)}",
            ],
            env=environ,
            check=True,
            timeout=180,
        )
        runs.append(json.loads(report.read_text(encoding="utf-8")))
    scores = {
        name: statistics.median(round(100 * run["categories"][name]["score"]) for run in runs)
        for name in LEAST
    }
    least = LEAST | {"performance": FASTER.get(place, LEAST["performance"])}
    assert {name: score for name, score in scores.items() if score < least[name]} == {}, failing(runs[0])


def failing(run) -> dict[str, object]:
    """The audits that cost points."""
    return {
        name: audit.get("displayValue") or audit["title"]
        for name, audit in run["audits"].items()
        if audit.get("score") is not None
        and audit["score"] < 0.9
        and audit["scoreDisplayMode"] != "informative"
    }
