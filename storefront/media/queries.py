"""Reads what is known of stored pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront import addresses
from storefront.media.models import Picture

WIDTHS = (400, 800, 1600)
SHOWN_WIDTH = 800


def widths_of(width: int) -> list[int]:
    """The widths at which a picture is stored as WebP; never wider than it is."""
    return sorted({min(width, one) for one in WIDTHS})


def as_dict(picture: Picture) -> dict[str, Any]:
    """A picture as products and articles keep it, without its alternative text.

    file: the WebP to show. raster: the whole picture as JPEG or PNG. widths: of the WebP files
    "<hash>-<width>.webp".
    """
    widths = widths_of(picture.width)
    shown = next((width for width in widths if width >= SHOWN_WIDTH), widths[-1])
    return {
        "file": f"{picture.hash}-{shown}.webp",
        "raster": f"{picture.hash}-{picture.width}.{picture.extension}",
        "width": picture.width,
        "height": picture.height,
        "widths": widths,
    }


def srcset(picture: Mapping[str, Any]) -> str:
    """The `srcset` of an uploaded picture; empty for a drawing, which is sharp at any width."""
    widths = picture.get("widths")
    if not widths:
        return ""
    start = picture["file"].rpartition("-")[0]
    folder = addresses.url("media.serve", name="-").removesuffix("-")
    return ", ".join(f"{folder}{start}-{width}.webp {width}w" for width in widths)
