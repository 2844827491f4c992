"""Finding and registering the plugins that the setting names, in its order.

A plugin is a package with ``PLUGIN`` and a module ``hooks``, found as ``plugins.<name>`` or as an entry
point of the group ``storefront.plugins``. A name that is not listed is not even imported.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import pluggy
import structlog

from storefront.plugin_system.hookspecs import Specs

API_VERSION = (1, 1)
GROUP = "storefront.plugins"
log = structlog.get_logger("plugins")


@dataclass(frozen=True)
class Plugin:
    """What a plugin says of itself."""

    name: str
    title: str
    version: str
    requires_api: str = "1.0"


@dataclass(frozen=True)
class Loaded:
    """A plugin that runs: its own word, its package and its folder."""

    plugin: Plugin
    package: str
    folder: Path


@dataclass
class Plugins:
    """All plugins of one app."""

    manager: pluggy.PluginManager
    loaded: list[Loaded] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # name -> reason, shown in the admin
    _by_hook: dict[str, list[tuple[str, pluggy.HookImpl]]] = field(default_factory=dict)

    def names(self) -> list[str]:
        """The names of the running plugins, in order."""
        return [loaded.plugin.name for loaded in self.loaded]

    def leave_out(self, name: str, error: Exception) -> None:
        """Go on without a plugin, and note why; the admin shows it."""
        if self.manager.has_plugin(name):
            self.manager.unregister(name=name)
        self.loaded = [loaded for loaded in self.loaded if loaded.plugin.name != name]
        self._by_hook.clear()
        self.failed[name] = f"{type(error).__name__}: {error}"
        log.error("plugin left out", plugin=name, reason=self.failed[name])

    def implementations(self, hook: str) -> list[tuple[str, pluggy.HookImpl]]:
        """Who implements a hook: (plugin name, implementation), in the order of the setting."""
        if hook not in self._by_hook:
            given = {impl.plugin_name: impl for impl in getattr(self.manager.hook, hook).get_hookimpls()}
            self._by_hook[hook] = [(name, given[name]) for name in self.names() if name in given]
        return self._by_hook[hook]


class PluginError(RuntimeError):
    """A plugin cannot be used; the message says why."""


def load_plugins(names: tuple[str, ...], strict: bool) -> Plugins:
    """Import and register each named plugin.

    strict: raise at the first failure (development and tests); else leave it out and note the reason.
    """
    manager = pluggy.PluginManager("storefront")
    manager.add_hookspecs(Specs)
    plugins = Plugins(manager)
    for name in dict.fromkeys(names):
        try:
            loaded, hooks = _load(name)
            manager.register(hooks, name=name)
            manager.check_pending()
        except Exception as error:
            if strict:
                raise
            plugins.leave_out(name, error)
            continue
        plugins.loaded.append(loaded)
    return plugins


def _load(name: str) -> tuple[Loaded, ModuleType]:
    package = importlib.import_module(_package_of(name))
    plugin = getattr(package, "PLUGIN", None)
    if not isinstance(plugin, Plugin):
        raise PluginError(f"{package.__name__} has no PLUGIN = Plugin(…)")
    if "_" in name:
        raise PluginError(f"{name!r}: a plugin's name has no underscore, it ends the prefix of its tables")
    if plugin.name != name:
        raise PluginError(f"{package.__name__} calls itself {plugin.name!r}, not {name!r}")
    needed = tuple(int(part) for part in plugin.requires_api.split("."))
    if needed[0] != API_VERSION[0] or needed > API_VERSION:
        raise PluginError(
            f"{name} needs plugin API {plugin.requires_api}; this shop has {API_VERSION[0]}.{API_VERSION[1]}"
        )
    if importlib.util.find_spec(f"{package.__name__}.models"):
        importlib.import_module(f"{package.__name__}.models")
    hooks = importlib.import_module(f"{package.__name__}.hooks")
    file = package.__file__
    if file is None:
        raise PluginError(f"{package.__name__} has no __init__.py")
    return Loaded(plugin, package.__name__, Path(file).parent), hooks


def _package_of(name: str) -> str:
    """The package of a plugin: an installed entry point, else a folder in plugins/."""
    if name in _installed():
        return _installed()[name]
    if not name.isidentifier() or importlib.util.find_spec(f"plugins.{name}") is None:
        raise PluginError(f"no plugin named {name!r}: neither an installed one nor plugins/{name}")
    return f"plugins.{name}"


@cache
def _installed() -> dict[str, str]:
    """The packages of the installed plugins by name; every package that is installed is read for it, once."""
    return {entry.name: entry.value.partition(":")[0] for entry in reversed(entry_points(group=GROUP))}
