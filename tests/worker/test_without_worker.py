"""Without a worker the shop sells; `/readyz` says so, and the mails go out when one runs again."""

from __future__ import annotations

from flask import Flask

from storefront import worker
from storefront.addresses import settings
from storefront.jobs import queries
from storefront.mail import mail_folder
from tests.orders import shelf
from tests.orders.shelf import SMALL


def test_the_shop_sells_without_a_worker_and_names_it_as_missing(any_app: Flask) -> None:
    shop, buyer = shelf.fill(10), any_app.test_client()
    buyer.post("/en/cart/add", data={"sku": SMALL})
    demo = shelf.checkout(buyer).headers["Location"]
    assert buyer.post(f"{demo}/pay").status_code == 303
    (order,) = shelf.orders()
    assert (order.state, shop.left(SMALL)) == ("paid", 9)
    assert buyer.get(f"/en/orders/{order.token}").status_code == 200
    ready = buyer.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["worker"] == {"state": "missing", "seen_at": None}
    assert ready.json["queue"]["waiting"] == queries.health().waiting > 0

    worker.work(once=True)
    ready = buyer.get("/readyz")
    assert ready.json["worker"]["state"] == "ok" and ready.json["worker"]["seen_at"]
    assert ready.json["queue"] == {"waiting": 0, "dead": 0}
    assert [path.suffix for path in mail_folder(settings()).iterdir()].count(".eml") > 0
