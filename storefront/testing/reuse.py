"""What every app of a run would work out anew, worked out once.

A run makes some four thousand apps of the same code. The Python of a template, the map of the site, the SQL
of a statement and the catalogues of the languages depend on nothing in which apps differ: they are kept for
the run. Only code is shared so, no state.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Rule

from storefront import locale

STATEMENTS = 2000  # so many compiled statements are kept for each kind of database

_compile = Rule.compile
_load_catalogues = locale.load_catalogues
_rules: dict[tuple[Any, ...], dict[str, Any]] = {}
_catalogues: dict[tuple[Path, ...], tuple[dict[str, Any], dict[str, Callable[[str], str]]]] = {}
_engines: dict[tuple[str, str], Engine] = {}


class Templates(BytecodeCache):
    """The Python of each template, by the file and what it says."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of this very text, when it was compiled before."""
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a text."""
        if bucket.code is not None:
            self.known[bucket.key, bucket.checksum] = bucket.code


_templates = Templates()


def prepare() -> None:
    """Before the first app of a run."""
    Rule.compile = _compile_once  # type: ignore[assignment,method-assign]
    locale.load_catalogues = _load_once


def settle() -> None:
    """When all tests are collected: what is there now will stay, and is never looked at for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def share(app: Flask, engine: Engine) -> None:
    """Let an app use what those before it compiled."""
    app.jinja_env.bytecode_cache = _templates
    first = _engines.get((engine.dialect.name, engine.driver))
    if first is not None:
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache


def offer(engine: Engine) -> None:
    """Let later engines of this kind use what this one compiled; it has been connected."""
    if _engines.setdefault((engine.dialect.name, engine.driver), engine) is engine:
        engine._compiled_cache.capacity = STATEMENTS  # type: ignore[union-attr]


def _compile_once(rule: Rule) -> None:
    """Werkzeug writes and compiles two functions for each rule; they know its parts and no app."""
    if rule.defaults:
        _compile(rule)
        return
    place = (rule.rule, rule.host if rule.map.host_matching else rule.subdomain, rule.merge_slashes)
    key = (*place, frozenset(rule.map.converters.items()))
    if key not in _rules:
        _compile(rule)
        names = ("_parts", "_trace", "_converters", "arguments")
        _rules[key] = {name: vars(rule)[name] for name in names} | {
            name: vars(rule)[name].__func__ for name in ("_build", "_build_unknown")
        }
    known = _rules[key]
    vars(rule).update(known, arguments=set(known["arguments"]))
    for name in ("_build", "_build_unknown"):
        setattr(rule, name, known[name].__get__(rule))


def _load_once(folders: list[Path]) -> None:
    """The compiled catalogues of folders do not change during a run."""
    key = tuple(folders)
    if key not in _catalogues:
        _load_catalogues(folders)
        _catalogues[key] = (dict(locale._catalogues), dict(locale._texts))
    catalogues, texts = _catalogues[key]
    locale._catalogues.update(catalogues)
    locale._texts.update(texts)
