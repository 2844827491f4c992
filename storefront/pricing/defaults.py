"""What a fresh shop charges: VAT rates and ways of delivery to begin with. The admin changes them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from storefront.database import LocalText, db
from storefront.pricing.actions import set_vat_rate
from storefront.pricing.models import ShippingMethod, VatRate
from storefront.pricing.queries import Days
from storefront.pricing.shipping import add_shipping_method

# Country, class, basis points, since when.
VAT_RATES = (
    ("NL", "reduced", 900, date(2019, 1, 1)),
    ("NL", "standard", 2100, date(2012, 10, 1)),
    ("BE", "reduced", 600, date(2000, 1, 1)),
    ("BE", "standard", 2100, date(2000, 1, 1)),
)
STANDARD = {"nl": "Gewone verzending", "en": "Standard delivery"}
REGISTERED = {"nl": "Aangetekend", "en": "Registered"}
# Country, code, names, details, price in cents, free from so many cents of goods.
SHIPPING: tuple[tuple[str, str, LocalText, LocalText, int, int | None], ...] = (
    (
        *("NL", "standard", STANDARD),
        {"nl": "PostNL, 1 tot 2 werkdagen, met track & trace", "en": "PostNL, 1 to 2 working days, tracked"},
        *(450, 5000),
    ),
    (
        *("NL", "registered", REGISTERED),
        {
            "nl": "PostNL, 1 tot 2 werkdagen, met handtekening",
            "en": "PostNL, 1 to 2 working days, signed for",
        },
        *(795, None),
    ),
    (
        *("BE", "standard", STANDARD),
        {"nl": "bpost, 2 tot 3 werkdagen, met track & trace", "en": "bpost, 2 to 3 working days, tracked"},
        *(650, 7500),
    ),
    (
        *("BE", "registered", REGISTERED),
        {"nl": "bpost, 2 tot 3 werkdagen, met handtekening", "en": "bpost, 2 to 3 working days, signed for"},
        *(1095, None),
    ),
)
# As the details say; a parcel leaves on the next working day at the latest.
DAYS = {"NL": Days(1, 1, 2), "BE": Days(1, 2, 3)}


def add_defaults() -> bool:
    """Add the VAT rates and the ways of delivery, each kind where there is none. Returns whether any was."""
    no_rates = db.session.scalar(select(VatRate.id).limit(1)) is None
    no_methods = db.session.scalar(select(ShippingMethod.id).limit(1)) is None
    if no_rates:
        for country, vat_class, rate_bp, since in VAT_RATES:
            set_vat_rate(country, vat_class, rate_bp, since)
    if no_methods:
        for number, (country, code, names, details, price, free_from) in enumerate(SHIPPING, 1):
            add_shipping_method(
                country, code, names, details, price, free_from, position=number, days=DAYS[country]
            )
    return no_rates or no_methods
