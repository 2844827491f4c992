"""Ways to pay, as data: the names that buyers read. The provider's page has the last word on the choice."""

from __future__ import annotations

from dataclasses import dataclass

from storefront.database import LocalText


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay. `code` is the provider's name for it."""

    code: str
    names: LocalText
    details: LocalText


METHODS = (
    PaymentMethod(
        "ideal",
        {"nl": "iDEAL | Wero", "en": "iDEAL | Wero"},
        {"nl": "Betaal in de app van je eigen bank", "en": "Pay in your own banking app"},
    ),
    PaymentMethod(
        "card",
        {"nl": "Creditcard of betaalpas", "en": "Credit or debit card"},
        {"nl": "Visa, Mastercard", "en": "Visa, Mastercard"},
    ),
    PaymentMethod(
        "bancontact",
        {"nl": "Bancontact", "en": "Bancontact"},
        {"nl": "Voor Belgische rekeningen", "en": "For Belgian accounts"},
    ),
)


def method(code: str) -> PaymentMethod | None:
    """The way to pay with this code."""
    return next((one for one in METHODS if one.code == code), None)
