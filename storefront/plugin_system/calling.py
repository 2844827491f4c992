"""Calling hooks so that a faulty plugin costs its own slot and nothing else.

An exception, or a result of another shape than the hook promises, is logged with plugin, hook and request;
the transaction is rolled back, since PostgreSQL refuses every query after a failed one; the page goes on
without that slot. In tests it raises.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import current_app, has_request_context, request
from markupsafe import Markup
from pluggy import HookImpl

from storefront import page_cache
from storefront.database import db
from storefront.plugin_system.loader import Plugins
from storefront.plugin_system.shapes import checked

log = structlog.get_logger("plugins")


def plugins() -> Plugins:
    """The plugins of the running app."""
    found: Plugins = current_app.extensions["storefront_plugins"]
    return found


def call_all(hook: str, **values: object) -> list[Any]:
    """Call a hook in every plugin: the results that are not None, in the order of the setting."""
    answers = [_answer(hook, one, values) for one in plugins().implementations(hook)]
    return [answer for answer in answers if answer is not None]


def _answer(hook: str, one: tuple[str, HookImpl], values: dict[str, object]) -> Any:
    """What one plugin says; None when it fails."""
    name, implementation = one
    try:
        return checked(hook, _call(implementation, values))
    except Exception:
        if current_app.config["RAISE_IN_HOOKS"]:
            raise
        db.session.rollback()
        page_cache.do_not_keep()
        path = request.path if has_request_context() else ""
        log.exception("hook failed", plugin=name, hook=hook, path=path)
        return None


def call_lists(hook: str, **values: object) -> list[Any]:
    """Call a hook that gives a list in every plugin, and join the lists."""
    return [item for answer in call_all(hook, **values) for item in answer]


def call_markup(hook: str, **values: object) -> Markup:
    """Call a hook that gives HTML in every plugin, and join it. What is not Markup is escaped."""
    return Markup("").join(call_all(hook, **values))


def call_named(hook: str, **values: object) -> dict[str, Any]:
    """Call a hook in every plugin: the results that are not None, by the plugin's name."""
    answers = {one[0]: _answer(hook, one, values) for one in plugins().implementations(hook)}
    return {name: answer for name, answer in answers.items() if answer is not None}


def tell(plugin: str, hook: str, **values: object) -> None:
    """Call a hook that gives nothing in one plugin; like `call_all` it goes on when that fails."""
    for name, implementation in plugins().implementations(hook):
        if name == plugin:
            _answer(hook, (name, implementation), values)


def call_one(plugin: str, hook: str, **values: object) -> Any:
    """Call a hook in one plugin and let an exception out: at start, and for the worker, which repeats it."""
    for name, implementation in plugins().implementations(hook):
        if name == plugin:
            return checked(hook, _call(implementation, values))
    return None


def plugins_with(hook: str) -> list[str]:
    """The names of the running plugins that implement a hook."""
    return [name for name, _ in plugins().implementations(hook)]


def _call(implementation: HookImpl, values: dict[str, object]) -> Any:
    """As pluggy does: an implementation names only the arguments that it wants."""
    return implementation.function(*[values[name] for name in implementation.argnames])
