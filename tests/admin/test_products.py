"""The product list and editor."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from storefront.accounts.queries import audit_records
from storefront.catalog import editing
from storefront.catalog.models import PriceHistory, SlugHistory
from storefront.database import db
from storefront.money import format_money
from storefront.orders import actions as order_actions
from storefront.quality.editing import absorption_of
from storefront.stock import queries as stock
from storefront.testing import entered_as
from storefront.transactions import writing
from tests.orders.shelf import SMALL, Shelf, new_order

CODE = "mgt-c"
PAGE = f"/admin/products/{CODE}"


def product(code=CODE) -> editing.ProductEdit | None:
    db.session.rollback()
    return editing.product_to_edit(code)


def levels(code=CODE) -> dict[str, int]:
    edit = product(code)
    found = stock.levels([v.id for v in edit.variants])
    return {v.sku: found[v.id] for v in edit.variants}


def png(width=900, height=700, colour="seagreen") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    file.seek(0)
    return file


def test_the_list_tells_stock_batch_badges_and_price(admin_client):
    page = admin_client.get("/admin/products/").text
    for words in ("mgt-c", "26-0412", "34,95", "62,95"):
        assert words in page, words
    assert re.search("3 (van|of) 3", page)
    assert "mgt-c" not in admin_client.get("/admin/products/?state=draft").text


def test_an_empty_page_says_nothing_of_none(admin_client):
    assert "None" not in admin_client.get("/admin/products/new").text


def test_saving_without_a_change_changes_nothing(admin_client, form_of):
    before = product()
    texts = {
        lang: (t.name, t.ingredients, t.warnings, t.questions, t.updated_at)
        for lang, t in before.texts.items()
    }
    plain = (before.product.facts, before.product.pictures, before.product.daily_units, before.collections)
    stocked = levels()
    prices = db.session.scalars(select(PriceHistory.id)).all()
    assert form_of(admin_client, PAGE).press().status_code == 303
    after = product()
    assert {
        lang: (t.name, t.ingredients, t.warnings, t.questions, t.updated_at)
        for lang, t in after.texts.items()
    } == texts
    assert (
        after.product.facts,
        after.product.pictures,
        after.product.daily_units,
        after.collections,
    ) == plain
    assert levels() == stocked
    assert db.session.scalars(select(PriceHistory.id)).all() == prices


@pytest.mark.parametrize(
    ("typed", "cents"), [("36,50", 3650), ("36.5", 3650), ("€ 1.036,50", 103650), ("40", 4000)]
)
def test_a_price_is_changed_and_remembered(admin_client, form_of, demo_client, typed, cents):
    form = form_of(admin_client, PAGE).set(variants__0__price=typed)
    assert form.press().status_code == 303
    variant = product().variants[0]
    assert variant.price_cents == cents
    history = db.session.scalars(select(PriceHistory).where(PriceHistory.variant_id == variant.id)).all()
    assert history[-1].price_cents == cents and history[-1].actor == "Marieke de Wit"
    log = admin_client.get("/admin/audit/").text
    assert f"{variant.sku}, prijs: {format_money(3495, 'nl')} → {format_money(cents, 'nl')}" in log
    slug = product().texts["nl"].slug
    shown = demo_client.get(f"/nl/products/{slug}").text
    assert f"{cents // 100 % 1000},{cents % 100:02d}" in shown


@pytest.mark.parametrize("typed", ["", "0", "-1", "free", "1e9"])
def test_a_price_that_is_none_is_refused_at_its_field(admin_client, form_of, typed):
    form = form_of(admin_client, PAGE).set(variants__0__price=typed, nl__summary="Nog niet bewaard.")
    answer = form.press()
    assert answer.status_code == 422
    assert 'id="variants-0-price-error"' in answer.text and "Nog niet bewaard." in answer.text
    assert product().variants[0].price_cents == 3495


def test_a_changed_address_keeps_its_old_one(admin_client, form_of, demo_client):
    old = product().texts["nl"].slug
    assert form_of(admin_client, PAGE).set(nl__slug="Nieuw Adres").press().status_code == 303
    assert product().texts["nl"].slug == "nieuw-adres"
    assert db.session.scalar(select(SlugHistory.slug).where(SlugHistory.lang == "nl")) == old
    moved = demo_client.get(f"/nl/products/{old}")
    assert moved.status_code == 301 and moved.location.endswith("/nl/products/nieuw-adres")


def test_an_address_of_another_product_is_refused_at_its_field(admin_client, form_of):
    taken = product("nmn-c").texts["en"].slug
    answer = form_of(admin_client, PAGE).set(en__slug=taken).press()
    assert answer.status_code == 422 and 'id="en-slug-error"' in answer.text
    assert f'value="{taken}"' in answer.text


def test_a_stale_edit_is_refused_and_nothing_is_lost(admin_client, form_of):
    mine, theirs = form_of(admin_client, PAGE), form_of(admin_client, PAGE)
    assert theirs.set(nl__storage="Koel.").press().status_code == 303
    answer = mine.set(nl__storage="Droog.").press()
    assert answer.status_code == 409 and "Droog." in answer.text
    assert product().texts["nl"].storage == "Koel."


def test_counted_stock_is_written_and_untouched_stock_is_not(admin_client, form_of):
    form = form_of(admin_client, PAGE)
    sku, other = (variant.sku for variant in product().variants[:2])
    before = levels()
    form.set(variants__0__stock="7")
    counted, with_sale = (variant.id for variant in product().variants[:2])
    from storefront.stock.actions import take_all
    from storefront.transactions import writing

    with writing():
        take_all({with_sale: 1}, None, "shopper")
        take_all({counted: 2}, None, "shopper")
    answer = form.press(follow_redirects=True)
    assert levels() == before | {sku: 5, other: before[other] - 1}
    assert f"{sku}: {before[sku] - 2} → 5" in answer.text
    records, _total = audit_records(1)
    assert records[0].details == {f"{sku} stock": [before[sku] - 2, 5]}


def test_the_log_says_what_a_save_changed_and_nothing_of_an_empty_one(admin_client, form_of):
    def logged() -> list[list[str]]:
        db.session.rollback()
        return [list(record.details) for record in audit_records(1)[0]]

    form_of(admin_client, PAGE).press()
    assert logged() == []
    form_of(admin_client, PAGE).set(collections=None).press()
    assert logged() == [["collections"]]


def test_rows_are_added_and_removed_without_saving(admin_client, form_of, reread):
    form = form_of(admin_client, PAGE).set(nl__summary="Nog niet bewaard.")
    rows = len(product().variants)
    answer = form.press("do=add:variants")
    assert answer.status_code == 200 and "Nog niet bewaard." in answer.text
    longer = reread(admin_client, answer, PAGE)
    assert longer.get(f"variants-{rows}-sku") == ""
    answer = longer.press(f"do=remove:variants-{rows}")
    assert f"variants-{rows}-sku" not in answer.text
    answer = form.press("do=add:nl-questions")
    assert answer.status_code == 200
    assert len(product().variants) == rows
    assert form.press("do=remove:facts-99").status_code == 400
    assert form.press("do=drop:tables").status_code == 400


def test_a_new_size_gets_a_stock_level(admin_client, form_of, reread):
    rows = len(product().variants)
    form = reread(admin_client, form_of(admin_client, PAGE).press("do=add:variants"), PAGE)
    new = {
        "label_nl": "30 capsules",
        "label_en": "30 capsules",
        "sku": "MGT-C-30",
        "net_grams": "23,4",
        "days": "10",
        "pieces": "30",
        "price": "14,95",
        "stock": "12",
    }
    form.set(**{f"variants__{rows}__{name}": value for name, value in new.items()})
    assert form.press().status_code == 303
    added = product().variants[-1]
    assert (added.sku, added.price_cents, str(added.net_grams), added.days) == ("MGT-C-30", 1495, "23.4", 10)
    assert levels()["MGT-C-30"] == 12


def test_a_size_is_taken_off_sale(admin_client, form_of):
    assert form_of(admin_client, PAGE).set(variants__1__on_sale=None).press().status_code == 303
    assert [variant.on_sale for variant in product().variants[:2]] == [True, False]


def new_product(form_of, client, **changes) -> Any:
    values = {"code": "zinc-c", "daily_units": "1", "main_analyte": "zinc"}
    for lang in ("nl", "en"):
        values |= {
            f"{lang}__name": f"Zink {lang}",
            f"{lang}__short_name": "Zink",
            f"{lang}__slug": "zink",
            f"{lang}__unit": "capsules",
        }
    values |= {
        "variants__0__label_nl": "60 capsules",
        "variants__0__label_en": "60 capsules",
        "variants__0__sku": "ZN-60",
    }
    values |= {
        "variants__0__net_grams": "30",
        "variants__0__days": "60",
        "variants__0__price": "12,50",
        "variants__0__stock": "20",
    }
    values |= {
        "facts__0__name_nl": "Zink",
        "facts__0__name_en": "Zinc",
        "facts__0__amount": "15",
        "facts__0__nrv": "10",
    }
    return form_of(client, "/admin/products/new").set(**values | changes)


def test_a_product_is_made_published_and_archived(admin_client, form_of, demo_client):
    assert new_product(form_of, admin_client).press().location == "/admin/products/zinc-c"
    assert product("zinc-c").product.state == "draft" and levels("zinc-c") == {"ZN-60": 20}
    assert demo_client.get("/nl/products/zink").status_code == 404
    state = form_of(admin_client, "/admin/products/zinc-c", "/state")
    assert state.press("state=published").status_code == 303
    assert demo_client.get("/nl/products/zink").status_code == 200
    assert state.press("state=archived").status_code == 303
    assert demo_client.get("/nl/products/zink").status_code == 404
    assert state.press("state=nonsense").status_code == 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "mgt-c"}, "code"),
        ({"code": "Not A Code"}, "code"),
        ({"nl__name": ""}, "nl-name"),
        ({"variants__0__sku": "MGT-C-90"}, "variants-0-sku"),
        ({"variants__0__days": "1.5"}, "variants-0-days"),
        ({"variants__0__net_grams": "-3"}, "variants-0-net_grams"),
        ({"daily_units": "many"}, "daily_units"),
        ({"facts__0__amount": ""}, "facts-0-amount"),
    ],
)
def test_mistakes_are_told_at_their_field_and_all_that_was_typed_stays(admin_client, form_of, changes, field):
    answer = new_product(form_of, admin_client, **changes).press()
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert 'value="12,50"' in answer.text and 'value="Zink"' in answer.text
    assert product("zinc-c") is None


def test_a_copy_is_a_draft_of_its_own(admin_client, form_of):
    copy = form_of(admin_client, PAGE, "/duplicate").set(code="mgt-c-new")
    assert copy.press().location == "/admin/products/mgt-c-new"
    assert product("mgt-c-new").product.state == "draft"
    assert set(levels("mgt-c-new").values()) == {0}
    again = copy.press()
    assert again.status_code == 422 and 'id="code-error"' in again.text


def test_pictures_are_stored_described_ordered_and_removed(admin_client, form_of, reread):
    before = len(product().product.pictures)
    form = form_of(admin_client, PAGE)
    answer = form.set(uploads=[(png(), "front.png"), (png(colour="red"), "back.png")]).press("do=upload")
    assert answer.status_code == 200
    described = reread(admin_client, answer, PAGE)
    assert described.press().status_code == 422  # new pictures have no text alternative yet
    for number, place in ((before, "0"), (before + 1, "90")):
        described.set(
            **{f"pictures__{number}__alt_{lang}": f"Nieuw {number} {lang}" for lang in ("nl", "en")}
        )
        described.set(**{f"pictures__{number}__place": place})
    assert described.press().status_code == 303
    pictures = product().product.pictures
    assert len(pictures) == before + 2
    assert pictures[0]["alt"]["nl"] == f"Nieuw {before} nl" and pictures[0]["width"] == 900
    removed = form_of(admin_client, PAGE).set(pictures__0__remove="y")
    assert removed.press().status_code == 303
    assert len(product().product.pictures) == before + 1


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_is_refused_at_its_field(admin_client, form_of, content):
    form = form_of(admin_client, PAGE).set(uploads=[(io.BytesIO(content), "x.png")])
    answer = form.press("do=upload")
    assert answer.status_code == 422 and 'id="uploads-error"' in answer.text


def test_a_forged_picture_is_no_request_of_ours(admin_client, form_of):
    form = form_of(admin_client, PAGE).set(pictures__0__ticket="e30.forged")
    assert form.press().status_code == 400


@pytest.mark.parametrize(
    ("lang", "shown", "not_shown"),
    [("nl", ">Getoond<", "Niet getoond, want"), ("en", ">Shown<", "Not shown, because")],
)
def test_the_editor_says_for_each_badge_whether_it_is_shown(admin_client, form_of, lang, shown, not_shown):
    form_of(admin_client, "/admin/", "/admin/language").press(f"lang={lang}")
    page = admin_client.get(PAGE).text
    assert page.count(shown) == 3 and not_shown not in page
    admin_client.post("/dev/date/", data={"shown": "2099-01-01", "back": "/"})
    page = admin_client.get(PAGE).text
    assert page.count(not_shown) == 3 and shown not in page


def test_absorption_is_linked_whole_or_not_at_all(admin_client, form_of):
    form = form_of(admin_client, "/admin/products/nmn-c", "/absorption")
    half = form.set(doi="10.2903/j.efsa.2024.8656").press()
    assert half.status_code == 422 and "10.2903/j.efsa.2024.8656" in half.text
    form.set(citation="EFSA Journal 22:e8656", assessor="EFSA", year="2024")
    assert form.press().status_code == 303
    db.session.rollback()
    assert absorption_of(product("nmn-c").product.id).year == 2024
    assert form.set(citation="", doi="", assessor="", year="").press().status_code == 303
    db.session.rollback()
    assert absorption_of(product("nmn-c").product.id) is None


def test_posts_without_the_token_change_nothing(admin_client, form_of):
    form = form_of(admin_client, PAGE).set(csrf_token=None, nl__storage="Koel.")
    assert form.press().status_code == 422
    assert (
        form_of(admin_client, PAGE, "/state").set(csrf_token=None).press("state=archived").status_code == 400
    )
    assert product().product.state == "published" and product().texts["nl"].storage != "Koel."


def test_a_nul_byte_is_no_request_of_ours(admin_client, form_of):
    assert form_of(admin_client, PAGE).set(nl__name="a\x00b").press().status_code == 400


@pytest.mark.parametrize(
    ("page", "button", "typing"),
    [
        ("products/mgt-c", "add:variants", 'id="variants-2-label_nl"'),
        ("products/mgt-c", "remove:facts-0", 'value="add:facts"'),
        ("products/mgt-c", "add:en-questions", r'id="en-questions-\d-q"'),
        ("evidence/reports/1", "add:results", r'id="results-\d+-category"'),
        ("evidence/reports/1", "remove:results-0", 'value="add:results"'),
    ],
)
def test_one_goes_on_typing_where_a_row_was_added_or_removed(admin_client, form_of, page, button, typing):
    answer = form_of(admin_client, f"/admin/{page}").press(f"do={button}")
    focused = re.findall(r"<[^>]* autofocus[^>]*>", answer.text)
    assert answer.status_code == 200 and len(focused) == 1
    assert re.search(typing, focused[0]), focused


def test_what_a_new_shop_lacks_is_one_click_away(app, form_of):
    client = entered_as(app, "admin")
    assert 'href="/admin/products/new"' in client.get("/admin/evidence/lots/new").text
    report = client.get("/admin/evidence/reports/new").text.partition("<main")[2]
    for where in ("lots", "laboratories"):
        assert f'href="/admin/evidence/{where}/new"' in report


def test_the_stock_field_says_what_orders_keep(admin_client):
    def hint() -> str:
        return re.findall(r'id="variants-0-stock-hint">([^<]*)', admin_client.get(PAGE).text)[0]

    assert "het verschil" in hint()
    assert "onbetaalde" not in hint()
    shelf = Shelf({variant.sku: variant.id for variant in product().variants})
    with writing():
        order_actions.place(new_order(shelf, {SMALL: 2}))
        paid = order_actions.place(new_order(shelf, {SMALL: 3}, cart_id="cart-0123456789abcdeg"))
        order_actions.mark_paid(paid.id, "demo", {})
    assert "2 van onbetaalde bestellingen, 3 nog te verzenden" in hint()
