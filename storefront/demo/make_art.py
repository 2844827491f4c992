"""Draw the demo shop's pictures: packs and article headers as SVG, with raster copies.

    python -m storefront.demo.make_art FOLDER

FOLDER takes the article headers: they belong to whoever brings the articles.
Only needed to change a picture: the drawings are in the tree. Needs fonttools, resvg-py and
Pillow, and the fonts named in art_source/lettering.py. The same input gives the same files.
"""

import sys
from pathlib import Path

from storefront.demo.art_source import cells, packs, raster, things, views
from storefront.demo.art_source.canvas import PAPER, WAYS, mark
from storefront.demo.art_source.catalogue import BY_SLUG, PACKS

ART = Path(__file__).parent / "art"
ICONS = Path(__file__).parents[1] / "static" / "img"
HEADERS = (
    cells.synapse,
    cells.mitochondrion,
    cells.fibre,
    cells.wave,
    cells.beet,
    things.lattice,
    things.glass,
    things.molecule,
    things.capsule,
    things.balance,
)


def icon(corner: int) -> str:
    """The mark on a green tile; it stands on light and dark tool bars alike."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="{corner}" fill="#1d4a3c"/>{mark(16, 16, 10, PAPER)}</svg>\n'
    )


def pictures() -> dict[str, str]:
    """All packs and views of packs, by file name."""
    files = {f"pack-{pack.slug}": packs.draw(pack) for pack in PACKS}
    files["pack-duo"] = views.duo(BY_SLUG["nmn-capsules"], BY_SLUG["mgt-capsules"])
    files["pack-mgt-back"] = views.back(BY_SLUG["mgt-capsules"])
    files["pack-mgt-capsules-open"] = views.capsules(WAYS["mg"])
    files["pack-mgt-powder-scoop"] = views.powder(WAYS["mg"])
    return files


def main(headers: Path) -> None:
    """Write every file."""
    for folder in (ART / "raster", ICONS, headers):
        folder.mkdir(parents=True, exist_ok=True)
    for name, drawing in pictures().items():
        (ART / f"{name}.svg").write_text(drawing, encoding="utf-8")
        raster.pack(drawing, ART / "raster" / f"{name}.jpg")
    (ICONS / "pack-duo.svg").write_text(pictures()["pack-duo"], encoding="utf-8")
    for draw in HEADERS:
        name, drawing = f"art-{draw.__name__}", draw()
        (headers / f"{name}.svg").write_text(drawing, encoding="utf-8")
        raster.header(drawing, headers / f"{name}.jpg")
    (ICONS / "favicon.svg").write_text(icon(corner=6), encoding="utf-8")
    raster.touch_icon(icon(corner=0), ICONS / "apple-touch-icon.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
