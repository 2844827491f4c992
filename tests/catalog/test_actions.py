"""Products are created, changed, copied and archived; prices and addresses keep their history."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from storefront.catalog import actions, editing, queries
from storefront.catalog.collections import save_collection
from storefront.catalog.data import CollectionData, CollectionTextData, ProductData, TextData, VariantData
from storefront.catalog.models import PriceHistory
from storefront.database import db
from storefront.refusals import Refused
from storefront.transactions import writing


@pytest.fixture(autouse=True)
def shop(any_app: Flask) -> Iterator[None]:
    with any_app.app_context():
        with writing():
            actions.add_ingredient("magnesium", {"nl": "Magnesium", "en": "Magnesium"})
            actions.add_ingredient("nmn", {"nl": "NMN", "en": "NMN"})
            text = {"nl": CollectionTextData(name="Magnesium"), "en": CollectionTextData(name="Magnesium")}
            save_collection(CollectionData(code="magnesium", texts=text))
        yield


def product(code: str = "mgt-c", **changes: object) -> ProductData:
    data = ProductData(
        code=code,
        ingredient="magnesium",
        form="capsules",
        daily_units=Decimal(3),
        units={"nl": "capsules", "en": "capsules"},
        texts={
            "nl": TextData(name="Magnesium L‑threonaat, capsules", slug=f"{code}-nl"),
            "en": TextData(name="Magnesium L‑threonate, capsules", slug=f"{code}-en"),
        },
        variants=[
            VariantData(
                sku=f"{code}-90".upper(),
                labels={"nl": "90", "en": "90"},
                net_grams=Decimal("70.2"),
                days=30,
                price_cents=3495,
            )
        ],
        collections=["magnesium"],
    )
    return replace(data, **changes)


def created(**changes: object) -> editing.ProductEdit:
    with writing():
        code = actions.create_product(product(**changes), "An").code
    found = editing.product_to_edit(code)
    assert found is not None
    return found


def changed(found: editing.ProductEdit, **changes: object) -> ProductData:
    variant = found.variants[0]
    same = replace(product(found.product.code).variants[0], id=variant.id, price_cents=variant.price_cents)
    return replace(product(found.product.code, variants=[same]), **changes)


def prices(found: editing.ProductEdit) -> list[int]:
    history = select(PriceHistory.price_cents).where(PriceHistory.variant_id == found.variants[0].id)
    return list(db.session.scalars(history.order_by(PriceHistory.since, PriceHistory.id)))


def test_a_new_product_is_a_draft_with_its_first_price_in_the_history() -> None:
    found = created()
    assert found.product.state == "draft"
    assert found.collections == ["magnesium"]
    assert prices(found) == [3495]


def test_a_changed_price_appends_to_the_history_and_the_same_price_does_not() -> None:
    found = created()
    dearer = replace(changed(found).variants[0], price_cents=3695)
    with writing():
        changes = actions.save_product("mgt-c", changed(found, variants=[dearer]), None, "An")
    with writing():
        again = actions.save_product("mgt-c", changed(found, variants=[dearer]), None, "An")
    assert changes == {"MGT-C-90 price": [3495, 3695]}
    assert again == {}
    assert prices(found) == [3495, 3695]


def test_a_changed_address_leads_on_and_can_be_taken_back() -> None:
    found = created()
    with writing():
        actions.set_state("mgt-c", "published")
    texts = changed(found).texts
    moved = texts | {"nl": replace(texts["nl"], slug="threonaat")}
    with writing():
        actions.save_product("mgt-c", changed(found, texts=moved), None, "An")
    assert queries.moved_slug("product", "nl", "mgt-c-nl") == "threonaat"
    assert queries.moved_slug("product", "en", "mgt-c-nl") is None
    with writing():
        actions.save_product("mgt-c", changed(found), None, "An")
    assert queries.moved_slug("product", "nl", "threonaat") == "mgt-c-nl"
    assert queries.moved_slug("product", "nl", "mgt-c-nl") is None


def test_only_the_text_that_changed_gets_a_new_date() -> None:
    found = created()
    dates = {lang: text.updated_at for lang, text in found.texts.items()}
    texts = changed(found).texts
    with writing():
        data = changed(found, texts=texts | {"nl": replace(texts["nl"], summary="Eén ingrediënt.")})
        actions.save_product("mgt-c", data, None, "An")
    now = editing.product_to_edit("mgt-c")
    assert now is not None
    assert now.texts["nl"].updated_at > dates["nl"]
    assert now.texts["en"].updated_at == dates["en"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("code", {"code": "mgt-c"}),
        ("en-slug", {"texts": {"en": TextData(name="Magnesium", slug="mgt-c-en")}}),
        ("variants-0-sku", {"variants": product("mgt-c").variants}),
        ("variants-1-sku", {"variants": product("new").variants * 2}),
        ("variants-0-price", {"variants": [replace(product("new").variants[0], price_cents=0)]}),
        ("variants-0-sku", {"variants": [replace(product("new").variants[0], sku="")]}),
        ("variants-0-net_grams", {"variants": [replace(product("new").variants[0], net_grams=Decimal(0))]}),
        ("variants-0-days", {"variants": [replace(product("new").variants[0], days=0)]}),
        ("daily_units", {"daily_units": Decimal(0)}),
        ("vat_class", {"vat_class": "none"}),
        ("nl-name", {"texts": {"nl": TextData(name=" ")}}),
        ("nl-slug", {"texts": {"nl": TextData(name="！？")}}),
        ("ingredient", {"ingredient": "unheard"}),
        ("form", {"form": "gas"}),
    ],
)
def test_a_refusal_stands_at_its_field_and_changes_nothing(field: str, changes: dict[str, object]) -> None:
    created()
    with writing():
        with pytest.raises(Refused) as refusal:
            actions.create_product(replace(product("new"), **changes), "An")
        assert refusal.value.field == field
        assert refusal.value.status == 422
    assert editing.product_to_edit("new") is None
    assert [row.code for row in editing.admin_products()[0]] == ["mgt-c"]


def test_a_stale_edit_is_refused() -> None:
    found = created()
    opened = found.updated_at
    with writing():
        actions.save_product("mgt-c", changed(found), opened, "An")
    with writing(), pytest.raises(Refused) as refusal:
        actions.save_product("mgt-c", changed(found), opened - timedelta(seconds=1), "Bo")
    assert refusal.value.status == 409


def test_a_copy_is_a_draft_with_addresses_and_numbers_of_its_own() -> None:
    created()
    with writing():
        actions.set_state("mgt-c", "published")
        code = actions.duplicate_product("mgt-c", None, "An")
        second = actions.duplicate_product("mgt-c", None, "An")
    assert [code, second] == ["mgt-c-2", "mgt-c-3"]
    copy = editing.product_to_edit("mgt-c-2")
    assert copy is not None
    assert copy.product.state == "draft"
    assert copy.texts["nl"].slug == "mgt-c-nl-2"
    assert [variant.sku for variant in copy.variants] == ["MGT-C-90-2"]


def test_a_size_that_is_left_out_goes_off_sale() -> None:
    found = created()
    other = replace(product("mgt-c").variants[0], sku="MGT-C-180")
    with writing():
        actions.save_product("mgt-c", changed(found, variants=[other]), None, "An")
    now = editing.product_to_edit("mgt-c")
    assert now is not None
    assert {variant.sku: variant.on_sale for variant in now.variants} == {
        "MGT-C-90": False,
        "MGT-C-180": True,
    }


@pytest.mark.parametrize(
    "act",
    [
        lambda: actions.set_state("unheard", "draft"),
        lambda: actions.duplicate_product("unheard", None, "An"),
        lambda: actions.rename_ingredient("unheard", {}),
    ],
)
def test_what_is_not_there_cannot_be_changed(act: Callable[[], object]) -> None:
    with writing(), pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.status == 404


def test_a_product_without_a_size_on_sale_cannot_be_published() -> None:
    created(variants=[])
    with writing(), pytest.raises(Refused):
        actions.set_state("mgt-c", "published")


def test_search_bears_accents_apostrophes_and_hyphens() -> None:
    text = TextData(name="Betaïne, capsules", summary="Uit suikerbiet; zo’n 1,5 g per dag.")
    found = created(code="tmg-c", texts={"nl": text})
    assert queries.search("betaine", "nl") == []
    with writing():
        actions.set_state("tmg-c", "published")
    for asked in ("betaine", "BETAÏNE", "capsules betaïne", "zon", "zo'n", "tmg-c-90", "  suikerbiet "):
        assert queries.search(asked, "nl") == [found.product.id], asked
    for asked in ("betaine", "threonaat", "", "!?", "100%", "_"):
        assert queries.search(asked, "en") == [], asked
    assert queries.search("betaine threonaat", "nl") == []


def test_navigation_names_collections_that_have_products() -> None:
    created()
    assert queries.navigation("nl") == []
    with writing():
        actions.set_state("mgt-c", "published")
    assert [(link.kind, link.code, link.slug) for link in queries.navigation("nl")] == [
        ("collection", "magnesium", "magnesium")
    ]
    view = queries.collection("magnesium", "nl")
    assert view is not None and view.slugs == {"nl": "magnesium", "en": "magnesium"}
    assert [(row.kind, row.lang, row.slug) for row in queries.sitemap()] == [
        ("collection", "en", "magnesium"),
        ("collection", "nl", "magnesium"),
        ("product", "en", "mgt-c-en"),
        ("product", "nl", "mgt-c-nl"),
    ]


def test_a_collection_that_moved_leads_on() -> None:
    text = {"nl": CollectionTextData(name="Magnesium", slug="mineraal")}
    with writing():
        save_collection(CollectionData(code="magnesium", texts=text))
    assert queries.moved_slug("collection", "nl", "magnesium") == "mineraal"
    with writing(), pytest.raises(Refused) as refusal:
        save_collection(CollectionData(code="other", texts=text))
    assert refusal.value.field == "nl-slug"
