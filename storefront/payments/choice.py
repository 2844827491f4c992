"""Which payment provider this shop has."""

from __future__ import annotations

from storefront.addresses import settings
from storefront.payments.demo_gateway import DemoProvider
from storefront.payments.providers import Provider, ProviderAway

TEST_KEYS = ("sk_test_", "rk_test_")


def current() -> Provider | None:
    """The provider of this shop, or None: production without one serves, and checkout answers 503."""
    return by_name(settings().payment_provider)


def required() -> Provider:
    """The provider of this shop. Raises ProviderAway when there is none."""
    provider = current()
    if provider is None:
        raise ProviderAway("this shop has no payment provider")
    return provider


def mode() -> str:
    """What payments are worth: "live", "test" (Stripe's, no real money), "demo", or "" without a provider."""
    given = settings()
    if given.payment_provider != "stripe":
        return given.payment_provider
    return "test" if given.stripe_secret_key.startswith(TEST_KEYS) else "live"


def by_name(name: str) -> Provider | None:
    """The provider that an attempt was made with, when this shop (still) has it."""
    given = settings()
    if name == "stripe" and given.stripe_secret_key:
        from storefront.payments.stripe_gateway import StripeProvider  # half a second, and only with a key

        return StripeProvider(given.stripe_secret_key, given.stripe_api_base)
    if name == "demo" and given.development:
        return DemoProvider()
    return None
