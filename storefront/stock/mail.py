"""The mails to who waits for stock, in their language. Subjects name no product, see orders/mail.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from storefront.addresses import absolute
from storefront.catalog.models import ProductText
from storefront.database import db
from storefront.locale import gettext as _
from storefront.locale import speaking
from storefront.mail import Message, render
from storefront.stock.models import StockAlert


def stock_alert_asked(alert_id: int, at: str) -> Message | None:
    """Did you ask for this? None when it was answered, or asked anew, before this mail left."""
    alert = db.session.get(StockAlert, alert_id)
    if alert is None or alert.confirmed_at or alert.asked_at != datetime.fromisoformat(at):
        return None
    with speaking(alert.lang):
        link = absolute("shop_alerts.show", lang=alert.lang, token=alert.token)
        subject = _("Shall we tell you when it is back?")
        key = f"stock-alert-{alert.token}-{alert.asked_at:%Y%m%d%H%M%S}"
        return _written(
            "stock_alert_asked", alert.product_id, alert.lang, alert.email, key, subject=subject, link=link
        )


def back_in_stock(product_id: int, lang: str, email: str, token: str) -> Message | None:
    """It can be bought again. None when the product left the shop since."""
    with speaking(lang):
        subject = _("It is back in stock")
        return _written("back_in_stock", product_id, lang, email, f"back-in-stock-{token}", subject=subject)


def _written(what: str, product_id: int, lang: str, to: str, key: str, **more: Any) -> Message | None:
    texts = select(ProductText.name, ProductText.slug).where(
        ProductText.product_id == product_id, ProductText.lang == lang
    )
    product = db.session.execute(texts).first()
    if product is None:
        return None
    values: dict[str, Any] = {
        "lang": lang,
        "name": product.name,
        "product_link": absolute("shop_products.show", lang=lang, slug=product.slug),
        "contact_link": absolute("shop_pages.show", lang=lang, slug="contact"),
        **more,
    }
    return Message(
        to=to,
        subject=values["subject"],
        text=render(f"mail/{what}.txt", **values).strip() + "\n",
        html=render(f"mail/{what}.html", **values),
        key=key,
    )
