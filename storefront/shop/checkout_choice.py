"""What can be chosen in the checkout: country and way of delivery, and what each choice costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import structlog

from storefront import clock
from storefront.offers.queries import Offer
from storefront.pricing.countries import COUNTRIES
from storefront.pricing.queries import Method, rates_by_country, shipping_methods
from storefront.pricing.totals import Totals
from storefront.shop.cart import Basket, sums
from storefront.shop.checkout_forms import CheckoutForm
from storefront.shop.parcels import grams, not_to

log = structlog.get_logger("checkout")


@dataclass(frozen=True)
class Way:
    """A way of delivery as the page shows it: one row, with what it is and costs in each country."""

    code: str
    methods: dict[str, Method]  # by country


@dataclass(frozen=True)
class Choice:
    """What was chosen, and what every choice costs.

    The page holds the totals of all choices and shows the one that is made, by its style alone. The form
    sends back which totals stood there, so that nobody orders at one that was not shown.
    """

    country: str
    code: str
    countries: list[str]  # where this cart can be sent
    ways: list[Way]
    totals: dict[tuple[str, str], Totals]  # by country and way
    not_to: list[str] = field(default_factory=list)  # where it cannot be sent, and why

    def only(self, country: str) -> bool:
        """True when a country has one way of delivery: there is nothing to choose."""
        return self._counts[country] == 1

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(land for land, _code in self.totals)

    @cached_property
    def options(self) -> list[Way]:
        """The ways that can be chosen, each in the countries that have another one too."""
        return self._ways(lambda land: not self.only(land))

    @cached_property
    def lone(self) -> list[Way]:
        """The ways that need no choosing, each in the countries where it is the only one."""
        return self._ways(self.only)

    def lacks(self, country: str) -> list[int]:
        """The numbers of the options that a country does not have; none where nothing is to be chosen."""
        numbered = enumerate(self.options, 1)
        return [] if self.only(country) else [n for n, way in numbered if country not in way.methods]

    def _ways(self, wanted: Callable[[str], bool]) -> list[Way]:
        cut = [
            Way(way.code, {land: one for land, one in way.methods.items() if wanted(land)})
            for way in self.ways
        ]
        return [way for way in cut if way.methods]

    @property
    def method(self) -> Method:
        """The chosen way of delivery."""
        return next(way.methods[self.country] for way in self.ways if way.code == self.code)

    @property
    def sums(self) -> Totals:
        """The totals of what was chosen."""
        return self.totals[self.country, self.code]

    @property
    def shown(self) -> str:
        """All totals in one line, for the form: "NL.standard.6990 BE.standard.7685"."""
        return " ".join(f"{land}.{code}.{of.total_cents}" for (land, code), of in self.totals.items())


def choice_of(form: CheckoutForm, of: Basket) -> Choice | None:
    """What was chosen; the first way of delivery of the country when none of its ways was.

    Only countries with a way of delivery that carries the cart, and all its VAT rates; None when there is
    no such country.
    """
    classes = {line.offer.vat_class for line in of.lines if isinstance(line.offer, Offer)}
    rates_of, weight = rates_by_country(clock.today()), grams(of)
    by_code: dict[str, dict[str, Method]] = {}
    by_land: dict[str, list[Method]] = {}
    totals: dict[tuple[str, str], Totals] = {}
    for method in shipping_methods():
        if not classes <= rates_of[method.country].keys():
            continue
        by_land.setdefault(method.country, []).append(method)
        shipping = method.price_for(of.goods_cents, weight)
        if shipping is None:
            continue
        by_code.setdefault(method.code, {})[method.country] = method
        totals[method.country, method.code] = sums(of, shipping, rates_of[method.country])
    lands = {land for land, _code in totals}
    countries = [land for land in COUNTRIES if land in lands]
    if not countries:
        log.error("no country with a way of delivery and VAT rates", classes=sorted(classes), grams=weight)
        return None
    country = form.country.data if form.country.data in countries else countries[0]
    own = [code for land, code in totals if land == country]
    code = form.shipping.data if form.shipping.data in own else own[0]
    ways = [Way(one, methods) for one, methods in by_code.items()]
    return Choice(country, code, countries, ways, totals, not_to(of, [*by_land.values()]))
