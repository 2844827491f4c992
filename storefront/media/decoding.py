"""Reading a picture that somebody uploaded: header first, pixels only when they are few enough."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageCms, ImageOps

from storefront.locale import gettext as _
from storefront.refusals import Refused

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 4000


def decoded(data: bytes) -> Image.Image:
    """The picture, upright, in sRGB, without metadata. Refuses what is no picture, or too large to open."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused(_("Upload a JPEG, PNG, WebP or AVIF picture."), field="picture") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_large()
    try:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        plain = _srgb(upright).convert("RGBA" if upright.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError, MemoryError) as error:
        raise Refused(_("This picture is damaged and cannot be opened."), field="picture") from error
    plain.info.clear()
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return plain


def _too_large() -> Refused:
    return Refused(_("This picture has more than 25 megapixels. Upload a smaller one."), field="picture")


def _srgb(picture: Image.Image) -> Image.Image:
    """The same colours without a profile of their own; a broken profile is left out."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "L"}:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        found = ImageCms.profileToProfile(picture, source, target, outputMode=picture.mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return found or picture


def encoded(picture: Image.Image, extension: str) -> bytes:
    """The picture as a file, without metadata."""
    target = io.BytesIO()
    if extension == "webp":
        picture.save(target, "WEBP", quality=82, method=4)
    elif extension == "jpg":
        picture.convert("RGB").save(target, "JPEG", quality=88, optimize=True, progressive=True)
    else:
        picture.save(target, "PNG", optimize=True)
    return target.getvalue()


def scaled(picture: Image.Image, width: int) -> Image.Image:
    """The picture at a width, its proportions kept."""
    if width >= picture.width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)
