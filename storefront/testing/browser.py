"""Which browser the tests use, and how it is started."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from storefront.testing.databases import missing

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium of the system when there is one, else Playwright's own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    own = Path.home() / ".cache" / "ms-playwright"
    if found is None and not own.is_dir():
        missing("Chromium is not installed")
    return browser_type_launch_args | ({"executable_path": found} if found else {}) | {"args": CHROMIUM_FLAGS}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a busy machine may be late once: its tests get a second try, which the run counts."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
