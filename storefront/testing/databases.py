"""Throw-away PostgreSQL clusters and databases."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

MEMORY = "/dev/shm"
ROOM = 3 * 1024**3


def missing(what: str) -> None:
    """Fail where everything must be there (CI=true), else skip with the reason."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def in_memory() -> str | None:
    """A folder in memory, where there is one with room: making a database takes a tenth of the time there."""
    with contextlib.suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
            return MEMORY
    return None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def cluster(binaries: Path) -> Iterator[str]:
    """A throw-away cluster on a free port of 127.0.0.1, as the user postgres when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="storefront-pg-", dir=in_memory()))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "check": True,
        "cwd": folder,
    }
    data = str(folder / "data")
    try:
        subprocess.run(
            [
                *as_user,
                str(binaries / "initdb"),
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ],
            **quiet,
        )
        port = _started([*as_user, str(binaries / "pg_ctl"), "-D", data, "-w"], folder, quiet)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        subprocess.run([*as_user, str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(control: list[str], folder: Path, quiet: dict[str, Any]) -> int:
    """Start a cluster; its port. Another worker of the tests may take a free port at the same moment."""
    careless = "-c fsync=off -c full_page_writes=off"  # it outlives a crash of its own, not a power cut
    for last in (False, False, True):
        port = free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 {careless} -c max_connections=300 -k {folder}"
        done = subprocess.run([*control, "-o", options, "start"], **quiet | {"check": last})
        if done.returncode == 0:
            return port
    raise AssertionError("the last attempt raises by itself")


def create_database(server: str, name: str, template: str = "template0") -> str:
    """Make a database from a template; returns its address."""
    # From PostgreSQL 15 on a copy is written to the log page by page, unless files are asked for.
    strategy = "STRATEGY FILE_COPY" if _copies_files(server) else ""
    maintain(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" {strategy}')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def maintain(server: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    with _administration(server).connect() as connection:
        connection.execute(text(statement))


@cache
def _copies_files(server: str) -> bool:
    with _administration(server).connect() as connection:
        return (connection.dialect.server_version_info or (0,)) >= (15,)


@cache
def _administration(server: str) -> Engine:
    return create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
