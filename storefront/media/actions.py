"""Stores pictures as immutable files in MEDIA_DIR, named after the hash of what was uploaded."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from sqlalchemy import select

from storefront import addresses, clock
from storefront.database import db
from storefront.media.decoding import decoded, encoded, scaled
from storefront.media.models import Picture
from storefront.media.queries import as_dict, widths_of

SHAPES = {"1x1": (1, 1), "4x3": (4, 3), "16x9": (16, 9)}
CROP_WIDTH = 1200
_SVG_SIZE = re.compile(rb'<svg\b[^>]*?\bviewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """A picture whose files lie in MEDIA_DIR, not yet recorded."""

    hash: str
    extension: str
    width: int
    height: int
    crops: dict[str, Any] = field(default_factory=dict)


def prepared(data: bytes, crops: bool = False) -> PreparedPicture:
    """Decode an upload and write its files: WebP at 400, 800 and 1600 pixels, and the whole picture.

    crops: also its middle in the three shapes that search engines ask for.

    Takes a while and needs no database: call it before `writing()`. Refuses at the field "picture" what is
    not JPEG, PNG, WebP or AVIF, or larger than 25 megapixels.
    """
    name = hashlib.sha256(data).hexdigest()
    image = decoded(data)
    extension = "png" if image.mode == "RGBA" else "jpg"
    for width in widths_of(image.width):
        _write(f"{name}-{width}.webp", encoded(scaled(image, width), "webp"))
    _write(f"{name}-{image.width}.{extension}", encoded(image, extension))
    cut = _cut(image, name, extension) if crops else {}
    return PreparedPicture(name, extension, image.width, image.height, cut)


def store_picture(picture: PreparedPicture | bytes, actor: str, crops: bool = False) -> dict[str, Any]:
    """Record a picture; the same upload twice is recorded once.

    Returns {"file", "raster", "width", "height", "widths"}, and with `crops` also "crops": its middle in the
    three shapes that search engines ask for, {"1x1": {"file", "width", "height"}, "4x3": …, "16x9": …}.
    """
    found = prepared(picture, crops) if isinstance(picture, bytes) else picture
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
    return as_dict(row) | ({"crops": found.crops} if found.crops else {})


def store_drawing(drawing: Path, raster: Path | None = None, crops: bool = False) -> dict[str, Any]:
    """Store an SVG of our own with its raster copy (for JSON-LD, mail and sharing).

    crops: also of the raster copy, as `store_picture` gives them.
    """
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
    if crops and raster is not None:
        name, _dot, extension = picture["raster"].partition(".")
        with Image.open(raster) as image:
            picture["crops"] = _cut(image, name, extension)
    return picture


def _cut(image: Image.Image, name: str, extension: str) -> dict[str, Any]:
    """The middle of a picture in each shape, never wider than 1200 pixels and never enlarged."""
    found = {}
    for shape, (wide, high) in SHAPES.items():
        times = min(CROP_WIDTH, image.width, image.height * wide // high) // wide
        size = (times * wide, times * high)
        file = f"{name}-{size[0]}x{size[1]}.{extension}"
        if times and not (addresses.settings().media_dir / file).exists():
            _write(file, encoded(ImageOps.fit(image, size), extension))
        if times:
            found[shape] = {"file": file, "width": size[0], "height": size[1]}
    return found


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
