"""What a hook gives back is held to its annotation in hookspecs, so that a page meets nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from storefront.plugin_system.hookspecs import Specs


class WrongShape(TypeError):
    """A plugin gave back something else than its hook promises."""


def checked(hook: str, answer: Any) -> Any:
    """The answer of a hook: None, or what its annotation says (lists as lists, a str of HTML escaped).

    Iterators and lazy texts run here, not later in a template. Raises WrongShape for anything else.
    """
    promised = _hints(getattr(Specs, hook))["return"]
    if answer is None or promised is NoneType:
        return None
    try:
        return _fit(answer, promised)
    except WrongShape as error:
        annotation = getattr(Specs, hook).__annotations__["return"]
        raise WrongShape(f"{hook} gives {annotation}; {error}") from None


@cache
def _hints(owner: Any) -> dict[str, Any]:
    return get_type_hints(owner)


@cache
def _taken_apart(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(kind), get_args(kind)


def _fit(value: Any, kind: Any) -> Any:
    """The value, when it is of this kind; else WrongShape, with the part that is not."""
    if kind is Any:
        return value
    origin, inside = _taken_apart(kind)
    if kind in (str, Markup) and isinstance(value, str | LazyString):
        said = str(value) if isinstance(value, LazyString) else value
        return escape(said) if kind is Markup else said
    if origin is UnionType:
        return _fit_one_of(value, inside)
    if origin is Iterable and isinstance(value, Iterable) and not isinstance(value, str | bytes | dict):
        return [_fit(item, inside[0]) for item in value]
    if origin is tuple and isinstance(value, tuple) and len(value) == len(inside):
        return tuple(_fit(part, one) for part, one in zip(value, inside, strict=True))
    if origin is dict and isinstance(value, dict):
        return {_fit(key, inside[0]): _fit(one, inside[1]) for key, one in value.items()}
    if origin is Callable and callable(value):
        return value
    if origin is None and isinstance(value, kind):
        return _fit_parts(value, kind) if hasattr(kind, "__dataclass_fields__") else value
    raise WrongShape(f"not {value!r:.100}")


def _fit_parts(value: Any, kind: Any) -> Any:
    """The value with every field fitted; itself when none had to change."""
    parts = {name: (getattr(value, name), one) for name, one in _hints(kind).items()}
    changed = {name: now for name, (was, one) in parts.items() if (now := _fit(was, one)) is not was}
    return replace(value, **changed) if changed else value


def _fit_one_of(value: Any, kinds: tuple[Any, ...]) -> Any:
    for kind in kinds:
        try:
            return _fit(value, kind)
        except WrongShape as error:
            wrong = error
    raise wrong
