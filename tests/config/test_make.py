"""What `make run` tells web and worker about the address of the shop."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"PORT": "8473"}, "http://127.0.0.1:8473"),
        ({"HOST": "192.0.2.7", "PORT": "80"}, "http://192.0.2.7:80"),
        ({"HOST": "0.0.0.0"}, "http://127.0.0.1:8000"),
        ({"PORT": "8473", "STOREFRONT_BASE_URL": "https://shop.example"}, "https://shop.example"),
    ],
)
def test_links_in_mails_lead_to_the_port_that_was_asked_for(given: dict[str, str], address: str) -> None:
    """The worker writes the mails and sees no request: without this they linked to port 8000."""
    others = {
        name: value for name, value in os.environ.items() if not name.startswith(("STOREFRONT_", "MAKE"))
    }
    asked = {name: value for name, value in others.items() if name not in ("HOST", "PORT")} | given
    command = ["make", "--dry-run", "--no-print-directory", "serve"]
    told = subprocess.run(command, cwd=ROOT, env=asked, capture_output=True, text=True, check=True).stdout
    assert f'STOREFRONT_BASE_URL="{address}"' in told
