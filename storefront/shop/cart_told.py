"""Telling plugins what was put into a cart, and from where. It may fail; the cart has what was added."""

from __future__ import annotations

from functools import partial

from storefront.plugin_system.calling import plugins_with, tell
from storefront.transactions import write_if_possible


def tell_plugins(sku: str, product_code: str, quantity: int, source: str, lang: str) -> None:
    """Tell each plugin that wants to know, in a short transaction of its own."""
    said = {"sku": sku, "product_code": product_code, "quantity": quantity, "source": source, "lang": lang}
    for plugin in plugins_with("cart_added"):
        write_if_possible(f"cart_added, {plugin}", partial(tell, plugin, "cart_added", **said))
