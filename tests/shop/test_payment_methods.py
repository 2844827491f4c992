"""The ways to pay are those of the setting, from the cart to the order."""

from __future__ import annotations

from storefront.database import db
from storefront.testing import Maker
from tests.orders import shelf
from tests.orders.shelf import SMALL

WAYS = (
    {"code": "eps", "names": {"nl": "EPS nl", "en": "EPS en"}, "details": {"nl": "", "en": "Austria"}},
    {"code": "card", "names": {"nl": "Kaart", "en": "Card"}, "details": {"nl": "", "en": ""}},
)


def test_a_shop_with_other_ways_to_pay(make_app: Maker) -> None:
    app = make_app("empty", payment_methods=WAYS)
    with app.app_context():
        shelf.fill(10)
        buyer = app.test_client()
        buyer.post("/en/cart/add", data={"sku": SMALL})
        for path in ("/en/cart", "/en/checkout"):
            page = buyer.get(path).text
            assert "EPS en" in page, path
            assert "iDEAL" not in page, path
        assert 'value="eps" checked' in buyer.get("/en/checkout").text, "the first one is chosen"
        assert shelf.checkout(buyer, payment="ideal").status_code == 400
        assert shelf.checkout(buyer, payment="eps").status_code == 303
        (order,) = shelf.orders()
        assert (order.payment_method, order.payment_name) == ("eps", "EPS en")
        db.session.remove()
