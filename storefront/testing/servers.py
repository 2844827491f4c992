"""A shop served on 127.0.0.1, by gunicorn or this process, for tests through real HTTP and in a browser."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from storefront import worker
from storefront.app import create_app
from storefront.config import Settings
from storefront.testing.databases import free_port

STARTED_WITHIN = 60.0


def served() -> Flask:
    """The app of a server that a test started: `gunicorn "storefront.testing.servers:served()"`."""
    settings = Settings.from_environment(os.environ, Path(os.environ["STOREFRONT_TEST_INSTANCE"]))
    return create_app(settings, {"CHEAP_PASSWORDS": True, "RATELIMIT_ENABLED": False})


@dataclass
class Live:
    """A shop served on 127.0.0.1, and the same shop in this process for looking into it."""

    url: str
    app: Flask
    process: subprocess.Popen[bytes] | None = None  # gunicorn; without it threads of this process answer

    def stop(self) -> None:
        """End gunicorn."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=STARTED_WITHIN)

    def work(self) -> int:
        """Do the jobs that are due, in this process."""
        with self.app.app_context():
            return worker.work(once=True)


def environment(app: Flask, address: str = "http://127.0.0.1") -> dict[str, str]:
    """What another process needs to open the same shop by `served`."""
    settings: Settings = app.extensions["storefront"]
    return os.environ | {
        "STOREFRONT_TEST_INSTANCE": str(settings.instance_path),
        "STOREFRONT_ENV": settings.env,
        "STOREFRONT_SECRET_KEY": settings.secret_key,
        "STOREFRONT_DATABASE_URL": settings.database_url,
        "STOREFRONT_MEDIA_DIR": str(settings.media_dir),
        "STOREFRONT_PLUGINS": ",".join(settings.plugins),
        "STOREFRONT_BASE_URL": settings.base_url or address,
        "STOREFRONT_MAIL_URL": settings.mail_url,
        "STOREFRONT_STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "STOREFRONT_STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret,
        "STOREFRONT_STRIPE_API_BASE": settings.stripe_api_base,
    }


@contextlib.contextmanager
def served_here(app: Flask) -> Iterator[str]:
    """The address of the app on a port of this process, a thread for each request: there at once.

    A test can take a guard of this process away. Gunicorn takes one and a half seconds of computing more.
    """
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def start_server(app: Flask, folder: Path, workers: int, threads: int, extra: dict[str, str]) -> Live:
    """Start gunicorn for an app's settings and wait until it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = environment(app, address)
    environ |= {f"STOREFRONT_{name}": value for name, value in extra.items()}
    log = (folder / f"gunicorn-{port}.log").open("wb")
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "storefront.testing.servers:served()",
        "-b",
        f"127.0.0.1:{port}",
    ]
    command += [
        "--worker-class",
        "gthread",
        "-w",
        str(workers),
        "--threads",
        str(threads),
        "--backlog",
        "512",
    ]
    process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    log.close()
    ends = time.monotonic() + STARTED_WITHIN
    while True:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
            return Live(address, app, process)
        except OSError:
            if process.poll() is not None or time.monotonic() > ends:
                process.kill()
                pytest.fail(f"gunicorn did not start:\n{(folder / log.name).read_text()[-3000:]}")
