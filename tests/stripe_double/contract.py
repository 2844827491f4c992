"""Holds what is sent to Stripe against the SDK's own parameter types, and answers against its classes.

The TypedDicts of ``stripe.params`` are read from their source, with three changes: nothing beyond the named
fields is allowed, a Literal allows only what it names (the SDK's generator adds ``|str`` to each), and the
options of a request (key, headers) are no part of a body.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import typing
from typing import Any
from urllib.parse import parse_qsl

import typing_extensions
from pydantic import ConfigDict, TypeAdapter
from pydantic import ValidationError as BadBody

__all__ = ["BadBody", "checked", "known_fields", "nested"]


Value = typing.TypeVar("Value")


class StandIn(typing.Generic[Value]):
    """In place of a class of the SDK that no body holds."""


@functools.cache
def _adapter(module_name: str, class_name: str) -> TypeAdapter[dict[str, Any]]:
    source = inspect.getsource(importlib.import_module(module_name))
    source = source.replace("from stripe._request_options import RequestOptions", "")
    source = source.replace("from stripe._stripe_object import UntypedStripeObject", "")
    source = re.sub(r"(Literal\[[^\]]*\])\s*\|\s*str\b", r"\1", source)
    source = re.sub(r"Union\[\s*(Literal\[[^\]]*\]),\s*str,?\s*\]", r"\1", source)
    namespace: dict[str, Any] = {
        "__name__": f"checked.{module_name}",
        "RequestOptions": typing_extensions.TypedDict("RequestOptions", {}),
        "UntypedStripeObject": StandIn,
    }
    exec(compile(source, module_name, "exec"), namespace)
    for value in list(namespace.values()):
        if isinstance(value, type) and typing_extensions.is_typeddict(value):
            value.__pydantic_config__ = ConfigDict(extra="forbid", arbitrary_types_allowed=True)  # type: ignore[attr-defined]
    adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(namespace[class_name], _parent_depth=0)
    adapter.rebuild(force=True, _types_namespace=namespace | vars(typing))
    return adapter


def checked(module_name: str, class_name: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body with its values in their types. Raises BadBody for what the SDK's type does not know."""
    return _adapter(module_name, class_name).validate_python(body)


def known_fields(resource: type) -> set[str]:
    """The fields that the SDK's class of a resource knows."""
    return {name for one in resource.__mro__ for name in vars(one).get("__annotations__", {})} | {"object"}


def nested(body: str) -> dict[str, Any]:
    """Stripe's form encoding as nested values: ``line_items[0][quantity]=1``."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        path = [name.partition("[")[0], *re.findall(r"\[([^\]]*)\]", name)]
        place = root
        for step in path[:-1]:
            place = place.setdefault(step, {})
        last = path[-1] or str(len(place))
        place[last] = value
    return {name: _with_lists(value) for name, value in root.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(one) for name, one in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
