"""Zip files from outside: nothing is ever unpacked, and nothing larger than it may be is read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from storefront.plugin_api import Refused
from storefront.plugin_api import gettext as _

FILES = 10_000
FILE_BYTES = 20 * 1024 * 1024
ALL_BYTES = 200 * 1024 * 1024
DENSEST = 200  # times smaller than what is in it; texts and pictures are never that dense
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
SMALL = 100_000  # bytes in which density says nothing


class Archive(Mapping[str, bytes]):
    """The files of a zip by their path, each read when it is asked for."""

    def __init__(self, data: bytes) -> None:
        """Raises Refused for what is no zip, or one that cannot be meant well."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Refused(_("This is not a zip file.")) from error
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(infos) > FILES or sum(info.file_size for info in infos) > ALL_BYTES:
            raise Refused(_("The zip holds more than is taken in: %(files)s files, 200 MB.", files=FILES))
        for info in infos:
            _refuse_unsafe(info)
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) != len(infos):
            raise Refused(_("The zip holds a file twice."))

    def __getitem__(self, name: str) -> bytes:
        info = self._infos[name]
        try:
            with self._zip.open(info) as file:
                return file.read(FILE_BYTES)
        except BROKEN as error:
            raise Refused(_("“%(name)s” in the zip cannot be read.", name=name[:80])) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __len__(self) -> int:
        return len(self._infos)


def _refuse_unsafe(info: zipfile.ZipInfo) -> None:
    path, shown = PurePosixPath(info.filename), info.filename[:80]
    outside = path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in info.filename
    if outside or "\x00" in info.filename:
        raise Refused(_("“%(name)s” leads out of the zip; it is not taken in.", name=shown))
    if info.flag_bits & 1:
        raise Refused(_("“%(name)s” has a password. Zip the files without one.", name=shown))
    dense = info.file_size > SMALL and info.file_size > DENSEST * max(info.compress_size, 1)
    if dense or info.file_size > FILE_BYTES:
        raise Refused(_("“%(name)s” is far larger than it looks; it is not taken in.", name=shown))
