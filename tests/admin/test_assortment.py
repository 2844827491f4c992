"""Ingredients and collections in the admin, and the way from an empty shop to its first product."""

import re

import pytest
from sqlalchemy import select

from storefront.accounts.models import AuditRecord
from storefront.catalog import editing
from storefront.catalog.models import SlugHistory
from storefront.database import db

BOARD = "/admin/assortment/"
NEW_INGREDIENT = f"{BOARD}ingredients/new"
NEW_COLLECTION = f"{BOARD}collections/new"
MAGNESIUM = f"{BOARD}collections/magnesium"


def collection(code="magnesium") -> editing.CollectionEdit:
    db.session.rollback()
    return next(one for one in editing.admin_collections() if one.code == code)


def ingredient(code="magnesium") -> editing.IngredientEdit:
    db.session.rollback()
    return next(one for one in editing.admin_ingredients() if one.code == code)


def last_record() -> AuditRecord | None:
    db.session.rollback()
    return db.session.scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()


def test_the_board_lists_both_and_is_in_the_rail(admin_client):
    page = admin_client.get(BOARD).text
    for row in editing.admin_ingredients():
        assert f"/admin/assortment/ingredients/{row.code}" in page
    for row in editing.admin_collections():
        assert f"/admin/assortment/collections/{row.code}" in page
    assert collection().products > 0 and ingredient().products > 0
    assert f'href="{BOARD}"' in admin_client.get("/admin/").text


@pytest.mark.parametrize("path", [BOARD, NEW_INGREDIENT, NEW_COLLECTION, MAGNESIUM])
def test_marketers_and_strangers_stay_out(marketer_client, demo_client, path):
    assert marketer_client.get(path).status_code == 403
    assert demo_client.get(path).status_code == 303


def test_what_does_not_exist_is_not_found(admin_client):
    for path in ("ingredients/none", "collections/none"):
        assert admin_client.get(BOARD + path).status_code == 404


def test_an_ingredient_is_added_renamed_and_offered(admin_client, form_of):
    form = form_of(admin_client, NEW_INGREDIENT).set(code="zinc", name_nl="Zink", name_en="Zink")
    assert form.press().status_code == 303
    assert last_record().action == "ingredient added"
    assert 'value="zinc"' in admin_client.get("/admin/products/new").text
    assert form_of(admin_client, f"{BOARD}ingredients/zinc").set(name_en="Zinc").press().status_code == 303
    assert ingredient("zinc").names == {"nl": "Zink", "en": "Zinc"}
    assert last_record().details == {"en name": ["Zink", "Zinc"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "magnesium"}, "code"),
        ({"code": ""}, "code"),
        ({"code": "Zn 1"}, "code"),
        ({"name_nl": " "}, "name_nl"),
        ({"name_en": ""}, "name_en"),
    ],
)
def test_mistakes_in_an_ingredient_are_told_at_their_field(admin_client, form_of, changes, field):
    form = form_of(admin_client, NEW_INGREDIENT).set(code="zinc", name_nl="Zink", name_en="Zinc")
    answer = form.set(**changes).press()
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    db.session.rollback()
    assert "zinc" not in [one.code for one in editing.admin_ingredients()]


def test_a_collection_is_added_and_changed(admin_client, form_of):
    form = form_of(admin_client, NEW_COLLECTION).set(
        code="minerals", position="7", nl__name="Mineralen", en__name="Minerals", en__intro="Of the earth."
    )
    assert form.press().status_code == 303
    made = collection("minerals")
    assert (made.position, made.products) == (7, 0)
    assert {lang: text.slug for lang, text in made.texts.items()} == {"nl": "mineralen", "en": "minerals"}
    assert made.texts["en"].intro == "Of the earth."
    assert last_record().action == "collection added"
    form_of(admin_client, f"{BOARD}collections/minerals").set(position="3").press()
    assert collection("minerals").position == 3
    assert last_record().details == {"position": [7, 3]}


def test_saving_a_collection_without_a_change_changes_nothing(admin_client, form_of):
    before = collection()
    assert form_of(admin_client, MAGNESIUM).press().status_code == 303
    assert collection() == before
    assert last_record().details == {}


def test_a_changed_address_of_a_collection_leads_on(admin_client, form_of, demo_client):
    old = collection().texts["nl"].slug
    assert form_of(admin_client, MAGNESIUM).set(nl__slug="Alle Magnesium").press().status_code == 303
    assert collection().texts["nl"].slug == "alle-magnesium"
    assert db.session.scalar(select(SlugHistory.slug).where(SlugHistory.kind == "collection")) == old
    moved = demo_client.get(f"/nl/collections/{old}")
    assert moved.status_code == 301 and moved.location == "/nl/collections/alle-magnesium"
    assert demo_client.get(moved.location).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nl__name": ""}, "nl-name"),
        ({"en__slug": "nmn"}, "en-slug"),
        ({"en__slug": "", "en__name": "!!"}, "en-slug"),
        ({"position": "-1"}, "position"),
        ({"position": "x"}, "position"),
        ({"nl__meta_description": "x" * 201}, "nl-meta_description"),
    ],
)
def test_mistakes_in_a_collection_are_told_at_their_field(admin_client, form_of, changes, field):
    before = collection()
    answer = form_of(admin_client, MAGNESIUM).set(nl__intro="Niet bewaard.", **changes).press()
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert "Niet bewaard." in answer.text
    assert collection() == before


def test_a_code_that_is_taken_is_refused_at_its_field(admin_client, form_of):
    form = form_of(admin_client, NEW_COLLECTION).set(code="magnesium", nl__name="Twee", en__name="Two")
    answer = form.press()
    assert answer.status_code == 422 and 'id="code-error"' in answer.text


@pytest.mark.parametrize(
    ("page", "field"), [(MAGNESIUM, "nl__intro"), (f"{BOARD}ingredients/magnesium", "name_nl")]
)
def test_a_stale_edit_is_refused_and_nothing_is_lost(admin_client, form_of, page, field):
    mine, theirs = form_of(admin_client, page), form_of(admin_client, page)
    assert theirs.set(**{field: "Van hen"}).press().status_code == 303
    answer = mine.set(**{field: "Van mij"}).press()
    assert answer.status_code == 409 and "Van mij" in answer.text
    assert form_of(admin_client, page).get(field.replace("__", "-")) == "Van hen"


PASSWORD = "a long password for this test only"
PRODUCT = {
    "code": "zn-c",
    "nl__name": "Zink, capsules", "nl__short_name": "Zink", "nl__slug": "zink", "nl__unit": "capsules",
    "en__name": "Zinc, capsules", "en__short_name": "Zinc", "en__slug": "zinc", "en__unit": "capsules",
    "ingredient": "zinc", "collections": "minerals", "daily_units": "1",
    "variants__0__label_nl": "60 capsules", "variants__0__label_en": "60 capsules",
    "variants__0__sku": "ZN-C-60", "variants__0__net_grams": "30", "variants__0__days": "60",
    "variants__0__price": "12,95", "variants__0__stock": "20",
    "facts__0__name_nl": "Zink", "facts__0__name_en": "Zinc", "facts__0__amount": "10",
}  # fmt: skip


def test_an_empty_shop_gets_its_first_product_from_the_admin_alone(make_app, form_of):
    app = make_app("empty")
    runner = app.test_cli_runner()
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    staff = ["shop", "create-staff", "--email", "kim@shop.example", "--name", "Kim", "--role", "admin"]
    made = runner.invoke(args=[*staff, "--password", PASSWORD])
    assert made.exit_code == 0, made.output
    admin, shopper = app.test_client(), app.test_client()
    entry = form_of(admin, "/admin/sign-in").set(email="kim@shop.example", password=PASSWORD)
    assert entry.press().status_code == 303
    assert NEW_INGREDIENT in admin.get("/admin/products/new").text  # says what is needed first

    form = form_of(admin, NEW_INGREDIENT).set(code="zinc", name_nl="Zink", name_en="Zinc")
    assert form.press().status_code == 303
    form = form_of(admin, NEW_COLLECTION).set(code="minerals", nl__name="Mineralen", en__name="Minerals")
    assert form.press().status_code == 303
    assert NEW_INGREDIENT not in admin.get("/admin/products/new").text
    saved = form_of(admin, "/admin/products/new").set(**PRODUCT).press()
    assert saved.status_code == 303, re.findall(r'-error">.*', saved.text)
    assert shopper.get("/en/products/zinc").status_code == 404
    state = form_of(admin, "/admin/products/zn-c", "/admin/products/zn-c/state")
    assert state.press("state=published").status_code == 303

    page = shopper.get("/en/products/zinc").text
    assert "Zinc, capsules" in page and "12.95" in page
    assert "/en/collections/minerals" in page  # in the menu, too
    assert "/en/products/zinc" in shopper.get("/en/collections/minerals").text
    assert "/nl/products/zink" in shopper.get("/nl/products").text
    assert shopper.post("/en/cart/add", data={"sku": "ZN-C-60"}).status_code == 303
