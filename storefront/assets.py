"""Stylesheets, scripts and drawings that come with the code: addresses that change with their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, abort, request, send_from_directory
from flask import url_for as flask_url_for

YEAR = 31536000


class Assets:
    """The static files of the core ("") and of plugins (by name), each with a hash of its content."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders
        self._versions: dict[str, str] = {}

    def address(self, path: str, plugin: str = "") -> str:
        """The address of a file: "css/base.css", or "blog.css" of a plugin. Changes when the file changes."""
        version = self._version(path, plugin)
        if plugin:
            return flask_url_for("plugin_static", plugin=plugin, path=path, v=version)
        return flask_url_for("static", filename=path, v=version)

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
            known = "v" in request.args
            response.headers["Cache-Control"] = (
                f"public, max-age={YEAR}, immutable" if known else "public, no-cache"
            )
        return response

    def _version(self, path: str, plugin: str) -> str:
        key = f"{plugin}:{path}"
        if key not in self._versions:
            content = (self.folders[plugin] / path).read_bytes()
            self._versions[key] = hashlib.sha256(content).hexdigest()[:10]
        return self._versions[key]
