"""Raster copies for mail, sharing and structured data, made from the finished drawings."""

from __future__ import annotations

import io
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

STAGE = "#f1ebdf"
PACK_BYTES, HEADER_BYTES = 80_000, 110_000


def _pixels(drawing: str, width: int) -> Image:
    """The drawing as it looks on the ground of a pack."""
    from PIL import Image

    png = import_module("resvg_py").svg_to_bytes(svg_string=drawing, width=width, background=STAGE)
    return Image.open(io.BytesIO(bytes(png))).convert("RGB")


def _save(image: Image, target: Path, most: int) -> None:
    """Write a JPEG in the best quality that stays below the limit."""
    for quality in range(88, 40, -4):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= most:
            break
    target.write_bytes(buffer.getvalue())


def pack(drawing: str, target: Path) -> None:
    """A pack, 1200 x 1200, in the middle of its ground."""
    from PIL import Image

    square = Image.new("RGB", (1200, 1200), STAGE)
    square.paste(_pixels(drawing, 960), (120, 0))
    _save(square, target, PACK_BYTES)


def header(drawing: str, target: Path) -> None:
    """An article drawing, 1200 x 630, cut a little above and below."""
    whole = _pixels(drawing, 1200)
    _save(whole.crop((0, 22, 1200, 652)), target, HEADER_BYTES)


def touch_icon(drawing: str, target: Path) -> None:
    """The icon for a home screen, 180 x 180."""
    _pixels(drawing, 180).save(target, "PNG", optimize=True)
