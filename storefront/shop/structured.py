"""What pages say to programs: JSON-LD of the shop and its products. Prices are those of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from storefront import addresses
from storefront.config import SHOP_NAME
from storefront.locale import current, gettext
from storefront.money import CURRENCY, plain
from storefront.offers.queries import Offer, VariantOffer
from storefront.pricing.countries import COUNTRIES
from storefront.pricing.queries import Days, Method
from storefront.shop.frame import media_path
from storefront.shop.paths import paths

CONTEXT = "https://schema.org"
RETURN_DAYS = 14
AVAILABLE = {
    "in_stock": f"{CONTEXT}/InStock",
    "low": f"{CONTEXT}/LimitedAvailability",
    "sold_out": f"{CONTEXT}/OutOfStock",
}


def organization() -> dict[str, Any]:
    """The shop as an online store with its return policy."""
    return {
        "@context": CONTEXT,
        "@type": "OnlineStore",
        "@id": addresses.base_url() + "/#organization",
        "name": SHOP_NAME,
        "url": addresses.base_url() + "/",
        "logo": addresses.absolute("static", filename="img/favicon.svg"),
        "hasMerchantReturnPolicy": return_policy(),
    }


def website() -> dict[str, Any]:
    """The site and its search."""
    search = addresses.absolute_path(paths().search)
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": SHOP_NAME,
        "url": addresses.absolute_path(paths().home),
        "inLanguage": current(),
        "publisher": {"@id": addresses.base_url() + "/#organization"},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search + "?q={search_term_string}"},
            "query-input": "required name=search_term_string",
        },
    }


def product(offer: Offer, description: str, methods: Iterable[Method]) -> dict[str, Any]:
    """A product with one offer per variant."""
    path = paths().product(offer.slug)
    ways = tuple(methods)
    pictures = [picture.get("raster") or picture["file"] for picture in offer.pictures]
    first = offer.default
    data: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Product",
        "name": offer.name,
        "description": description,
        "url": addresses.absolute_path(path),
        "image": [addresses.absolute_path(media_path(file)) for file in pictures],
        "brand": {"@type": "Brand", "name": SHOP_NAME},
        "productID": offer.code,
        "sku": first.sku,
        "offers": [variant_offer(offer, variant, path, ways) for variant in offer.variants],
    }
    if first.gtin:
        data["gtin"] = first.gtin
    return data


def variant_offer(
    offer: Offer, variant: VariantOffer, path: str, methods: Sequence[Method]
) -> dict[str, Any]:
    """One variant with its price, its unit price, its availability, delivery and returns."""
    data: dict[str, Any] = {
        "@type": "Offer",
        "name": f"{offer.name}, {variant.label}",
        "sku": variant.sku,
        "url": f"{addresses.absolute_path(path)}?sku={variant.sku}",
        "price": plain(variant.now_cents),
        "priceCurrency": CURRENCY,
        "priceSpecification": unit_price(variant),
        "availability": AVAILABLE[variant.stock_word],
        "itemCondition": f"{CONTEXT}/NewCondition",
        "seller": {"@type": "Organization", "name": SHOP_NAME},
        "shippingDetails": shipping_details(methods, variant.shipping_grams),
        "hasMerchantReturnPolicy": return_policy([method.country for method in methods]),
    }
    if variant.gtin:
        data["gtin"] = variant.gtin
    if variant.offer_until:
        data["priceValidUntil"] = variant.offer_until.isoformat()
    return data


def unit_price(variant: VariantOffer) -> dict[str, Any]:
    """The price with the amount that it buys and the amount that the unit price refers to."""
    return {
        "@type": "UnitPriceSpecification",
        "price": plain(variant.now_cents),
        "priceCurrency": CURRENCY,
        "valueAddedTaxIncluded": True,
        "referenceQuantity": {
            "@type": "QuantitativeValue",
            "value": str(variant.net_grams),
            "unitCode": "GRM",
            "valueReference": {
                "@type": "QuantitativeValue",
                "value": str(variant.unit_price_base_grams),
                "unitCode": "GRM",
            },
        },
    }


def shipping_details(methods: Iterable[Method], grams: int) -> list[dict[str, Any]]:
    """What delivery of so much costs to each country, and its days: the first way that carries it."""
    first: dict[str, tuple[int, Days | None]] = {}
    for method in methods:
        price = method.price_for(0, grams)
        if price is not None:
            first.setdefault(method.country, (price, method.days))
    return [
        {
            "@type": "OfferShippingDetails",
            "shippingRate": {
                "@type": "MonetaryAmount",
                "value": plain(price),
                "currency": CURRENCY,
            },
            "shippingDestination": {"@type": "DefinedRegion", "addressCountry": code},
            **({"deliveryTime": delivery_time(days)} if days else {}),
        }
        for code, (price, days) in first.items()
    ]


def delivery_time(days: Days) -> dict[str, Any]:
    """Working days until a parcel leaves, and under way."""
    return {
        "@type": "ShippingDeliveryTime",
        "handlingTime": _between(0, days.handling),
        "transitTime": _between(days.least, days.most),
    }


def _between(least: int, most: int) -> dict[str, Any]:
    return {"@type": "QuantitativeValue", "minValue": least, "maxValue": most, "unitCode": "DAY"}


def return_policy(countries: Iterable[str] = COUNTRIES) -> dict[str, Any]:
    """Fourteen days to withdraw, sent back by post."""
    return {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": list(dict.fromkeys(countries)),
        "returnPolicyCategory": f"{CONTEXT}/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": RETURN_DAYS,
        "returnMethod": f"{CONTEXT}/ReturnByMail",
        "returnFees": f"{CONTEXT}/ReturnFeesCustomerResponsibility",
    }


def collection(name: str, path: str, offers: Iterable[Offer]) -> dict[str, Any]:
    """A list of products in its order."""
    return {
        "@context": CONTEXT,
        "@type": "ItemList",
        "name": name or gettext("Products"),
        "url": addresses.absolute_path(path),
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "url": addresses.absolute_path(paths().product(offer.slug)),
                "name": offer.name,
            }
            for number, offer in enumerate(offers, 1)
        ],
    }
