"""What the blog adds to the shop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, get_template_attribute, render_template, request
from markupsafe import Markup

from storefront.plugin_api import (
    Job,
    MenuItem,
    Panel,
    Periodic,
    Permission,
    SearchResult,
    SitemapEntry,
    Touched,
    hookimpl,
    language,
    piece,
    url,
)
from storefront.plugin_api import gettext as _
from storefront.plugin_api import today as this_day

from . import (
    actions,
    admin_queries,
    admin_views,
    beacon,
    cards,
    counting,
    journeys,
    looking,
    reading,
    report_queries,
    scheduling,
    sitemap,
    structured,
    switches,
    touched,
    views,
    views_moved,
    views_preview,
    working,
)
from .admin_views import settings
from .demo_data import load
from .exchange import imports

POSTS_ON_HOME = 3
ON_DASHBOARD = 5
BEST = 3  # articles that sold most
WRITE = "blog.articles"
WITH_CARDS = {"shop_home.show", "shop_products.show"}


@hookimpl
def blueprints() -> Iterable[tuple[Blueprint, str]]:
    """The shopper's pages and the editor's."""
    return [
        (views.blueprint, "/<lang:lang>/blog"),
        (views_preview.blueprint, "/<lang:lang>/blog"),
        (beacon.blueprint, "/<lang:lang>/blog"),
        (reading.blueprint, "/<lang:lang>/blog"),
        (admin_views.blueprint, "/admin/blog"),
        (settings.blueprint, "/admin/blog-settings"),
        (views_moved.blueprint, "/blogs"),
        (views_moved.in_language, "/<lang:lang>/blogs"),
    ]


@hookimpl
def permissions() -> Iterable[Permission]:
    """Writing articles is open to marketers; the switches are the owner's."""
    return [
        Permission(WRITE, _("Write articles"), marketer=True),
        Permission(settings.SETTINGS, _("Switch what the blog does")),
    ]


@hookimpl
def jobs() -> dict[str, Job]:
    """Asking registers about a source, publishing what was scheduled, taking in what was handed in."""
    return {
        looking.JOB: Job(looking.look_up, network=True),
        actions.PUBLISH: Job(scheduling.publish),
        imports.JOB: Job(imports.step, network=True),
    }


@hookimpl
def periodic_jobs() -> dict[str, Periodic]:
    """Asking again about all sources, and adding up what was counted."""
    return {
        "blog.recheck": Periodic(timedelta(days=1), looking.recheck),
        "blog.fold": Periodic(timedelta(minutes=5), counting.fold_all),
        "blog.tidy": Periodic(timedelta(hours=1), working.tidy),
        "blog.overdue": Periodic(timedelta(minutes=15), scheduling.publish_overdue),
    }


@hookimpl
def navigation_links(lang: str) -> Iterable[MenuItem]:
    """The blog in the main navigation."""
    return [MenuItem(_("Blog"), url("blog.index", lang=lang), endpoint_prefix="blog.")]


@hookimpl
def footer_links(lang: str) -> Iterable[MenuItem]:
    """The blog in the footer, and the answer to whether the shop may remember, where it asks."""
    links = [MenuItem(_("Blog"), url("blog.index", lang=lang))]
    if switches.is_on(journeys.SWITCH):
        links.append(MenuItem(_("Remembering what you read"), url("blog_reading.show", lang=lang)))
    return links


@hookimpl
def head_tags(lang: str) -> Markup:
    """The feed of this language; on pages of the shop that list articles, their stylesheet too."""
    listed = request.endpoint in WITH_CARDS
    return piece(get_template_attribute("blog/parts/head.html", "head"), listed)


@hookimpl
def home_sections(lang: str) -> Markup | str:
    """The featured article and the newest two."""
    found = cards.leading(lang, POSTS_ON_HOME)
    return piece(get_template_attribute("blog/parts/home.html", "articles"), found) if found else ""


@hookimpl
def product_page_below(product_id: int, product_code: str, lang: str) -> Markup | str:
    """The articles that link the product."""
    found = cards.linking(product_code, lang)
    return piece(get_template_attribute("blog/parts/product.html", "research"), found) if found else ""


@hookimpl
def product_structured_data(product_code: str, lang: str) -> dict[str, Any]:
    """The articles that link the product, for programs; read together with what its page lists."""
    found = cards.linking(product_code, lang)
    return {"subjectOf": structured.about_product(found, lang)} if found else {}


@hookimpl
def search_results(text: str, lang: str) -> Iterable[SearchResult]:
    """Found articles."""
    return [
        SearchResult(card.title, url("blog.article", lang=lang, slug=card.slug), card.teaser, _("Article"))
        for card in cards.search(text, lang)
    ]


@hookimpl
def sitemap_entries() -> Iterable[SitemapEntry]:
    """The index, articles, topics and people, each with the languages that it has."""
    return sitemap.entries()


@hookimpl
def admin_menu() -> Iterable[MenuItem]:
    """Articles in the rail, and the switches for who may turn them."""
    return [
        MenuItem(_("Articles"), url("blog_admin.index"), "book", WRITE, "blog_admin."),
        MenuItem(
            _("Settings of the blog"), url("blog_settings.show"), "gear", settings.SETTINGS, "blog_settings."
        ),
    ]


@hookimpl
def admin_dashboard_panels() -> Iterable[Panel]:
    """On the dashboard: articles to be reviewed, scheduled ones, drafts, and what sold most lately."""
    rows = admin_queries.article_rows(language())
    due = [row for row in rows if row.published and row.review_overdue(this_day())]
    found = {
        "due": due,
        "waiting": [row for row in rows if row.in_state("review")],
        "planned": [row for row in rows if row.in_state("scheduled")],
        "drafts": [row for row in rows if not row.published],
    }
    shown = {name: these[:ON_DASHBOARD] for name, these in found.items()}
    body = render_template("blog/parts/admin_dashboard.html", **shown)
    earned = sorted(report_queries.lately().items(), key=lambda one: (-one[1].revenue, one[0]))
    titles = {row.code: row.title(language()) for row in rows}
    sold = render_template("blog/parts/admin_earned.html", rows=earned[:BEST], titles=titles)
    return [
        Panel(_("Articles"), Markup(body), WRITE),
        Panel(_("Articles that sold most in 30 days"), Markup(sold), WRITE),
    ]


@hookimpl
def admin_product_panels(product_id: int, product_code: str) -> Iterable[Panel]:
    """In the product editor: the articles that link the product, in both languages."""
    articles = admin_queries.linking_for_staff(product_code, language())
    earned = report_queries.lately(product_code)
    body = render_template(
        "blog/parts/admin_product.html", articles=articles, earned=earned, product=product_code
    )
    return [Panel(_("Articles that link this product"), Markup(body))]


@hookimpl
def cart_added(source: str, lang: str) -> None:
    """Count the carts of articles."""
    counting.note_cart(source, lang)


@hookimpl
def order_notes() -> str:
    """The articles that were read before the order, where the shop asks for them and the reader agreed."""
    noted = journeys.note(request.cookies.get(journeys.COOKIE, ""))
    return noted if noted and switches.is_on(journeys.SWITCH) else ""


@hookimpl
def touched_pages(product_codes: list[str], collection_codes: list[str], lang: str) -> Iterable[Touched]:
    """In the product editor: the articles that change when a product leaves the shop."""
    return touched.articles(product_codes, collection_codes, lang)


@hookimpl
def demo_data(today: date) -> None:
    """The blog's share of the demo shop."""
    load(today)
