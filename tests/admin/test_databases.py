"""The admin on SQLite and on PostgreSQL: every page opens, and what is saved is saved."""

from storefront.catalog import editing
from storefront.database import db
from storefront.stock import queries as stock
from storefront.testing import entered_as

PAGES = (
    "/admin/",
    "/admin/orders/?q=26-0412&state=paid",
    "/admin/products/",
    "/admin/products/mgt-c",
    "/admin/products/new",
    "/admin/evidence/",
    "/admin/evidence/lots/26-0412",
    "/admin/evidence/reports/new?lot=26-0412",
    "/admin/evidence/reports/1",
    "/admin/pages/",
    "/admin/staff/",
    "/admin/audit/?target=product+mgt-c",
)


def test_every_page_opens_and_a_price_and_a_count_are_saved(any_demo_app, form_of):
    client = entered_as(any_demo_app, "admin")
    for path in PAGES:
        assert client.get(path).status_code == 200, path
    form = form_of(client, "/admin/products/mgt-c")
    form.set(variants__0__price="36,50", variants__0__stock="41", nl__storage="Droog en donker.")
    assert form.press().status_code == 303
    db.session.rollback()
    edit = editing.product_to_edit("mgt-c")
    assert edit.variants[0].price_cents == 3650
    assert stock.levels([edit.variants[0].id]) == {edit.variants[0].id: 41}
    assert edit.texts["nl"].storage == "Droog en donker."
    assert "product mgt-c" in client.get("/admin/audit/").text
