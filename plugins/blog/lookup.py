"""Asking a register over the network: only hosts that are named, no redirect, no cookie, not for long."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ORIGINS = frozenset({"https://api.crossref.org", "https://eutils.ncbi.nlm.nih.gov"})
SECONDS = 5
MOST = 1_000_000  # bytes of an answer
CHUNK = 65_536
NANO = 1_000_000_000


class Unreachable(Exception):
    """A register gave no answer that can be read."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is a failure: an answer comes from the host that was asked."""

    def redirect_request(self, *_given: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Asker:
    """Fetches from these origins (scheme and host) and from nowhere else."""

    origins: Collection[str] = ORIGINS
    seconds: int = SECONDS
    most: int = MOST

    def get(self, address: str) -> bytes | None:
        """The answer at an address; None when there is nothing. Raises Unreachable."""
        parts = urlsplit(address)
        if f"{parts.scheme}://{parts.netloc}" not in self.origins:
            raise Unreachable(f"{parts.netloc} is not among the hosts that may be asked")
        request = urllib.request.Request(address, headers={"Accept": "application/json"})
        until = time.monotonic_ns() + self.seconds * NANO
        try:
            with _opener().open(request, timeout=self.seconds) as answer:
                return self._read(answer, until)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == http.client.NOT_FOUND:
                    return None
            raise Unreachable(f"answered {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from error

    def _read(self, answer: http.client.HTTPResponse, until: int) -> bytes:
        body = b""
        while chunk := answer.read1(CHUNK):
            body += chunk
            if len(body) > self.most:
                raise Unreachable("the answer is too large")
            if time.monotonic_ns() > until:
                raise Unreachable("the answer takes too long")
        return body


def _opener() -> urllib.request.OpenerDirector:
    """An opener that knows http and https alone: no file, no proxy, no cookie, no redirect."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Stay(),
    ):
        opener.add_handler(handler)
    return opener
