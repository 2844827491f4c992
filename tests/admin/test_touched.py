"""Before a product leaves the shop, the editor names the pages that change with it, and asks once more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from storefront.catalog import editing
from storefront.database import db
from storefront.plugin_api import Touched
from storefront.pricing.models import Discount
from storefront.stock import queries as stock
from storefront.testing import Maker, entered_as
from storefront.transactions import writing
from tests.admin.conftest import read_form
from tests.plugin_system.test_isolation import make_plugin

PAGE = "/admin/products/mgt-c"
FormOf = Callable[..., Any]
Asked = list[tuple[list[str], list[str], str]]


@pytest.fixture
def asked() -> Asked:
    """What the plugin was asked."""
    return []


@pytest.fixture
def staff(make_app: Maker, monkeypatch: pytest.MonkeyPatch, asked: Asked) -> Iterator[FlaskClient]:
    """Somebody who may edit products, in a shop where a page speaks of one of them."""

    def touched_pages(product_codes: list[str], collection_codes: list[str], lang: str) -> Iterable[Touched]:
        asked.append((product_codes, collection_codes, lang))
        speaks = "mgt-c" in product_codes or "solo" in collection_codes
        return [Touched("A page <b>", "/admin/its-page", "card")] if speaks else []

    make_plugin(monkeypatch, "teller", touched_pages=touched_pages)
    app = make_app("demo", plugins=("teller",))
    with app.app_context():
        yield entered_as(app, "admin")
        db.session.remove()


def state() -> tuple[str, int, int]:
    """State of the product, sizes on sale, units of them."""
    db.session.rollback()
    found = editing.product_to_edit("mgt-c")
    assert found is not None
    sizes = [size.id for size in found.variants if size.on_sale]
    return found.product.state, len(sizes), sum(stock.levels(sizes).values())


def test_the_pages_stand_beside_the_state_before_anything_happens(staff: FlaskClient, asked: Asked) -> None:
    page = staff.get(PAGE).text
    assert '<a href="/admin/its-page">A page &lt;b&gt;</a> <span class="muted">card</span>' in page
    assert 'name="sure"' not in page
    product = editing.product_to_edit("mgt-c")
    assert product is not None
    assert asked[-1][:2] == (["mgt-c"], product.collections)
    assert product.collections
    assert "its-page" not in staff.get("/admin/products/nmn-c").text


@pytest.mark.parametrize("wanted", ["draft", "archived"])
def test_unpublishing_is_asked_once_more(staff: FlaskClient, form_of: FormOf, wanted: str) -> None:
    answer = form_of(staff, PAGE, "/state").press(f"state={wanted}")
    assert answer.status_code == 409
    assert "/admin/its-page" in answer.text
    assert state()[0] == "published"
    again = read_form(staff, answer.text, "/state")  # the first form that posts there carries the yes
    assert again.get("sure") == "1"
    assert again.press(f"state={wanted}").status_code == 303
    assert state()[0] == wanted
    assert form_of(staff, PAGE, "/state").press("state=published").status_code == 303


@pytest.mark.parametrize("what", ["on_sale", "stock"])
def test_the_last_size_and_the_last_unit_are_asked_once_more(
    staff: FlaskClient, form_of: FormOf, what: str
) -> None:
    before = state()
    form = form_of(staff, PAGE)
    rows = [name for name, _value in form.values if name.endswith("-stock")]
    for number, _row in enumerate(rows):
        form.set(**{f"variants__{number}__{what}": None if what == "on_sale" else "0"})
    answer = form.press()
    assert answer.status_code == 409
    assert "/admin/its-page" in answer.text
    assert state() == before
    assert form.press("sure=1").status_code == 303
    assert state() == ("published", 0 if what == "on_sale" else before[1], 0)
    assert form_of(staff, PAGE).press().status_code == 303  # gone already: nothing is asked


def test_nothing_is_asked_of_a_product_that_no_page_speaks_of(staff: FlaskClient, form_of: FormOf) -> None:
    assert form_of(staff, "/admin/products/nmn-c", "/state").press("state=draft").status_code == 303


def members() -> int | None:
    """How many products the collection has; None when it is gone."""
    db.session.rollback()
    return next((one.products for one in editing.admin_collections() if one.code == "solo"), None)


def test_emptying_and_deleting_a_collection_are_asked_once_more(staff: FlaskClient, form_of: FormOf) -> None:
    board = "/admin/assortment/collections/"
    form_of(staff, f"{board}new").set(code="solo", nl__name="Alleen", en__name="Alone").press()
    chosen = form_of(staff, PAGE)
    before = [value for name, value in chosen.values if name == "collections"]
    assert chosen.set(collections=[*before, "solo"]).press().status_code == 303
    other = form_of(staff, "/admin/products/mgb-c")
    own = [value for name, value in other.values if name == "collections"]
    assert other.set(collections=[*own, "solo"]).press().status_code == 303
    assert form_of(staff, "/admin/products/mgb-c").set(collections=own).press().status_code == 303, (
        "one is left"
    )
    leaving = form_of(staff, PAGE).set(collections=before)
    answer = leaving.press()
    assert answer.status_code == 409
    assert "/admin/its-page" in answer.text
    assert members() == 1
    assert leaving.press("sure=1").status_code == 303
    assert members() == 0

    assert "/admin/its-page" in staff.get(f"{board}solo").text
    answer = form_of(staff, f"{board}solo", "/delete").press()
    assert answer.status_code == 409
    assert "/admin/its-page" in answer.text
    assert members() == 0
    again = read_form(staff, answer.text, "/delete")
    assert again.press("sure=1").status_code == 303
    assert members() is None
    assert staff.get(f"{board}solo").status_code == 404


def test_a_collection_that_a_discount_needs_stays(staff: FlaskClient, form_of: FormOf) -> None:
    with writing():
        named = db.session.scalars(select(Discount)).first()
        assert named is not None
        named.collections = ["nmn"]
    answer = form_of(staff, "/admin/assortment/collections/nmn", "/delete").press()
    assert answer.status_code == 409
    assert "Beëindig die eerst" in answer.text
    with writing():
        db.session.execute(update(Discount).values(active=False))
    old = staff.get("/en/collections/nmn").status_code
    assert form_of(staff, "/admin/assortment/collections/nmn", "/delete").press().status_code == 303
    assert (old, staff.get("/en/collections/nmn").status_code) == (200, 404)
