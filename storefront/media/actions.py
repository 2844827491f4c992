"""Stores pictures as immutable files in MEDIA_DIR, named after the hash of what was uploaded."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storefront import addresses, clock
from storefront.database import db
from storefront.media.decoding import decoded, encoded, scaled
from storefront.media.models import Picture
from storefront.media.queries import as_dict, widths_of

_SVG_SIZE = re.compile(rb'<svg\b[^>]*?\bviewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """A picture whose files lie in MEDIA_DIR, not yet recorded."""

    hash: str
    extension: str
    width: int
    height: int


def prepared(data: bytes) -> PreparedPicture:
    """Decode an upload and write its files: WebP at 400, 800 and 1600 pixels, and the whole picture.

    Takes a while and needs no database: call it before `writing()`. Refuses at the field "picture" what is
    not JPEG, PNG, WebP or AVIF, or larger than 25 megapixels.
    """
    name = hashlib.sha256(data).hexdigest()
    image = decoded(data)
    extension = "png" if image.mode == "RGBA" else "jpg"
    for width in widths_of(image.width):
        _write(f"{name}-{width}.webp", encoded(scaled(image, width), "webp"))
    _write(f"{name}-{image.width}.{extension}", encoded(image, extension))
    return PreparedPicture(name, extension, image.width, image.height)


def store_picture(picture: PreparedPicture | bytes, actor: str) -> dict[str, Any]:
    """Record a picture; the same upload twice is recorded once.

    Returns {"file", "raster", "width", "height", "widths"}.
    """
    found = prepared(picture) if isinstance(picture, bytes) else picture
    row = db.session.scalar(select(Picture).where(Picture.hash == found.hash))
    if row is None:
        row = Picture(
            hash=found.hash,
            extension=found.extension,
            width=found.width,
            height=found.height,
            uploaded_at=clock.now(),
            actor=actor,
        )
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
