"""What all pages of the shop share: navigation, language switch, addresses, slots that plugins fill.

Templates reach it as the global ``frame()``. Each part is computed at most once in a request and only when a
page asks for it. Nothing here is the visitor's: the pages are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from flask import Flask, g, request, url_for
from markupsafe import Markup
from werkzeug.local import LocalProxy

from storefront import addresses
from storefront.catalog import queries as catalog
from storefront.content_version import kept
from storefront.locale import LANGUAGES, NAMES, current, gettext, speaking
from storefront.media.queries import srcset
from storefront.pages import queries as pages
from storefront.plugin_system.calling import call_lists, call_markup
from storefront.plugin_system.hookspecs import MenuItem
from storefront.shop import wording
from storefront.shop.paths import paths
from storefront.templating import in_piece

LEADING = 2  # so many collections stand in the main navigation
HOW_WE_TEST = "how-we-test"
OF_PAGE = ("frame", "alternates", "canonical", "breadcrumbs")  # what a page knows of itself, in flask.g
SERVICE = ("contact", "about", "terms", "privacy", "accessibility")


class NavLink(NamedTuple):
    """A link of the frame; `current` is "page" on that page, "true" below it, else empty."""

    label: str
    path: str
    current: str = ""


class Frame:
    """The frame of one request. `bare` asks neither database nor plugins: for pages about a failure."""

    def __init__(self, lang: str, bare: bool = False) -> None:
        self.lang = lang
        self.paths = paths(lang)
        self.bare = bare
        self.section = ""  # path of the menu item that this page belongs to, when it is not its own

    def page(self, code: str) -> str:
        """Path of one of the shop's own pages by its code; the home page when there is none."""
        return self.path_of_page(code) or self.paths.home

    def path_of_page(self, code: str) -> str | None:
        """Path of one of the shop's own pages by its code."""
        link = self._pages.get(code)
        return link.path if link else None

    @cached_property
    def _links(self) -> list[catalog.Link]:
        return [] if self.bare else links_in(self.lang)

    @cached_property
    def collections(self) -> list[NavLink]:
        """All collections in their order."""
        rows = [row for row in self._links if row.kind == "collection"]
        return [self._link(row.label, self.paths.collection(row.slug)) for row in rows]

    @cached_property
    def _pages(self) -> dict[str, NavLink]:
        rows = [row for row in self._links if row.kind == "page"]
        return {row.code: self._link(row.label, self.paths.page(row.slug)) for row in rows}

    def own_pages(self, *codes: str) -> list[NavLink]:
        """Links to the shop's own pages with these codes, in this order."""
        return [self._pages[code] for code in codes if code in self._pages]

    @cached_property
    def navigation(self) -> list[NavLink]:
        """NMN · Magnesium · All products · (plugins) · Quality."""
        products = self._link(gettext("All products"), self.paths.products)
        if self.bare:
            return [products]
        items: list[MenuItem] = call_lists("navigation_links", lang=self.lang)
        own = [self._menu_link(item) for item in sorted(items, key=lambda item: item.position)]
        return [*self.collections[:LEADING], products, *own, *self._quality()]

    def _quality(self) -> list[NavLink]:
        found = self.own_pages(HOW_WE_TEST)
        current = "true" if request.blueprint == "shop_batch" else ""
        return [NavLink(gettext("Quality"), link.path, link.current or current) for link in found]

    @cached_property
    def evidence_links(self) -> list[NavLink]:
        """The footer's column about evidence; plugins add to it."""
        items: list[MenuItem] = [] if self.bare else call_lists("footer_links", lang=self.lang)
        own = [self._menu_link(item) for item in items]
        verify = self._link(gettext("Verify your batch"), self.paths.batch)
        return [verify, *self.own_pages(HOW_WE_TEST), *own, *self.own_pages("editorial-policy")]

    @cached_property
    def service_links(self) -> list[NavLink]:
        """The footer's column about service: the law wants withdrawing to be on every page."""
        withdraw = self._link(gettext("Withdraw from contract here"), self.paths.withdrawal)
        first, rest = self.own_pages("delivery", "returns"), self.own_pages(*SERVICE)
        return [*first, withdraw, *rest]

    @cached_property
    def page_top(self) -> Markup:
        """What plugins put above the header."""
        return Markup("") if self.bare else call_markup("page_top", lang=self.lang)

    @cached_property
    def head_tags(self) -> Markup:
        """What plugins put into the head."""
        return Markup("") if self.bare else call_markup("head_tags", lang=self.lang)

    @cached_property
    def alternates(self) -> dict[str, str]:
        """Path of this page per language in which it exists; empty when there is no switch to make."""
        given: dict[str, str] | None = g.get("alternates")
        if given is not None:
            return {lang: given[lang] for lang in LANGUAGES if lang in given}
        if self.bare or request.endpoint is None or set(request.view_args or ()) != {"lang"}:
            return {}
        return {lang: url_for(request.endpoint, lang=lang) for lang in LANGUAGES}

    @cached_property
    def switch(self) -> list[tuple[str, str, str]]:
        """The language switch: (language, its name, path; empty path for the language of this page)."""
        if len(self.alternates) < 2:
            return []
        paths = self.alternates | {self.lang: ""}
        return [(lang, NAMES[lang], paths[lang]) for lang in LANGUAGES if lang in paths]

    @cached_property
    def canonical(self) -> str:
        """The one absolute address of this page, without filters."""
        return addresses.absolute_path(g.get("canonical") or self.alternates.get(self.lang) or here())

    @cached_property
    def hreflang(self) -> list[tuple[str, str]]:
        """Pairs of language and absolute address, with x-default, when the page exists in two languages."""
        if len(self.alternates) < 2:
            return []
        pairs = [(lang, addresses.absolute_path(path)) for lang, path in self.alternates.items()]
        return [*pairs, ("x-default", addresses.absolute_path(self.alternates["en"]))]

    @cached_property
    def breadcrumbs(self) -> list[tuple[str, str]]:
        """The way here: (label, path) from the home page to this one; empty when the view set none."""
        steps: tuple[tuple[str, str], ...] = g.get("breadcrumbs", ())
        return [(gettext("Home"), self.paths.home), *steps] if steps else []

    @cached_property
    def breadcrumb_data(self) -> dict[str, Any]:
        """The way here as JSON-LD."""
        items = [
            {"@type": "ListItem", "position": number, "name": label, "item": addresses.absolute_path(path)}
            for number, (label, path) in enumerate(self.breadcrumbs, 1)
        ]
        return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}

    @cached_property
    def _here(self) -> str:
        return here()

    def _link(self, label: str, path: str) -> NavLink:
        current = "page" if path == self._here else "true" if path == self.section else ""
        return NavLink(label, path, current)

    def _menu_link(self, item: MenuItem) -> NavLink:
        link = self._link(item.label, item.path)
        below = item.endpoint_prefix and (request.endpoint or "").startswith(item.endpoint_prefix)
        return NavLink(link.label, link.path, link.current or ("true" if below else ""))


def links_in(lang: str) -> list[catalog.Link]:
    """Collections with something in them, the shop's own pages and ingredients; asked once in a request."""
    found: dict[str, list[catalog.Link]] = g.setdefault("links", {})
    if lang not in found:
        also = (pages.LINKS, catalog.INGREDIENTS)
        found[lang] = kept(f"links {lang}", lambda: catalog.navigation(lang, also))
    return found[lang]


def here() -> str:
    """The path of this request with the mount prefix, without its query."""
    return request.script_root + request.path


def frame() -> Frame:
    """The frame of this request."""
    if in_piece():
        raise RuntimeError("a piece of a page knows its values only: give it what it needs of the frame")
    found: Frame | None = g.get("frame")
    if found is None:
        found = g.frame = Frame(current())
    return found


def bare_frame(lang: str) -> Frame:
    """Replace the frame by one that asks nobody, for pages about a failure."""
    g.frame = found = Frame(lang, bare=True)
    return found


@contextmanager
def shop_page(lang: str) -> Iterator[None]:
    """Within this block texts and frame are those of a shop page in `lang`: for a page within a page."""
    outer = {name: g.pop(name, None) for name in OF_PAGE}
    try:
        with speaking(lang):
            yield
    finally:
        for name, value in outer.items():
            g.pop(name, None)
            if value is not None:
                setattr(g, name, value)


def set_alternates(paths: dict[str, str]) -> None:
    """Say at which path this page stands in each language in which it exists."""
    g.alternates = paths


def set_canonical(path: str) -> None:
    """Say under which path this page wants to be known, when that is not the path without its query."""
    g.canonical = path


def breadcrumbs(*steps: tuple[str, str]) -> None:
    """Say the way to this page as (label, path) pairs below the home page, this page last."""
    g.breadcrumbs = steps


def media_path(file: str) -> str:
    """The path of a file in the shop's media."""
    return f"{request.script_root}/media/{file}"


def icon(name: str, extra: str = "") -> Markup:
    """An icon of the sprite; the class gives size and colour."""
    return _icon(paths().sprite, name, f"icon {extra}" if extra else "icon")


@lru_cache(maxsize=512)
def _icon(sprite: str, name: str, css: str) -> Markup:
    drawn = Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>')
    return drawn.format(css, sprite, name)


def init_app(app: Flask) -> None:
    """Give templates the frame."""
    app.jinja_env.globals.update(
        frame=frame, paths=paths, icon=icon, media_path=media_path, srcset=srcset, lang=LocalProxy(current)
    )
    wording.init_app(app)
