"""Uploaded pictures and drawings: immutable files named after the hash of their content."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, send_from_directory

from storefront.addresses import settings
from storefront.assets import YEAR

blueprint = Blueprint("media", __name__)

NAME = re.compile(r"[0-9a-f]{8,64}(-[0-9]{2,4})?\.(svg|jpg|png|webp|avif)")
# A drawing opened by itself may style itself and do nothing else.
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/<name>")
def serve(name: str) -> Response:
    """A file of MEDIA_DIR; it never changes, so it may be kept for a year."""
    if not NAME.fullmatch(name):
        abort(404)
    response = send_from_directory(settings().media_dir, name)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    if name.endswith(".svg"):
        response.headers["Content-Security-Policy"] = DRAWING_POLICY
    return response
