"""A blog as a folder or a zip: articles/, pictures/, references.json, topics.json, authors.json.

docs/articles-as-files.md tells the format; the demo articles are kept in it.
"""

from __future__ import annotations

import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

from storefront.plugin_api import LANGUAGES, Refused
from storefront.plugin_api import gettext as _

from . import article_file, csl, people_files
from .contents import Contents, Entry
from .csl import Work

ARTICLES, PICTURES = "articles/", "pictures/"
REFERENCES, TOPICS, AUTHORS = "references.json", "topics.json", "authors.json"
FIXED = (1980, 1, 1, 0, 0, 0)  # the moment of every file: the same blog gives the same zip


class Folder(Mapping[str, bytes]):
    """The files below a folder by their path, each read when it is asked for."""

    def __init__(self, root: Path) -> None:
        self._paths = {
            path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()
        }

    def __getitem__(self, name: str) -> bytes:
        return self._paths[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class Pictures(Mapping[str, bytes]):
    """The files of pictures/ by their name."""

    def __init__(self, files: Mapping[str, bytes], start: str) -> None:
        self._files, self._start = files, start
        self._names = [name.removeprefix(start) for name in files if name.startswith(start)]

    def __getitem__(self, name: str) -> bytes:
        return self._files[self._start + name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def write(contents: Contents, target: IO[bytes]) -> None:
    """Write everything as a zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _texts(contents):
            archive.writestr(_info(name), text.encode(), zipfile.ZIP_DEFLATED)
        for name in sorted(contents.pictures):
            archive.writestr(_info(PICTURES + name), contents.pictures[name], zipfile.ZIP_STORED)


def _texts(contents: Contents) -> Iterator[tuple[str, str]]:
    yield AUTHORS, _json(contents.authors)
    yield TOPICS, _json(contents.topics)
    yield REFERENCES, _json([csl.written(work) for work in contents.works])
    for entry in contents.entries:
        for lang, text in article_file.written(entry).items():
            yield f"{ARTICLES}{entry.code}.{lang}.md", text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, FIXED)
    info.external_attr = 0o644 << 16
    return info


def read(files: Mapping[str, bytes]) -> Contents:
    """Read a folder or a zip. What cannot be read is named under `wrong`; the rest is there.

    Everything may also lie in one folder of the zip, as programs that zip a folder do.
    """
    start = _start(files)
    wrong: list[tuple[str, str]] = []
    works: list[Work] = []
    for item in _list(files, start + REFERENCES, wrong):
        try:
            works.append(csl.read(item))
        except Refused as refusal:
            wrong.append((REFERENCES, str(refusal)))
    return Contents(
        authors=tuple(people_files.read_authors(_list(files, start + AUTHORS, wrong), wrong)),
        topics=tuple(people_files.read_topics(_list(files, start + TOPICS, wrong), wrong)),
        works=tuple(works),
        entries=tuple(_entries(files, start + ARTICLES, wrong)),
        pictures=Pictures(files, start + PICTURES),
        wrong=tuple(wrong),
    )


def _start(files: Mapping[str, bytes]) -> str:
    """The folder in which everything lies: that of the first articles/, "" when they lie at the top."""
    for name in files:
        before, found, _rest = name.partition(ARTICLES)
        if found and (not before or before.endswith("/")) and not before.startswith("__MACOSX"):
            return before
    return ""


def _list(files: Mapping[str, bytes], name: str, wrong: list[tuple[str, str]]) -> list[Any]:
    if name not in files:
        return []
    try:
        found = json.loads(_decoded(files[name]))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        wrong.append((PurePosixPath(name).name, _("This file has to hold a list, written as JSON.")))
        return []
    return found


def _entries(files: Mapping[str, bytes], start: str, wrong: list[tuple[str, str]]) -> list[Entry]:
    """The articles, each of its files; one that is unreadable in a language is left out whole."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name in sorted(files):
        code, _dot, lang = name.removeprefix(start).removesuffix(".md").rpartition(".")
        if not name.startswith(start) or not name.endswith(".md"):
            continue
        if lang not in LANGUAGES or not code:
            message = _("An article's file is called code.nl.md or code.en.md.")
            wrong.append((PurePosixPath(name).name, message))
            continue
        try:
            found[code][lang] = _decoded(files[name])
        except ValueError:
            wrong.append((PurePosixPath(name).name, _("The file is not written in UTF-8.")))
    entries = []
    for code, texts in found.items():
        try:
            read = {lang: texts[lang] for lang in LANGUAGES if lang in texts}
            entries.append(article_file.read(code, read))
        except Refused as refusal:
            wrong.append((code, str(refusal)))
    return sorted(entries, key=_first_day)


def _first_day(entry: Entry) -> tuple[str, str]:
    """Articles come in the order in which they were first published, drafts last."""
    days = [text.published_at.isoformat() for text in entry.draft.texts.values() if text.published_at]
    return min(days, default="~"), entry.code


def _decoded(data: bytes) -> str:
    return data.decode("utf-8-sig")
