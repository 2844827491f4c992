"""create_app, and the map of the whole site: one flat table "view module -> URL prefix"."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, abort, current_app, g, request
from flask_babel import Babel
from jinja2 import FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.routing import BaseConverter

from storefront import (
    clock,
    commands,
    content_version,
    database,
    locale,
    money,
    page_cache,
    responses,
    web_security,
)
from storefront.admin import frame as admin_frame
from storefront.admin import sign_in
from storefront.assets import Assets
from storefront.config import SHOP_NAME, Settings, from_environment
from storefront.database import db
from storefront.plugin_system import calling
from storefront.plugin_system.loader import Plugins, load_plugins
from storefront.shop import errors
from storefront.shop import frame as shop_frame
from storefront.templating import Environment, piece

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent
log = structlog.get_logger("app")

LANG = "/<lang:lang>"
SITE: dict[str, str] = {
    "storefront.shop.home": "",
    "storefront.shop.products": LANG,
    "storefront.shop.search": LANG,
    "storefront.shop.batch": "",
    "storefront.shop.pages": LANG,
    "storefront.shop.cart": LANG,
    "storefront.shop.checkout": LANG,
    "storefront.shop.payment": LANG,
    "storefront.shop.orders": LANG,
    "storefront.shop.invoices": LANG,
    "storefront.shop.withdrawal": LANG,
    "storefront.shop.alerts": LANG,
    "storefront.admin.sign_in": "/admin",
    "storefront.admin.dashboard": "/admin",
    "storefront.admin.products": "/admin/products",
    "storefront.admin.assortment": "/admin/assortment",
    "storefront.admin.discounts": "/admin/discounts",
    "storefront.admin.evidence": "/admin/evidence",
    "storefront.admin.orders": "/admin/orders",
    "storefront.admin.invoices": "/admin/orders",
    "storefront.admin.withdrawals": "/admin/withdrawals",
    "storefront.admin.pages": "/admin/pages",
    "storefront.admin.delivery": "/admin/delivery",
    "storefront.admin.staff": "/admin/staff",
    "storefront.admin.jobs": "/admin/jobs",
    "storefront.admin.audit": "/admin/audit",
    "storefront.machines.webhooks": "/webhooks",
    "storefront.machines.health": "",
    "storefront.machines.sitemap": "",
    "storefront.machines.media": "/media",
}
DEVELOPMENT_SITE: dict[str, str] = {
    "storefront.development.mail": "/dev/mail",
    "storefront.development.enter": "/dev/enter",
    "storefront.development.shown_date": "/dev/date",
    "storefront.development.payment": LANG,
}


class LanguageConverter(BaseConverter):
    """Matches the languages of the shop; any other first segment is not found."""

    regex = "|".join(locale.LANGUAGES)


def create_app(settings: Settings | None = None, config: Mapping[str, Any] | None = None) -> Flask:
    """The shop as a WSGI app. Raises UnsafeSettings for an unsafe production start.

    settings: read from the environment by default. config: Flask settings for tests.
    """
    app = Flask(
        "storefront",
        static_folder=str(HERE / "static"),
        template_folder=str(ROOT / "templates"),
        instance_path=str(ROOT / "instance"),
    )
    app.jinja_environment = Environment
    settings = settings or from_environment(Path(app.instance_path))
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    app.extensions["storefront"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings.database_url),
        **({"RAISE_IN_HOOKS": False} | dict(config or {})),
    )
    app.url_map.converters["lang"] = LanguageConverter
    db.init_app(app)
    with app.app_context():
        database.prepare_engine(db.engine)
        content_version.watch(db.engine)
    plugins = load_plugins(
        settings.plugins, strict=settings.development and not app.config.get("PLUGINS_MAY_FAIL")
    )
    app.extensions["storefront_plugins"] = plugins
    _prepare_languages(app, plugins)
    _prepare_templates(app, settings, plugins)
    web_security.init_app(app, settings)
    responses.init_app(app)
    _register_site(app, settings)
    commands.init_app(app)
    page_cache.init_app(app, settings.page_cache_mb)
    return app


def _prepare_languages(app: Flask, plugins: Plugins) -> None:
    """Translations of plugins first and ours last, since the last one wins; the language once per request."""
    folders = [loaded.folder / "translations" for loaded in plugins.loaded] + [HERE / "translations"]
    locale.load_catalogues(folders)
    Babel(app, locale_selector=locale.current)
    app.before_request(_begin_request)

    @app.url_defaults
    def same_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = locale.current()


def _begin_request() -> None:
    """Decide language and time zone once; an address with a NUL leads nowhere."""
    clock.use_zone(current_app.extensions["storefront"].time_zone)
    clock.show_date(None)
    given = (request.view_args or {}).get("lang") or request.path[1:3]
    if given not in locale.LANGUAGES:
        given = request.accept_languages.best_match(locale.LANGUAGES, locale.DEFAULT_LANGUAGE)
    locale.set_current(given)
    g.lang = given
    if "\x00" in request.path:
        abort(404)


def _prepare_templates(app: Flask, settings: Settings, plugins: Plugins) -> None:
    """The core's templates before those of plugins; filters and what every template may use."""
    assets = Assets({"": HERE / "static"} | {p.plugin.name: p.folder / "static" for p in plugins.loaded})
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.do")
    folders = [str(p.folder / "templates") for p in plugins.loaded if (p.folder / "templates").is_dir()]
    app.jinja_loader = FileSystemLoader([str(ROOT / "templates"), *folders])
    environment.globals.update(
        _=locale.gettext,
        ngettext=locale.ngettext,
        languages=locale.NAMES,
        asset=assets.address,
        piece=piece,
        development=settings.development,
        shop_name=SHOP_NAME,
        today=clock.today,
    )
    environment.filters.update(
        money=lambda cents: money.format_money(cents, locale.current()),
        number=lambda value: money.format_number(value, locale.current()),
        date=locale.format_date,
        month=locale.format_month,
        datetime=locale.format_datetime,
        local=locale.in_language,
        country_name=locale.country_name,
        plain_money=money.plain,
        iso=_iso,
    )
    app.context_processor(lambda: {"lang": locale.current()})
    assets.register(app)


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def _database_away(error: SQLAlchemyError) -> Response:
    """503 while the database is away, full or too busy; other faults are ours: 500."""
    if not database.is_away(error):
        raise error
    log.error("database away", path=request.path, reason=str(getattr(error, "orig", error)))  # no values
    return errors.answer(ServiceUnavailable())


def _register_site(app: Flask, settings: Settings) -> None:
    """Every blueprint of the core, then those of plugins."""
    table = SITE | (DEVELOPMENT_SITE if settings.development else {})
    for module, prefix in table.items():
        app.register_blueprint(importlib.import_module(module).blueprint, url_prefix=prefix or None)
    for part in (shop_frame, errors, admin_frame, sign_in):
        part.init_app(app)
    app.register_error_handler(SQLAlchemyError, _database_away)
    with app.app_context():
        for name in calling.plugins_with("blueprints"):
            try:
                for blueprint, prefix in calling.call_one(name, "blueprints") or ():
                    app.register_blueprint(blueprint, url_prefix=prefix)
            except Exception as error:
                if settings.development:
                    raise
                calling.plugins().leave_out(name, error)
