"""Uploads: what is refused before decoding, what is stripped, what lies in the folder afterwards."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageCms
from sqlalchemy import func, select

from storefront import printing
from storefront.addresses import settings
from storefront.database import db
from storefront.demo.load import ART
from storefront.media.actions import prepared, store_drawing, store_picture
from storefront.media.models import Picture
from storefront.media.queries import srcset, widths_of
from storefront.refusals import Refused
from storefront.transactions import writing


def picture(
    size: tuple[int, int] = (2000, 1000), kind: str = "JPEG", mode: str = "RGB", **options: object
) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, (200, 40, 40, 128)[: len(mode)]).save(target, kind, **options)
    return target.getvalue()


def stored(data: bytes) -> dict[str, object]:
    with writing():
        return store_picture(data, "An")


def opened(name: object) -> Image.Image:
    return Image.open(io.BytesIO((settings().media_dir / str(name)).read_bytes()))


def test_an_upload_lies_there_in_three_widths_and_whole(app: Flask) -> None:
    found = stored(picture())
    assert (found["width"], found["height"], found["widths"]) == (2000, 1000, [400, 800, 1600])
    start = str(found["file"]).removesuffix("-800.webp")
    assert len(start) == 64
    for width in (400, 800, 1600):
        image = opened(f"{start}-{width}.webp")
        assert (image.format, image.size) == ("WEBP", (width, width // 2))
    assert (opened(found["raster"]).format, opened(found["raster"]).size) == ("JPEG", (2000, 1000))


@pytest.mark.parametrize(
    ("width", "widths"),
    [(100, [100]), (400, [400]), (401, [400, 401]), (1600, [400, 800, 1600]), (9000, [400, 800, 1600])],
)
def test_never_wider_than_it_was(width: int, widths: list[int]) -> None:
    assert widths_of(width) == widths


def test_the_same_upload_twice_is_recorded_once(app: Flask) -> None:
    assert stored(picture()) == stored(picture())
    assert db.session.scalar(select(func.count()).select_from(Picture)) == 1


def test_metadata_goes_and_the_picture_stands_upright(app: Flask) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "taken at home"
    found = stored(picture((600, 300), exif=exif.tobytes()))
    assert (found["width"], found["height"]) == (300, 600)
    for name in (found["file"], found["raster"]):
        assert not opened(name).getexif()
        assert b"taken at home" not in (settings().media_dir / str(name)).read_bytes()


@pytest.mark.parametrize(
    "profile", [ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), b"x"]
)
def test_a_colour_profile_is_applied_and_goes_even_if_it_is_broken(app: Flask, profile: bytes) -> None:
    found = stored(picture((40, 40), icc_profile=profile))
    whole = opened(found["raster"])
    assert "icc_profile" not in whole.info
    red, green, blue = whole.getpixel((20, 20))
    assert abs(red - 200) < 5 and abs(green - 40) < 5 and abs(blue - 40) < 5


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_other_formats_become_webp_and_keep_what_shines_through(app: Flask, kind: str) -> None:
    found = stored(picture((500, 500), kind, "RGBA"))
    assert str(found["raster"]).endswith("-500.png")
    assert opened(found["file"]).mode == "RGBA"
    opaque = stored(picture((450, 450), kind))
    assert str(opaque["raster"]).endswith("-450.jpg")


def files() -> set[str]:
    folder = settings().media_dir
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def huge_png(side: int = 13_000) -> bytes:
    """A PNG of 169 megapixels in a few kilobytes, or of more, which Pillow takes for a bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(side + 1) * 200, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><script>alert(1)</script></svg>",
        picture((50, 50), "GIF", "L"),
        picture((50, 50), "BMP"),
        picture()[:300],
        picture()[:3000],
        huge_png(),
        huge_png(14_000),
    ],
    ids=["empty", "text", "svg", "gif", "bmp", "no picture yet", "cut off", "huge", "a bomb"],
)
def test_refused_at_its_field_and_nothing_is_written(app: Flask, data: bytes) -> None:
    before = files()
    with pytest.raises(Refused) as refusal:
        prepared(data)
    assert refusal.value.field == "picture"
    assert files() == before


def test_a_picture_that_is_cut_off_is_refused_after_a_pdf_was_made_too(app: Flask) -> None:
    """WeasyPrint tells Pillow to be content with half a picture."""
    printing.can_make_pdf()
    with pytest.raises(Refused):
        prepared(picture()[:3000])


def test_a_picture_of_many_pixels_is_not_decoded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    with pytest.raises(Refused, match="25 megapixels"):
        prepared(huge_png())


def test_a_very_large_side_is_scaled_down(app: Flask) -> None:
    found = stored(picture((6000, 600)))
    assert (found["width"], found["height"]) == (4000, 400)


def test_a_drawing_is_stored_as_it_is(app: Flask) -> None:
    drawing = ART / "pack-nmn-capsules.svg"
    found = store_drawing(drawing, ART / "raster" / "pack-nmn-capsules.jpg")
    assert (settings().media_dir / found["file"]).read_bytes() == drawing.read_bytes()
    assert found["file"].endswith(".svg") and found["raster"].endswith(".jpg")
    assert (found["width"], found["height"]) == (800, 1000)
    assert srcset(found) == ""
    assert store_drawing(drawing)["raster"] == ""


def test_a_drawing_without_a_size_is_our_own_mistake(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_text("<svg></svg>")
    with pytest.raises(ValueError, match="viewBox"):
        store_drawing(tmp_path / "x.svg")


def test_srcset_names_every_width(demo_app: Flask) -> None:
    found = stored(picture((900, 300)))
    start = str(found["file"]).removesuffix("-800.webp")
    assert srcset(found) == ", ".join(f"/media/{start}-{width}.webp {width}w" for width in (400, 800, 900))
