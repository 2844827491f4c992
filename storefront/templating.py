"""How templates are run: as Jinja does, without what it looks up at every output, call and import.

A page makes some seven hundred outputs, three hundred calls and thirty imports; each of them costs Jinja
several look-ups that our templates have no use for. And what the same values gave before is not made again:
`piece`.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, MutableMapping
from typing import Any

import markupsafe
from flask import current_app, g, request
from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import Macro
from markupsafe import Markup

from storefront import locale

MOST_PIECES = 1000
_needs_escape = re.compile("[&<>\"']").search


def escape(value: Any) -> str:
    """Escaped for HTML; what is HTML already, or has nothing to escape, is taken as it is, without a copy."""
    if type(value) is Markup or (type(value) is str and _needs_escape(value) is None):
        return value
    return markupsafe.escape(value)


class Context(JinjaContext):
    """Calls functions as they are; only a macro, or what is marked with `pass_context`, is given more."""

    def call(__self, __obj: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if type(__obj) is Macro:
            args = (__self.eval_ctx, *args)
        elif hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)


class Environment(FlaskEnvironment):
    """Flask's, with plain dictionaries: a template sees the globals that stood when it was first used."""

    context_class = Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return {**self.globals, **(d or {})}

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        """Jinja's hook for the Python of a template: our `escape` replaces the one that it imports."""
        imported, rest = super()._generate(source, name, filename, defer_init).split("\n", 1)
        return f"{imported}; from {__name__} import escape\n{rest}"


def piece(macro: Macro, *values: Any, **named: Any) -> Markup:
    """What an imported macro makes of these values; equal values give the piece that was made before.

    The values are read anew for each page, so a piece is never older than they are. All that a piece may know
    is them, the language and the mount prefix: `in_piece` is for what must not be asked from within. They are
    compared as bytes: neither 99.8 and 99.80 nor a text and HTML of the same letters are equal.
    """
    key = (
        macro,
        locale.current(),
        request.script_root,
        pickle.dumps((values, named), pickle.HIGHEST_PROTOCOL),
    )
    known: dict[tuple[Macro, str, str, bytes], Markup] = current_app.extensions.setdefault("pieces", {})
    found = known.get(key)
    if found is None:
        outer, g.in_piece = in_piece(), True
        try:
            found = Markup(macro(*values, **named))
        finally:
            g.in_piece = outer
        if len(known) >= MOST_PIECES:
            known.clear()
        known[key] = found
    return found


def in_piece() -> bool:
    """True while a piece is made, which sees nothing but its values."""
    return bool(g.get("in_piece"))
