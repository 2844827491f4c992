"""Compiling the translations: .po files are the source, .mo files are made by make and by `demo load`."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent


def compile_translations() -> int:
    """Compile every .po file that is newer than its .mo file. Returns how many."""
    compiled = 0
    for root in (ROOT / "storefront" / "translations", ROOT / "plugins"):
        for source in sorted(root.glob("**/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as file:
                catalogue = read_po(file, locale=source.parent.parent.name)
            with target.open("wb") as out:
                write_mo(out, catalogue)
            compiled += 1
    return compiled


if __name__ == "__main__":
    compile_translations()
