"""The paths of the shop's pages in one language: nothing but the map of the site decides them.

Templates reach them as the global ``paths()``. They are made once for all requests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import current_app, request, url_for

from storefront.locale import current

MOST_MOUNTS = 20


class Paths:
    """Where the pages of one language stand, with the mount prefix."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self.home = self._path("shop_home.show")
        self.products = self._path("shop_products.index")
        self.search = self._path("shop_search.show")
        self.batch = self._path("shop_batch.show")
        self.withdrawal = self._path("shop_withdrawal.show")
        self.cart = self._path("shop_cart.show")
        self.cart_add = self._path("shop_cart.add")  # what puts something into the cart posts there
        self.alerts = self._path("shop_alerts.ask")  # and there: who wants to hear when something is back
        asset = cast(Callable[[str], str], current_app.jinja_env.globals["asset"])
        self.sprite = asset("img/icons.svg")
        self._product = self._path("shop_products.show", slug="-").removesuffix("-")
        self._collection = self._path("shop_products.collection", slug="-").removesuffix("-")
        self._page = self._path("shop_pages.show", slug="-").removesuffix("-")

    def _path(self, endpoint: str, **values: Any) -> str:
        return url_for(endpoint, lang=self._lang, **values)

    def product(self, slug: str) -> str:
        """Path of a product's page."""
        return self._product + slug

    def collection(self, slug: str) -> str:
        """Path of a collection."""
        return self._collection + slug

    def page(self, slug: str) -> str:
        """Path of one of the shop's own pages."""
        return self._page + slug


def paths(lang: str | None = None) -> Paths:
    """The paths in a language, by default that of this request."""
    known: dict[tuple[str, str], Paths] = current_app.extensions.setdefault("shop_paths", {})
    key = (request.script_root, lang or current())
    found = known.get(key)
    if found is None:
        if len(known) >= MOST_MOUNTS:  # whoever reaches the server directly can name a mount of his own
            known.clear()
        found = known[key] = Paths(key[1])
    return found
