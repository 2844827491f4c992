"""Stylesheets, scripts and drawings that come with the code: addresses that change with their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, abort, has_request_context, request, send_from_directory

YEAR = 31536000


class Assets:
    """The static files of the core ("") and of plugins (by name), each with a hash of its content."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders
        self._addresses: dict[tuple[str, str], str] = {}  # below the mount

    def address(self, path: str, plugin: str = "") -> str:
        """The address of a file: "css/base.css", or "x.css" of a plugin; it changes with the file."""
        root = request.script_root if has_request_context() else ""
        known = self._addresses.get((plugin, path))
        if known is None:
            version = self._version(path, plugin)
            name = f"plugins/{plugin}/{path}" if plugin else path
            known = self._addresses[plugin, path] = f"/static/{name}?v={version}"
        return root + known

    def register(self, app: Flask) -> None:
        """Serve the plugins' files, and let a versioned address be kept for a year."""
        app.add_url_rule("/static/plugins/<plugin>/<path:path>", "plugin_static", self._serve)
        app.after_request(self._keep)

    def _serve(self, plugin: str, path: str) -> Response:
        folder = self.folders.get(plugin)
        if not plugin or folder is None:
            abort(404)
        return send_from_directory(folder, path)

    def _keep(self, response: Response) -> Response:
        if request.endpoint in {"static", "plugin_static"} and response.status_code in {200, 304}:
            known = request.full_path in self._addresses.values()  # another version is not kept for long
            response.headers["Cache-Control"] = (
                f"public, max-age={YEAR}, immutable" if known else "public, no-cache"
            )
        return response

    def _version(self, path: str, plugin: str) -> str:
        return hashlib.sha256((self.folders[plugin] / path).read_bytes()).hexdigest()[:10]
