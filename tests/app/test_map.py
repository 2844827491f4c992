"""The table in app.py is the map of the whole site: no view stands beside it."""

from __future__ import annotations

import re

from storefront.app import DEVELOPMENT_SITE, HERE, SITE


def test_every_module_with_a_blueprint_is_on_the_map_and_no_other() -> None:
    found = {
        f"storefront.{room}.{file.relative_to(HERE / room).parts[0].removesuffix('.py')}"
        for room in ("shop", "admin", "machines", "development")
        for file in (HERE / room).rglob("*.py")
        if re.search(r"^blueprint = Blueprint\(", file.read_text(), flags=re.MULTILINE)
    }
    assert found == set(SITE | DEVELOPMENT_SITE)
    assert all(module.startswith("storefront.development.") for module in DEVELOPMENT_SITE)
    assert not any(module.startswith("storefront.development.") for module in SITE)
