"""Ways to pay, as data: the names that buyers read. The provider's page has the last word on the choice.

They are the list of the setting STOREFRONT_PAYMENT_METHODS, by default `storefront/payment_methods.json`.
"""

from __future__ import annotations

from dataclasses import dataclass

from storefront.addresses import settings
from storefront.database import LocalText


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay. `code` is the provider's name for it."""

    code: str
    names: LocalText
    details: LocalText


def all_methods() -> tuple[PaymentMethod, ...]:
    """The ways to pay of this shop, at least one, in its order."""
    return tuple(
        PaymentMethod(one["code"], one["names"], one["details"]) for one in settings().payment_methods
    )


def method(code: str) -> PaymentMethod | None:
    """The way to pay with this code."""
    return next((one for one in all_methods() if one.code == code), None)
