"""How templates are run: as Jinja does, without what it looks up at every call and every import.

A page makes some three hundred calls and thirty imports; each of them costs Jinja several look-ups that our
templates have no use for.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import Macro


class Context(JinjaContext):
    """Calls functions as they are; only a macro, or what is marked with `pass_context`, is given more."""

    def call(__self, __obj: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if type(__obj) is not Macro and hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        if type(__obj) is Macro:
            return __obj(__self.eval_ctx, *args, **kwargs)
        return __obj(*args, **kwargs)


class Environment(FlaskEnvironment):
    """Flask's, with plain dictionaries: a template sees the globals that stood when it was first used."""

    context_class = Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return {**self.globals, **(d or {})}
