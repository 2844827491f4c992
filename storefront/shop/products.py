"""The list of all products, a collection, and a product's page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from storefront.catalog import queries as catalog
from storefront.catalog.preview import previewed
from storefront.locale import gettext
from storefront.offers.queries import ListPage, Offer, VariantOffer, list_page, offer_by_slug
from storefront.plugin_system.calling import call_all, call_markup
from storefront.pricing.countries import HOME
from storefront.pricing.queries import once_per_zone, shipping_methods
from storefront.quality.batches import batch
from storefront.responses import gone_or_moved, public_page
from storefront.shop import listing, structured
from storefront.shop.frame import breadcrumbs, frame, set_alternates, set_canonical
from storefront.shop.paths import paths

blueprint = Blueprint("shop_products", __name__)

PER_PAGE = 24


@blueprint.get("/products")
def index(lang: str) -> Response:
    """All products, filtered and sorted as the address asks."""
    asked = listing.asked_for(request.args)
    found = list_page(lang, asked.filters, asked.sort, asked.page, PER_PAGE)
    breadcrumbs((gettext("All products"), paths().products))
    return list_response(asked, found, paths().products, "shop/products.html")


@blueprint.get("/collections/<slug>")
def collection(lang: str, slug: str) -> Response:
    """A collection with its introduction; a slug of the past answers 301."""
    wanted = catalog.collection(slug, lang)
    if wanted is None:
        now = catalog.moved_slug("collection", lang, slug)
        return gone_or_moved(url_for("shop_products.collection", lang=lang, slug=now) if now else None)
    asked = listing.asked_for(request.args)
    found = list_page(lang, asked.filters, asked.sort, asked.page, PER_PAGE, collection_code=wanted.code)
    path = paths().collection(wanted.slug)
    places = wanted.slugs.items()
    set_alternates({code: url_for("shop_products.collection", lang=code, slug=own) for code, own in places})
    breadcrumbs((gettext("All products"), paths().products), (wanted.name, path))
    return list_response(asked, found, path, "shop/collection.html", collection=wanted)


def list_response(asked: listing.Asked, found: ListPage, path: str, template: str, **values: Any) -> Response:
    """A page of a list; a page beyond the last one leads to the last one."""
    if asked.page > max(found.pages, 1):
        return redirect(path + asked.query(found.pages), 302)
    if asked.page > 1:
        set_canonical(f"{path}?page={asked.page}")
    collection = values.get("collection")
    html = render_template(
        template,
        asked=asked,
        found=found,
        path=path,
        chips=listing.chips(asked, found.facets),
        extras=card_extras(found.offers),
        page_path=lambda number: path + asked.query(number),
        amount=listing.amount,
        structured=[structured.collection(collection.name if collection else "", path, found.offers)],
        **values,
    )
    return public_page(html)


def card_extras(offers: list[Offer]) -> dict[int, Any]:
    """What plugins add to the cards, by product id."""
    if not offers:
        return {}
    extras: dict[int, Any] = {}
    for answer in call_all(
        "product_list_extras", product_ids=[o.product_id for o in offers], lang=frame().lang
    ):
        for product_id, html in answer.items():
            extras[product_id] = extras.get(product_id, "") + html
    return extras


@blueprint.get("/products/<slug>")
def show(lang: str, slug: str) -> Response:
    """A product: pictures, variants, badges with their evidence, facts, statements, research."""
    token = request.args.get("preview", "")
    draft = previewed(token)
    found = offer_by_slug(slug, lang, draft)
    if found is None:
        now = catalog.moved_slug("product", lang, slug)
        return gone_or_moved(url_for("shop_products.show", lang=lang, slug=now) if now else None)
    offer, text = found
    preview = offer.code == draft
    kept: dict[str, Any] = {"preview": token} if preview else {}
    set_alternates(
        {
            code: url_for("shop_products.show", lang=code, slug=own, **kept)
            for code, own in text["slugs"].items()
        }
    )
    html = _page(offer, text, preview)
    return _for_staff_only(html) if preview else public_page(html)


def _page(offer: Offer, text: dict[str, Any], preview: bool) -> str:
    to, methods, chosen, lang = paths(), shipping_methods(), chosen_variant(offer), offer.lang
    way = [(name, to.collection(one)) for one, name in text["collections"][:1]]
    frame().section = way[0][1] if way else to.products
    breadcrumbs((gettext("All products"), to.products), *way, (offer.name, to.product(offer.slug)))
    return render_template(
        "shop/product.html",
        offer=offer,
        text=text,
        chosen=chosen,
        preview=preview,
        certificate=batch(chosen.lot_code, lang) if chosen.lot_code else None,
        methods=once_per_zone(methods),
        pages={code: frame().path_of_page(code) for code in ("delivery", "returns")},
        home_method=next((method for method in methods if method.country == HOME), None),
        below=call_markup(
            "product_page_below", product_id=offer.product_id, product_code=offer.code, lang=lang
        ),
        structured=[_said_of_it(offer) | structured.product(offer, text["meta_description"], methods)],
    )


def _said_of_it(offer: Offer) -> dict[str, Any]:
    """What plugins add to the product's structured data; the shop's own properties win."""
    said: dict[str, Any] = {}
    for answer in call_all("product_structured_data", product_code=offer.code, lang=offer.lang):
        said |= answer
    return said


def _for_staff_only(html: str) -> Response:
    """A page that no cache and no search engine may keep, and whose address no other site learns."""
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def chosen_variant(offer: Offer) -> VariantOffer:
    """The variant that the address names (`?sku=`), else the one that can be bought first."""
    asked = request.args.get("sku", "")
    return next((variant for variant in offer.variants if variant.sku == asked), offer.default)
