"""The Nu HTML checker finds no error on the pages as they are sent."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from storefront import clock
from storefront.database import db
from storefront.jobs.models import Job
from storefront.testing import entered_as
from storefront.testing.databases import missing
from storefront.transactions import writing
from tests.journeys.buying import add, buy, order
from tests.journeys.shopper import article

ROOT = Path(__file__).parents[2]
CHECKER = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PRODUCT = {"nl": "magnesium-l-threonaat-capsules", "en": "magnesium-l-threonate-capsules"}
PUBLIC = {
    "home": "",
    "list": "products",
    "filtered list": "products?ingredient=magnesium&sort=price",
    "collection": "collections/magnesium",
    "product": "products/{product}",
    "not found": "products/no-such-product",
    "search": "search?q=magnesium",
    "nothing found": "search?q=zzzz",
    "batch": "batch",
    "unknown batch": "batch/00-0000",
    "blog": "blog",
    "article": "blog/{article}",
    "topic": "blog/topics/magnesium",
    "author": "blog/authors/daan-ouwehand",
    "empty cart": "cart",
}
AROUND = (
    '<!doctype html><html lang="{lang}"><title>Drawer</title><body><dialog>{inner}</dialog></body></html>'
)
STAFF = {
    "dashboard": "",
    "products": "products/",
    "product editor": "products/mgt-c",
    "new product": "products/new",
    "ingredients and collections": "assortment/",
    "ingredient": "assortment/ingredients/magnesium",
    "new ingredient": "assortment/ingredients/new",
    "collection": "assortment/collections/magnesium",
    "new collection": "assortment/collections/new",
    "evidence": "evidence/",
    "orders": "orders/",
    "pages": "pages/",
    "delivery and VAT": "delivery/",
    "way of delivery": "delivery/NL/standard",
    "new way of delivery": "delivery/NL/new",
    "zone of delivery": "delivery/NL",
    "new zone of delivery": "delivery/new",
    "articles": "blog/",
    "article editor": "blog/edit/magnesium-brain",
    "new article": "blog/new",
    "articles in two languages": "blog/languages",
    "versions of an article": "blog/edit/creatine-scoop/versions?text_lang=nl",
    "compared versions": "blog/edit/creatine-scoop/compare?text_lang=nl&old=1&new=2",
    "references": "blog/references",
    "new reference": "blog/references/new",
    "authors": "blog/authors",
    "author": "blog/authors/edit/sanne-hoekstra",
    "topics": "blog/topics",
    "topic": "blog/topics/edit/magnesium",
    "new topic": "blog/topics/new",
    "what nothing leads to": "blog/orphans",
    "what articles earn": "blog/performance",
    "what an article earns": "blog/performance/magnesium-brain",
    "orders from articles": "blog/earned",
    "settings of the blog": "blog-settings/",
    "announcement": "announcement/",
    "jobs": "jobs/",
}


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """The command of the checker."""
    java = shutil.which("java")
    if not CHECKER.is_file():
        missing("the Nu HTML checker is not installed (npm ci --ignore-scripts)")
    if java is None:
        missing("the Nu HTML checker needs Java (apt-get install default-jre-headless)")
    return [java, "-jar", str(CHECKER), "--format", "json", "--exit-zero-always", "--stdout"]


@pytest.fixture(scope="module")
def pages(journey_apps) -> dict[str, str]:
    """Every page by its name, as a browser gets it."""
    app = journey_apps("demo")
    found = {}
    for lang in ("nl", "en"):
        client = app.test_client()
        for name, path in PUBLIC.items():
            filled = path.format(product=PRODUCT[lang], article=article("magnesium-brain", lang, "slug"))
            found[f"{name} {lang}"] = client.get(f"/{lang}/{filled}").text
        listed = client.get(f"/{lang}/products/{PRODUCT[lang]}").text
        found[f"batch on sale {lang}"] = client.get(re.search(rf"/{lang}/batch/[\w-]+", listed)[0]).text
        for path in set(re.findall(rf"/{lang}/pages/[\w-]+", listed)):
            found[f"page {path}"] = client.get(path).text
        add(client, "NMN-C-60", lang=lang)
        found[f"refused quantity {lang}"] = add(client, "MGT-C-90", "0", lang=lang).text
        found[f"cart {lang}"] = client.get(f"/{lang}/cart").text
        drawer = client.get(f"/{lang}/cart", headers={"X-Fragment": "drawer"}).text
        found[f"drawer {lang}"] = AROUND.format(lang=lang, inner=drawer)
        found[f"checkout {lang}"] = client.get(f"/{lang}/checkout").text
        wrong = order(client, lang, email="kim", name="", postcode="1", terms="")
        assert wrong.status_code == 422
        found[f"checkout errors {lang}"] = wrong.text
        placed = order(client, lang)
        found[f"demo payment {lang}"] = client.get(placed.location).text
        waiting = re.search(rf"/{lang}/orders/[\w-]+", client.post(f"{placed.location}/leave").location)
        found[f"order to be paid {lang}"] = client.get(waiting[0]).text
        found[f"order {lang}"] = bought = client.get(buy(app.test_client(), lang)).text
        paper = re.search(rf"/{lang}/orders/[\w-]+/papers/[\d-]+", bought)
        found[f"invoice {lang}"] = client.get(paper[0]).text
        found[f"sign-in {lang}"] = client.get("/admin/sign-in", headers={"Accept-Language": lang}).text
    with app.app_context(), writing():
        now, error = clock.now(), "ConnectionRefusedError: no"
        for dead_at in (now, None):
            values = {"run_at": now, "first_tried_at": now, "dead_at": dead_at, "error": error}
            db.session.add(Job(name="mail.order_sent", payload={"order_id": 1}, **values))
    staff = entered_as(app, "admin")
    for name, path in STAFF.items():
        response = staff.get(f"/admin/{path}")
        assert response.status_code == 200, path
        found[name] = response.text
    return found


def errors(checker, folder, pages) -> list[tuple[str, str, str]]:
    """What the checker says against pages: (page, message, extract)."""
    files = {}
    for number, (name, html) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_text(html, encoding="utf-8")
        files[file.name] = name
    said = subprocess.run(
        [*checker, *(str(folder / file) for file in files)], capture_output=True, text=True, check=True
    )
    messages = json.loads(said.stdout or said.stderr)["messages"]
    return [
        (files[one["url"].rpartition("/")[2]], one["message"], one.get("extract", ""))
        for one in messages
        if one["type"] in {"error", "non-document-error"}
    ]


def test_no_error_on_any_page(checker, pages, tmp_path):
    assert len(pages) > 50
    assert errors(checker, tmp_path, pages) == []


def test_the_check_can_fail(checker, tmp_path):
    html = "<!doctype html><html lang=en><title>x</title><body><img src=x></body></html>"
    assert [message for _, message, _ in errors(checker, tmp_path, {"x": html})]
