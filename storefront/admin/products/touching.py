"""What changes on other pages when a product or collection leaves: shown, and asked about before."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from storefront.admin.forms.products import ProductForm
from storefront.catalog.collections import left_empty
from storefront.catalog.data import ProductData
from storefront.catalog.editing import ProductEdit
from storefront.locale import current
from storefront.plugin_system.calling import call_lists
from storefront.plugin_system.hookspecs import Touched

Counted = Mapping[str, tuple[int, int | None]]


def touched_by(found: ProductEdit) -> list[Touched]:
    """The pages that speak of a product, or of a collection that holds it."""
    return touched([found.product.code], found.collections)


def touched(products: Collection[str], collections: Collection[str]) -> list[Touched]:
    """The pages that speak of these products or collections, by their codes."""
    pages: list[Touched] = call_lists(
        "touched_pages", product_codes=list(products), collection_codes=list(collections), lang=current()
    )
    return pages


def to_confirm(
    found: ProductEdit | None,
    form: ProductForm,
    data: ProductData,
    levels: Mapping[int, int],
    counted: Counted,
) -> list[Touched]:
    """The pages to name before a save that takes the last size or unit, or a collection's last product."""
    if found is None or found.product.state != "published" or form.sure.data:
        return []
    before = [variant for variant in found.variants if variant.on_sale]
    after = [variant for variant in data.variants if variant.on_sale]
    left = [counted[size.sku][0] if size.sku in counted else levels.get(size.id or 0, 0) for size in after]
    off_sale = bool(before) and not after
    sold_out = any(levels.get(size.id, 0) > 0 for size in before) and not any(level > 0 for level in left)
    if off_sale or sold_out:
        return touched_by(found)
    emptied = left_empty(set(found.collections) - set(data.collections), found.product.id)
    return touched([], emptied) if emptied else []
