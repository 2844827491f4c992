"""What plugins do again and again, and what they add to a product's structured data."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from storefront import worker
from storefront.database import db
from storefront.jobs.models import Periodic as Row
from storefront.plugin_api import Periodic
from storefront.testing import Maker
from tests.plugin_system.test_isolation import make_plugin, product_page


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_work_of_a_plugin_comes_again_and_a_failure_is_noted(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    did: list[str] = []

    def fail() -> None:
        raise ValueError("not today")

    work = {
        "angry.fails": Periodic(timedelta(hours=1), fail),
        "angry.counts": Periodic(timedelta(hours=1), lambda: did.append("counted")),
        "sweep": Periodic(timedelta(hours=1), lambda: did.append("in the place of the core's")),
    }
    monkeypatch.setattr(worker, "PERIODIC", {"sweep": Periodic(timedelta(hours=1), lambda: None)})
    make_plugin(monkeypatch, "angry", periodic_jobs=lambda: work)
    with make_app("empty", database, plugins=("angry",)).app_context():
        while worker.run_periodic():
            pass
        assert did == ["counted"]
        errors = {row.name: row.error for row in db.session.scalars(select(Row))}
    assert errors == {"angry.fails": "ValueError: not today", "angry.counts": "", "sweep": ""}


def test_a_plugin_adds_to_what_programs_read_of_a_product_and_replaces_nothing(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(product_code: str, lang: str) -> dict[str, object]:
        return {"subjectOf": f"{product_code} {lang}", "name": "Another"}

    make_plugin(monkeypatch, "talker", product_structured_data=said)
    page = product_page(make_app("demo", plugins=("talker",)))
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    [product] = [block for block in map(json.loads, blocks) if block["@type"] == "Product"]
    assert product["subjectOf"] == "mgt-c en"
    assert "Magnesium" in product["name"]
