"""Discounts in the admin: a new one, a change, the end of one, and what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from storefront import clock
from storefront.catalog.models import CollectionProduct
from storefront.database import db
from storefront.offers.reductions import members_of
from storefront.pricing.models import Discount
from storefront.testing import entered_as
from storefront.transactions import writing

NEW = "/admin/discounts/new"
GIVEN = {"code": "autumn 10", "name_nl": "Herfst", "name_en": "Autumn", "percent": "12,5"}


def saved() -> list[Discount]:
    """Every discount but the one of the demo shop."""
    db.session.rollback()
    mine = Discount.code.is_distinct_from("WELKOM10")
    return list(db.session.scalars(select(Discount).where(mine).order_by(Discount.id)))


def test_a_code_is_added_listed_used_changed_and_ended(admin_client, demo_client, form_of):
    form = form_of(admin_client, NEW).set(**GIVEN, most_uses="10", most_per_customer="1", products=["mgt-c"])
    assert form.press().status_code == 303
    (one,) = saved()
    assert (one.code, one.value, one.products, one.starts_on) == ("AUTUMN10", 1250, ["mgt-c"], clock.today())
    page = admin_client.get("/admin/discounts/").text
    assert "AUTUMN10" in page and ("0 of 10" in page or "0 van 10" in page)
    assert "1 per customer" in page or "1 per klant" in page
    demo_client.post("/en/cart/add", data={"sku": "MGT-C-90"})
    assert demo_client.post("/en/cart/code", data={"code": "autumn10"}).status_code == 303
    where = f"/admin/discounts/{one.id}"
    assert (
        form_of(admin_client, where).set(percent="10", ends_on=f"{clock.today()}").press().status_code == 303
    )
    assert (saved()[0].value, saved()[0].ends_on) == (1000, clock.today())
    assert form_of(admin_client, where, f"{where}/end").press().status_code == 303
    assert not saved()[0].active
    assert demo_client.post("/en/cart/code", data={"code": "autumn10"}).status_code == 422
    assert "AUTUMN10" in admin_client.get("/admin/audit/").text
    assert form_of(admin_client, where).set(percent="20").press().status_code == 404


def test_who_ends_a_discount_after_somebody_else_is_told_so(admin_client, form_of):
    assert form_of(admin_client, NEW).set(**GIVEN).press().status_code == 303
    (one,) = saved()
    end = form_of(admin_client, f"/admin/discounts/{one.id}", f"/admin/discounts/{one.id}/end")
    assert end.press().status_code == 303
    again = end.press()
    assert again.status_code == 409
    assert "AUTUMN10" in again.text
    assert 'role="alert"' in again.text


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("percent", {"percent": "0"}),
        ("percent", {"percent": "many"}),
        ("percent", {"percent": "100", "code": ""}),
        ("percent", {"kind": "piece", "amount": "5"}),
        ("amount", {"amount": "5"}),
        ("amount", {"kind": "shipping", "percent": "", "amount": "5"}),
        ("percent", {"percent": "1,234"}),
        ("amount", {"kind": "amount", "amount": ""}),
        ("minimum", {"minimum": "cheap"}),
        ("name_nl", {"name_nl": ""}),
        ("starts_on", {"starts_on": "soon"}),
        ("ends_on", {"ends_on": "9999-12-31"}),
        ("ends_on", {"ends_on": f"{clock.today() - timedelta(days=1)}"}),
        ("most_uses", {"most_uses": "0"}),
        ("most_per_customer", {"code": "", "most_per_customer": "1"}),
    ],
)
def test_mistakes_are_told_at_their_field_and_nothing_is_saved(admin_client, form_of, field, changes):
    answer = form_of(admin_client, NEW).set(**(GIVEN | changes)).press()
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert saved() == []


def test_an_offer_that_has_begun_can_only_be_ended(admin_client, form_of):
    assert form_of(admin_client, NEW).set(**(GIVEN | {"code": ""})).press().status_code == 303
    (one,) = saved()
    assert one.code is None
    where = f"/admin/discounts/{one.id}"
    assert form_of(admin_client, where).set(percent="50").press().status_code == 422
    assert form_of(admin_client, where).set(name_en="Winter").press().status_code == 303
    assert saved()[0].names["en"] == "Winter"


def test_an_automatic_offer_is_for_what_is_in_its_collections_when_it_is_saved(admin_client, form_of):
    """Else a product that leaves the collection takes the offer out of its lowest price of 30 days."""
    given = GIVEN | {"code": "", "collections": ["magnesium"], "products": ["nmn-p"]}
    assert form_of(admin_client, NEW).set(**given).press().status_code == 303
    one = saved()[-1]
    members = members_of(["magnesium"])["magnesium"]
    assert one.collections == []
    assert one.products == sorted({"nmn-p", *members})
    where = f"/admin/discounts/{one.id}"
    assert form_of(admin_client, where).set(name_en="Winter").press().status_code == 303, "it stays as it is"
    assert form_of(admin_client, NEW).set(**given | {"code": "other"}).press().status_code == 303
    assert saved()[-1].collections == ["magnesium"], "a code follows them"
    with writing():
        db.session.execute(delete(CollectionProduct))
    answer = form_of(admin_client, NEW).set(**given).press()
    assert answer.status_code == 422, "nothing would mean everything"
    assert len(saved()) == 2


def test_who_may_not_stays_out_and_what_is_not_there_is_not_found(demo_app, admin_client):
    assert entered_as(demo_app, "marketer").get("/admin/discounts/").status_code == 403
    for number in ("2", "99999999999999999999"):
        assert admin_client.get(f"/admin/discounts/{number}").status_code == 404
