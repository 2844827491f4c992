"""What import-linter does not see: forgotten rooms and files, circles through a folder's own face.

`lint-imports` holds the contracts themselves; these tests hold the contracts to the tree.
"""

from __future__ import annotations

import grimp
import pytest

from tests.house.tree import CODE, ROOT, contracts, floors

NO_SQL, NO_REQUEST = "Views know no SQL", "Features know no request and no form"


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Every import of the code that runs in a shop."""
    return grimp.build_graph("storefront", "plugins", cache_dir=None)


def rooms(name: str) -> list[str]:
    """The rooms that a contract speaks of."""
    return sorted(module.removeprefix("storefront.") for module in contracts()[name]["source_modules"])


def test_the_contracts_see_every_file(graph: grimp.ImportGraph) -> None:
    """A folder without __init__.py is no package: nothing in it would be checked."""
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in CODE
    }
    assert modules - graph.modules == set()


def test_no_file_imports_itself_round_a_corner(graph: grimp.ImportGraph) -> None:
    """Also through an __init__.py, which the contract on siblings leaves out."""
    circles = [
        f"{importer} <-> {imported}"
        for importer in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if graph.chain_exists(importer=imported, imported=importer)
    ]
    assert circles == []


def test_every_views_room_is_under_the_contract_on_sql() -> None:
    (views,) = [floor for floor in floors() if "shop" in floor]
    assert rooms(NO_SQL) == sorted(views)


def test_every_feature_is_under_the_contract_on_requests() -> None:
    """The features are what lies between the views and the tools, but for the plugins' loader."""
    above = next(number for number, floor in enumerate(floors()) if "shop" in floor)
    below = next(number for number, floor in enumerate(floors()) if "page_cache" in floor)
    features = {room for floor in floors()[above + 1 : below] for room in floor} - {"plugin_system"}
    assert rooms(NO_REQUEST) == sorted(features)


def test_nobody_is_allowed_what_he_does_not_need() -> None:
    graph = grimp.build_graph("storefront", "plugins", include_external_packages=True, cache_dir=None)
    idle = [
        f"{allowed} does not import {module}"
        for contract in contracts().values()
        for module in contract.get("protected_modules", [])
        for allowed in contract["allowed_importers"]
        if not any(
            importer == allowed or importer.startswith(f"{allowed}.")
            for importer in graph.find_modules_that_directly_import(module)
        )
    ]
    assert idle == []
