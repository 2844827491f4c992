"""Stores pictures as immutable files in MEDIA_DIR, named after the hash of what was uploaded."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storefront import addresses, clock
from storefront.database import db
from storefront.media.decoding import decoded, encoded, scaled
from storefront.media.models import Picture
from storefront.media.queries import as_dict, widths_of

_SVG_SIZE = re.compile(rb'<svg\b[^>]*?\bviewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


def store_picture(data: bytes, actor: str) -> dict[str, Any]:
    """Store an upload: WebP at 400, 800 and 1600 pixels, and the whole picture without its metadata.

    Returns {"file", "raster", "width", "height", "widths"}. The same upload twice is stored once. Refuses at
    the field "picture" what is not JPEG, PNG, WebP or AVIF, or larger than 25 megapixels.
    """
    name = hashlib.sha256(data).hexdigest()
    known = db.session.scalar(select(Picture).where(Picture.hash == name))
    if known is not None:
        return as_dict(known)
    image = decoded(data)
    extension = "png" if image.mode == "RGBA" else "jpg"
    row = Picture(
        hash=name,
        extension=extension,
        width=image.width,
        height=image.height,
        uploaded_at=clock.now(),
        actor=actor,
    )
    for width in widths_of(image.width):
        _write(f"{name}-{width}.webp", encoded(scaled(image, width), "webp"))
    _write(f"{name}-{image.width}.{extension}", encoded(image, extension))
    db.session.add(row)
    db.session.flush()
    return as_dict(row)


def store_drawing(drawing: Path, raster: Path | None = None) -> dict[str, Any]:
    """Store an SVG of our own with its raster copy (for JSON-LD, mail and sharing)."""
    data = drawing.read_bytes()
    size = _SVG_SIZE.search(data)
    if size is None:
        raise ValueError(f"{drawing.name} has no viewBox")
    picture: dict[str, Any] = {
        "file": _stored(data, "svg"),
        "raster": _stored(raster.read_bytes(), raster.suffix[1:]) if raster is not None else "",
        "width": round(float(size[1])),
        "height": round(float(size[2])),
    }
    return picture


def _stored(data: bytes, extension: str) -> str:
    name = f"{hashlib.sha256(data).hexdigest()}.{extension}"
    _write(name, data)
    return name


def _write(name: str, data: bytes) -> None:
    """Write a file at once or not at all; one that is there already is the same."""
    folder = addresses.settings().media_dir
    target = folder / name
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.chmod(temporary, 0o644)
    os.replace(temporary, target)
